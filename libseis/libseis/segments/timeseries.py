"""Convert segments to TimeSeries and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from libseis.codes import Channel, code, location
from libseis.enums import ErrorSeverity, TimeReferenceType
from libseis.errors import SampleError, TimeReferenceError
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timewindow import TimeWindow
from libseis.segments import Rate, Segment, Span
from libseis.segments.segment import as_counts
from libseis.units import COUNTS

_ALGORITHM = "libseis.segments"


def segment_to_timeseries(
    segment: Segment, metadata: Mapping[str, Any] | None = None, gaps: Sequence[Span] = ()
) -> TimeSeries:
    """Make a live TimeSeries in UTC on the even clock of a segment, with its complaints on the elog.

    A TimeSeries has one start and one interval; the elog says if records are more than a tenth of a sample away from
    that grid. Metadata are net, sta, chan, loc ("" if blank), delta, starttime, npts, sampling_rate and units ("counts"
    for integers).

    Parameters
    ----------
    segment
        The segment.
    metadata
        More Metadata.
    gaps
        Gaps of the datum, from the first to the last missing sample.

    Returns
    -------
    TimeSeries
        The TimeSeries. Its samples are a float64 copy, which is exact for int32 and float32.
    """
    datum = TimeSeries()
    datum.set_t0_ns(segment.t0_ns)
    datum.set_rate(segment.rate.numerator, segment.rate.denominator)
    datum.set_tref(TimeReferenceType.UTC)
    datum.adopt_data(segment.data.astype(np.float64))
    channel = segment.channel
    datum["net"], datum["sta"], datum["chan"], datum["loc"] = channel.net, channel.sta, channel.chan, channel.loc
    datum["sampling_rate"] = segment.rate.hz
    if segment.data.dtype == np.int32:
        datum["units"] = COUNTS
    for key, value in (metadata or {}).items():
        datum[key] = value
    for gap in gaps:
        datum.add_gap(TimeWindow(gap.start_ns / 1e9, gap.end_ns / 1e9))
    uneven = segment.uneven()
    for complaint in (*segment.complaints, *([uneven] if uneven else [])):
        datum.elog.log_error(_ALGORITHM, complaint.message, ErrorSeverity.Complaint)
    datum.set_live()
    return datum


def timeseries_to_segment(datum: TimeSeries) -> Segment:
    """Make a segment on the exact clock of a datum.

    The channel comes from net, sta, chan and loc of the Metadata; a name that is not defined counts as blank.

    Parameters
    ----------
    datum
        The TimeSeries.

    Returns
    -------
    Segment
        The segment; int32 if every sample is a count, else a float64 view.

    Raises
    ------
    TimeReferenceError
        The times are not UTC.
    SampleError
        The interval is not positive and finite.
    """
    if not datum.time_is_UTC():
        raise TimeReferenceError(
            "Relative times name no place on the UTC clock that records need; call rtoa() first.",
            ErrorSeverity.Invalid,
            method="timeseries_to_segment",
        )
    if datum.rate_numerator <= 0:
        raise SampleError(
            f"An interval of {datum.dt!r} s does not give a sampling rate; it must be positive and finite.",
            ErrorSeverity.Invalid,
            what="dt",
        )
    data = np.asarray(datum.data)
    counts = as_counts(data)
    return Segment(
        channel=Channel(*(_code(datum, key) for key in ("net", "sta", "loc", "chan"))),
        t0_ns=datum.t0_ns,
        rate=Rate(datum.rate_numerator, datum.rate_denominator),
        data=data if counts is None else counts,
    )


def _code(datum: TimeSeries, key: str) -> str:
    if key not in datum:
        return ""
    return location(datum[key]) if key == "loc" else code(str(datum[key]))
