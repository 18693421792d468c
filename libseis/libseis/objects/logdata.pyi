from typing import Any, final, overload

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError

@final
class LogData:
    job_id: int
    p_id: int
    algorithm: str
    message: str
    badness: ErrorSeverity
    @overload
    def __init__(self, source: LogData | dict[str, Any] = ..., /) -> None: ...
    @overload
    def __init__(self, job_id: int, algorithm: str, error: MsPASSError, /) -> None: ...
    @overload
    def __init__(self, job_id: int, algorithm: str, message: str, severity: ErrorSeverity, /) -> None: ...
