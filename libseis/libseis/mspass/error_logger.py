"""PyErrorLogger: an ErrorLogger that finds the name of the calling function by itself."""

from __future__ import annotations

import inspect
from typing import Any

from libseis.enums import ErrorSeverity
from libseis.objects.errorlogger import ErrorLogger


class PyErrorLogger(ErrorLogger):
    """An error log for Python code: `log_error(message, severity)` without an algorithm name."""

    def log_error(self, *args: Any) -> int | None:  # type: ignore[override]
        """Add an entry.

        Parameters
        ----------
        *args
            `message` and its `severity` (Informational by default), logged under the caller's name, which is
            "Class.method" or "function". All that ErrorLogger.log_error takes is understood too: a MsPASSError, or a
            name with a message and its severity.

        Returns
        -------
        int or None
            The new number of entries; None for an error.

        Raises
        ------
        TypeError
            The arguments are something else.
        """
        if not args or not isinstance(args[0], str) or len(args) > 2:
            found: int | None = super().log_error(*args)
            return found
        frame = inspect.currentframe()
        caller = None if frame is None else frame.f_back
        name = "<unknown>" if caller is None else caller.f_code.co_qualname
        message, severity = args if len(args) == 2 else (args[0], ErrorSeverity.Informational)
        # of a function or class inside another function only its own name counts
        size: int = super().log_error(name.rpartition("<locals>.")[2], message, severity)
        return size
