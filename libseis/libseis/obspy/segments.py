"""Convert segments to obspy Traces."""

from __future__ import annotations

from typing import Any

import numpy as np

from libseis.extras import extra
from libseis.segments import Segment

with extra("obspy"):
    from obspy import Trace, UTCDateTime


def segment_to_trace(segment: Segment, units: str = "") -> Trace:
    """Make a Trace of a segment's samples, with the start exact to the nanosecond.

    Parameters
    ----------
    segment
        The segment. Samples in read-only memory are copied, because obspy works in place.
    units
        Value for `stats.units`; "" does not set it.

    Returns
    -------
    Trace
        The Trace with one start and one rate. `Segment.uneven` reports records that are not on this grid.
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
