"""Compare the misfit flow with the same flow with the port's windows, and our dataset writer with pyasdf, in one run.

The port needs a separate environment (misfit/README.md). SEISBUS_PORT_PYTHON names its interpreter; without it, this
comparison is left out and the output says so. SEISBUS_BENCH_ASDF_STATIONS makes the datasets smaller.
"""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table

SEED: Final = 0  # and one more for each station
STATIONS = 6
ASDF_STATIONS = int(os.environ.get("SEISBUS_BENCH_ASDF_STATIONS", "1000"))
ASDF_NPTS = 30_000


@dataclass(frozen=True, slots=True)
class Dataset:
    """One way of writing the dataset: wall and CPU seconds, bytes of the file."""

    wall: float
    cpu: float
    size: int


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


def our_flow(folder: Path) -> dict[str, list[Any]]:
    """CPU seconds of each station with nothing cached, with new travel times (as for a new event), and with everything
    cached; and its windows."""
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
    cpu: dict[str, list[float]] = {"nothing cached": [], "cold": [], "warm": []}
    windows = []
    for station in stations:
        clear_travel_times()
        clear_responses()
        cpu["nothing cached"].append(run(station)[0])
    for station in stations:
        clear_travel_times()
        cpu["cold"].append(run(station)[0])
    for station in stations:
        run(station)
    for station in stations:
        seconds, found = run(station)
        cpu["warm"].append(seconds)
        windows.append([[[w.left, w.right] for w in c.windows] for c in found.components])
    return {**cpu, "windows": windows}


def port_flow(folder: Path) -> list[dict[str, Any]] | None:
    """CPU seconds and windows of both passes of the port's flow; None without its interpreter."""
    interpreter = os.environ.get("SEISBUS_PORT_PYTHON")
    if interpreter is None:
        Console().print("Flow with the port's windows: left out, SEISBUS_PORT_PYTHON is not set.")
        return None
    script = Path(__file__).parent / "misfit" / "port_flow.py"
    arguments = [interpreter, str(script), str(folder)]
    done = subprocess.run(arguments, check=True, capture_output=True, text=True, timeout=600)
    passes: list[dict[str, Any]] = json.loads(done.stdout)
    return passes


def compare_flows() -> dict[str, Any]:
    """Print CPU per station of both flows; returns the figures by name, empty if the published inputs are not there."""
    root = Path(__file__).parents[2]
    data = Path(os.environ.get("SEISBUS_TEST_DATA", root / "../shared/data")) / "pyatoa"
    if not data.is_dir():
        Console().print("Flow: left out, SEISBUS_TEST_DATA has no folder pyatoa.")
        return {}
    with tempfile.TemporaryDirectory() as name:
        write_inputs(Path(name), data)
        ours = our_flow(Path(name))
        theirs = port_flow(Path(name))
    table = Table(title=f"Misfit flow, CPU s a station (median of {STATIONS})")
    for column in ("", "ours", "with the port's windows", "ratio", "target"):
        table.add_column(column, justify="right")
    figures: dict[str, Any] = {}
    # the port caches nothing between stations, so its first pass compares with our cold one and its second with our
    # warm one
    for label, number, target in (("nothing cached", 0, None), ("cold", 0, 1 / 4), ("warm", 1, 1 / 8)):
        mine = float(np.median(ours[label]))
        figures[label] = {"ours": mine}
        row = [label, f"{mine:.3f}"]
        if theirs is not None:
            port = float(np.median(theirs[number]["cpu"]))
            figures[label] |= {"port": port, "ratio": mine / port}
            row += [f"{port:.3f}", f"1/{port / mine:.1f}", verdict(mine / port, target)]
        table.add_row(*row)
    Console().print(table)
    if theirs is not None:
        pairs = zip(ours["windows"], theirs[0]["windows"], strict=True)
        figures["windows equal"] = all(mine == found for mine, (found, _) in pairs)
        Console().print(f"Windows of both equal: {figures['windows equal']}")
    return figures


def verdict(ratio: float, target: float | None) -> str:
    """The target, and whether it is met."""
    if target is None:
        return ""
    return f"1/{1 / target:g} " + ("[green]met" if ratio <= target else "[red]missed")


def make_station(number: int) -> tuple[str, Any, bytes]:
    """Code, stream and StationXML of a made-up station; samples are noise that compresses as real data do."""
    from obspy import Inventory, Stream, Trace, UTCDateTime
    from obspy.core.inventory import Channel, Network, Response, Station

    random = np.random.default_rng(SEED + number)
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


def write_ours(path: Path, stations: list[tuple[str, Any, bytes]]) -> None:
    """Our way: written, fsynced, renamed."""
    from libseis import asdf

    asdf.build_dataset(path, (asdf.StationData(code, {"observed": stream}, xml) for code, stream, xml in stations))


def write_by_pyasdf(path: Path, stations: list[tuple[str, Any, bytes]]) -> None:
    """pyasdf's way with its defaults, and fsync."""
    from pyasdf import ASDFDataSet

    with ASDFDataSet(path, mpi=False) as ds:
        for _, stream, xml in stations:
            ds.add_waveforms(stream, tag="observed")
            ds.add_stationxml(io.BytesIO(xml))
    with path.open("rb") as file:
        os.fsync(file.fileno())


def compare_writers() -> dict[str, Any]:
    """Print wall, CPU and size of one dataset written both ways, and what stock pyasdf reads of ours."""
    from pyasdf import ASDFDataSet

    stations = [make_station(number) for number in range(ASDF_STATIONS)]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "ours.h5")
        # a run is so short that other programs may disturb it
        runs = [timed(write_ours, path, stations) for _ in range(3)]
        ours = sorted(runs, key=lambda run: run.wall)[1]
        theirs = timed(write_by_pyasdf, Path(name, "pyasdf.h5"), stations)
        with ASDFDataSet(path, mode="r", mpi=False) as ds:
            equal = all(
                np.array_equal(read.data, given.data)
                for code, stream, _ in stations
                for read, given in zip(ds.waveforms[code].observed, stream, strict=True)
            )
    table = Table(
        title=f"ASDF, {ASDF_STATIONS} x 3 x {ASDF_NPTS} float32, StationXML and fsync included; ours: median of 3"
    )
    for column in ("", "wall s", "CPU s", "MB"):
        table.add_column(column, justify="right")
    for label, way in (("ours", ours), ("pyasdf", theirs)):
        table.add_row(label, f"{way.wall:.1f}", f"{way.cpu:.1f}", f"{way.size / 1e6:.1f}")
    ratios = {"wall": ours.wall / theirs.wall, "cpu": ours.cpu / theirs.cpu, "size": ours.size / theirs.size}
    table.add_section()
    table.add_row("ratio", f"1/{1 / ratios['wall']:.1f}", f"1/{1 / ratios['cpu']:.1f}", f"{ratios['size']:.3f}")
    table.add_row("target", verdict(ratios["wall"], 1 / 5), "", "1 " + ("met" if ratios["size"] <= 1 else "missed"))
    Console().print(table)
    Console().print(f"Every sample read back by pyasdf is equal: {equal}")
    return {**ratios, "equal": equal}


def timed(write: Callable[[Path, list[tuple[str, Any, bytes]]], None], path: Path, stations: list[Any]) -> Dataset:
    """Write a dataset; CPU with that of threads."""
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    write(path, stations)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Dataset(wall, cpu, path.stat().st_size)


def main() -> dict[str, Any]:
    """Print both comparisons; their figures by name."""
    return {"flow": compare_flows(), "asdf": compare_writers()}
