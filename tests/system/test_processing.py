"""Jobs with steps: padded, processed, cut last; the samples are those of the whole record processed by obspy."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import obspy
import pytest

from seisbus.testing.make import make_archive
from seisbus.testing.spec import ArchiveSpec
from support.system import System

START, END = "2011-03-11T05:50:00", "2011-03-11T06:20:00"
SPEC = ArchiveSpec(channels=6, hours=(5.0, 7.0), real=False, bucket="steps")


@pytest.fixture(scope="module")
async def bucket(system: System, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    root = tmp_path_factory.mktemp("steps")
    await asyncio.to_thread(make_archive, root, SPEC)
    folder = system.buckets / "steps"
    folder.rmdir()
    (root / "steps").rename(folder)
    await system.sync("steps")
    yield folder


def whole_record(bucket: Path, document: dict[str, object]) -> obspy.Trace:
    """The archive's own file of a stored waveform, as obspy reads it."""
    (source,) = document["provenance"]["sources"]  # type: ignore[index]
    trace = obspy.read(io.BytesIO((bucket / source["key"]).read_bytes()), format="MSEED")[0]
    trace.data = trace.data.astype(np.float64)
    return trace


async def processed(system: System, steps: list[dict[str, object]]) -> list[tuple[dict[str, object], np.ndarray]]:
    job = await system.run(
        {
            "archive": "steps",
            "select": {"chan": "B*"},
            "windows": {"absolute": [{"start": START, "end": END}]},
            "steps": steps,
        }
    )
    assert job.ledger.saved == job.ledger.planned > 0
    found = []
    for document in await system.client.waveforms(job=job.id):
        assert document["format"] == "binary"
        path = Path(document["dir"], document["dfile"])
        found.append((document, np.fromfile(path, "<f8", document["npts"], offset=document["foff"])))
    return found


async def test_a_filter_sees_the_pad_and_not_the_edge(system: System, bucket: Path) -> None:
    steps = [{"filter": {"type": "bandpass", "freqmin": 0.05, "freqmax": 2.0, "corners": 4, "zerophase": True}}]
    for document, samples in await processed(system, steps):
        trace = whole_record(bucket, document)
        trace.filter("bandpass", freqmin=0.05, freqmax=2.0, corners=4, zerophase=True)
        first = round((document["t0_ns"] - trace.stats.starttime.ns) / 1e9 * trace.stats.sampling_rate)
        wanted = trace.data[first : first + len(samples)]
        assert len(samples) == round(1800 * trace.stats.sampling_rate) + 1
        np.testing.assert_allclose(samples, wanted, atol=1e-4 * np.abs(wanted).max())
        assert document["provenance"]["steps"] == ["filter"]


async def test_a_response_is_removed_with_the_archives_own_metadata(system: System, bucket: Path) -> None:
    steps = [{"remove_response": {"output": "VEL", "pre_filt": [0.01, 0.02, 8.0, 10.0]}}]
    stored = await processed(system, steps)
    inventory = obspy.Inventory()
    for file in (bucket / "FDSNstationXML").rglob("*.xml"):
        inventory += obspy.read_inventory(file)
    for document, samples in stored[:2]:
        assert document["units"] == "m/s"
        trace = whole_record(bucket, document)
        trace.remove_response(inventory, output="VEL", pre_filt=(0.01, 0.02, 8.0, 10.0), water_level=None, taper=False)
        first = round((document["t0_ns"] - trace.stats.starttime.ns) / 1e9 * trace.stats.sampling_rate)
        wanted = trace.data[first : first + len(samples)]
        misfit = np.sqrt(np.mean((samples - wanted) ** 2)) / np.sqrt(np.mean(wanted**2))
        assert misfit < 0.02  # obspy demeans over the whole record, the job over window and pad
