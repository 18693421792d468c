"""The errors of the store.

SeisbusError
└── UnavailableError
    └── ConflictError   another transaction holds the documents
"""

from __future__ import annotations

from ..errors import UnavailableError


class ConflictError(UnavailableError):
    """Another transaction holds documents that this one wants to write; it may be one of a process that died.

    A server ends such a transaction after transactionLifetimeLimitSeconds, by default 60.
    """

    def __init__(self, problem: str) -> None:
        super().__init__("MongoDB", f"MongoDB: another transaction holds the documents to be written ({problem}).")
