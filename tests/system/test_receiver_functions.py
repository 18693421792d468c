"""The example of receiver functions runs as it is written, and what comes out is what its archive was made with.

Truth: the archive's StationXML and the list of events by obspy, obspy.taup, obspy.geodetics, and rotations by numpy.
"""

from __future__ import annotations

import asyncio
import csv
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import numpy as np
import obspy
import pytest
import yaml
from matplotlib.image import imread
from obspy.geodetics import gps2dist_azimuth, locations2degrees
from obspy.taup import TauPyModel

from libseis import SeismogramEnsemble
from seisbus.client import AsyncClient, Job
from seisbus.client.plot import plot
from seisbus.local.stack import local_stack
from support.command import seisbus
from support.notebooks import execute

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "receiver_functions"
PHASES = ("P", "Pdiff", "PKIKP")
TAUP = TauPyModel("iasp91")


def practice_archive(folder: Path) -> ModuleType:
    """The example's module, out of a copy of the example."""
    spec = importlib.util.spec_from_file_location("practice_archive", folder / "practice_archive.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Study:
    """The example after it has run: the stack, the job, what is read of it, and the truth."""

    address: str
    client: AsyncClient
    folder: Path
    printed: str
    job: Job
    ensemble: SeismogramEnsemble
    archive: ModuleType
    inventory: obspy.Inventory
    events: list[dict[str, str]]

    def event(self, member: Any) -> dict[str, float]:
        """The row of events.csv that a datum is of."""
        near = [e for e in self.events if abs(obspy.UTCDateTime(e["time"]).timestamp - member["source_time"]) < 1e-3]
        ((row),) = near
        numbers = {key: float(row[key]) for key in ("lat", "lon", "depth_km", "mag")}
        return numbers | {"time": obspy.UTCDateTime(row["time"]).timestamp}

    def place(self, member: Any) -> tuple[float, float, float, float]:
        """Latitude and longitude of source and of receiver."""
        event = self.event(member)
        station = self.inventory.select(member["net"], member["sta"])[0][0]
        return event["lat"], event["lon"], station.latitude, station.longitude

    def axes(self, member: Any) -> np.ndarray:
        """East, north and up of a sensor's channels by the angles of the StationXML, shape (3, 3)."""
        rows = []
        for chan in member["chan"]:
            time = obspy.UTCDateTime(member["source_time"])
            channel = self.inventory.select(member["net"], member["sta"], channel=chan, time=time)[0][0][0]
            azimuth, dip = np.radians(channel.azimuth), np.radians(channel.dip)
            rows.append([np.cos(dip) * np.sin(azimuth), np.cos(dip) * np.cos(azimuth), -np.sin(dip)])
        return np.array(rows)


@pytest.fixture(scope="module")
async def study(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Study]:
    home = tmp_path_factory.mktemp("receiver-functions")
    folder = Path(shutil.copytree(EXAMPLE, home / "example"))
    archive = practice_archive(folder)
    bucket = await asyncio.to_thread(archive.make, home / "archive")
    inventory = obspy.Inventory()
    for file in (bucket / "FDSNstationXML").rglob("*.xml"):
        inventory += obspy.read_inventory(file)
    with (folder / "events.csv").open() as file:
        events = list(csv.DictReader(file))
    async with (
        local_stack(home / "stack", s3_root=home / "archive") as stack,
        AsyncClient(stack.control_address) as client,
    ):
        synced = await client.sync_index("local")
        assert (await client.wait(synced.id)).state == "completed"
        done = await asyncio.to_thread(
            subprocess.run, [sys.executable, "study.py"], cwd=folder, capture_output=True, text=True,
            env={**os.environ, "SEISBUS_CONTROL_ADDRESS": stack.control_address},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        (job,) = [one for one in await client.jobs() if one.kind == "window"]
        ensemble = await client.read(job=job.id)
        address = stack.control_address
        yield Study(address, client, folder, done.stdout, job, ensemble, archive, inventory, events)


def test_the_study_runs_as_it_is_written(study: Study) -> None:
    lines = [line for line in (EXAMPLE / "study.py").read_text().splitlines() if line and not line.startswith('"""')]
    assert len(lines) <= 10
    ledger = study.job.ledger
    assert f"planned=600, saved={ledger.saved}, dead={ledger.dead}" in study.printed
    assert ledger.balanced and ledger.saved + ledger.dead == 20 * 30
    assert ledger.saved == len(study.ensemble.member) > 300 and ledger.dead > 0
    for picture in ("aligned.png", "map.png"):
        pixels = imread(study.folder / picture)[..., :3].mean(axis=2)
        assert pixels.var() > 1e-3 and 0.5 < (pixels > 0.95).mean() < 0.995


def test_windows_are_around_the_arrivals_that_obspy_predicts(study: Study) -> None:
    found = set()
    for member in study.ensemble.member[::7]:
        event, place = study.event(member), study.place(member)
        degrees = locations2degrees(*place)
        arrivals = [TAUP.get_travel_times(event["depth_km"], degrees, [phase]) for phase in PHASES]
        name, first = next((phase, one[0]) for phase, one in zip(PHASES, arrivals, strict=True) if one)
        found.add(name)
        assert member["phase_name"] == name
        assert abs(member.time_reference() - (event["time"] + first.time)) < 0.02
        assert member["incidence"] == pytest.approx(first.incident_angle, abs=0.05)
        assert member["distance_deg"] == pytest.approx(degrees, abs=1e-6)
        assert abs(member.t0 + 60) <= 0.05 + 1e-6 and member.npts == 3601
    assert found == set(PHASES)


def test_p_stands_at_zero_with_the_velocity_that_the_ground_had(study: Study) -> None:
    """P of every strong event on the vertical, and on the radial its share and, later, what the Moho converts."""
    archive = study.archive
    wavelet = obspy.Trace(archive.pulse((np.arange(2001) - 1000) / 10.0), {"sampling_rate": 10.0})
    wavelet.filter("bandpass", freqmin=0.3, freqmax=2.0, corners=2, zerophase=True)
    tallest, strong = wavelet.data.max(), 0
    for member in study.ensemble.member:
        times, (radial, transverse, up) = member.t0 + member.dt * np.arange(member.npts), np.asarray(member.data)
        near = np.abs(times) < 30
        assert abs(times[near][up[near].argmax()]) < 0.25
        if study.event(member)["mag"] < 6.5:
            continue
        strong += 1
        assert abs(times[near][up[near].argmax()]) <= 0.1  # a sample
        velocity = 1e-6 * 10 ** (member["source_magnitude"] - 6.5) * tallest
        assert up[near].max() == pytest.approx(velocity, rel=0.15)
        at_p = int(np.abs(times).argmin())
        slope = np.tan(np.radians(member["incidence"]))
        assert radial[at_p] / up[at_p] == pytest.approx(slope, abs=0.1)
        slowness = member["ray_parameter"] / 111.19
        late = archive.MOHO_KM * (np.sqrt(archive.VS**-2 - slowness**2) - np.sqrt(archive.VP**-2 - slowness**2))
        after = (times > 2) & (times < 30)
        assert abs(times[after][radial[after].argmax()] - late) <= 0.2
        assert radial[after].max() == pytest.approx(archive.CONVERTED * velocity, rel=0.4)
        assert np.abs(transverse[near]).max() < 0.15 * velocity
        assert member["units"] == "m/s"
    assert strong > 100


async def test_radial_and_transverse_are_what_numpy_makes_of_the_channels(study: Study) -> None:
    """The same job without the turn and all after it: its samples turned by numpy; what has gone is too weak indeed."""
    job = yaml.safe_load((EXAMPLE / "job.yaml").read_text())
    turned = {(m["sta"], m["source_time"]): m for m in study.ensemble.member}
    some = sorted({m["sta"]: tuple(m["channels"]) for m in study.ensemble.member}.items(), key=lambda s: (s[1], s[0]))
    chosen = {chan: sta for sta, chan in some}  # a station of each kind of sensor
    assert len(chosen) == 3
    events = {"csv": (EXAMPLE / "events.csv").read_text(), "phase": list(PHASES), "start": "-1min", "end": "5min"}
    plain = {
        **job, "windows": {"events": events}, "select": {"chan": "BH?", "sta": ",".join(chosen.values())},
        "steps": job["steps"][:3], "output": {"data_tag": "plain"},
    }  # fmt: skip
    assert next(iter(job["steps"][3])) == "rotate"
    done = await study.client.wait((await study.client.submit(plain)).id)
    assert done.ledger.saved == done.ledger.planned == 3 * 30
    compared = 0
    for member in (await study.client.read(job=done.id)).member:
        enz = np.linalg.solve(study.axes(member), np.asarray(member.data))
        back_azimuth = np.radians(gps2dist_azimuth(*study.place(member))[2])
        sine, cosine = np.sin(back_azimuth), np.cos(back_azimuth)
        wanted = np.array([[-sine, -cosine, 0], [-cosine, sine, 0], [0, 0, 1]]) @ enz
        times = member.t0 - member["phase_time"] + member.dt * np.arange(member.npts)
        lengths = np.linalg.norm(wanted, axis=0)
        first, noise = np.abs(times + 2).argmin(), np.abs(times + 50).argmin()
        snr = np.sqrt(np.mean(lengths[first : first + 121] ** 2) / np.mean(lengths[noise : noise + 451] ** 2))
        found = turned.get((member["sta"], member["source_time"]))
        assert (found is not None) == (snr > 2)
        if found is None:
            continue
        compared += 1
        assert found["snr"] == pytest.approx(snr, rel=1e-6)
        assert found["chan"] == ["BHR", "BHT", "BHZ"]
        np.testing.assert_allclose(found.data, wanted, atol=1e-6 * np.abs(wanted).max())
    assert 40 < compared < 90


async def test_a_section_has_the_curves_of_p_and_s(study: Study, tmp_path: Path) -> None:
    """Of one event: in Python, where the curves are compared with obspy, and at the command line, with a map."""
    row = next(row for row in study.events if float(row["mag"]) == 6.8)
    event = {key: row[key] for key in ("time", "lat", "lon", "depth_km", "mag")}
    job = {
        "archive": "local", "select": {"chan": "BH?"}, "components": 3,
        "windows": {"events": {"list": [event], "start": "9min", "end": "25min"}},
        "steps": ["detrend", {"filter": {"type": "highpass", "freq": 0.3}}, {"rotate": {"to": "RTZ"}}],
    }  # fmt: skip
    done = await study.client.wait((await study.client.submit(job)).id)
    assert done.ledger.saved == 20
    ensemble = await study.client.read(job=done.id)
    figure = plot(ensemble, order="distance", phases=["P", "S"])
    assert [axes.get_title("right") for axes in figure.axes] == ["Radial", "Transverse", "Up"]
    origin = obspy.UTCDateTime(row["time"]).timestamp
    for axes in figure.axes:
        for phase in ("P", "S"):
            (curve,) = [line for line in axes.lines if line.get_gid() == phase]
            drawn = np.array(curve.get_xydata())
            assert len(drawn) == 20 and np.all(np.diff(drawn[:, 1]) >= 0)
            for days, degrees in drawn[::6]:
                (first, *_) = TAUP.get_travel_times(float(row["depth_km"]), degrees, [phase])
                assert abs(days * 86400 - origin - first.time) < 0.02
    for arguments in (
        ("plot", "section.png", "--job", done.id, "--order", "distance", "--limit", "6", "--phases", "P, S"),
        ("map", "map.png", "--job", done.id, "--title", "One event"),
    ):
        picture = tmp_path / arguments[1]
        code, output, errors = await seisbus(tmp_path, study.address, arguments[0], str(picture), *arguments[2:])
        assert code == 0, errors
        assert output.startswith(("6 traces", "Events and stations of 20 waveforms"))
        assert imread(picture)[..., :3].var() > 1e-3
    code, _, errors = await seisbus(
        tmp_path, study.address, "plot", str(tmp_path / "no.png"), "--job", done.id, "--phases", "P,Moon"
    )
    assert code == 2 and "'Moon' is not a phase" in errors and "Traceback" not in errors


@pytest.mark.long
def test_the_notebook_runs_and_finds_the_moho(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """examples/notebooks/receiver_functions.ipynb, beside the example that it reads."""
    shutil.copytree(study.folder, tmp_path / "receiver_functions")
    monkeypatch.setenv("SEISBUS_CONTROL_ADDRESS", study.address)
    notebook = nbformat.read(EXAMPLE.parent / "notebooks" / "receiver_functions.ipynb", as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells), "notebooks are kept without outputs"
    (folder := tmp_path / "notebooks").mkdir()
    execute(notebook, folder)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 5
    (told,) = re.findall(r"The conversion comes ([\d.]+) s after P", "".join(o.get("text", "") for o in outputs))
    vertical = study.archive.MOHO_KM * (1 / study.archive.VS - 1 / study.archive.VP)
    assert vertical < float(told) < vertical + 0.8  # rays that are not vertical take a little longer
