"""The error tree of the services; every package adds its own leaves in an errors.py of its own.

SeisbusError (Exception)
├── UserError            what a user can cause and mend: exit code 2, gRPC INVALID_ARGUMENT
│   ├── NotFoundError    a name that does not exist: gRPC NOT_FOUND
│   └── StateError       right request at the wrong time: gRPC FAILED_PRECONDITION
├── UnavailableError     a server that does not answer: exit code 1; held and retried inside services
└── PoisonError          a message that no retry can help: dead-lettered at once
"""

from __future__ import annotations


class SeisbusError(Exception):
    """Base of all errors of the services.

    Parameters
    ----------
    message
        One sentence that says what was wrong, what was expected and what to do.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UserError(SeisbusError):
    """Something the user asked for cannot be done as asked."""


class NotFoundError(UserError):
    """A named thing does not exist."""


class StateError(UserError):
    """The thing exists but is not in a state that allows the request."""


class UnavailableError(SeisbusError):
    """A server (`hop`: NATS, MongoDB, S3, control ...) cannot be reached or refuses to work for now."""

    def __init__(self, hop: str, message: str) -> None:
        super().__init__(message)
        self.hop = hop


class PoisonError(SeisbusError):
    """A message that cannot be worked on however often it is delivered."""
