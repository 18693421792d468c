"""Decode the records of a table into joined segments, one channel after the other.

Contiguous stretches go to libmseed in one call, which releases the interpreter lock; what that refuses is
decoded record by record, so that one bad record costs only itself. What joins is decided in `libseis.segments`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymseed import MiniSEEDError, MS3Record, MS3TraceList

from libseis.mseed.table import (
    ENCODING_TEXT,
    ENCODING_UNKNOWN,
    NEGATIVE_LEAP_SECOND,
    NO_RATE,
    POSITIVE_LEAP_SECOND,
    Bytes,
    Integers,
    RecordTable,
)
from libseis.segments import Complaint, ComplaintKind, Joined, Overlap, Rate, Rows, SourceId, join_rows, merge
from libseis.segments.join import iso
from libseis.segments.segment import Samples

_NS = 1_000_000_000
_STEIM = (10, 11)
_FRAME_CONSTANTS = 4  # bytes from the start of the first Steim frame to the first and last sample (words 1 and 2)


def decode(
    buffer: Any,
    table: RecordTable,
    rows: NDArray[Any] | None = None,
    *,
    overlap: Overlap | str = Overlap.GAP,
) -> list[Joined]:
    """Samples of the chosen records of `buffer`, joined by channel, in the order channels first appear.

    `table` is what `frame` gave for this buffer; `rows` is a mask (records,) or indices, all records if None.
    Integer encodings stay int32, real ones keep their precision. A record whose samples cannot be
    unpacked is left out with a complaint that names its offset; one whose samples disagree with its own
    check value is kept with a complaint, as libmseed and obspy do. Records after one that is flagged to hold
    a leap second follow it without a break, as in obspy, with a complaint. Text records are no waveforms.
    """
    raw = np.frombuffer(buffer, np.uint8)
    chosen = np.arange(len(table)) if rows is None else np.sort(np.arange(len(table))[rows])
    policy = Overlap(overlap)
    numbers = table.source[chosen]
    return [
        _channel(raw, table, chosen[numbers == number], table.sources[number], policy)
        for number in dict.fromkeys(numbers.tolist())
    ]


def _channel(buffer: Bytes, table: RecordTable, rows: Integers, source: SourceId, overlap: Overlap) -> Joined:
    """Everything chosen of one channel."""
    complaints = _unusable(table, rows, source)
    rows = rows[table.waveform[rows]]
    complaints += [*_corrected(table, rows, source), *_assumed(table, rows, source)]
    parts = [
        _one_rate(buffer, table, rows[table.rate[rows] == number], source, table.rates[number], overlap)
        for number in sorted(set(table.rate[rows].tolist()))
    ]
    return merge(parts, complaints, source)


def _one_rate(
    buffer: Bytes, table: RecordTable, rows: Integers, source: SourceId, rate: Rate, overlap: Overlap
) -> Joined:
    """The records of one channel at one rate."""
    stretches = list(_decoded(buffer, table, rows, rate))
    complaints = [s.complaint for s in stretches if s.complaint is not None]
    stretches = [s for s in stretches if s.data is not None]
    if not stretches:
        return Joined((), tuple(complaints), (), source)
    kept = np.concatenate([s.rows for s in stretches])
    counts = table.npts[kept]
    before = np.cumsum(counts) - counts
    sizes = np.array([len(s.rows) for s in stretches])
    heads = np.cumsum(sizes) - sizes
    complaints += _check_values(buffer, table, stretches, source)
    starts, leaps = _over_leap_seconds(table, kept, rate, source)
    joined = join_rows(
        Rows(
            source=source,
            rate=rate,
            starts=starts,
            counts=counts,
            buffers=[s.data for s in stretches if s.data is not None],
            buffer=np.repeat(np.arange(len(stretches)), sizes),
            first=before - np.repeat(before[heads], sizes),
        ),
        overlap,
    )
    return merge([joined], [*complaints, *leaps], source)


@dataclass(frozen=True, slots=True, eq=False)
class _Stretch:
    """Records that were decoded together, and their samples; or one that could not be, and why."""

    rows: Integers
    data: Samples | None
    complaint: Complaint | None = None


def _decoded(buffer: Bytes, table: RecordTable, rows: Integers, rate: Rate) -> Iterator[_Stretch]:
    """Decode `rows`, by offset, in as few calls as they allow."""
    if len(rows) == 0:
        return
    follow = table.start_ns[rows] + rate.spans_ns(table.npts[rows])
    contiguous = (
        (np.abs(table.start_ns[rows[1:]] - follow[:-1]) < rate.period_ns / 2)
        & (table.encoding[rows[1:]] == table.encoding[rows[:-1]])
        & (table.version[rows[1:]] == table.version[rows[:-1]])
    )
    for stretch in np.split(rows, np.flatnonzero(~contiguous) + 1):
        yield from _stretch(buffer, table, stretch)


def _stretch(buffer: Bytes, table: RecordTable, rows: Integers) -> Iterator[_Stretch]:
    """Decode records that follow each other in time, halving what libmseed refuses until the bad ones are alone."""
    if len(rows) == 1:
        yield _single(buffer, table, rows)
    elif (whole := _unpack(_bytes_of(buffer, table, rows), int(table.npts[rows].sum()))) is not None:
        yield _Stretch(rows, whole)
    else:
        middle = len(rows) // 2
        yield from _stretch(buffer, table, rows[:middle])
        yield from _stretch(buffer, table, rows[middle:])


def _bytes_of(buffer: Bytes, table: RecordTable, rows: Integers) -> Bytes:
    """The bytes of `rows` one after the other, as libmseed takes them all; a view where they lie so in the file."""
    begin, length = table.offset[rows], table.length[rows]
    stop = begin + length
    edges = np.flatnonzero(begin[1:] != stop[:-1]) + 1
    heads, tails = begin[np.append(0, edges)], stop[np.append(edges - 1, -1)]
    pieces = [buffer[a:b] for a, b in zip(heads.tolist(), tails.tolist(), strict=True)]
    if table.encoding[rows[-1]] == ENCODING_UNKNOWN:
        # without blockette 1000 the next header tells the length; the last record, which has none, would be dropped
        pieces.append(buffer[begin[-1] : stop[-1]])
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def _unpack(records: Bytes, npts: int) -> Samples | None:
    """The samples of contiguous records of one channel in one array, or None unless libmseed agrees to all of it."""
    try:
        with MS3TraceList.from_buffer(records, unpack_data=True) as traces:
            if len(traces) == 1 and len(traces[0]) == 1 and traces[0][0].numsamples == npts:
                samples: Samples = traces[0][0].take_np_datasamples()
                return samples
    except MiniSEEDError:
        pass  # one of the records is bad; taken one by one they tell which
    return None


def _single(buffer: Bytes, table: RecordTable, rows: Integers) -> _Stretch:
    """One record by itself."""
    row = rows[0]
    offset, npts = int(table.offset[row]), int(table.npts[row])
    record = _bytes_of(buffer, table, rows)
    reason = f"it does not hold the {npts} samples its header promises"
    try:
        if table.encoding[row] == ENCODING_UNKNOWN:
            data = _unpack(record, npts)
        else:
            data = MS3Record.parse(record, unpack_data=True).np_datasamples
        if data is not None and len(data) == npts and data.dtype in (np.int32, np.float32, np.float64):
            return _Stretch(rows, data)
    except MiniSEEDError as error:
        reason = str(error)
    message = (
        f"The record at byte {offset} is left out, since its samples cannot be unpacked: {reason}. "
        f"It stands for {npts} samples from {iso(int(table.start_ns[row]))}."
    )
    return _Stretch(rows, None, Complaint(ComplaintKind.BAD_RECORD, message))


def _check_values(
    buffer: Bytes, table: RecordTable, stretches: Sequence[_Stretch], source: SourceId
) -> list[Complaint]:
    """Compare the last sample of every Steim record with the one its first frame states."""
    wrong: list[int] = []
    for stretch in stretches:
        if stretch.data is None or int(table.encoding[stretch.rows[0]]) not in (*_STEIM, ENCODING_UNKNOWN):
            continue  # libmseed takes what states no encoding for Steim-1, and its own check value tells whether it is
        last = np.cumsum(table.npts[stretch.rows]) - 1
        place = table.offset[stretch.rows] + table.payload[stretch.rows] + _FRAME_CONSTANTS + 4
        inside = place + 4 <= table.offset[stretch.rows] + table.length[stretch.rows]
        rows, last, place = stretch.rows[inside], last[inside], place[inside]
        words = buffer[place[:, None] + np.arange(4)]
        stated = np.where(table.big_endian[rows], words.view(">i4").reshape(-1), words.view("<i4").reshape(-1))
        wrong += table.offset[rows[stretch.data[last] != stated]].tolist()
    if not wrong:
        return []
    message = (
        f"{source}: {len(wrong)} records, the first at byte {wrong[0]}, end on another sample than their own check "
        "value states; their samples are kept."
    )
    return [Complaint(ComplaintKind.INTEGRITY, message)]


def _unusable(table: RecordTable, rows: Integers, source: SourceId) -> list[Complaint]:
    """What is said of records with samples that are no time series."""
    rows = rows[(table.npts[rows] > 0) & ~table.waveform[rows]]
    if len(rows) == 0:
        return []
    text = int((table.encoding[rows] == ENCODING_TEXT).sum())
    kinds = [f"{text} of text"] if text else []
    if other := int(((table.encoding[rows] != ENCODING_TEXT) & (table.rate[rows] == NO_RATE)).sum()):
        kinds.append(f"{other} without a sampling rate")
    message = f"{source}: {len(rows)} records are no waveforms ({', '.join(kinds)}); they are left out."
    return [Complaint(ComplaintKind.NOT_WAVEFORM, message)]


def _assumed(table: RecordTable, rows: Integers, source: SourceId) -> list[Complaint]:
    """What is said of records that do not say how their samples are encoded."""
    silent = rows[table.encoding[rows] == ENCODING_UNKNOWN]
    if len(silent) == 0:
        return []
    message = (
        f"{source}: {len(silent)} records, the first at byte {int(table.offset[silent[0]])}, state no encoding "
        "(they have no blockette 1000); Steim-1 was assumed."
    )
    return [Complaint(ComplaintKind.ASSUMED, message)]


def _corrected(table: RecordTable, rows: Integers, source: SourceId) -> list[Complaint]:
    """What is said of header time corrections that had to be applied."""
    moved = rows[table.correction_ns[rows] != 0]
    if len(moved) == 0:
        return []
    largest = int(table.correction_ns[moved][np.abs(table.correction_ns[moved]).argmax()])
    message = (
        f"{source}: the header time correction of {len(moved)} records was not applied yet; it is now, "
        f"the largest is {largest / 1e9:+.4f} s."
    )
    return [Complaint(ComplaintKind.TIME_CORRECTION, message)]


def _over_leap_seconds(
    table: RecordTable, rows: Integers, rate: Rate, source: SourceId
) -> tuple[Integers, list[Complaint]]:
    """Start times for joining: what follows a record that holds a leap second is moved onto its grid."""
    starts = table.start_ns[rows]
    flags = table.activity[rows]
    leap = np.where(flags & POSITIVE_LEAP_SECOND, _NS, 0) - np.where(flags & NEGATIVE_LEAP_SECOND, _NS, 0)
    if not leap.any():
        return starts, []
    order = np.argsort(starts, kind="stable")
    starts, follow = starts[order], (starts + rate.spans_ns(table.npts[rows]))[order]
    leap = leap[order]
    complaints: list[Complaint] = []
    for at in np.flatnonzero(leap):
        ahead = starts[at + 1 :] - follow[at:-1]
        ahead[:1] += leap[at]
        broken = np.flatnonzero(np.abs(ahead) > rate.period_ns / 2)
        stop = at + 1 + (int(broken[0]) if len(broken) else len(ahead))
        starts[at + 1 : stop] += leap[at]
        follow[at + 1 : stop] += leap[at]
        message = (
            f"{source}: the record that starts at {iso(int(starts[at]))} is flagged to hold a leap second; times after "
            f"it, up to the next gap, are {int(leap[at]) // _NS:+d} s off UTC."
        )
        complaints.append(Complaint(ComplaintKind.LEAP_SECOND, message))
    unsorted = np.empty_like(starts)
    unsorted[order] = starts
    return unsorted, complaints
