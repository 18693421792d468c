"""Decode the records of a table into joined segments, one channel after the other.

libmseed decodes a contiguous stretch in one call, which releases the interpreter lock. If it refuses a stretch, the
records are decoded one by one, so that one bad record loses only its own samples. `libseis.segments` joins them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from libseis.codes import Channel
from libseis.isotime import SECOND_NS, iso
from libseis.mseed.table import (
    ENCODING_TEXT,
    NEGATIVE_LEAP_SECOND,
    NO_RATE,
    POSITIVE_LEAP_SECOND,
    Bytes,
    Integers,
    Odd,
    RecordTable,
)
from libseis.mseed.unpacking import Stretch, told, unpack_rows
from libseis.segments import Complaint, ComplaintKind, Joined, Overlap, Rate, Rows, join_rows, merge
from libseis.segments.rate import streams

# doubts about the form of the samples are reported with the result, by the code that decides about them
_ODD = {
    Odd.SEQUENCE: "have something else than digits for a sequence number",
    Odd.QUALITY: "have a quality other than D, R, Q and M",
    Odd.RESERVED: "have a reserved byte that is not blank",
    Odd.CODES: "have codes that are not ASCII, or no FDSN source identifier; '~' stands for each odd byte",
    Odd.TIME: "start at a time with a field beyond its range; the sum of the fields is taken",
    Odd.COUNT: "have more or fewer blockettes than their header says",
    Odd.CHAIN: "have a broken chain of blockettes; what could be reached of it is used",
    Odd.LENGTH: "state a record length that cannot be; where the next record starts is taken for it",
    Odd.CRC: "do not agree with their CRC; their samples are kept",
}


def decode(
    buffer: Any,
    table: RecordTable,
    rows: NDArray[Any] | None = None,
    *,
    overlap: Overlap | str = Overlap.GAP,
) -> list[Joined]:
    """Decode records and join their samples by channel.

    Integer encodings stay int32; real encodings keep their precision. A record with samples that cannot be unpacked is
    left out, with a complaint that names its offset. A record with samples that disagree with its check value is kept
    with a complaint, as libmseed and obspy do. If byte order, encoding or place of the samples are in doubt, a form is
    used that the record's own frames prove, or the record is left out. Records after a record with the leap-second flag
    follow it without a break, as in obspy, with a complaint. Text records are ignored.

    Parameters
    ----------
    buffer
        The records; anything with the buffer protocol.
    table
        The result of `frame` for this buffer.
    rows
        A mask, shape (records,), or indices; without it, all records.
    overlap
        What to do with samples of the same time and different values.

    Returns
    -------
    list[Joined]
        The joined data of each channel, in the order in which the channels first appear.
    """
    raw = np.frombuffer(buffer, np.uint8)
    policy = Overlap(overlap)
    parts = list(enumerate(table.rows))
    if rows is not None:
        chosen = np.zeros(len(table), bool)
        chosen[rows] = True
        parts = [(number, part[chosen[part]]) for number, part in parts]
    parts = sorted(((number, part) for number, part in parts if len(part)), key=lambda one: int(one[1][0]))
    return [_channel(raw, table, part, table.channels[number], policy) for number, part in parts]


def _channel(buffer: Bytes, table: RecordTable, rows: Integers, channel: Channel, overlap: Overlap) -> Joined:
    """Decode and join the chosen records of one channel."""
    if table.plain:  # headers give no reason for a complaint, unless they state several rates
        rate = table.rate[rows[0]]
        if len(table.rates) == 1 or (table.rate[rows] == rate).all():
            return _one_stream(buffer, table, rows, channel, table.rates[rate], overlap)
    complaints = _unusable(table, rows, channel)
    rows = rows[table.waveform[rows]]
    complaints += _corrected(table, rows, channel)
    complaints += _odd(table, rows, channel)
    numbers = sorted(set(table.rate[rows].tolist()))
    rates = [table.rates[number] for number in numbers]
    samples = [int(table.npts[rows[table.rate[rows] == number]].sum()) for number in numbers]
    parts: list[Joined] = []
    for stream in streams(rates, samples):
        chosen = [numbers[n] for n in stream]
        own = rows if len(chosen) == len(numbers) else rows[np.isin(table.rate[rows], chosen)]
        parts.append(_one_stream(buffer, table, own, channel, rates[stream[0]], overlap))
        complaints += _jitter(channel, [rates[n] for n in stream])
    return merge(parts, complaints, channel)


def _jitter(channel: Channel, rates: Sequence[Rate]) -> list[Complaint]:
    """Complaints about headers that state different rates."""
    if len(rates) == 1:
        return []
    values = [rate.hz for rate in rates]
    message = (
        f"{channel}: the headers state {len(rates)} rates from {min(values):.10g} to {max(values):.10g} Hz; "
        f"they are taken as one stream of {rates[0]}."
    )
    return [Complaint(ComplaintKind.RATE_JITTER, message)]


def _one_stream(
    buffer: Bytes, table: RecordTable, rows: Integers, channel: Channel, rate: Rate, overlap: Overlap
) -> Joined:
    """Decode and join the records of one channel at one rate, or at several rates of one stream."""
    stretches = list(_decoded(buffer, table, rows))
    complaints = [s.complaint for s in stretches if s.complaint is not None]
    stretches = [s for s in stretches if s.data is not None]
    if not stretches:
        return Joined((), tuple(complaints), (), channel)
    if len(stretches) == 1 and table.plain and not complaints and stretches[0].note is None:
        return join_rows(_usual(table, stretches[0], rate, channel), overlap)
    kept = np.concatenate([s.rows for s in stretches])
    counts = table.npts[kept]
    before = np.cumsum(counts) - counts
    sizes = np.array([len(s.rows) for s in stretches])
    heads = np.cumsum(sizes) - sizes
    complaints += told(table, stretches, channel)
    starts, ends, leaps = _over_leap_seconds(table, kept, rate, channel)
    joined = join_rows(
        Rows(
            channel=channel,
            rate=rate,
            starts=starts,
            ends=ends,
            counts=counts,
            buffers=[s.data for s in stretches if s.data is not None],
            buffer=np.repeat(np.arange(len(stretches)), sizes),
            first=before - np.repeat(before[heads], sizes),
        ),
        overlap,
    )
    return merge([joined], [*complaints, *leaps], channel)


def _usual(table: RecordTable, stretch: Stretch, rate: Rate, channel: Channel) -> Rows:
    """Records of a plain table that were decoded together."""
    rows, data = stretch.rows, stretch.data
    counts = table.npts[rows]
    return Rows(
        channel=channel,
        rate=rate,
        starts=table.start_ns[rows],
        ends=table.follow_ns[rows],
        counts=counts,
        buffers=[] if data is None else [data],
        buffer=np.zeros(len(rows), np.int64),
        first=np.cumsum(counts) - counts,
    )


def _decoded(buffer: Bytes, table: RecordTable, rows: Integers) -> Iterator[Stretch]:
    """Decode `rows`, by offset, in as few calls as possible."""
    if len(rows) == 0:
        return
    starts, follow = table.start_ns[rows], table.follow_ns[rows]
    if table.alike:
        contiguous = np.abs(starts[1:] - follow[:-1]) < table.rates[0].period_ns / 2
        if contiguous.all():
            yield from unpack_rows(buffer, table, rows)
            return
    else:
        contiguous = (
            (np.abs(starts[1:] - follow[:-1]) < table.period_ns[rows[:-1]] / 2)
            & (table.encoding[rows[1:]] == table.encoding[rows[:-1]])
            & (table.version[rows[1:]] == table.version[rows[:-1]])
        )
    for stretch in np.split(rows, np.flatnonzero(~contiguous) + 1):
        yield from unpack_rows(buffer, table, stretch)


def _unusable(table: RecordTable, rows: Integers, channel: Channel) -> list[Complaint]:
    """Complaints about records that have samples and no sampling rate."""
    rows = rows[(table.npts[rows] > 0) & ~table.waveform[rows]]
    if len(rows) == 0:
        return []
    text = int((table.encoding[rows] == ENCODING_TEXT).sum())
    kinds = [f"{text} of text"] if text else []
    if other := int(((table.encoding[rows] != ENCODING_TEXT) & (table.rate[rows] == NO_RATE)).sum()):
        kinds.append(f"{other} without a sampling rate")
    message = f"{channel}: {len(rows)} records are not waveforms ({', '.join(kinds)}); they are left out."
    return [Complaint(ComplaintKind.NOT_WAVEFORM, message)]


def _odd(table: RecordTable, rows: Integers, channel: Channel) -> list[Complaint]:
    """Complaints about odd headers, one sentence for each kind."""
    complaints: list[Complaint] = []
    if not table.odd[rows].any():
        return complaints
    for flag, text in _ODD.items():
        if len(found := rows[(table.odd[rows] & flag) != 0]):
            message = f"{channel}: {len(found)} records, the first at byte {int(table.offset[found[0]])}, {text}."
            kind = ComplaintKind.INTEGRITY if flag is Odd.CRC else ComplaintKind.ODD_HEADER
            complaints.append(Complaint(kind, message))
    return complaints


def _corrected(table: RecordTable, rows: Integers, channel: Channel) -> list[Complaint]:
    """Complaints about header time corrections that had to be applied."""
    moved = rows[table.correction_ns[rows] != 0]
    if len(moved) == 0:
        return []
    largest = int(table.correction_ns[moved][np.abs(table.correction_ns[moved]).argmax()])
    message = (
        f"{channel}: the header time correction of {len(moved)} records was not applied yet; it is now, "
        f"the largest is {largest / 1e9:+.4f} s."
    )
    return [Complaint(ComplaintKind.TIME_CORRECTION, message)]


def _over_leap_seconds(
    table: RecordTable, rows: Integers, rate: Rate, channel: Channel
) -> tuple[Integers, Integers, list[Complaint]]:
    """Start and end times for joining; records after a leap second are moved onto the grid of the record with it."""
    starts, ends = table.start_ns[rows], table.follow_ns[rows]
    flags = table.activity[rows]
    leap = np.where(flags & POSITIVE_LEAP_SECOND, SECOND_NS, 0) - np.where(flags & NEGATIVE_LEAP_SECOND, SECOND_NS, 0)
    if not leap.any():
        return starts, ends, []
    order = np.argsort(starts, kind="stable")
    starts, follow, leap = starts[order], ends[order], leap[order]
    complaints: list[Complaint] = []
    for at in np.flatnonzero(leap):
        ahead = starts[at + 1 :] - follow[at:-1]
        ahead[:1] += leap[at]
        broken = np.flatnonzero(np.abs(ahead) > rate.period_ns / 2)
        stop = at + 1 + (int(broken[0]) if len(broken) else len(ahead))
        starts[at + 1 : stop] += leap[at]
        follow[at + 1 : stop] += leap[at]
        message = (
            f"{channel}: the record that starts at {iso(int(starts[at]), 6)} is flagged to hold a leap second; times "
            f"after it, up to the next gap, are {int(leap[at]) // SECOND_NS:+d} s off UTC."
        )
        complaints.append(Complaint(ComplaintKind.LEAP_SECOND, message))
    back = np.argsort(order)
    return starts[back], follow[back], complaints
