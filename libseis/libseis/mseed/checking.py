"""Check new records: decode them and compare samples, times and codes with the segment that they were made from."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from libseis.codes import Channel
from libseis.mseed.columns import Version3
from libseis.mseed.comparing import right, version2
from libseis.mseed.encoding import float_rate, identifier
from libseis.mseed.framing import version3_at
from libseis.mseed.packing import STEIM
from libseis.mseed.table import Integers
from libseis.segments import Segment
from libseis.segments.times import TOLERANCE

# Version 2 rounds times to microseconds; version 3 has exact times.
_ROUNDED_NS = {2: 500, 3: 0}


def difference(records: bytes, segment: Segment) -> str:
    """Compare records with the segment from which they were made.

    Samples must be equal bit for bit, codes equal, the rate to single precision, and the start of each record to the
    microsecond. In version 3 rate and start must be equal too. Bytes that do not affect samples are not compared.

    Parameters
    ----------
    records
        miniSEED records in order of time.
    segment
        The segment.

    Returns
    -------
    str
        What differs; "" if nothing does.
    """
    version = 3 if records.startswith(b"MS\x03") else 2
    problem, counts, starts = (_version3 if version == 3 else _version2)(records, segment)
    return _other_times(counts, starts, segment, _ROUNDED_NS[version]) or problem


def _version2(records: bytes, segment: Segment) -> tuple[str, Integers, Integers]:
    """The first difference, except for times; and the number of samples and the start of the records before it."""
    samples = np.ascontiguousarray(segment.data)
    return version2(records, samples, _codes(segment.channel), segment.rate.hz)


def _version3(records: bytes, segment: Segment) -> tuple[str, Integers, Integers]:
    """The same as `_version2`. Anything odd about a header is a difference, since the CRC covers the whole record."""
    buffer, samples = np.frombuffer(records, np.uint8), np.ascontiguousarray(segment.data)
    heads: list[Version3] = []
    at = done = 0
    problem = ""
    while at < len(records) and not problem:
        head = version3_at(buffer, at)
        if head is None or head.odd or not _is_named(records, at, segment.channel):
            problem = f"the header at byte {at} is not what was written"
            break
        if head.rate != float_rate(segment.rate):
            problem = f"the rate is {head.rate!r} instead of {float_rate(segment.rate)!r}"
            break
        body, wanted = buffer[at + head.payload : at + head.length], samples[done : done + head.npts]
        found = right(body, head.encoding, head.encoding in STEIM, wanted) if len(wanted) == head.npts else len(wanted)
        if found < head.npts and done + found < segment.npts:
            problem = f"the samples from number {done + found} on are not the same"
            break
        heads.append(head)
        at, done = at + head.length, done + head.npts
    if not problem and done != segment.npts:
        problem = f"there are {done} samples instead of {segment.npts}"
    counts, starts = (np.array([getattr(h, name) for h in heads], np.int64) for name in ("npts", "start_ns"))
    return problem, counts, starts


def _is_named(records: bytes, at: int, channel: Channel) -> bool:
    """Whether the identifier in the version 3 header at `at` names `channel`; its length is in byte 33."""
    return records[at + 40 : at + 40 + records[at + 33]] == _identifier(channel)


@lru_cache(maxsize=1024)
def _codes(channel: Channel) -> bytes:
    """Station, location, channel and network in the form of a version 2 header."""
    widths = ((channel.sta, 5), (channel.loc, 2), (channel.chan, 3), (channel.net, 2))
    return b"".join(code.encode().ljust(width) for code, width in widths)


@lru_cache(maxsize=1024)
def _identifier(channel: Channel) -> bytes:
    return identifier(channel).encode()


def _other_times(counts: Integers, starts: Integers, segment: Segment, rounded: int) -> str:
    """The first difference between the times of the records and the times in their headers."""
    if len(counts) == 1 and segment.times is None:  # one record, such as an edge of a window: arrays would cost more
        start = int(starts[0])
        return "" if abs(start - segment.t0_ns) <= rounded else _misplaced(0, start, segment.t0_ns)
    many, period = len(counts), segment.rate.period_ns
    stops = np.cumsum(counts)
    firsts = stops - counts
    # one call for both ends of the records, because the calls take longer than the sums
    true = segment.times_ns(np.concatenate((firsts, stops - 1)) if segment.times is not None else firsts)
    off = np.abs(starts - true[:many])
    if off.max(initial=0) > rounded:
        k = int((off > rounded).argmax())
        return _misplaced(int(firsts[k]), int(starts[k]), int(true[k]))
    span = segment.rate.spans_ns(np.concatenate((counts, counts - 1)))
    apart = np.abs(starts[1:] - starts[:-1] - span[: many - 1]) if many else off
    if apart.max(initial=0) > period / 2:
        return (
            f"the record of sample {firsts[int((apart > period / 2).argmax()) + 1]} would not follow the one before it"
        )
    if segment.times is None:
        return ""
    late = starts + span[many:] - true[many:]
    furthest = 2 * rounded + 1.5 * TOLERANCE * period
    if np.abs(late).max(initial=0) > furthest:
        k = int((np.abs(late) > furthest).argmax())
        return f"sample {stops[k] - 1} would be {late[k] / 1e6:+.3f} ms off its time"
    return ""


def _misplaced(first: int, start: int, true: int) -> str:
    return f"sample {first} is at {start} ns instead of {true} ns"
