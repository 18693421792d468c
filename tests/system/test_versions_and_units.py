"""An archive of miniSEED 3 objects through the whole job, out again as either version; what its numbers are in.

The records are made byte by byte: Steim and floats, starts at odd nanoseconds, a rate that two integers cannot hold,
extra headers, a text record. The station metadata spell a blank location "--" and leave dates to the station.
"""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import obspy
import pytest
from obspy.core.inventory import Channel, Inventory, Network, Station
from obspy.core.inventory.response import Response
from pymseed import MS3Record

from libseis.obspy.inventories import channels_of
from seisbus.client import Job
from seisbus.testing.imports import import_folder
from support.chaos import impatient_system
from support.command import seisbus
from support.records import T0, V3, walk
from support.system import System

Samples = npt.NDArray[Any]

START, END = "2011-03-11T05:46:00", "2011-03-11T05:56:00"
CHANGE = obspy.UTCDateTime(2010, 1, 1)
# Length of the data and of the windows, s.
SECONDS, LENGTH = 1200, 600
BLANKS = ("", "--", "  ", "__", "-")


@dataclass(frozen=True)
class Made:
    """A channel of the archive: its samples, and what its numbers are by the response that the metadata give it."""

    chan: str
    loc: str
    encoding: int
    rate: float
    dtype: str
    output: str | None
    units: str
    late_ns: int = 0

    @property
    def samples(self) -> Samples:
        data = walk(int(SECONDS * self.rate), seed=ord(self.chan[0]) + len(self.loc), step=7)
        return data.astype(self.dtype) if self.dtype == "i4" else (data / 8).astype(self.dtype)

    @property
    def start_ns(self) -> int:
        return T0 + self.late_ns

    def records(self) -> bytes:
        name = f"FDSN:XX_TEST_{self.loc}_{'_'.join(self.chan)}".encode()
        extra = json.dumps({"FDSN": {"Time": {"Quality": 90}}, "Maker": {"Serial": self.chan}}).encode()
        data, per = self.samples, 400
        made = [
            V3(
                data[k : k + per], self.start_ns + round(k * 1e9 / self.rate), self.encoding, self.rate, name, extra
            ).pack()
            for k in range(0, len(data), per)
        ]  # fmt: skip
        text = b"the clock was locked"
        made.insert(1, V3((), self.start_ns, 0, 0.0, name, npts=len(text), data=text).pack())
        return b"".join(made)

    def window(self) -> tuple[int, Samples]:
        """Time of the first sample of the window, and its samples."""
        return self.start_ns, self.samples[: round(LENGTH * self.rate) + 1]


CHANNELS = (
    Made("BHZ", "", 11, 20.0, "i4", "COUNTS", "counts"),
    Made("BHN", "", 10, 20.0, "i4", "COUNTS", "counts", late_ns=12_345_678),
    Made("HHZ", "10", 3, 62.5, "i4", "COUNTS", "counts"),
    Made("LHZ", "", 4, 1.0, "f4", "M/S", "m/s"),
    Made("LHN", "", 5, 1.0, "f8", "NM", "nm"),
    Made("LHE", "00", 5, 1.0, "f8", None, ""),
    Made("LDF", "", 4, 1.0, "f4", "furlong", ""),
    Made("BHE", "20", 5, 19.99, "f8", "COUNTS", "counts"),
)
GAIN = 1e6


def response(output: str) -> Response:
    made = Response.from_paz(
        zeros=[], poles=[], stage_gain=GAIN, input_units="M/S", output_units="COUNTS", normalization_frequency=0.5
    )
    made.response_stages[0].output_units = made.instrument_sensitivity.output_units = output
    return made


