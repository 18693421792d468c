"""Errors of ASDF datasets."""

from __future__ import annotations

from ..enums import ErrorSeverity
from ..errors import MsPASSError


class AsdfError(MsPASSError):
    """A dataset that does not exist, is not an ASDF file, or lacks what was asked for.

    Parameters
    ----------
    message
        What was wrong, what was expected, and what to do.
    path
        The path inside the dataset.
    """

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(message, ErrorSeverity.Invalid)
        self.path = path


class AsdfConflictError(AsdfError):
    """Other data are already stored under the same name."""
