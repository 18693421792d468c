"""After the steps a window covers what was asked to one new sample, or says what it lacks."""

from __future__ import annotations

import numpy as np
import pytest

from libseis import TimeSeries
from libseis.codes import Channel
from libseis.mspass.algorithms.window import WindowData
from libseis.segments import Cut, GapPolicy, Joined, Rate, Segment
from libseis.segments import cut as cut_window
from libseis.steps import registry
from seisbus.errors import UserError
from seisbus.indexer.pads import Pads, slowest_rate
from seisbus.model.handovers import WindowOutcome
from seisbus.model.job import parse_job
from seisbus.model.outcome import Fate
from seisbus.model.task import Recipe, Window
from seisbus.windower.channel_steps import processed, with_pad
from seisbus.windower.coverage import Span, asked_of, lacking
from seisbus.windower.packing import Taken, Work
from seisbus.windower.processing import Chain

T = 1_299_822_360 * 10**9
S = 10**9


def segment(rate: Rate, seconds: float, phase: int = 0, start: int = T) -> Segment:
    npts = int(seconds * rate.hz)
    data = np.random.default_rng(1).standard_normal(npts)
    return Segment(Channel("XX", "A", "", "BHZ"), start + phase, rate, data)


def outcome(
    source: Segment, start_s: float, end_s: float, steps: list[object], *, tile: bool, pad: float = 40.0
) -> WindowOutcome:
    window = Window("w", Channel("XX", "A", "", "BHZ"), T + int(start_s * S), T + int(end_s * S), not tile)
    result: Cut = cut_window([source], [], window.start_ns, window.end_ns, inclusive_end=not tile)
    assert result.reason is None, result
    recipe = Recipe(pad_before_ns=int(pad * S), pad_after_ns=int(pad * S))
    taken = Taken(Joined([source], [], []), result, "", [], complaints=False)
    return processed(window, taken, (), recipe, Work(Chain(steps), None))  # type: ignore[arg-type]


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
    window = Window("w", Channel("XX", "A", "", "BHZ"), T, T + 10 * S, False)
    assert asked_of(window, piece) == Span(T, T + 10 * S)
    assert lacking(Span(T, T + 10 * S), [piece], inclusive_end=False) == ""
    text = lacking(Span(T, T + 10 * S), [piece.part(0, 3), piece.part(6, 10)], inclusive_end=False)
    assert text.startswith("After the steps 3 of 10 s") and text.endswith("1 s apart.")


JOB = {"archive": "a", "windows": {"tile": {"start": "2011-03-11", "end": "2011-03-12", "length": "1h"}}}
RESAMPLE = {"steps": [{"resample": {"sampling_rate": 20}}]}


def test_the_pad_follows_from_the_rate_that_is_known_of_the_channel() -> None:
    assert [slowest_rate(c) for c in ("BH?", "BHZ,LHZ", "*", "VHZ", "?HZ")] == [10.0, 0.9, 1.0, 0.09, 1.0]
    pads = Pads(parse_job({**JOB, **RESAMPLE}))
    channel = Channel("XX", "A", "", "BHZ")
    for rate, seconds in ((100.0, 33 / 20), (10.0, 33 / 10), (None, 33 / 10), (0.01, 3300.0)):
        assert pads(channel, rate) == (round(seconds * S), round(seconds * S))
    assert pads(Channel("XX", "A", "", "VHZ"), None)[0] == round(33 / 0.09 * S)
    given = Pads(parse_job({**JOB, **RESAMPLE, "pad": {"before": "2s", "after": "3s"}}))
    assert given(channel, 0.01) == (2 * S, 3 * S) and not given.by_rate
    assert Pads(parse_job(JOB))(channel, 0.01) == (0, 0)
    with pytest.raises(UserError, match="steps"):
        Pads(parse_job({**JOB, "steps": ["no such step"]}))


def test_a_slower_channel_than_was_planned_takes_what_its_steps_need() -> None:
    steps: list[object] = [{"resample": {"sampling_rate": 20}}]
    window = Window("w", Channel("XX", "A", "", "BHZ"), T + 1000 * S, T + 1060 * S, True)
    source = segment(Rate(1, 10), 20_000)
    result = cut_window([source], [], window.start_ns, window.end_ns, inclusive_end=True)
    assert result.reason is None

    def done(recipe: Recipe) -> WindowOutcome:
        taken = Taken(Joined([source], [], []), result, "", [], complaints=False)
        return processed(window, taken, (), recipe, Work(Chain(steps), None))  # type: ignore[arg-type]

    planned = done(Recipe(pad_before_ns=2 * S, pad_after_ns=2 * S, pad_planned=True))
    assert planned.log == () and planned.pieces[0].npts == 1201
    (told,) = done(Recipe(pad_before_ns=40 * S, pad_after_ns=20 * S)).log
    assert "The job asks for less padding than the steps want at 0.1 Hz" in told.message
    assert "40 of 330 s before, 20 of 330 s after" in told.message


@pytest.mark.parametrize("inclusive", [True, False])
def test_a_filled_window_is_padded_with_the_data_around_it(inclusive: bool) -> None:
    whole = segment(Rate(20), 600, 7_000_000)
    parts = [whole.part(0, 2400), whole.part(2500, whole.npts)]
    window = Window("w", Channel("XX", "A", "", "BHZ"), T + 100 * S, T + 160 * S, inclusive)
    result = cut_window(parts, [], window.start_ns, window.end_ns, inclusive_end=inclusive, gaps=GapPolicy.FILL)
    (filled,) = result.pieces
    padded = with_pad(filled, Joined(parts, [], []), 30 * S, 20 * S)
    expected = np.array(whole.data)
    expected[2400:2500] = 0
    first, stop = whole.ceil_index(filled.t0_ns - 30 * S), whole.ceil_index(filled.end_ns + 20 * S) + 1
    assert padded.t0_ns == whole.time_ns(first)
    assert np.array_equal(padded.data, expected[first:stop])
    # a window whose start is filled has data behind it alone
    window = Window("w", Channel("XX", "A", "", "BHZ"), T + 122 * S, T + 160 * S, inclusive)
    result = cut_window(parts, [], window.start_ns, window.end_ns, inclusive_end=inclusive, gaps=GapPolicy.FILL)
    padded = with_pad(result.pieces[0], Joined(parts, [], []), 30 * S, 20 * S)
    assert padded.t0_ns == result.pieces[0].t0_ns
    assert padded.end_ns == whole.time_ns(whole.ceil_index(result.pieces[0].end_ns + 20 * S))


def test_a_short_pad_is_told_with_numbers() -> None:
    done = outcome(segment(Rate(100), 100), 1, 99, [{"resample": {"sampling_rate": 20}}], tile=False)
    (told,) = [line.message for line in done.log]
    assert "1 of 1.65 s before, 0.99 of 1.65 s after" in told
