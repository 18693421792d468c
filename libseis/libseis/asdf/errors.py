"""Errors of ASDF datasets."""

from __future__ import annotations

from ..enums import ErrorSeverity
from ..errors import MsPASSError


class AsdfError(MsPASSError):
    """A dataset that is not there, is no ASDF file, or lacks what was asked for. `path` is the path inside it."""

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(message, ErrorSeverity.Invalid)
        self.path = path


class AsdfConflictError(AsdfError):
    """Other data are already stored under the same name."""
