"""After the steps a window covers what was asked to one new sample, or says what it lacks."""

from __future__ import annotations

import numpy as np
import pytest
from libseis.algorithms.window import WindowData
from libseis.segments import Cut, Joined, Rate, Segment, SourceId
from libseis.segments import cut as cut_window
from libseis.steps import registry
from seisbus.indexer.pads import default_pads, slowest_rate
from seisbus.model.channel import Channel
from seisbus.model.outcome import Fate
from seisbus.model.task import Recipe, Window
from seisbus.model.transfer import WindowOutcome
from seisbus.windower.coverage import Span, asked_of, lacking
from seisbus.windower.cutting import Work, _processed
from seisbus.windower.processing import Chain

from libseis import TimeSeries

T = 1_299_822_360 * 10**9
S = 10**9


def segment(rate: Rate, seconds: float, phase: int = 0, start: int = T) -> Segment:
    npts = int(seconds * rate.hz)
    data = np.random.default_rng(1).standard_normal(npts)
    return Segment(SourceId("XX", "A", "", "BHZ"), start + phase, rate, data)


def outcome(
    source: Segment, start_s: float, end_s: float, steps: list[object], *, tile: bool, pad: float = 40.0
) -> WindowOutcome:
    window = Window("w", Channel("XX", "A", "", "BHZ"), T + int(start_s * S), T + int(end_s * S), not tile, "")
    result: Cut = cut_window([source], [], window.start_ns, window.end_ns, inclusive_end=not tile)
    assert result.reason is None, result
    recipe = Recipe(pad_before=pad, pad_after=pad)
    return _processed(window, Joined([source], [], []), result, (), recipe, Work(Chain(steps), None), [])  # type: ignore[arg-type]


@pytest.mark.parametrize("tile", [False, True])
def test_all_channels_of_a_window_get_the_same_samples(tile: bool) -> None:
    got = set()
    for rate, phase in (
        (Rate(100), 0),
        (Rate(100), 4_600_000),
        (Rate(9999, 100), 777),
        (Rate(40), 19_500_000),
        (Rate(1), 300_000_000),
    ):
        done = outcome(segment(rate, 600, phase), 100.25, 160.25, [{"resample": {"sampling_rate": 20}}], tile=tile)
        assert done.fate is Fate.SAVED and not done.log
        (piece,) = done.pieces
        got.add((piece.t0_ns - T, piece.npts, piece.rate_numerator, piece.rate_denominator))
    assert got == {(100_250_000_000, 1200 if tile else 1201, 20, 1)}


def test_a_window_at_the_edge_of_the_data_says_what_it_lacks() -> None:
    done = outcome(segment(Rate(1), 100), 0, 99, [{"resample": {"sampling_rate": 1}}], tile=False)
    assert [line.message for line in done.log if "padding" not in line.message] == []
    done = outcome(segment(Rate(1), 100, 400_000_000), 0, 99, [{"resample": {"sampling_rate": 10}}], tile=False)
    told = [line.message for line in done.log if "without samples" in line.message]
    assert len(told) == 1 and "0.4 s at the start" in told[0]


def test_a_step_that_shortens_the_data_is_told() -> None:
    def shorten(d: TimeSeries, seconds: float) -> TimeSeries:
        return WindowData(d, d.t0 + 40.0 + seconds, d.endtime() - 40.0 - seconds)

    name = "shorten_for_test"
    registry.register(registry.definition_of(name, shorten, "1"))
    try:
        done = outcome(segment(Rate(20), 600), 100, 160, [{name: {"seconds": 2.5}}], tile=False)
        assert done.fate is Fate.SAVED
        (told,) = [line.message for line in done.log]
        assert "of 60 s are without samples: 2.45 s" in told or "2.5 s at the start, 2.45 s at the end" in told
        done = outcome(segment(Rate(20), 600), 100, 160, [{name: {"seconds": 200.0}}], tile=False)
        assert done.fate is Fate.DEAD and done.log
    finally:
        registry._definitions.pop(name)


def test_what_is_asked_is_the_window_where_the_piece_reaches_it() -> None:
    piece = segment(Rate(1), 10, 300_000_000)
    window = Window("w", Channel("XX", "A", "", "BHZ"), T, T + 10 * S, False, "")
    assert asked_of(window, piece) == Span(T, T + 10 * S)
    assert lacking(Span(T, T + 10 * S), [piece], inclusive_end=False) == ""
    text = lacking(Span(T, T + 10 * S), [piece.part(0, 3), piece.part(6, 10)], inclusive_end=False)
    assert text.startswith("After the steps 3 of 10 s") and text.endswith("1 s apart.")


def test_the_default_pad_is_that_of_the_slowest_channel_asked_for() -> None:
    assert [slowest_rate(c) for c in ("BH?", "BHZ,LHZ", "*", "VHZ", "?HZ")] == [10.0, 0.9, 1.0, 0.09, 1.0]
    steps = [{"resample": {"sampling_rate": 20}}]
    assert default_pads(steps, "HH?")[0] == int(33 / 20 * S)
    assert default_pads(steps, "VHZ")[0] == int(33 / 0.09 * S)


def test_a_short_pad_is_told_with_numbers() -> None:
    done = outcome(segment(Rate(100), 100), 1, 99, [{"resample": {"sampling_rate": 20}}], tile=False)
    (told,) = [line.message for line in done.log]
    assert "1 of 1.65 s before, 0.99 of 1.65 s after" in told
