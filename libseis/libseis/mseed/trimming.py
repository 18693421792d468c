"""Write a segment with the archive's records: unchanged inside, and encoded again at the edges."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from libseis.errors import SampleError
from libseis.mseed.checking import difference
from libseis.mseed.encoding import encode
from libseis.mseed.packing import Encoding
from libseis.mseed.table import NEGATIVE_LEAP_SECOND, POSITIVE_LEAP_SECOND, RecordTable
from libseis.segments import Segment

# Header times have a resolution of a microsecond, so a record on the segment's grid is not further from it.
_SAME_NS = 1000
_LEAP = POSITIVE_LEAP_SECOND | NEGATIVE_LEAP_SECOND
_STEIM = (Encoding.STEIM1, Encoding.STEIM2)
# With fewer whole records this saves nothing.
_FEWEST = 3


def trim(segment: Segment, buffer: Any, table: RecordTable) -> bytes | None:
    """Make records that decode to exactly a segment, most of them unchanged from a buffer.

    Parameters
    ----------
    segment
        A segment that was decoded from the buffer.
    buffer
        The records.
    table
        The result of `frame` for the buffer.

    Returns
    -------
    bytes | None
        The records; None unless they form one plain row: equal length, Steim encoding and quality, in order in the file
        and, to the microsecond, in time, without time corrections or leap seconds, and the records that were encoded
        again at the edges decode to the same samples. In this case encode the segment.
    """
    if segment.npts < _FEWEST * table.fewest_samples or segment.data.dtype != np.int32 or segment.times is not None:
        return None  # return early, because this is the case for every small window
    number = table.numbers.get(segment.channel)
    if number is None:
        return None
    own = table.rows[number]
    touching = (table.start_ns[own] <= segment.end_ns) & (table.end_ns[own] >= segment.t0_ns)
    if not table.alike:
        touching &= table.waveform[own]
    rows = own[touching]
    if len(rows) < _FEWEST or not _alike(table, rows):
        return None
    if table.rates[table.rate[rows[0]]] != segment.rate or table.encoding[rows[0]] not in _STEIM:
        return None
    ahead = table.start_ns[rows] - segment.t0_ns
    first = np.rint(ahead / segment.rate.period_ns).astype(np.int64)
    stop = first + table.npts[rows]
    follows = (first[1:] == stop[:-1]) & (table.offset[rows[1:]] == table.offset[rows[:-1]] + table.length[rows[:-1]])
    if not follows.all() or (np.abs(ahead - segment.rate.spans_ns(first)) > _SAME_NS).any():
        return None
    inside = np.flatnonzero((first >= 0) & (stop <= segment.npts))
    if len(inside) < _FEWEST:
        return None
    begin, end = inside[0], inside[-1]
    length = int(table.length[rows[0]])
    whole = memoryview(buffer)[int(table.offset[rows[begin]]) : int(table.offset[rows[end]]) + length]
    edges = segment.part(0, int(first[begin])), segment.part(int(stop[end]), segment.npts)
    like = partial(
        encode, reclen=length, encoding=Encoding(int(table.encoding[rows[0]])), quality=chr(table.quality[rows[0]])
    )
    try:
        head, tail = (like(edge) if edge.npts else b"" for edge in edges)
    except SampleError:  # the first sample counts as a difference, which may be too large for Steim
        return None
    if any(records and difference(records, edge) for records, edge in zip((head, tail), edges, strict=True)):
        return None
    return b"".join((head, whole, tail))


def _alike(table: RecordTable, rows: Any) -> bool:
    """Whether records differ only in times and samples, and the times are those of the headers."""
    if table.uniform:
        return table.alike or bool((table.rate[rows] == table.rate[rows[0]]).all())
    same = (table.length, table.encoding, table.quality, table.rate)
    return (
        all((column[rows] == column[rows[0]]).all() for column in same)
        and bool((table.version[rows] == 2).all())
        and bool(table.big_endian[rows].all())
        and not table.correction_ns[rows].any()
        and not table.odd[rows].any()
        and not (table.activity[rows] & _LEAP).any()
    )
