"""Speed of the misfit flow beside the same flow with the port's windows, and of ASDF writing beside pyasdf's.

`python -m benchmarks.misfit_speed` from the folder tests. The port needs an environment of its own (see
misfit/README.md); SEISBUS_PORT_PYTHON names its interpreter. Without it that part is left out, and said to be.
"""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

STATIONS = 6
ASDF_STATIONS = int(os.environ.get("SEISBUS_BENCH_ASDF_STATIONS", "1000"))
ASDF_NPTS = 30_000


def write_inputs(folder: Path, data: Path) -> None:
    """The published station at STATIONS places, a tenth of a degree apart, so that every travel time is new."""
    import obspy

    event = obspy.read_events(data / "test_catalog_2018p130600.xml")
    event.write(str(folder / "event.xml"), format="QUAKEML")
    observed = obspy.read(data / "test_obs_data_NZ_BFZ_2018p130600.ascii")
    synthetic = obspy.read(data / "test_syn_data_NZ_BFZ_2018p130600.ascii")
    for number in range(STATIONS):
        inventory = obspy.read_inventory(data / "test_dataless_NZ_BFZ.xml")
        for thing in (inventory[0][0], *inventory[0][0]):
            thing.latitude -= 0.1 * number
        inventory.write(str(folder / f"{number:03d}.xml"), format="STATIONXML")
        observed.write(str(folder / f"{number:03d}_obs.pkl"), format="PICKLE")
        synthetic.write(str(folder / f"{number:03d}_syn.pkl"), format="PICKLE")


def our_flow(folder: Path) -> dict[str, list[float]]:
    """CPU seconds of each station: all caches empty; travel times of the station not known; all known."""
    import obspy
    from libseis.misfit import Config, measure_station
    from libseis.misfit.response import clear_cache as clear_responses
    from libseis.misfit.traveltimes import clear_cache as clear_travel_times

    event = obspy.read_events(str(folder / "event.xml"))[0]
    stations = [
        (
            obspy.read(str(folder / f"{n:03d}_obs.pkl"), format="PICKLE"),
            obspy.read(str(folder / f"{n:03d}_syn.pkl"), format="PICKLE"),
            obspy.read_inventory(str(folder / f"{n:03d}.xml")),
        )
        for n in range(STATIONS)
    ]
    config = Config()

    def run(station: tuple[Any, Any, Any]) -> tuple[float, Any]:
        start = time.process_time()
        found = measure_station(config, station[0], station[1], event, station[2])
        return time.process_time() - start, found

    run(stations[0])  # imports and models, as on the other side
    cpu: dict[str, list[float]] = {"new event": [], "cold": [], "warm": []}
    windows = []
    for station in stations:
        clear_travel_times()
        clear_responses()
        cpu["new event"].append(run(station)[0])
    clear_travel_times()
    run(stations[0])
    for station in stations[1:]:
        cpu["cold"].append(run(station)[0])
    for station in stations:
        seconds, found = run(station)
        cpu["warm"].append(seconds)
        windows.append([[[w.left, w.right] for w in c.windows] for c in found.components])
    return {**cpu, "windows": windows}


def compare_flows() -> None:
    """Print CPU a station of both flows, in one run."""
    root = Path(__file__).parents[2]
    data = Path(os.environ.get("SEISBUS_TEST_DATA", root / "../shared/data")) / "pyatoa"
    interpreter = os.environ.get("SEISBUS_PORT_PYTHON")
    if not data.is_dir():
        print("Flow: left out, SEISBUS_TEST_DATA has no folder pyatoa.")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_inputs(folder, data)
        ours = our_flow(folder)
        theirs = None
        if interpreter:
            script = Path(__file__).parent / "misfit" / "port_flow.py"
            done = subprocess.run(
                [interpreter, str(script), name], check=True, capture_output=True, text=True, timeout=600
            )
            theirs = json.loads(done.stdout)
    if theirs is None:
        print("Flow of the port: left out, SEISBUS_PORT_PYTHON is not set.")
    reference = float(np.median(theirs[0]["cpu"])) if theirs else float("nan")
    print(f"Flow, CPU a station (median of {STATIONS}); with the port's windows {reference:.3f} s")
    for label in ("new event", "cold", "warm"):
        seconds = float(np.median(ours[label]))
        print(f"  ours, {label:12s} {seconds:.3f} s   1/{reference / seconds:.1f} of the port's")
    if theirs:
        equal = all(mine == found for mine, (found, _) in zip(ours["windows"], theirs[0]["windows"], strict=True))
        print(f"  windows equal: {equal}")


