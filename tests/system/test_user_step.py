"""The example package with a step of its own: installed with pip, allowed, and run in a job."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from obspy import UTCDateTime
from obspy.geodetics import gps2dist_azimuth

from libseis.obspy.inventories import read_stationxml
from seisbus.client import AsyncClient, ClientError
from seisbus.local.stack import local_stack
from seisbus.testing.make import make_archive
from seisbus.testing.spec import ArchiveSpec

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "spreading"
SPEC = ArchiveSpec(channels=6, hours=(5.0, 7.0), real=False, bucket="scedc-pds")
EVENT = {"id": "e", "time": "2011-03-11T05:46:23.2Z", "lat": 38.297, "lon": 142.373, "depth_km": 29, "mag": 9.1}
WINDOWS = {"events": {"list": [EVENT], "start": "10min", "end": "12min"}}


@dataclass(frozen=True)
class Deployment:
    """A stack that allows the step, and the archive's bucket."""

    client: AsyncClient
    bucket: Path


def installed(folder: Path) -> Path:
    """The example package in a folder, as a deployment installs it; what is built stays out of the checkout."""
    copy = folder.with_name("source")
    shutil.copytree(EXAMPLE, copy)
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
         "--target", str(folder), str(copy)],
        check=True, env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
async def deployment(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Deployment]:
    folder = tmp_path_factory.mktemp("user-step")
    packages = await asyncio.to_thread(installed, folder / "packages")
    await asyncio.to_thread(make_archive, folder / "archive", SPEC)
    environment = {"PYTHONPATH": str(packages), "SEISBUS_USER_STEPS": "spreading"}
    async with (
        local_stack(folder / "stack", s3_root=folder / "archive", extra_env=environment) as stack,
        AsyncClient(stack.control_address) as client,
    ):
        job = await client.sync_index("local")
        assert (await client.wait(job.id)).state == "completed"
        yield Deployment(client, folder / "archive" / SPEC.bucket)


async def samples(deployment: Deployment, steps: list[object]) -> dict[tuple[str, str], tuple[np.ndarray, dict]]:  # type: ignore[type-arg]
    """Channel -> samples and Metadata of what a job stored."""
    job = await deployment.client.submit(
        {"archive": "local", "select": {"chan": "B*"}, "windows": WINDOWS, "steps": steps}  # type: ignore[dict-item]
    )
    done = await deployment.client.wait(job.id)
    assert done.state == "completed" and done.ledger.saved == done.ledger.planned > 0, done
    ensemble = await deployment.client.read(job=job.id)
    return {(d["sta"], d["chan"]): (np.array(d.data), d.todict()) for d in ensemble.member}


async def test_a_users_step_sees_source_and_receiver_and_what_it_says_is_stored(deployment: Deployment) -> None:
    plain = await samples(deployment, ["demean"])
    spread = await samples(deployment, ["demean", {"spreading": {"exponent": 0.5, "reference_km": 50}}])
    assert set(spread) == set(plain)
    places = {}
    for file in (deployment.bucket / "FDSNstationXML").rglob("*.xml"):
        for network in read_stationxml(file.read_bytes()):
            places |= {station.code: station for station in network}
    for (sta, chan), (found, metadata) in spread.items():
        channel = next(c for c in places[sta].select(channel=chan, time=UTCDateTime(2011, 3, 11)).channels)
        metres, _, _ = gps2dist_azimuth(EVENT["lat"], EVENT["lon"], channel.latitude, channel.longitude)
        factor = (metres / 1000.0 / 50.0) ** 0.5
        assert metadata["spreading_factor"] == pytest.approx(factor, rel=1e-6)
        np.testing.assert_allclose(found, factor * plain[sta, chan][0], rtol=1e-6)


async def test_wrong_parameters_are_refused_and_a_datum_that_does_not_fit_has_its_reason(
    deployment: Deployment,
) -> None:
    job = {"archive": "local", "select": {"chan": "B*"}, "windows": WINDOWS}
    with pytest.raises(ClientError, match=r"spreading.*exponent must be a finite number, found 'much'"):
        await deployment.client.submit({**job, "steps": [{"spreading": {"exponent": "much"}}]})  # type: ignore[dict-item]
    without = {
        **job,
        "windows": {"absolute": [{"start": "2011-03-11T05:50:00", "end": "2011-03-11T05:52:00"}]},
        "steps": ["spreading"],
    }
    submitted = await deployment.client.submit(without)  # type: ignore[arg-type]
    done = await deployment.client.wait(submitted.id)
    assert done.ledger.dead == done.ledger.planned > 0
    assert {reason.reason for reason in await deployment.client.reasons(submitted.id)} == {"no distance_km"}
