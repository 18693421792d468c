"""Reads datasets as their users would, with obspy, pyarrow and pyasdf and nothing of Seisbus; prints JSON.

Standard input: {"paths": [...], "format": ...}. A waveform comes out as [codes, start in ns, rate, npts, SHA-256 of the
samples as float64].
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np


def row(codes: str, start_ns: int, rate: float, data: Any) -> list[Any]:
    return [codes, start_ns, rate, len(data), hashlib.sha256(np.asarray(data, "<f8").tobytes()).hexdigest()]


def stream_rows(path: str) -> list[list[Any]]:
    import obspy

    return [row(t.id, t.stats.starttime.ns, t.stats.sampling_rate, t.data) for t in obspy.read(path)]


def sac_rows(path: str) -> list[list[Any]]:
    """The rate is that of the header: obspy rounds the interval to microseconds when it reads."""
    import obspy

    traces = [trace for file in sorted(Path(path).glob("*.SAC")) for trace in obspy.read(str(file))]
    return [row(t.id, t.stats.starttime.ns, 1 / float(t.stats.sac.delta), t.data) for t in traces]


def parquet_rows(path: str) -> list[list[Any]]:
    import pyarrow.parquet as pq

    return [
        row(
            ".".join(one[name] for name in ("net", "sta", "loc", "chan")),
            one["t0_ns"],
            one["rate_numerator"] / one["rate_denominator"],
            one["counts"] if one["counts"] is not None else one["samples"],
        )
        for one in pq.read_table(path).to_pylist()
    ]


def asdf_rows(path: str, about: dict[str, Any]) -> list[list[Any]]:
    import pyasdf

    found = []
    with pyasdf.ASDFDataSet(path, mode="r", mpi=False) as dataset:
        for station in dataset.waveforms:
            for tag in station.get_waveform_tags():
                for trace in station[tag]:
                    found.append(row(trace.id, trace.stats.starttime.ns, trace.stats.sampling_rate, trace.data))
                    about.setdefault("tags", []).append(tag)
            if "StationXML" in station.list():
                about.setdefault("stations", []).append(station._station_name)
        about.setdefault("events", {})[path] = [
            [event.origins[0].time.ns, event.origins[0].latitude, event.origins[0].depth] for event in dataset.events
        ]
    return found


def main() -> None:
    order = json.load(sys.stdin)
    about: dict[str, Any] = {}
    read = {"mseed": stream_rows, "sac": sac_rows, "parquet": parquet_rows}.get(order["format"])
    rows = [r for path in order["paths"] for r in (read(path) if read else asdf_rows(path, about))]
    json.dump({"rows": rows, **about}, sys.stdout)


if __name__ == "__main__":
    main()
