"""The errors of the bus.

SeisbusError
└── ClaimGoneError   the claim of a message was removed: its windows have outcomes, or the task is sent again
"""

from __future__ import annotations

from ..errors import SeisbusError


class ClaimGoneError(SeisbusError):
    """A message whose claim, under `key`, is not there any more."""

    def __init__(self, key: str) -> None:
        super().__init__(f"Claim {key} is not in the store any more.")
        self.key = key
