"""Whether records that were made of a segment give it back: libmseed decodes them, the headers' times are compared."""

from __future__ import annotations

import numpy as np
from pymseed import MiniSEEDError, MS3Record

from libseis.segments import Segment
from libseis.segments.times import TOLERANCE

# Headers end at microseconds.
_SAME_NS = 1000
# Blockette 100 is in single precision, whose relative spacing this is.
_SAME_RATE = float(np.finfo(np.float32).eps)


def difference(records: bytes, segment: Segment) -> str:
    """What differs between miniSEED `records`, in order of time, and the segment that they were made of; "" if nothing.

    Samples must be equal bit for bit, the rate to single precision, and each record's start to the microsecond.
    """
    done, follow = 0, segment.t0_ns
    try:
        for record in MS3Record.from_buffer(records, unpack_data=True):
            samples = record.np_datasamples
            own = segment.data[done : done + len(samples)]
            if len(own) != len(samples) or own.dtype != samples.dtype or own.tobytes() != samples.tobytes():
                return f"the samples from number {done} on are not the same"
            if abs(record.starttime - segment.time_ns(done)) > _SAME_NS:
                return f"sample {done} is at {record.starttime} ns instead of {segment.time_ns(done)} ns"
            if abs(record.samprate / segment.rate.hz - 1) > _SAME_RATE:
                return f"the rate is {record.samprate!r} Hz instead of {segment.rate.hz!r} Hz"
            if abs(record.starttime - follow) > segment.rate.period_ns / 2:
                return f"the record of sample {done} would not follow the one before it"
            done += len(samples)
            follow = record.starttime + segment.rate.span_ns(len(samples))
            late = follow - segment.rate.span_ns(1) - segment.time_ns(done - 1)
            if abs(late) > _SAME_NS + 1.5 * TOLERANCE * segment.rate.period_ns:
                return f"sample {done - 1} would be {late / 1e6:+.3f} ms off its time"
    except MiniSEEDError as error:
        return f"the records cannot be decoded: {error}"
    return "" if done == segment.npts else f"there are {done} samples instead of {segment.npts}"
