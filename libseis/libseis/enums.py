"""Enumerations of the data objects: MsPASS's, with the same names and integer values, and the ways to fill gaps."""

from __future__ import annotations

import enum


class _Numbered(enum.Enum):
    """An enumeration whose members convert to int but do not compare with or equal numbers."""

    def __int__(self) -> int:
        return int(self.value)

    def __index__(self) -> int:
        return int(self.value)


class ErrorSeverity(_Numbered):
    """How bad a logged problem is. A smaller number is worse, but members cannot be compared with < or >."""

    Fatal = 0
    Invalid = 1
    Suspect = 2
    Complaint = 3
    Debug = 4
    Informational = 5


class TimeReferenceType(_Numbered):
    """UTC: times are POSIX epoch seconds. Relative: seconds from a mark that Metadata names."""

    UTC = 0
    Relative = 1


class AtomicType(_Numbered):
    """What a history node holds."""

    SEISMOGRAM = 0
    TIMESERIES = 1
    UNDEFINED = 2


class ProcessingStatus(_Numbered):
    """Whether a datum is raw, only in memory, or saved, for its history."""

    RAW = 0
    ORIGIN = 1
    VOLATILE = 2
    SAVED = 3
    UNDEFINED = 4


class MDtype(_Numbered):
    """The type of a value, in a definition of Metadata names."""

    Real = 0
    Real32 = 1
    Double = 2
    Real64 = 3
    Integer = 4
    Int32 = 5
    Long = 6
    Int64 = 7
    String = 8
    Boolean = 9
    Double_Array = 10
    Invalid = 11


class MDDefFormat(_Numbered):
    """The format of a file that defines Metadata names."""

    PF = 0
    YAML = 1


class GapFill(enum.StrEnum):
    """What replaces missing samples: zeros, a straight line between the samples around them, or NaN."""

    ZERO = "zero"
    LINEAR = "linear"
    NAN = "nan"
