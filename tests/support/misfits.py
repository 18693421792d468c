"""Three events and ten stations with observed and synthetic waveforms, some of them bad, and the library's answers.

It has the inputs of a misfit job (day files, StationXML, SPECFEM's text), the results of one process for the same
arrays, and a system in which the job has run.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import h5py
import numpy as np
import numpy.typing as npt
import obspy
import pymongo
from obspy.core.event import Catalog, Event, FocalMechanism, MomentTensor, Origin, SourceTimeFunction
from obspy.core.inventory import Channel, Inventory, Network, Station

from libseis.misfit import Config, Manager, StationMeasurement, measure_station
from seis.control.v1 import control_pb2 as pb
from seis.control.v1 import control_pb2_grpc
from seisbus.client import Job
from support.system import System
from support.waiting import eventually

DT, NPTS, LEAD = 0.125, 2400, 30.0
# Seconds between the packets of observed and synthetic waveforms.
LATE = 1.5
ORIGINS = {name: obspy.UTCDateTime(2020, 2, 2, 2, minute) for name, minute in (("a", 0), ("b", 20), ("c", 40))}
# Width of the source time function in seconds.
HALF_DURATION = 1.25
EPICENTRE = (-39.95, 176.3, 20.0)
STATIONS = {f"S{number:02d}": (-40.0 - 0.2 * number, 178.0 + 0.1 * number) for number in range(10)}
COMPONENTS = {"E": (90.0, 0.0), "N": (0.0, 0.0), "Z": (0.0, -90.0)}
CONFIG: dict[str, Any] = {"iteration": 1, "step_count": 0, "remove_response": False}
# What is wrong with stations of event c.
BAD = {"S00": "no_synthetic", "S01": "zero_trace", "S02": "not_finite"}
OTHER_RATE = "S03"

Samples = npt.NDArray[np.float64]


def packets(sta: str, component: str, seconds: Samples, late: float) -> Samples:
    """Three wave packets, near the times of P, S and a surface wave at two degrees."""
    lat, lon = STATIONS[sta]
    degrees = float(obspy.geodetics.locations2degrees(*EPICENTRE[:2], lat, lon))
    scale = {"E": 0.9, "N": 0.7, "Z": 1.0}[component]
    data = np.zeros_like(seconds)
    for speed, period, amplitude in ((7.5, 11.0, 0.4), (4.3, 14.0, 0.8), (3.2, 20.0, 1.0)):
        time = seconds - degrees * 111.19 / speed - late
        data += scale * amplitude * np.exp(-((time / (0.7 * period)) ** 2)) * np.cos(2 * np.pi * time / period)
    return data


def counts(sta: str, component: str) -> npt.NDArray[np.int32]:
    """Observed counts: an hour from five minutes before the first event, with a little noise."""
    start = ORIGINS["a"] - 300
    seconds = np.arange(int(3600 / DT)) * DT
    noise = np.random.default_rng([ord(c) for c in sta + component]).standard_normal(len(seconds))
    data = 0.02 * noise
    for origin in ORIGINS.values():
        data += packets(sta, component, seconds - (origin - start), LATE)
    whole: npt.NDArray[np.int32] = np.round(1e5 * data).astype(np.int32)
    if BAD.get(sta) == "zero_trace":
        whole[int((ORIGINS["c"] - start - 60) / DT) :] = 0
    return whole


def observed(sta: str) -> obspy.Stream:
    """The whole hour of a station."""
    header = {"network": "XX", "station": sta, "location": "10", "delta": DT, "starttime": ORIGINS["a"] - 300}
    return obspy.Stream([obspy.Trace(counts(sta, c), header | {"channel": f"HH{c}"}) for c in COMPONENTS])


def synthetic(event: str, sta: str) -> obspy.Stream:
    """Synthetics of a station, without noise. For some stations they have another rate, or NaN, to test this."""
    dt = 2 * DT if (event, sta) == ("c", OTHER_RATE) else DT
    seconds = np.arange(int(NPTS * DT / dt)) * dt - LEAD
    traces = []
    for c in COMPONENTS:
        data = 1e5 * packets(sta, c, seconds, 0.0)
        if event == "c" and BAD.get(sta) == "not_finite":
            data[100] = np.nan
        header = {"network": "XX", "station": sta, "channel": f"{'M' if dt > 0.1 else 'B'}X{c}", "delta": dt}
        traces.append(obspy.Trace(data, header | {"starttime": ORIGINS[event] - LEAD}))
    return obspy.Stream(traces)


def inventory() -> Inventory:
    """Ten stations without responses."""
    stations = [
        Station(sta, lat, lon, 0.0, channels=[
            Channel(f"HH{c}", "10", lat, lon, 0.0, 0.0, azimuth=azimuth, dip=dip, sample_rate=1 / DT)
            for c, (azimuth, dip) in COMPONENTS.items()
        ], start_date=obspy.UTCDateTime(2019, 1, 1))
        for sta, (lat, lon) in STATIONS.items()
    ]  # fmt: skip
    return Inventory([Network("XX", stations)], source="test")


def source(event: str) -> Event:
    """The source of an event."""
    origin = Origin(time=ORIGINS[event], latitude=EPICENTRE[0], longitude=EPICENTRE[1], depth=EPICENTRE[2] * 1000)
    function = SourceTimeFunction(type="triangle", duration=2 * HALF_DURATION)
    mechanism = FocalMechanism(moment_tensor=MomentTensor(derived_origin_id=origin.resource_id))
    mechanism.moment_tensor.source_time_function = function
    found = Event(origins=[origin], focal_mechanisms=[mechanism])
    found.preferred_origin_id = origin.resource_id
    found.preferred_focal_mechanism_id = mechanism.resource_id
    return found


def quakeml(event: str) -> str:
    """The same as a document."""
    buffer = io.BytesIO()
    Catalog([source(event)]).write(buffer, format="QUAKEML")
    return buffer.getvalue().decode()


def events() -> list[dict[str, Any]]:
    """The events as a job file lists them."""
    lat, lon, depth_km = EPICENTRE
    place = {"lat": lat, "lon": lon, "depth_km": depth_km, "mag": 5.0}
    return [{"id": name, "time": str(time), **place, "quakeml": quakeml(name)} for name, time in ORIGINS.items()]


def cut(event: str, sta: str) -> obspy.Stream:
    """The observed waveforms of an event."""
    return observed(sta).slice(ORIGINS[event] - LEAD, ORIGINS[event] - LEAD + (NPTS - 1) * DT).copy()


def alone(config: Config, event: str, sta: str) -> StationMeasurement:
    """The answer of the library, computed in this process from the arrays."""
    # SPECFEM's text has the numbers of the arrays with all their digits
    return measure_station(config, cut(event, sta), synthetic(event, sta), source(event), inventory())


def dataset_alone(path: Path, config: Config, event: str) -> None:
    """The dataset of an event as one process writes it, station by station, with the Manager."""
    config.write(path)
    for sta in STATIONS:
        with_synthetic = (event, BAD.get(sta)) != ("c", "no_synthetic")
        manager = Manager(
            config,
            ds=path,
            event=source(event),
            st_obs=cut(event, sta),
            st_syn=synthetic(event, sta) if with_synthetic else None,
            inv=inventory().select(station=sta),
        )
        if with_synthetic:
            manager.flow(keep_rejected=True)
        manager.write()


def tree(path: Path) -> dict[str, tuple[npt.NDArray[Any], dict[str, Any]]]:
    """Every waveform and auxiliary array of a dataset with its attributes, without XML, which has the time when it was
    made."""
    found = {}

    def visit(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and not name.endswith(("QuakeML", "StationXML")):
            found[name] = item[()], dict(item.attrs)

    with h5py.File(path, "r") as file:
        file.visititems(visit)
    return found


_NORMALIZED = ("event_id", "source_", "site_", "channel_", "distance_", "azimuth", "back_azimuth")


def assert_same_tree(mine: Path, theirs: Path) -> None:
    """Assert equal names, attributes and arrays; computed numbers may differ in their last digits."""
    found, wanted = tree(mine), tree(theirs)
    assert found.keys() == wanted.keys()
    for name, (data, attributes) in wanted.items():
        array, mine_attributes = found[name]
        assert (array.dtype, array.shape) == (data.dtype, data.shape), name
        scale = 1e-9 * float(np.nanmax(np.abs(data), initial=0.0))
        if name.startswith("Waveforms"):
            assert np.array_equal(array, data, equal_nan=data.dtype.kind == "f"), name
        else:
            assert np.allclose(array, data, rtol=1e-7, atol=scale, equal_nan=True), name
        if "units" not in attributes:  # a job knows the units of its samples; files that obspy read do not
            assert mine_attributes.pop("units", "counts") == "counts", name
        # a job's waveforms also have source and receiver; files that obspy read do not
        known = mine_attributes.keys() - attributes.keys() if name.startswith("Waveforms") else set()
        assert all(key.startswith(_NORMALIZED) for key in known), (name, known)
        assert mine_attributes.keys() - known == attributes.keys(), name
        for key, value in attributes.items():
            numeric = isinstance(value, np.floating) or (isinstance(value, np.ndarray) and value.dtype.kind == "f")
            same = np.allclose(mine_attributes[key], value, rtol=1e-9) if numeric else mine_attributes[key] == value
            assert np.all(same), (name, key)


def write_inputs(folder: Path) -> None:
    """Write day files and StationXML as a user has them, and synthetics as SPECFEM writes them."""
    source = folder / "source"
    source.mkdir()
    for sta in STATIONS:
        for trace in observed(sta):
            trace.write(str(source / f"{trace.id}.mseed"), format="MSEED", reclen=512, encoding="STEIM2")
        inventory().select(station=sta).write(str(source / f"XX.{sta}.xml"), format="STATIONXML")
        for event in ORIGINS:
            if event == "c" and BAD.get(sta) == "no_synthetic":
                continue
            (folder / "input" / event).mkdir(parents=True, exist_ok=True)
            for trace in synthetic(event, sta):
                times = np.arange(trace.stats.npts) * trace.stats.delta - LEAD
                name = folder / "input" / event / f"XX.{sta}.BX{trace.stats.channel[-1]}.semd"
                np.savetxt(name, np.column_stack((times, trace.data)), fmt="%.17g")


@dataclass(frozen=True, slots=True)
class Misfits:
    """A system with observed waveforms stored, and the job that measured them."""

    system: System
    source: Job
    job: Job
    marks: Path
    folder: Path

    @property
    def output(self) -> Path:
        return Path(self.system.stack.environment["SEISBUS_OUTPUT_ROOT"])

    async def exported(self, format: str, **where: Any) -> list[dict[str, Any]]:
        """Export the datasets of all events, and check that none is dead."""
        job = await self.system.client.export(format, job=self.source.id, **where)
        done = await self.system.client.wait(job.id)
        assert (done.state, done.ledger.saved) == ("completed", len(ORIGINS)), done.error
        return await self.system.client.datasets(done.id)

    def documents(self, collection: str, job: Job) -> list[dict[str, Any]]:
        environment = self.system.stack.environment
        with pymongo.MongoClient[dict[str, Any]](environment["SEISBUS_MONGODB_URI"]) as client:
            return list(client[environment["SEISBUS_DATABASE"]][collection].find({"job": job.id}))


async def submitted(system: System, spec: dict[str, Any]) -> str:
    """Submit a job by one request, which is repeated until control answers; returns its id."""
    request = pb.SubmitJobRequest(spec=json.dumps(spec), request_id="observed and measured")
    async with grpc.aio.insecure_channel(system.stack.control_address) as channel:
        stub = control_pb2_grpc.ControlServiceStub(channel)

        async def answered() -> str:
            try:
                return str((await stub.SubmitJob(request)).job.name.removeprefix("jobs/"))
            except grpc.aio.AioRpcError as error:
                assert error.code() is not grpc.StatusCode.UNAVAILABLE, error.details()
                raise

        return await eventually(answered)


def order(source: Job, **more: Any) -> dict[str, Any]:
    return {
        "kind": "misfit",
        "misfit": {
            "observed": {"job": source.id},
            "synthetics": {"files": "{event}/{net}.{sta}.BX{component}.semd"},
            "config": CONFIG,
            **more,
        },
    }
