"""The names of mspasspy.util.converter.

As in MsPASS, importing this module gives obspy's Trace and Stream the methods toTimeSeries, toSeismogram,
toTimeSeriesEnsemble and toSeismogramEnsemble. libseis.obspy.converter has the same functions and does not change obspy.
"""

from libseis.mspass.tables import AntelopePf2dict, Pf2AttributeNameTbl, Textfile2Dataframe
from libseis.obspy.converter import (
    ENSEMBLE_KEYS,
    Metadata2dict,
    Seismogram2Stream,
    SeismogramEnsemble2Stream,
    Stream2Seismogram,
    Stream2SeismogramEnsemble,
    Stream2TimeSeriesEnsemble,
    TimeSeries2Trace,
    TimeSeriesEnsemble2Stream,
    Trace2TimeSeries,
    attach,
    dict2Metadata,
    list2Ensemble,
    post_ensemble_metadata,
)
from libseis.segments.timeseries import segment_to_timeseries, timeseries_to_segment

__all__ = [
    "ENSEMBLE_KEYS",
    "AntelopePf2dict",
    "Metadata2dict",
    "Pf2AttributeNameTbl",
    "Seismogram2Stream",
    "SeismogramEnsemble2Stream",
    "Stream2Seismogram",
    "Stream2SeismogramEnsemble",
    "Stream2TimeSeriesEnsemble",
    "Textfile2Dataframe",
    "TimeSeries2Trace",
    "TimeSeriesEnsemble2Stream",
    "Trace2TimeSeries",
    "dict2Metadata",
    "list2Ensemble",
    "post_ensemble_metadata",
    "segment_to_timeseries",
    "timeseries_to_segment",
]

attach()
