"""Gaps of a TimeSeries against a plain boolean mask, and DataGap, TimeSeriesWGaps."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libseis import GapFill, TimeReferenceType, TimeSeries, TimeWindow
from libseis.codes import Channel
from libseis.mspass.seismic import DataGap, TimeSeriesWGaps
from libseis.mspass.utility import MsPASSError
from libseis.segments import GapPolicy, Rate, Segment, cut

N = 40
SPANS = st.lists(st.tuples(st.integers(-5, N + 5), st.integers(0, 10)), max_size=6)
CLOCKS = st.sampled_from([(0.0, 1.0), (1.6e9 + 0.37, 0.01), (1.6e9, 1 / 3), (-5.0, 7.3), (1e9 + 1 / 3, 0.005)])


def series(clock: tuple[float, float], spans: list[tuple[int, int]]) -> tuple[TimeSeries, np.ndarray]:
    d = TimeSeries({"delta": clock[1], "starttime": clock[0]}, np.arange(N) + 100.0)
    d.live = True
    mask = np.zeros(N, dtype=bool)
    for first, length in spans:
        d.add_gap(TimeWindow(d.time(first), d.time(first + length)))
        mask[max(0, first) : max(0, first + length + 1)] = True
    return d, mask


class TestGaps:
    @given(CLOCKS, SPANS)
    def test_against_a_mask(self, clock: tuple[float, float], spans: list[tuple[int, int]]) -> None:
        d, mask = series(clock, spans)
        statistics = d.gap_statistics()
        assert statistics.samples == mask.sum()
        assert statistics.seconds == pytest.approx(mask.sum() * clock[1])
        assert statistics.fraction == mask.mean()
        assert statistics.number == len(d.gaps) == d.number_gaps()
        filled = TimeSeries(d)
        filled.fill_gaps(GapFill.NAN)
        assert np.isnan(filled.data).tolist() == mask.tolist()
        assert filled.gaps == d.gaps
        filled.fill_gaps("zero")
        assert (np.asarray(filled.data) == 0.0).tolist() == mask.tolist()
        assert filled.gaps == []

    @given(CLOCKS, SPANS)
    def test_pieces_are_the_samples_between(self, clock: tuple[float, float], spans: list[tuple[int, int]]) -> None:
        d, mask = series(clock, spans)
        d["sta"] = "AAK"
        pieces = d.split_gaps()
        assert np.concatenate([[], *(p.data for p in pieces)]).tolist() == (np.arange(N) + 100.0)[~mask].tolist()
        for p in pieces:
            first = int(p.data[0]) - 100
            assert p.t0 == d.time(first)
            assert (p["npts"], p["starttime"], p["sta"], p.gaps, p.live) == (
                len(p.data),
                d.time(first),
                "AAK",
                [],
                True,
            )

    @given(CLOCKS, SPANS)
    def test_lines_are_straight(self, clock: tuple[float, float], spans: list[tuple[int, int]]) -> None:
        d, mask = series(clock, spans)
        d.fill_gaps("linear")
        if mask.all():
            assert not d.data.any()
        else:
            known = np.flatnonzero(~mask)
            assert np.allclose(d.data, np.interp(np.arange(N), known, known + 100.0))
        assert d.gaps == []
        assert d.elog.size() == (1 if spans else 0)

    @given(CLOCKS, SPANS, st.integers(-(10**6), 10**9))
    def test_gaps_stay_with_their_samples(
        self, clock: tuple[float, float], spans: list[tuple[int, int]], origin: int
    ) -> None:
        d, mask = series(clock, spans)
        before = d.gaps
        d.ator(float(origin))
        e = pickle.loads(pickle.dumps(d))
        for moved in (d, e, TimeSeries(d)):
            assert moved.gap_statistics().samples == mask.sum()
        d.rtoa()
        assert np.allclose([(g.start, g.end) for g in d.gaps], [(g.start, g.end) for g in before], rtol=0, atol=1e-6)

    def test_questions(self) -> None:
        d, _ = series((0.0, 1.0), [(5, 2), (7, 1), (20, 0)])
        assert [(g.start, g.end) for g in d.gaps] == [(5.0, 8.0), (20.0, 20.0)]
        assert d.has_gap()
        assert d.has_gap(6.5)
        assert d.is_gap(20.0)
        assert not d.has_gap(9.0)
        assert d.has_gap(TimeWindow(8.0, 10.0))
        assert not d.has_gap(TimeWindow(9.0, 10.0))
        d.clear_gaps()
        assert not d.has_gap()
        for bad in (TimeWindow(2.0, 1.0), TimeWindow(math.nan, 1.0), TimeWindow(1.0, math.nan)):
            with pytest.raises(MsPASSError):
                d.add_gap(bad)
        with pytest.raises(TypeError):
            d.add_gap((1.0, 2.0))  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="GapFill"):
            d.fill_gaps("spline")

    @pytest.mark.parametrize("fill", GapFill)
    def test_a_gap_of_a_datum_and_of_a_window_are_filled_by_the_same_word(self, fill: GapFill) -> None:
        """The word of a job file is the member, for both."""
        assert fill == fill.value
        d, _ = series((0.0, 1.0), [(5, 2)])
        values = np.array(d.data)
        d.fill_gaps(fill)
        source, rate = Channel("XX", "A", "", "BHZ"), Rate(1)
        parts = [Segment(source, 0, rate, values[:5]), Segment(source, 8 * 10**9, rate, values[8:])]
        end = (len(values) - 1) * 10**9
        (piece,) = cut(parts, [], 0, end, inclusive_end=True, gaps=GapPolicy.FILL, fill=fill).pieces
        assert np.array_equal(piece.data, d.data, equal_nan=True)

    def test_sums_have_the_gaps_of_both(self) -> None:
        left, _ = series((0.0, 1.0), [(5, 2)])
        right, _ = series((0.0, 1.0), [(20, 1)])
        assert [(g.start, g.end) for g in (left + right).gaps] == [(5.0, 7.0), (20.0, 21.0)]

    def test_new_samples_have_no_gaps(self) -> None:
        d, _ = series((0.0, 1.0), [(5, 2)])
        d.set_npts(10)
        assert d.gaps == []


class TestDataGap:
    def test_by_itself(self) -> None:
        g = DataGap()
        for window in (TimeWindow(10, 12), TimeWindow(1, 2), TimeWindow(11, 15)):
            g.add_gap(window)
        assert [(w.start, w.end) for w in g.get_gaps()] == [(1, 2), (10, 15)]
        assert g.number_gaps() == 2
        assert g.is_gap(1.5)
        assert g.has_gap()
        assert not g.has_gap(TimeWindow(3, 4))
        assert g.subset(TimeWindow(14, 20)).number_gaps() == 1
        g.translate_origin(1.0)
        other = DataGap([TimeWindow(100, 101)])
        g += other
        assert [(w.start, w.end) for w in pickle.loads(pickle.dumps(g)).get_gaps()] == [(0, 1), (9, 14), (100, 101)]
        g.clear_gaps()
        assert not g.has_gap()

    def test_with_a_time_series(self) -> None:
        d, _ = series((100.0, 1.0), [])
        w = TimeSeriesWGaps(d, DataGap([TimeWindow(105, 107)]))
        assert isinstance(w, TimeSeries)
        assert isinstance(w, DataGap)
        w.zero_gaps()
        assert w.data[5:8].tolist() == [0.0] * 3
        assert w.number_gaps() == 1
        w.ator(100.0)
        assert w.gaps == [TimeWindow(5, 7)]
        w.rtoa(50.0)
        assert (w.tref, w.t0, w.gaps) == (TimeReferenceType.UTC, 50.0, [TimeWindow(55, 57)])
        twin = pickle.loads(pickle.dumps(w))
        assert type(twin) is TimeSeriesWGaps
        assert twin.gaps == w.gaps
