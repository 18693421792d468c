"""Read miniSEED files or bytes into a TimeSeriesEnsemble and write them, in one call."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from libseis.enums import ErrorSeverity
from libseis.mseed.decoding import decode
from libseis.mseed.encoding import encode
from libseis.mseed.framing import frame
from libseis.mseed.table import overlapping
from libseis.objects.errorlogger import ErrorLogger
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timeseriesensemble import TimeSeriesEnsemble
from libseis.segments import GapPolicy, Joined, Overlap, Segment, Span, cut
from libseis.segments.timeseries import segment_to_timeseries, timeseries_to_segment
from libseis.warned import collected, tell

_ALGORITHM = "libseis.mseed.read"
_EARLIEST_NS, _LATEST_NS = -(2**62), 2**62  # 1823 to 2116; far enough from the ends of int64 to add margins


def read(
    source: Any, *, start: float | None = None, end: float | None = None, overlap: Overlap | str = Overlap.GAP
) -> TimeSeriesEnsemble:
    """Read every contiguous segment of a file or buffer as a live member.

    Members are ordered by channel as in the file, then by time. A channel with records that cannot be unpacked at all
    is a dead member. Everything that was left out or corrected is on an elog: of the member, if it concerns one
    segment; of the member or, if the channel has several or none, of the ensemble, if it concerns a channel; of the
    ensemble, if it concerns bytes that do not belong to a record.

    Parameters
    ----------
    source
        A path, or anything with the buffer protocol.
    start
        Epoch seconds of the first sample (a number or obspy's UTCDateTime); the nearest sample is included.
    end
        Epoch seconds of the last sample; the nearest sample is included.
    overlap
        What to do with samples of the same time and different values.

    Returns
    -------
    TimeSeriesEnsemble
        The segments.

    Raises
    ------
    OSError
        The file cannot be read. Its contents never raise an error.
    """
    buffer = Path(source).read_bytes() if isinstance(source, str | os.PathLike) else source
    with collected() as told:
        ensemble = _read(buffer, start, end, overlap)
    tell(ensemble.elog, _ALGORITHM, told)
    return ensemble


def _read(buffer: Any, start: float | None, end: float | None, overlap: Overlap | str) -> TimeSeriesEnsemble:
    table = frame(buffer)
    window = None if start is None and end is None else _window(start, end)
    rows = None if window is None else overlapping(table, [window])
    ensemble = TimeSeriesEnsemble()
    for joined in decode(buffer, table, rows, overlap=overlap):
        members = [segment_to_timeseries(segment) for segment in _pieces(joined, window)]
        if not joined.segments and joined.complaints:
            members = [_dead(joined)]
        else:
            _tell(joined, members[0].elog if len(members) == 1 else ensemble.elog)
        for member in members:
            ensemble.adopt(member)
    for problem in table.problems:
        ensemble.elog.log_error(_ALGORITHM, problem.message, ErrorSeverity.Complaint)
    ensemble.set_live()
    return ensemble


def write(
    data: TimeSeries | TimeSeriesEnsemble,
    path: str | os.PathLike[str] | None = None,
    *,
    reclen: int = 4096,
    version: int = 2,
) -> bytes:
    """Write the live members as miniSEED records.

    Counts become Steim-2, other samples FLOAT64; dead members are left out.

    Parameters
    ----------
    data
        A TimeSeries or an ensemble.
    path
        File to write; without it, only the bytes are returned.
    reclen
        Length of a record in bytes (version 3: the largest length).
    version
        2 or 3.

    Returns
    -------
    bytes
        The records.

    Raises
    ------
    SampleError
        The format cannot hold something; nothing is written.
    TimeReferenceError
        The times are not UTC; nothing is written.
    """
    members = [data] if isinstance(data, TimeSeries) else list(data.member)
    records = b"".join(
        encode(timeseries_to_segment(member), reclen=reclen, version=version) for member in members if member.live
    )
    if path is not None:
        Path(path).write_bytes(records)
    return records


def _window(start: float | None, end: float | None) -> Span:
    return Span(
        _EARLIEST_NS if start is None else round(float(start) * 1e9),
        _LATEST_NS if end is None else round(float(end) * 1e9),
    )


def _pieces(joined: Joined, window: Span | None) -> list[Segment]:
    if window is None:
        return list(joined.segments)
    return cut(
        joined.segments, joined.conflicts, window.start_ns, window.end_ns, inclusive_end=True, gaps=GapPolicy.SPLIT
    ).pieces


def _tell(joined: Joined, log: ErrorLogger) -> None:
    """Complaints about a channel that are not on the elogs of its segments already."""
    said = {complaint for segment in joined.segments for complaint in segment.complaints}
    for complaint in joined.complaints:
        if complaint not in said:
            log.log_error(_ALGORITHM, complaint.message, ErrorSeverity.Complaint)


def _dead(joined: Joined) -> TimeSeries:
    """The dead member for a channel without a readable record."""
    datum = TimeSeries()
    if (channel := joined.channel) is not None:
        datum["net"], datum["sta"], datum["chan"], datum["loc"] = channel.net, channel.sta, channel.chan, channel.loc
    for complaint in joined.complaints:
        datum.elog.log_error(_ALGORITHM, complaint.message, ErrorSeverity.Invalid)
    return datum
