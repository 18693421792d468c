"""ErrorLogger: the list of problems and remarks about one datum."""

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.objects.logdata import LogData


def rebuild_error_logger(job_id, entries):
    """An ErrorLogger from its pickled parts."""
    cdef ErrorLogger log = ErrorLogger.__new__(ErrorLogger)
    log._job_id = job_id
    log._entries = entries
    return log


cdef class ErrorLogger:
    """The list of problems and remarks about one datum; it travels with the datum.

    Parameters
    ----------
    source
        The job id of new entries, or an ErrorLogger, which is copied.
    """

    def __cinit__(self):
        self._entries = []

    def __init__(self, source=0, /):
        if isinstance(source, ErrorLogger):
            self._job_id = (<ErrorLogger>source)._job_id
            self._entries = [LogData(entry) for entry in (<ErrorLogger>source)._entries]
        else:
            self._job_id = source

    cdef ErrorLogger _clone(self):
        cdef ErrorLogger out = ErrorLogger.__new__(ErrorLogger)
        out._job_id = self._job_id
        out._entries = [LogData(entry) for entry in self._entries]
        return out

    def log_error(self, *args):
        """Add an entry.

        `log_error(error)` logs under the name "MsPASSError".

        Parameters
        ----------
        error
            An error with its severity.
        algorithm
            Name of the function that reports.
        message
            What happened.
        severity
            How bad it is.

        Returns
        -------
        None | int
            The new number of entries; None for an error.

        Raises
        ------
        TypeError
            The severity is not an ErrorSeverity, or the error is not a MsPASSError.
        """
        if len(args) == 1:
            error = args[0]
            if not isinstance(error, MsPASSError):
                raise TypeError(f"log_error wants a MsPASSError, but an object of type "
                                f"'{type(error).__name__}' is given")
            self._entries.append(LogData(self._job_id, "MsPASSError", error))
            return None
        if len(args) != 3:
            raise TypeError("log_error takes (algorithm, message, severity) or (MsPASSError)")
        self._entries.append(LogData(self._job_id, *args))
        return len(self._entries)

    def log_verbose(self, algorithm, message, /):
        """Add an entry with severity Informational.

        Parameters
        ----------
        algorithm
            Name of the function that reports.
        message
            What happened.

        Returns
        -------
        int
            The new number of entries.
        """
        self._entries.append(LogData(self._job_id, algorithm, message, ErrorSeverity.Informational))
        return len(self._entries)

    def get_error_log(self):
        """Return all entries, oldest first."""
        return list(self._entries)

    def worst_errors(self):
        """Return the entries with the worst severity that occurs."""
        if not self._entries:
            return []
        worst = min(int(entry.badness) for entry in self._entries)
        return [entry for entry in self._entries if int(entry.badness) == worst]

    def size(self):
        """Return the number of entries."""
        return len(self._entries)

    def clear(self):
        """Remove all entries."""
        self._entries = []

    def get_job_id(self):
        """Return the job id of new entries."""
        return self._job_id

    def set_job_id(self, job_id, /):
        """Set the job id of new entries.

        Parameters
        ----------
        job_id
            The id.
        """
        self._job_id = job_id

    def __len__(self):
        return len(self._entries)

    def __iter__(self):
        return iter(list(self._entries))

    def __getitem__(self, index):
        if isinstance(index, bool) or not hasattr(index, "__index__"):
            raise TypeError(f"an ErrorLogger index must be an int, not {type(index).__name__}")
        cdef object position = index.__index__()
        if position < 0:
            raise TypeError("an ErrorLogger index must not be negative")
        if position >= len(self._entries):
            raise IndexError(f"the error log has {len(self._entries)} entries; there is no number {position}")
        return self._entries[position]

    def __iadd__(self, other):
        if not isinstance(other, ErrorLogger):
            return NotImplemented
        if other is not self:
            self._entries.extend((<ErrorLogger>other)._clone()._entries)
        return self

    def __repr__(self):
        return f"ErrorLogger({self._entries!r})"

    def __reduce__(self):
        return rebuild_error_logger, (self._job_id, self._entries)
