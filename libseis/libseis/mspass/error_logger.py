"""PyErrorLogger: an ErrorLogger that finds the name of the calling function by itself."""

from __future__ import annotations

import inspect

from libseis.enums import ErrorSeverity
from libseis.objects.errorlogger import ErrorLogger


class PyErrorLogger(ErrorLogger):
    """An error log for Python code: `log_error(message, severity)` without an algorithm name."""

    def log_error(  # type: ignore[override]
        self, message: str, severity: ErrorSeverity = ErrorSeverity.Informational
    ) -> int:
        """Log `message` under the caller's name ("Class.method" or "function"); the new size of the log."""
        frame = inspect.currentframe()
        caller = None if frame is None else frame.f_back
        name = "<unknown>" if caller is None else caller.f_code.co_qualname
        # a function inside another one is named by its full path
        size: int = super().log_error(name.replace("<locals>.", ""), message, severity)
        return size
