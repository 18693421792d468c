"""Segments as obspy traces: what the formats that obspy writes are made from. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
from libseis.segments import Segment


def trace_of(segment: Segment, units: str = "") -> Any:
    """An obspy Trace on the segment's own samples, start to the nanosecond; `stats.units` where they are known."""
    from obspy import Trace, UTCDateTime

    source = segment.source
    header: dict[str, Any] = {
        "network": source.net,
        "station": source.sta,
        "location": source.loc,
        "channel": source.chan,
        "sampling_rate": segment.rate.hz,
        "starttime": UTCDateTime(ns=segment.t0_ns),
    }
    if units:
        header["units"] = units
    return Trace(np.ascontiguousarray(segment.data), header=header)
