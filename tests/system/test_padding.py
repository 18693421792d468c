"""Processed tiles are cut last: one after the other they are what processing the whole record gives."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from libseis.signal.resampling import grid_index, resample
from seisbus.client import Job
from support.days import NS, Cut, Days, day_ns
from support.system import System
from support.windows import absolute, tile

FIRST, DAYS = date(2017, 12, 30), 3
BAND = (0.02, 0.2)


@pytest.fixture(scope="module")
async def channel(system: System) -> Days:
    made = Days.noise(("XX", "PAD", "", "LHZ"), Fraction(1), FIRST, DAYS, 19_539_000)
    made.write(system.buckets / "days", Cut.SAMPLE)
    return made


async def filtered(
    system: System, **more: object
) -> tuple[Job, list[tuple[int, np.ndarray[tuple[int], np.dtype[np.float64]]]]]:
    """Six-hour tiles after a bandpass: start and samples of each."""
    step = {"filter": {"type": "bandpass", "freqmin": BAND[0], "freqmax": BAND[1]}}
    job = await system.run(
        {"archive": "days", "select": {"sta": "PAD"}, "windows": tile(FIRST, DAYS, "6h"), "steps": [step], **more}
    )
    assert job.ledger.saved == job.ledger.planned == 4 * DAYS
    found = [(datum.t0_ns, np.array(datum.data)) async for datum in system.client.stream(job=job.id)]
    return job, sorted(found, key=lambda entry: entry[0])


async def test_the_pad_of_the_step_reaches_over_midnight(system: System, channel: Days) -> None:
    job, tiles = await filtered(system)
    assert [start for start, _ in tiles] == [channel.time_ns(6 * 3600 * number) for number in range(4 * DAYS)]
    whole = sosfilt(butter(4, BAND, "bandpass", fs=1.0, output="sos"), channel.data.astype(np.float64))
    together = np.concatenate([data for _, data in tiles])
    assert len(together) == len(whole)
    assert np.abs(together - whole).max() < 1e-6 * np.abs(channel.data).max()
    # only where there are no data to pad with is that said, on the first and on the last tile
    documents = await system.client.waveforms(job=job.id)
    windows = [document["window"] for document in documents]
    logs = {
        log["window"]: " ".join(line["error_message"] for line in log["logdata"])
        for log in await system.client.logs(job.id)
    }
    assert ["less padding" in logs.get(window, "") for window in windows] == [True, *[False] * (4 * DAYS - 2), True]


async def test_without_a_pad_the_edges_are_felt(system: System, channel: Days) -> None:
    """The comparison above can fail: a job that asks for no pad differs at every tile's start but the first."""
    _, tiles = await filtered(system, pad={"before": "0s", "after": "0s"})
    whole = sosfilt(butter(4, BAND, "bandpass", fs=1.0, output="sos"), channel.data.astype(np.float64))
    for number, (start, data) in enumerate(tiles):
        at = round((start - day_ns(FIRST)) / NS)
        error = np.abs(data - whole[at : at + len(data)])
        assert (error[:60].max() > 1e-3 * np.abs(channel.data).max()) == (number > 0)
        assert error[-60:].max() < 1e-6 * np.abs(channel.data).max()


async def test_a_channel_slower_than_its_code_says_gets_the_pad_that_its_rate_needs(system: System) -> None:
    """HHZ has 80 Hz at least: planned with a pad of 1.65 s. At 5 Hz the step needs 6.6 s, which only records tell."""
    day = date(2018, 2, 3)
    channel = Days.noise(("XX", "SLOW", "", "HHZ"), Fraction(5), day, 2, 73_000_000)
    channel.write(system.buckets / "days", Cut.SAMPLE)
    start = day_ns(day)
    # in the middle of a day; 3 s after midnight, where the plan saw no need of the day before
    spans = [(start + s * NS, start + (s + 60) * NS) for s in (40_000, 86_400 + 3)]
    job = await system.run({
        "archive": "days", "select": {"sta": "SLOW"}, "windows": absolute(*spans),
        "steps": [{"resample": {"sampling_rate": 20}}],
    })  # fmt: skip
    assert job.ledger.saved == 2
    first = grid_index(channel.start_ns, Fraction(20))[0]
    whole, _ = resample(channel.data.astype(np.float64), channel.start_ns, channel.rate, Fraction(20))
    windows = {document["window"]: document for document in await system.client.waveforms(job=job.id)}
    told = {
        log["window"]: [line["error_message"] for line in log["logdata"]] for log in await system.client.logs(job.id)
    }
    seen = 0
    async for datum in system.client.stream(job=job.id):
        at = grid_index(datum.t0_ns, Fraction(20))[0] - first
        off = np.abs(np.asarray(datum.data) - whole[at : at + datum.npts])
        if datum.t0_ns < spans[1][0]:
            assert off.max() < 1e-6 * np.abs(whole).max()
        seen += 1
    assert seen == 2
    sentences = [text for window in windows for text in told.get(window, []) if "padding" in text]
    assert len(sentences) == 1 and "3 of 6.6 s before, 6.6 of 6.6 s after" in sentences[0], told
