"""Segments as obspy Traces."""

from __future__ import annotations

from typing import Any

import numpy as np

from libseis.extras import extra
from libseis.segments import Segment

with extra("obspy"):
    from obspy import Trace, UTCDateTime


def segment_to_trace(segment: Segment, units: str = "") -> Trace:
    """A Trace of the samples as they are, start to the nanosecond.

    Parameters
    ----------
    segment
        Its data may be views of read-only memory, which are copied then: obspy works in place.
    units
        Becomes `stats.units` where it is not empty.

    Returns
    -------
    Trace
        One start and one rate: where the times of records leave that grid, `Segment.uneven` says so.
    """
    channel = segment.channel
    header: dict[str, Any] = {
        "network": channel.net,
        "station": channel.sta,
        "location": channel.loc,
        "channel": channel.chan,
        "sampling_rate": segment.rate.hz,
        "starttime": UTCDateTime(ns=segment.t0_ns),
    }
    if units:
        header["units"] = units
    return Trace(np.require(segment.data, requirements=["C", "W"]), header=header)
