"""Whether records that were made of a segment give it back: libmseed decodes them, the headers' times are compared."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pymseed import MiniSEEDError, MS3Record

from libseis.mseed.unpacking import together
from libseis.segments import Segment
from libseis.segments.segment import Samples
from libseis.segments.times import TOLERANCE

# Headers end at microseconds.
_SAME_NS = 1000
# Blockette 100 is in single precision, whose relative spacing this is.
_SAME_RATE = float(np.finfo(np.float32).eps)
_MANY = 4


def difference(records: bytes, segment: Segment) -> str:
    """What differs between miniSEED `records`, in order of time, and the segment that they were made of; "" if nothing.

    Samples must be equal bit for bit, the rate to single precision, and each record's start to the microsecond.
    """
    heads: list[tuple[int, int, int, float]] = []  # first sample, stop, start, rate
    done = 0
    try:
        for record in MS3Record.from_buffer(records):
            heads.append((done, done + record.samplecnt, record.starttime, record.samprate))
            done = heads[-1][1]
        if done != segment.npts:
            return f"there are {done} samples instead of {segment.npts}"
        return _other_times(heads, segment) or _other_samples(records, len(heads), segment)
    except MiniSEEDError as error:
        return f"the records cannot be decoded: {error}"


def _other_samples(records: bytes, count: int, segment: Segment) -> str:
    """What differs in the samples; many records are unpacked in one call, which takes half as long."""
    if count >= _MANY:
        whole = together(np.frombuffer(records, np.uint8), segment.npts)
        if whole is not None and _same(whole, segment.data):
            return ""
    done = 0
    for record in MS3Record.from_buffer(records, unpack_data=True):
        samples = record.np_datasamples
        if not _same(samples, segment.data[done : done + len(samples)]):
            return f"the samples from number {done} on are not the same"
        done += len(samples)
    return ""


def _same(one: Samples, other: Samples) -> bool:
    """Whether two arrays have the same bits."""
    if one.dtype != other.dtype or len(one) != len(other):
        return False
    bits = np.dtype(f"i{one.dtype.itemsize}")
    return bool((one.view(bits) == np.ascontiguousarray(other).view(bits)).all())


def _other_times(heads: Sequence[tuple[int, int, int, float]], segment: Segment) -> str:
    """What differs in the times and rates of the headers."""
    follow, period, span = segment.t0_ns, segment.rate.period_ns, segment.rate.span_ns
    firsts, lasts = _times([head[0] for head in heads], segment), _times([head[1] - 1 for head in heads], segment)
    for (first, stop, start, hz), true, end in zip(heads, firsts, lasts, strict=True):
        if abs(start - true) > _SAME_NS:
            return f"sample {first} is at {start} ns instead of {true} ns"
        if abs(hz / segment.rate.hz - 1) > _SAME_RATE:
            return f"the rate is {hz!r} Hz instead of {segment.rate.hz!r} Hz"
        if abs(start - follow) > period / 2:
            return f"the record of sample {first} would not follow the one before it"
        follow = start + span(stop - first)
        late = start + span(stop - first - 1) - end
        if abs(late) > _SAME_NS + 1.5 * TOLERANCE * period:
            return f"sample {stop - 1} would be {late / 1e6:+.3f} ms off its time"
    return ""


def _times(samples: Sequence[int], segment: Segment) -> list[int]:
    """The times of samples in ns; the edges of a window are one or two records, for which arrays cost more."""
    if segment.times is None or len(samples) < _MANY:
        return [segment.time_ns(i) for i in samples]
    return [int(ns) for ns in segment.times_ns(np.array(samples, np.int64))]
