"""What steps make of windows: their Metadata are stored, times relative to a mark too, and what kills is the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_type_hints

import numpy as np
import pytest

from libseis import TimeSeries
from libseis.codes import Channel
from libseis.mseed import encode
from libseis.segments import Rate, Segment
from libseis.steps import StepContext, definition_of, registry
from seisbus.bus.codec import decode_outcomes, encode_outcomes
from seisbus.model.handovers import ObjectRecords, OutcomeBatch, WindowOrder, WindowOutcome
from seisbus.model.marks import MarkAttributes
from seisbus.model.normalized import Normal
from seisbus.model.outcome import Fate
from seisbus.model.task import ObjectRef, Recipe, Window
from seisbus.store.documents.waveforms import SeismogramDocument, WaveformDocument
from seisbus.windower.cutting import cut_part
from seisbus.windower.metadata import made_by_steps
from seisbus.windower.packing import Work
from seisbus.windower.processing import Chain
from seisbus.writer.documents import wf_document
from seisbus.writer.waveforms import Place

NS = 1_000_000_000
DAY = 15_000 * 86_400 * NS
CHANNEL = Channel("XX", "ABC", "", "BHZ")
START = DAY + 3600 * NS
WINDOW = Window("j.1", CHANNEL, START + 60 * NS, START + 180 * NS, True)


def batch(steps: Sequence[Mapping[str, object]], pad: float = 20.0) -> OutcomeBatch:
    """The window's end after a way over the bus."""
    counts = np.random.default_rng(5).integers(-1000, 1000, 6000).astype(np.int32)
    data = encode(Segment(CHANNEL, START, Rate(20), counts), reclen=512)
    read = ObjectRecords(
        ObjectRef("a", "k", day_ns=DAY, channel=CHANNEL), "e", (0, len(data)), data, waveform_records=len(data) // 512
    )
    recipe = Recipe(steps=tuple(dict(step) for step in steps), pad_before_ns=int(pad * NS), pad_after_ns=int(pad * NS))
    order = WindowOrder("j", "j.t", 1, 1, 0, 1, (read,), (WINDOW,), recipe)
    return decode_outcomes(encode_outcomes(cut_part(order, Work(Chain(steps), StepContext()))))


def outcome(steps: Sequence[Mapping[str, object]], pad: float = 20.0) -> WindowOutcome:
    (found,) = batch(steps, pad).outcomes
    return found


def test_what_steps_measure_is_stored_and_what_was_attached_is_not() -> None:
    steps: list[dict[str, Any]] = [
        {"snr": {"signal": [0, 10], "noise": [-10, 0], "noise_mark": "end"}},
        {"set_metadata": {"key": "quality", "value": "good"}},
        {"set_metadata": {"key": "clean", "value": True}},
    ]
    made = batch(steps)
    (found,) = made.outcomes
    (piece,) = found.pieces
    assert set(piece.metadata) == {"snr", "snr_signal", "snr_noise", "quality", "clean"}
    document = wf_document(made, found, 0, piece, Place("/d", "f", 0, 8 * piece.npts), Normal())
    assert document["quality"] == "good" and document["clean"] is True
    x = np.random.default_rng(5).integers(-1000, 1000, 6000).astype(float)
    wanted = np.sqrt(np.mean(x[1200:1401] ** 2)) / np.sqrt(np.mean(x[3400:3601] ** 2))
    assert document["snr"] == pytest.approx(wanted), "the pad is no part of the window"


def test_the_documents_own_names_hold() -> None:
    made = batch([{"set_metadata": {"key": "event", "value": "mine"}}, {"set_metadata": {"key": "t0_ns", "value": 3}}])
    (found,) = made.outcomes
    document = wf_document(made, found, 0, found.pieces[0], Place("/d", "f", 0, 8), Normal())
    assert "event" not in document and document["t0_ns"] == WINDOW.start_ns
    assert ["documents have for something else" in line.message for line in found.log] == [True, True]


@pytest.mark.parametrize("mark", ["origin", "phase", "pick"])
def test_a_reference_is_stored_beside_times_that_stay(mark: str) -> None:
    key = {"origin": "source_time", "phase": "phase_time", "pick": "pick_time"}[mark]
    when = START / 1e9 + 70.25
    (piece,) = outcome([{"set_metadata": {"key": key, "value": when}}, {"reference": {"mark": mark}}]).pieces
    assert (piece.t0_ns, piece.npts) == (WINDOW.start_ns, 2401)
    assert (piece.metadata["time_reference"], piece.metadata["reference_time"]) == (mark, when)


def test_what_was_edited_away_is_dead_with_the_test_as_reason() -> None:
    found = outcome([{"snr": {"signal": [0, 10], "noise": [20, 30]}}, {"keep": {"if": ["snr > 100", "sta == ABC"]}}])
    assert (found.fate, found.reason) == (Fate.DEAD, "fails snr > 100")
    assert "it does not pass snr > 100" in found.detail and found.log[-1].algorithm == "keep"


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ({"reference": {"mark": "origin"}}, "no source_time"),
        ({"window": {"start": 0, "end": 3, "mark": "phase"}}, "no phase_time"),
        ({"rotate": {"to": "ENZ"}}, "not three components"),
        ({"keep": {"if": "distance_deg < 95"}}, "no distance_deg"),
        ({"snr": {"signal": [0, 1], "noise": [-900, -1]}}, "noise not covered"),
        ({"calib": {}}, "step_failed"),
    ],
)
def test_what_kills_a_window_is_its_reason(step: dict[str, object], reason: str) -> None:
    found = outcome([step])
    assert (found.fate, found.reason) == (Fate.DEAD, reason) and found.detail


def test_a_window_inside_the_window_is_no_lack() -> None:
    found = outcome([{"window": {"start": 5, "end": 15}}])
    (piece,) = found.pieces
    assert (piece.t0_ns, piece.npts) == (WINDOW.start_ns + 5 * NS, 201) and found.log == ()
    found = outcome([{"window": {"start": -10, "end": 15}}])
    (piece,) = found.pieces
    assert (piece.t0_ns, piece.npts) == (WINDOW.start_ns, 301)
    (line,) = found.log
    assert "goes beyond the job's window" in line.message and "10 s before" in line.message


def test_a_users_step_sees_the_metadata_and_what_cannot_be_stored_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    def look(datum: Any) -> Any:
        seen.update(datum.todict())
        datum["found"] = np.float64(2.5)
        datum["numbers"] = np.arange(3)
        datum["object"] = object()
        datum["a.b"] = 1
        return datum

    monkeypatch.setattr(registry, "_definitions", dict(registry._definitions))
    registry.register(definition_of("look", look, "1"))
    found = outcome([{"look": {}}])
    assert seen["window_start"] == WINDOW.start_ns / 1e9 and seen["window_end"] == WINDOW.end_ns / 1e9
    (piece,) = found.pieces
    assert piece.metadata == {"found": 2.5, "numbers": [0, 1, 2]}
    told = " ".join(line.message for line in found.log)
    assert "object of the steps is a object" in told and "a.b of the steps is a name" in told


@pytest.mark.parametrize("kind", [WaveformDocument, SeismogramDocument])
def test_no_step_writes_over_a_field_of_a_document(kind: type) -> None:
    names = get_type_hints(kind).keys() - get_type_hints(MarkAttributes).keys()
    assert len(names) > 30
    before = dict.fromkeys(names, "of the document")
    datum = TimeSeries(1)
    for name in names:
        datum[name] = "of a step"
    found, _ = made_by_steps(datum, before)
    assert found == {}