def make_station(number: int) -> tuple[str, Any, bytes]:
    """Code, stream and StationXML of a made-up station; samples are noise that compresses as real data do."""
    from obspy import Inventory, Stream, Trace, UTCDateTime
    from obspy.core.inventory import Channel, Network, Response, Station

    random = np.random.default_rng(number)
    place: dict[str, float] = {"latitude": -40.0 + number * 0.01, "longitude": 170.0, "elevation": 0.0}
    response = Response.from_paz([0j, 0j], [-0.037 + 0.037j, -0.037 - 0.037j], stage_gain=1500.0)
    traces, channels = [], []
    for code in ("HHE", "HHN", "HHZ"):
        data = np.cumsum(random.standard_normal(ASDF_NPTS)).astype(np.float32)
        header = {
            "network": "XX", "station": f"S{number:04d}", "location": "10", "channel": code, "sampling_rate": 100.0,
            "starttime": UTCDateTime(1.6e9),
        }  # fmt: skip
        traces.append(Trace(data, header))
        channels.append(
            Channel(code, "10", depth=0.0, azimuth=0.0, dip=0.0, sample_rate=100.0, response=response, **place)
        )
    inventory = Inventory(
        networks=[Network("XX", stations=[Station(f"S{number:04d}", channels=channels, **place)])], source="bench"
    )
    xml = io.BytesIO()
    inventory.write(xml, format="STATIONXML")
    return f"XX.S{number:04d}", Stream(traces), xml.getvalue()


def compare_writers() -> None:
    """Print wall, CPU and size of one dataset written by build_dataset and by pyasdf; inputs are made beforehand."""
    from pyasdf import ASDFDataSet

    from libseis import asdf

    stations = [make_station(number) for number in range(ASDF_STATIONS)]
    with tempfile.TemporaryDirectory() as name:
        ours, theirs = Path(name) / "ours.h5", Path(name) / "pyasdf.h5"
        our_time = timed(
            lambda: asdf.build_dataset(
                ours,
                (asdf.StationData(code, {"observed": stream}, station_xml) for code, stream, station_xml in stations),
            )
        )

        def by_pyasdf() -> None:
            with ASDFDataSet(theirs, mpi=False) as ds:
                for _, stream, station_xml in stations:
                    ds.add_waveforms(stream, tag="observed")
                    ds.add_stationxml(io.BytesIO(station_xml))
            with theirs.open("rb") as file:
                os.fsync(file.fileno())

        their_time = timed(by_pyasdf)
        sizes = ours.stat().st_size, theirs.stat().st_size
        with ASDFDataSet(ours, mode="r", mpi=False) as ds:
            code, stream, _ = stations[-1]
            same = all(
                np.array_equal(a.data, b.data)
                for a, b in zip(ds.waveforms[code].observed, stream, strict=True)
            )  # fmt: skip
            count = len(ds.waveforms.list())
    raw = ASDF_STATIONS * 3 * ASDF_NPTS * 4
    print(
        f"ASDF, {ASDF_STATIONS} stations x 3 x {ASDF_NPTS} float32 ({raw / 1e6:.0f} MB), StationXML and fsync included"
    )
    for label, (wall, cpu), size in (("ours", our_time, sizes[0]), ("pyasdf", their_time, sizes[1])):
        print(f"  {label:7s} wall {wall:6.1f} s   CPU {cpu:6.1f} s   {size / 1e6:6.1f} MB")
    print(f"  pyasdf / ours: wall {their_time[0] / our_time[0]:.1f}, CPU {their_time[1] / our_time[1]:.1f}, ", end="")
    print(f"size {sizes[1] / sizes[0]:.3f}; read back by pyasdf: {count} stations, samples equal: {same}")


def timed(work: Any) -> tuple[float, float]:
    """Wall and CPU seconds of a call, its threads included."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    work()
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    wanted = set(sys.argv[1:]) or {"flow", "asdf"}
    if "flow" in wanted:
        compare_flows()
    if "asdf" in wanted:
        compare_writers()
