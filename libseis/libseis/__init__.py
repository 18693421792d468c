"""libseis: seismic data objects after the MsPASS design, with the seismology that works on them.

This module exports the main names. The packages, from the lowest layer to the highest, are `objects`, `segments`,
`mseed`, `signal`, `obspy`, `traveltimes`, `steps`, `asdf`, `wire` and `misfit`; a package imports only packages of
lower layers. `mspass` gives the same things under MsPASS's module names.

A name is loaded when it is first used, because numpy takes longer to load than many programs need to run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .late import late

if TYPE_CHECKING:
    from .enums import AtomicType, ErrorSeverity, GapFill, ProcessingStatus, TimeReferenceType
    from .errors import MsPASSError
    from .objects import (
        DataGap,
        DoubleVector,
        ErrorLogger,
        GapStatistics,
        Keywords,
        LogData,
        Metadata,
        ProcessingHistory,
        Seismogram,
        SeismogramEnsemble,
        SlownessVector,
        SphericalCoordinate,
        TimeSeries,
        TimeSeriesEnsemble,
        TimeWindow,
        dmatrix,
    )
else:
    __getattr__ = late(
        __name__,
        {
            ".enums": ("AtomicType", "ErrorSeverity", "GapFill", "ProcessingStatus", "TimeReferenceType"),
            ".errors": ("MsPASSError",),
            ".objects": (
                "DataGap", "DoubleVector", "ErrorLogger", "GapStatistics", "Keywords", "LogData", "Metadata",
                "ProcessingHistory", "Seismogram", "SeismogramEnsemble", "SlownessVector", "SphericalCoordinate",
                "TimeSeries", "TimeSeriesEnsemble", "TimeWindow", "dmatrix",
            ),
        },
    )  # fmt: skip


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


__all__ = [
    "AtomicType",
    "DataGap",
    "DoubleVector",
    "ErrorLogger",
    "ErrorSeverity",
    "GapFill",
    "GapStatistics",
    "Keywords",
    "LogData",
    "Metadata",
    "MsPASSError",
    "ProcessingHistory",
    "ProcessingStatus",
    "Seismogram",
    "SeismogramEnsemble",
    "SlownessVector",
    "SphericalCoordinate",
    "TimeReferenceType",
    "TimeSeries",
    "TimeSeriesEnsemble",
    "TimeWindow",
    "dmatrix",
]
