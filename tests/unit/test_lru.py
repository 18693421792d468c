"""What is kept in bounded memory: what was used last stays, wherever it is kept."""

from __future__ import annotations

import numpy as np
import pytest

from libseis.obspy.evaluation import Evaluated
from libseis.obspy.responses import InverseCache, Removal
from libseis.signal.design import OutputUnit
from libseis.signal.fourier import Transform
from seisbus.bus import jobboard
from seisbus.bus.jobboard import JobBoard


class Kept:
    """An InverseCache for spectra of one kilobyte by name, and what was made."""

    def __init__(self, kilobytes: int) -> None:
        self.cache = InverseCache(kilobytes * 1024)
        self.removal = Removal(OutputUnit.VELOCITY, None, None, 0.05)
        self.made: list[str] = []

    def get(self, name: str, kilobytes: int = 1) -> None:
        def make() -> Evaluated:
            self.made.append(name)
            return Evaluated(np.zeros(kilobytes * 64, np.complex128))

        found = self.cache.get((Transform(64).order, 0.01, (name.encode(), self.removal)), make)
        assert not found.spectrum.flags.writeable


def test_inverses_that_were_used_last_stay() -> None:
    kept = Kept(2)
    for name in ("a", "b", "a", "c", "a", "b"):
        kept.get(name)
    assert kept.made == ["a", "b", "c", "b"]


def test_an_inverse_larger_than_all_room_is_kept_alone() -> None:
    """A day at a high rate: each of its windows would evaluate it anew."""
    kept = Kept(2)
    for _ in range(3):
        kept.get("long", kilobytes=5)
    kept.get("a")
    kept.get("long", kilobytes=5)
    assert kept.made == ["long", "a", "long"]


async def test_a_job_that_messages_come_of_is_not_looked_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was forgotten by when it was learned of, however much was asked of it since."""
    asked: list[str] = []

    async def lookup(job: str) -> int:
        asked.append(job)
        return 1

    monkeypatch.setattr(jobboard, "_REMEMBERED_JOBS", 2)
    board = JobBoard(None, lookup)  # type: ignore[arg-type]  # nothing is heard of the bus here
    for job in ("busy", "b", "busy", "c", "busy", "b"):
        assert not await board.stale(job, 1)
    assert asked == ["busy", "b", "c", "b"]
