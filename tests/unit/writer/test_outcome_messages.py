"""Outcomes keep each its own provenance on the bus, also where neighbours share the work on it."""

from __future__ import annotations

from libseis.codes import Channel
from seisbus.bus.codec import decode_outcomes, encode_outcomes
from seisbus.model.handovers import OutcomeBatch, Source, WindowOutcome
from seisbus.model.outcome import Fate
from seisbus.model.task import Recipe, Window

_CHANNEL = Channel("CI", "PASC", "00", "LHZ")


def _outcome(number: int, keys: tuple[str, ...], steps: tuple[str, ...] = ()) -> WindowOutcome:
    sources = tuple(Source("scedc", key, "etag", (0, 512 * number)) for key in keys)
    return WindowOutcome(Window(f"job.{number}", _CHANNEL, number, number + 1, False), Fate.SAVED,
                         sources=sources, steps=steps)  # fmt: skip


def test_neighbours_of_other_provenances_stay_apart() -> None:
    outcomes = (
        _outcome(1, ("a",)), _outcome(1, ("a",)), _outcome(1, ("a",), ("filter",)), _outcome(2, ("a",)),
        _outcome(2, ("a", "b")), _outcome(3, ()), _outcome(3, ("a", "b"), ("filter", "taper")), _outcome(1, ("a",)),
    )  # fmt: skip
    batch = OutcomeBatch("job", "job.0.0", 1, 0, 1, Recipe(), outcomes)
    assert decode_outcomes(encode_outcomes(batch)) == batch


def test_neighbours_of_one_provenance_share_it_in_memory() -> None:
    batch = OutcomeBatch("job", "job.0.0", 1, 0, 1, Recipe(), tuple(_outcome(1, ("a",)) for _ in range(3)))
    first, second, third = decode_outcomes(encode_outcomes(batch)).outcomes
    assert first.sources is second.sources is third.sources
