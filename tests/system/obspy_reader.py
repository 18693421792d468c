"""What obspy finds in whole miniSEED files, for comparison: a script for a process of its own.

Takes a list of {"paths", "channel", "start_ns", "end_ns"} as JSON on its standard input; prints for each the number,
first time and hash (as float64) of the samples from start to end, both included, in order of time.
"""

from __future__ import annotations

import hashlib
import json
import sys
from functools import cache
from typing import Any

import numpy as np
import obspy


@cache
def samples(paths: tuple[str, ...], channel: str) -> tuple[Any, Any]:
    """Times in ns and values of a channel in files, in order of time."""
    traces = [trace for path in paths for trace in obspy.read(path, format="MSEED").select(id=channel)]
    times = np.concatenate(
        [t.stats.starttime.ns + np.rint(np.arange(t.stats.npts) * (1e9 / t.stats.sampling_rate)).astype(np.int64)
         for t in traces]
    )  # fmt: skip
    values = np.concatenate([t.data for t in traces])
    order = np.argsort(times, kind="stable")
    return times[order], values[order]


def main() -> None:
    found = []
    for request in json.load(sys.stdin):
        times, values = samples(tuple(request["paths"]), request["channel"])
        inside = (times >= request["start_ns"]) & (times <= request["end_ns"])
        data = np.ascontiguousarray(values[inside], "<f8")
        first = int(times[inside][0]) if inside.any() else 0
        found.append({"npts": len(data), "first_ns": first, "sha256": hashlib.sha256(data.tobytes()).hexdigest()})
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
