"""One-minute tiles of 1 Hz day files under kills of everything: done in time, no window lost or changed, and no call of
a user silent for long."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from seisbus.testing.spec import RateShare
from support.chaos import impatient_system, small_archive
from support.kills import Digest, checked_digest, probed, run_under_kills
from support.system import System

_DAYS = tuple(date(2011, 3, day) for day in (11, 12, 13))
# The longest that a command may say nothing; every call's deadline is shorter.
_SILENCE = 10.0


@dataclass(frozen=True, slots=True)
class Campaign:
    """A stack, its job of tiles, and how the job ends undisturbed; seconds."""

    system: System
    job: dict[str, Any]
    windows: int
    digest: Digest
    seconds: float


async def campaign(folder: Path, channels: int, days: int) -> AsyncIterator[Campaign]:
    """The job was run twice, so that its time is not that of first looks at the archive."""
    mix = (RateShare(1, "L", 1.0),)
    # the last hour of each day is not there, so that some windows are not saved
    archive = small_archive(
        folder / "archive", channels=channels, days=_DAYS[:days], hours=(0.0, 23.0), mix=mix, defects=(), templates=3
    )
    end = date.fromordinal(_DAYS[0].toordinal() + days)
    job = {"archive": "local", "windows": {"tile": {"start": "2011-03-11", "end": str(end), "length": "1min"}}}
    # few tasks at once, so that it is planned as long as it lasts
    async with impatient_system(folder / "stack", archive, environment={"SEISBUS_OPEN_TASKS": "16"}) as system:
        first = await checked_digest(system, await system.run(job))
        begun = time.monotonic()
        done = await system.run(job)
        seconds = time.monotonic() - begun
        digest = await checked_digest(system, done)
        assert digest == first
        assert 0 < digest.fates["saved"] < done.ledger.planned
        print(f"undisturbed: {done.ledger.planned} windows in {seconds:.1f} s, {dict(digest.fates)}")
        yield Campaign(system, job, done.ledger.planned, digest, seconds)


@pytest.fixture(scope="module")
async def small(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Campaign]:
    async for made in campaign(tmp_path_factory.mktemp("small"), 20, 1):
        yield made


@pytest.fixture(scope="module")
async def large(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Campaign]:
    async for made in campaign(tmp_path_factory.mktemp("large"), 72, 3):
        yield made


async def disturbed(undisturbed: Campaign, seed: int, kills: int) -> tuple[float, int]:
    """The job again under kills: it ends the same, and nobody waited long for a word; its seconds, and late kills."""
    begun = time.monotonic()
    async with probed(undisturbed.system.stack) as silence:
        job, late = await run_under_kills(undisturbed.system, undisturbed.job, random.Random(seed), kills)
        seconds = time.monotonic() - begun
    print(
        f"seed {seed}: {kills} kills ({late} late), {seconds:.1f} s, {seconds / undisturbed.seconds:.2f} times the "
        f"undisturbed; {silence.calls} calls, {silence.refused} refused, the longest silence {silence.longest:.2f} s"
    )
    assert await checked_digest(undisturbed.system, job) == undisturbed.digest
    assert silence.calls > 0
    assert silence.longest < _SILENCE
    return seconds, late


# Its time is not judged: restarts take longer than a job of this size does.
async def test_a_short_campaign_under_six_kills(small: Campaign) -> None:
    assert small.windows >= 10_000
    _, late = await disturbed(small, 1, 6)
    assert late < 3, "the job is too short for its kills"


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(1, 11))
async def test_three_hundred_thousand_windows_under_thirty_kills(large: Campaign, seed: int) -> None:
    assert large.windows >= 300_000
    seconds, late = await disturbed(large, seed, 30)
    assert late <= 3, "the job is too short for its kills"
    assert seconds <= 3 * large.seconds