def stationxml() -> bytes:
    """Two epochs of the station, the older one with other responses; channels have no dates of their own."""

    def station(former: bool) -> Station:
        channels = [
            Channel(
                made.chan, made.loc, -40.0, 178.0, 0.0, 0.0, azimuth=0.0, dip=-90.0, sample_rate=made.rate,
                response=None if made.output is None else response("V" if former else made.output),
            )
            for made in CHANNELS
        ]  # fmt: skip
        dates = {"end_date": CHANGE} if former else {"start_date": CHANGE}
        return Station("TEST", -30.0 if former else -40.0, 178.0, 0.0, channels=channels, **dates)

    buffer = io.BytesIO()
    Inventory([Network("XX", [station(True), station(False)])], source="test").write(buffer, "STATIONXML")
    return buffer.getvalue().replace(b'locationCode=""', b'locationCode="--"')


@dataclass(frozen=True, slots=True)
class Running:
    """The stack, and the job that stored a window of every channel."""

    system: System
    job: Job

    @property
    def output(self) -> Path:
        return Path(self.system.stack.environment["SEISBUS_OUTPUT_ROOT"])


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    folder = tmp_path_factory.mktemp("versions")
    source = folder / "source"
    source.mkdir()
    for made in CHANNELS:
        (source / f"{made.chan}.mseed3").write_bytes(made.records())
    (source / "XX.TEST.xml").write_bytes(stationxml())
    await asyncio.to_thread(import_folder, source, folder / "archive")
    async with impatient_system(folder / "stack", folder / "archive") as system:
        job = await system.run(
            {"archive": "local", "windows": {"absolute": [{"start": START, "end": END}]}, "output": {"data_tag": "raw"}}
        )
        assert job.ledger.saved == job.ledger.planned == len(CHANNELS), [
            (o.channel, o.detail) async for o in system.client.outcomes(job.id) if o.fate != "saved"
        ]
        yield Running(system, job)


@dataclass(frozen=True, slots=True)
class Read:
    """A channel as libmseed reads it."""

    versions: set[int]
    extras: set[str]
    rates: set[float]
    start_ns: int
    samples: Samples


def by_libmseed(data: bytes) -> dict[tuple[str, str], Read]:
    """Records by location and channel; each must follow the one before within half a sample."""
    found: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for record in MS3Record.from_buffer(data, unpack_data=True):
        _, _, loc, *chan = record.sourceid.removeprefix("FDSN:").split("_")
        row = (record.formatversion, record.extra, record.samprate, record.starttime, np.array(record.np_datasamples))
        rows = found.setdefault((loc, "".join(chan)), [])
        if rows:
            assert abs(rows[-1][3] + len(rows[-1][4]) * 1e9 / rows[-1][2] - row[3]) < 0.5e9 / row[2]
        rows.append(row)
    return {
        key: Read(
            {r[0] for r in rows}, {r[1] for r in rows}, {r[2] for r in rows}, rows[0][3],
            np.concatenate([r[4] for r in rows]),
        )
        for key, rows in found.items()
    }  # fmt: skip


