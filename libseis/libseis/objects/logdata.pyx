"""LogData: one entry of an ErrorLogger."""

cimport cython

import os as _os

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError


def rebuild_logdata(job_id, p_id, algorithm, message, badness):
    """A LogData from its pickled fields."""
    cdef LogData entry = LogData.__new__(LogData)
    entry.job_id, entry.p_id = job_id, p_id
    entry.algorithm, entry.message, entry._badness = algorithm, message, badness
    return entry


@cython.final
cdef class LogData:
    """One entry of an error log; the process id is taken when the entry is made.

    Parameters
    ----------
    source
        A LogData, or a dict with its fields, which is copied.
    job_id
        Id of the job.
    algorithm
        Name of the function that reports.
    error
        An error with its message and severity.
    message
        What happened.
    severity
        How bad it is.

    Raises
    ------
    TypeError
        The error is not a MsPASSError.
    """

    def __cinit__(self):
        self.p_id = _os.getpid()
        self.algorithm = ""
        self.message = ""
        self._badness = ErrorSeverity.Informational

    def __init__(self, *args):
        cdef Py_ssize_t n = len(args)
        if n == 0:
            return
        if n == 1 and isinstance(args[0], dict):
            fields = args[0]
            self.job_id, self.p_id = fields["job_id"], fields["p_id"]
            self.algorithm, self.message, self.badness = fields["algorithm"], fields["message"], fields["badness"]
        elif n == 1 and isinstance(args[0], LogData):
            self._copy(args[0])
        elif n == 3:
            if not isinstance(args[2], MsPASSError):
                raise TypeError(f"LogData wants a MsPASSError, but an object of type "
                                f"'{type(args[2]).__name__}' is given")
            self.job_id, self.algorithm = args[0], args[1]
            self.message, self._badness = args[2].message, args[2].severity
        elif n == 4:
            self.job_id, self.algorithm, self.message, self.badness = args
        else:
            raise TypeError("LogData takes (), (dict), (job_id, algorithm, message, severity) or "
                            "(job_id, algorithm, MsPASSError)")

    cdef int _copy(self, LogData source) except -1:
        self.job_id, self.p_id = source.job_id, source.p_id
        self.algorithm, self.message, self._badness = source.algorithm, source.message, source._badness
        return 0

    @property
    def badness(self):
        """The severity of the entry (ErrorSeverity)."""
        return self._badness

    @badness.setter
    def badness(self, value):
        if not isinstance(value, ErrorSeverity):
            raise TypeError(f"badness must be an ErrorSeverity, not {type(value).__name__}")
        self._badness = value

    def __str__(self):
        return (f"{{'job_id': {self.job_id}, 'p_id': {self.p_id}, 'algorithm': {self.algorithm!r}, "
                f"'message': {self.message!r}, 'badness': {self._badness}}}")

    def __repr__(self):
        return f"LogData({self})"

    def __reduce__(self):
        return rebuild_logdata, (self.job_id, self.p_id, self.algorithm, self.message, self._badness)
