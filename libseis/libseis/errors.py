"""The error classes of libseis: every error that the library itself raises is a MsPASSError.

    MsPASSError              message, severity
    ├── MetadataKeyError     a key that is not defined: key
    ├── MetadataTypeError    a value of the wrong type: key, wanted, found
    ├── TimeReferenceError   a time standard that forbids the call: method
    ├── SampleError          samples, sizes or times that do not fit: what
    ├── MatrixError          matrix shapes that do not fit, singular matrices: shape
    └── DefinitionError      a file or text that defines something and cannot be used: source

A wrong argument type is a plain TypeError, as everywhere in Python.
"""

from __future__ import annotations

from .enums import ErrorSeverity


class MsPASSError(Exception):
    """An error with a severity: `MsPASSError(message[, severity])`.

    The severity is an ErrorSeverity or its name. Anything else, or nothing, counts as Fatal, because an error that does
    not state its severity must be taken seriously.
    """

    @property
    def message(self) -> str:
        """What went wrong, in one sentence."""
        return str(self.args[0]) if self.args else ""

    @property
    def severity(self) -> ErrorSeverity:
        """How bad it is."""
        given = self.args[1] if len(self.args) > 1 else None
        if isinstance(given, ErrorSeverity):
            return given
        if isinstance(given, str):
            return ErrorSeverity.__members__.get(given, ErrorSeverity.Fatal)
        return ErrorSeverity.Fatal

    def __str__(self) -> str:
        return self.message


def error_severity(error: MsPASSError) -> ErrorSeverity:
    """Return the severity of an error.

    Parameters
    ----------
    error
        The error.

    Returns
    -------
    ErrorSeverity
        The severity.
    """
    return error.severity


def error_severity_string(error: MsPASSError) -> str:
    """Return the name of the severity of an error.

    Parameters
    ----------
    error
        The error.

    Returns
    -------
    str
        The name.
    """
    return error.severity.name


def error_says_data_bad(error: MsPASSError) -> bool:
    """Return whether an error means that the datum must not be used.

    Parameters
    ----------
    error
        The error.

    Returns
    -------
    bool
        True for Fatal and Invalid.
    """
    return error.severity in (ErrorSeverity.Fatal, ErrorSeverity.Invalid)


class MetadataKeyError(MsPASSError):
    """A Metadata key that is not defined."""

    def __init__(self, message: str, severity: ErrorSeverity = ErrorSeverity.Invalid, *, key: str = "") -> None:
        super().__init__(message, severity)
        self.key = key


class MetadataTypeError(MsPASSError):
    """A Metadata value that cannot be converted to the requested type."""

    def __init__(
        self,
        message: str,
        severity: ErrorSeverity = ErrorSeverity.Invalid,
        *,
        key: str = "",
        wanted: str = "",
        found: str = "",
    ) -> None:
        super().__init__(message, severity)
        self.key = key
        self.wanted = wanted
        self.found = found


class TimeReferenceError(MsPASSError):
    """A call that the object's time standard (UTC or Relative) does not allow."""

    def __init__(self, message: str, severity: ErrorSeverity = ErrorSeverity.Invalid, *, method: str = "") -> None:
        super().__init__(message, severity)
        self.method = method


class SampleError(MsPASSError):
    """Samples, sample counts or times that do not fit the object.

    Parameters
    ----------
    message
        What was wrong.
    severity
        How bad it is.
    what
        Name of the value that does not fit.
    """

    def __init__(self, message: str, severity: ErrorSeverity = ErrorSeverity.Invalid, *, what: str = "") -> None:
        super().__init__(message, severity)
        self.what = what


class MatrixError(MsPASSError):
    """Matrices whose shapes do not fit, or that have no inverse."""

    def __init__(
        self,
        message: str,
        severity: ErrorSeverity = ErrorSeverity.Invalid,
        *,
        shape: tuple[int, ...] = (),
    ) -> None:
        super().__init__(message, severity)
        self.shape = shape


class ItemError(MsPASSError, TypeError):
    """A list holds something that does not belong into it.

    Parameters
    ----------
    message
        The message.
    severity
        How bad it is.
    """

    def __init__(self, message: str, severity: ErrorSeverity = ErrorSeverity.Fatal) -> None:
        super().__init__(message, severity)


class DefinitionError(MsPASSError):
    """A parameter file, schema or definition that cannot be read or makes no sense.

    Parameters
    ----------
    message
        What was wrong.
    severity
        How bad it is.
    source
        The file or text.
    """

    def __init__(self, message: str, severity: ErrorSeverity = ErrorSeverity.Invalid, *, source: str = "") -> None:
        super().__init__(message, severity)
        self.source = source