def assert_all(data: bytes, version: int) -> None:
    """Every channel with its samples, start, rate and extra headers, as libmseed reads them."""
    found = by_libmseed(data)
    assert found.keys() == {(made.loc, made.chan) for made in CHANNELS}
    for made in CHANNELS:
        mine = found[made.loc, made.chan]
        start_ns, samples = made.window()
        assert mine.versions == {version}
        assert np.array_equal(mine.samples, samples), made
        exact = version == 3
        assert mine.start_ns == (start_ns if exact else (start_ns + 500) // 1000 * 1000), made
        (rate,) = mine.rates
        assert rate == (made.rate if exact else pytest.approx(made.rate, rel=1e-7))
        units = f'{{"Seisbus":{{"Units":"{made.units}"}}}}' if made.units else ""
        # libmseed makes a header of the timing quality of version 2's blockette 1001
        assert mine.extras == ({units} if exact else {'{"FDSN":{"Time":{"Quality":0}}}'})


def assert_obspy_reads(data: bytes) -> None:
    """Version 2, which is what obspy reads."""
    stream = obspy.read(io.BytesIO(data), format="MSEED").merge()
    assert len(stream) == len(CHANNELS)
    for made in CHANNELS:
        (trace,) = stream.select(location=made.loc, channel=made.chan)
        start_ns, samples = made.window()
        assert np.array_equal(trace.data, samples)
        assert abs(trace.stats.starttime.ns - start_ns) < 1000
        assert trace.stats.sampling_rate == pytest.approx(made.rate, rel=1e-6)


async def test_what_came_in_as_version_3_is_stored_as_it_was(running: Running) -> None:
    ensemble = await running.system.client.read(job=running.job.id)
    found = {(d["loc"], d["chan"]): d for d in ensemble.member}
    for made in CHANNELS:
        datum = found[made.loc, made.chan]
        start_ns, samples = made.window()
        assert (datum.live, datum.t0_ns, 1 / datum.dt) == (True, start_ns, pytest.approx(made.rate, rel=1e-12))
        assert np.array_equal(datum.data, samples)


@pytest.mark.parametrize("version", [2, 3])
async def test_an_export_is_of_the_version_that_is_asked_for(running: Running, version: int, tmp_path: Path) -> None:
    client = running.system.client
    job = await client.wait(
        (await client.export("mseed", version=version, job=running.job.id, folder=f"v{version}")).id
    )
    assert job.ledger.saved == job.ledger.planned == len(CHANNELS)
    datasets = await client.datasets(job.id)
    assert all(dataset["problems"] == [] for dataset in datasets)
    data = b"".join((running.output / dataset["path"]).read_bytes() for dataset in datasets)
    assert_all(data, version)
    if version == 2:
        assert_obspy_reads(data)
    copies = b""
    for dataset in datasets:  # and a copy in the other version
        copies += (await client.download(dataset, tmp_path, version=5 - version)).read_bytes()
    found = by_libmseed(copies)
    for made in CHANNELS:
        mine = found[made.loc, made.chan]
        assert mine.versions == {5 - version} and np.array_equal(mine.samples, made.window()[1])
    if version == 3:
        assert_obspy_reads(copies)


@pytest.mark.parametrize("version", [2, 3])
async def test_the_commands_write_the_version_that_is_asked_for(running: Running, version: int, tmp_path: Path) -> None:
    address = running.system.stack.control_address
    number = ("--version", str(version))
    path = tmp_path / "all.mseed"
    code, said, errors = await seisbus(tmp_path, address, "get", str(path), "--job", running.job.id, *number)
    assert (code, f"{len(CHANNELS)} waveforms are in" in said) == (0, True), errors
    assert_all(path.read_bytes(), version)
    chosen = ("--job", running.job.id, "--folder", f"command{version}", "--to", str(tmp_path / "to"))
    code, said, errors = await seisbus(tmp_path, address, "export", "mseed", *chosen, *number)
    assert code == 0, errors
    assert_all(b"".join(p.read_bytes() for p in sorted((tmp_path / "to").rglob("*.070"))), version)
    code, _, errors = await seisbus(tmp_path, address, "export", "sac", *chosen, *number)
    assert (code, "has no version" in errors) == (2, True)


async def test_the_client_saves_as_stored_or_as_a_version(running: Running, tmp_path: Path) -> None:
    client = running.system.client
    assert await client.save(tmp_path / "plain", job=running.job.id) == len(CHANNELS)
    assert_all((tmp_path / "plain").read_bytes(), 2)  # what MsPASS and obspy read is what is stored
    assert await client.save(tmp_path / "three", version=3, job=running.job.id) == len(CHANNELS)
    assert_all((tmp_path / "three").read_bytes(), 3)
    assert await client.save(tmp_path / "none", job=running.job.id, net="ZZ") == 0
    assert not (tmp_path / "none").exists()


async def test_floats_are_what_their_response_states_and_never_counts_by_guess(running: Running) -> None:
    documents = await running.system.client.waveforms(job=running.job.id)
    units = {(d.get("loc", ""), d["chan"]): d.get("units", "") for d in documents}
    assert units == {(made.loc, made.chan): made.units for made in CHANNELS}
    stream = await running.system.client.get_waveforms("XX", "TEST", "", "LHZ", START, END)
    assert stream[0].stats.units == "m/s"
    job = await running.system.run(
        {
            "archive": "local",
            "select": {"chan": "LH?"},
            "windows": {"absolute": [{"start": "2011-03-11T05:48:00", "end": "2011-03-11T05:50:00"}]},
            "steps": ["demean", "integrate"],
        }
    )
    documents = await running.system.client.waveforms(job=job.id)
    assert {d["chan"]: d.get("units", "") for d in documents} == {"LHZ": "m", "LHN": "nm*s", "LHE": ""}


async def test_a_response_is_found_however_its_location_is_spelled(running: Running) -> None:
    """The one of the station's epoch that holds the window: the older one would give volts."""
    job = await running.system.run(
        {
            "archive": "local",
            "select": {"chan": "BHZ", "loc": "--"},
            "windows": {"absolute": [{"start": "2011-03-11T05:48:00", "end": "2011-03-11T05:50:00"}]},
            "steps": [{"remove_response": {"output": "VEL", "taper": 0, "water_level": None}}],
        }
    )
    ((document),) = await running.system.client.waveforms(job=job.id)
    assert document["units"] == "m/s"
    (datum,) = (await running.system.client.read(job=job.id)).member
    data = CHANNELS[0].samples.astype(float) / GAIN
    first = round((datum.t0_ns - T0) * 20 / 1e9)
    there = data[first : first + datum.npts]
    assert np.ptp(np.array(datum.data) - there) < 0.2 * np.ptp(there)  # but for the mean of window and pad


@pytest.mark.parametrize("blank", BLANKS)
async def test_every_door_takes_every_spelling_of_a_blank_location(
    running: Running, blank: str, tmp_path: Path
) -> None:
    system, client = running.system, running.system.client
    wanted = {made.chan for made in CHANNELS if not made.loc}
    assert {d["chan"] for d in await client.waveforms(job=running.job.id, loc=blank)} == wanted
    assert {d["chan"] for d in (await client.read(job=running.job.id, loc=blank)).member} == wanted
    assert {t.stats.channel for t in await client.get_waveforms("XX", "TEST", blank, "*", START, END)} == wanted
    assert {d["chan"] for d in await client.channels("local", loc=blank)} == wanted
    assert {d["chan"] for d in await client.day_files("local", "2011-03-11", loc=blank)} == wanted
    inventory = await client.get_stations("local", loc=blank, start="2012-01-01")
    assert {(e.channel.loc, e.channel.chan) for e in channels_of(inventory)} == {("", chan) for chan in wanted}
    spec = {
        "archive": "local",
        "select": {"loc": blank},
        "windows": {"absolute": [{"start": "2011-03-11T05:50:00", "end": "2011-03-11T05:51:00"}]},
    }
    assert (await client.estimate(spec)).windows == len(wanted)
    written = blank if blank in ("", "--", "__") else f"'{blank}'"
    yaml = f"archive: local\nselect:\n  loc: {written}\nwindows: {json.dumps(spec['windows'])}\n"
    assert (await client.estimate(yaml)).windows == len(wanted)
    address = system.stack.control_address
    path = tmp_path / "got"
    code, said, errors = await seisbus(tmp_path, address, "get", str(path), "--job", running.job.id, f"--loc={blank}")
    assert (code, f"{len(wanted)} waveforms" in said) == (0, True), errors
    assert {chan for _, chan in by_libmseed(path.read_bytes())} == wanted
    job = await client.wait((await client.export("mseed", job=running.job.id, loc=blank, folder="blank")).id)
    assert job.ledger.planned == len(wanted)


async def test_an_epoch_ends_where_the_next_begins(running: Running) -> None:
    client = running.system.client
    for moment, count in (
        ({"end": CHANGE}, 1), ({"start": CHANGE}, 1), ({"start": CHANGE - 1, "end": CHANGE + 1}, 2), ({}, 2)
    ):  # fmt: skip
        found = await client.channels("local", chan="BHZ", **moment)
        assert len(found) == count, moment
    inventory = await client.get_stations("local", chan="BHZ")
    dates = sorted((str(c.start_date), str(c.end_date)) for s in inventory[0] for c in s)
    assert dates == [(str(CHANGE), "None"), ("None", str(CHANGE))]  # an open start is not the year 1677
