"""Stored bytes and their wf document as libseis and obspy objects; nothing is resampled, filled or rounded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from libseis.codes import location
from libseis.segments import Segment

from libseis import ErrorSeverity, Metadata, TimeSeries, TimeSeriesEnsemble

from ..model.stored import StoredBytesError, stored_segment
from .errors import WaveformError
from .values import Stored


def segment_of(stored: Stored) -> Segment:
    """The samples: counts stay int32, processed samples float64, on the document's exact clock.

    WaveformError when the bytes cannot be read or do not hold the samples that the document promises.
    """
    identity = str(stored.document["_id"])
    if stored.error:
        raise WaveformError(identity, stored.error)
    try:
        return stored_segment(stored.document, stored.data, miniseed=stored.miniseed)
    except StoredBytesError as error:
        raise WaveformError(identity, error.problem) from None


def time_series_of(stored: Stored) -> TimeSeries:
    """A TimeSeries with the document as its Metadata, float64 samples and the exact start and rate.

    What cannot be read is dead, without samples, and says why on its elog.
    """
    try:
        segment = segment_of(stored)
    except WaveformError as error:
        dead = TimeSeries(metadata_of(stored) | {"npts": 0})
        _tell(stored, dead)
        dead.elog.log_error("seisbus.client", error.message, ErrorSeverity.Invalid)
        dead.kill()
        return dead
    datum = TimeSeries(metadata_of(stored), np.asarray(segment.data, np.float64))
    datum.set_rate(segment.rate.numerator, segment.rate.denominator)
    datum.set_t0_ns(segment.t0_ns)
    _tell(stored, datum)
    datum.set_live()
    return datum


def _tell(stored: Stored, datum: TimeSeries) -> None:
    """The stored error log, under the algorithms that wrote it."""
    for entry in stored.log:
        datum.elog.log_error(str(entry.get("algorithm", "")), str(entry.get("error_message", "")), _severity(entry))


def _severity(entry: Mapping[str, Any]) -> ErrorSeverity:
    name = str(entry.get("badness", "")).rpartition(".")[2]
    return getattr(ErrorSeverity, name, ErrorSeverity.Complaint)


def metadata_of(stored: Stored) -> dict[str, Any]:
    """The document's attributes that have a value; a blank location is given as ""."""
    values = {key: value for key, value in stored.document.items() if value is not None}
    return values | {"loc": location(values.get("loc"))}


def ensemble_of(members: Iterable[TimeSeries], **common: Any) -> TimeSeriesEnsemble:
    """A live ensemble of the members, its Metadata `common`; dead when there are none."""
    ensemble = TimeSeriesEnsemble(Metadata(common), 0)
    for member in members:
        ensemble.adopt(member)
    if len(ensemble.member):
        ensemble.set_live()
    return ensemble


def trace_of(stored: Stored) -> Any:
    """An obspy Trace: counts as int32, start to the nanosecond that UTCDateTime holds, `stats.units` where known.

    `stats.seisbus` has the sentences of the error log (`elog`) and the id of the wf document (`wf_ids`).
    """
    from obspy import Trace, UTCDateTime
    from obspy.core import AttribDict

    segment = segment_of(stored)
    header = {
        "network": segment.source.net,
        "station": segment.source.sta,
        "location": segment.source.loc,
        "channel": segment.source.chan,
        "sampling_rate": segment.rate.hz,
        "starttime": UTCDateTime(ns=segment.t0_ns),
        "seisbus": AttribDict(elog=[_sentence(entry) for entry in stored.log], wf_ids=[str(stored.document["_id"])]),
    }
    if stored.document.get("units"):
        header["units"] = stored.document["units"]
    return Trace(np.ascontiguousarray(segment.data), header=header)


def _sentence(entry: Mapping[str, Any]) -> str:
    return f"{entry.get('algorithm', '')}: {entry.get('error_message', '')}"


def merged(stream: Any) -> Any:
    """`stream.merge(-1)`, where a trace made of several keeps what was said of each of them."""
    from obspy.core import AttribDict

    before = [(trace.id, trace.stats.starttime, trace.stats.endtime, trace.stats.seisbus) for trace in stream]
    stream.merge(-1)
    for trace in stream:
        parts = [
            about
            for name, start, end, about in before
            if name == trace.id and start >= trace.stats.starttime and end <= trace.stats.endtime
        ]
        trace.stats.seisbus = AttribDict(
            {key: list(dict.fromkeys(text for part in parts for text in part[key])) for key in ("elog", "wf_ids")}
        )
    return stream
