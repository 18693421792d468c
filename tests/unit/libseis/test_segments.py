"""Joining and cutting against a brute-force table of sample times and values."""

from __future__ import annotations

import itertools
import math
import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libseis import TimeSeries
from libseis.codes import Channel
from libseis.enums import GapFill
from libseis.segments import (
    Complaint,
    ComplaintKind,
    CutReason,
    GapPolicy,
    Rate,
    Segment,
    Span,
    cut,
    join,
)

CHANNEL = Channel("CI", "HEC", "", "BHN")
BHN = Rate(40)
T0 = 1_641_081_600_019_500_000
RATES = st.sampled_from([Rate(40), Rate(100), Rate(1), Rate(1, 10), Rate(100, 3), Rate(1080), Rate(33333333, 1000000)])


def segment(t0_ns: int, values: object, rate: Rate = BHN, dtype: object = np.int32) -> Segment:
    return Segment(CHANNEL, t0_ns, rate, np.array(values, dtype))


class TestRate:
    @pytest.mark.parametrize(
        ("factor", "multiplier", "rate"),
        [(40, 1, Rate(40)), (-10, 1, Rate(1, 10)), (100, -3, Rate(100, 3)), (-10, -10, Rate(1, 100))],
    )
    def test_header_fields(self, factor: int, multiplier: int, rate: Rate) -> None:
        assert Rate.from_header(factor, multiplier) == rate

    def test_a_record_without_rate_is_refused(self) -> None:
        with pytest.raises(ValueError, match="no rate"):
            Rate.from_header(0, 1)

    @given(st.floats(1e-6, 1e6))
    def test_any_float_comes_back(self, hz: float) -> None:
        assert Rate.from_hz(hz).hz == hz

    def test_simple_fractions_are_found(self) -> None:
        assert Rate.from_hz(100 / 3) == Rate(100, 3)
        assert Rate.from_float32(float(np.float32(25 / 3))) == Rate(25, 3)
        assert Rate.from_interval(0.01) == Rate(100)

    # ten digits, as headers give them; simple ones; what is near no simple one
    @pytest.mark.parametrize(
        "dt",
        [
            *(0.3333333333, 3.3333333333, 0.0133333333333),
            *(0.01, 0.016, 1 / 3, 10.0, 1 / 1080, 1e-7),
            *(1 / 99.98765432, 0.0123456789, 12345.678, math.pi),
        ],
    )
    def test_a_datum_and_a_segment_have_the_same_rate_of_an_interval(self, dt: float) -> None:
        datum = TimeSeries(1)
        datum.dt = dt
        rate = Rate.from_interval(dt)
        assert (datum.rate_numerator, datum.rate_denominator) == (rate.numerator, rate.denominator)
        assert rate.hz * dt == pytest.approx(1.0, rel=1e-9)

    def test_an_interval_of_ten_digits_is_the_rate_that_was_meant(self) -> None:
        assert Rate.from_interval(0.3333333333) == Rate(3)
        assert Rate.from_interval(3.3333333333) == Rate(3, 10)

    @given(st.floats(1e-6, 1e6))
    def test_an_interval_that_is_no_near_miss_comes_back(self, dt: float) -> None:
        found = Rate.from_interval(dt)
        assert found.denominator / found.numerator == pytest.approx(dt, rel=1.1e-9)

    @pytest.mark.parametrize("dt", [0.0, -1.0, math.nan, math.inf])
    def test_an_impossible_interval_is_refused(self, dt: float) -> None:
        with pytest.raises(ValueError, match="positive"):
            Rate.from_interval(dt)

    @given(RATES, st.integers(-(10**8), 10**8))
    def test_spans_are_exact_and_round_half_even(self, rate: Rate, n: int) -> None:
        exact = round(Fraction(n * rate.denominator * 10**9, rate.numerator))
        assert rate.span_ns(n) == exact
        assert rate.spans_ns(np.array([n, n])).tolist() == [exact, exact]

    @given(RATES, st.integers(-(10**16), 10**16))
    def test_the_nearest_sample_is_found(self, rate: Rate, ns: int) -> None:
        nearest, misfit = rate.index(ns)
        exact = Fraction(ns * rate.numerator, rate.denominator * 10**9)
        assert abs(exact - nearest) <= Fraction(1, 2)
        assert misfit == pytest.approx(float(exact - nearest), abs=1e-9)
        many = int(rate.indices(np.array([ns]))[0])
        assert abs(exact - many) <= Fraction(1, 2) + Fraction(1, 10**5)
        assert rate.ceil_index(ns) == -(-exact.numerator // exact.denominator)
        assert abs(rate.round_index(ns)) == int(abs(exact) + Fraction(1, 2))


# --- joining -------------------------------------------------------------------------------------------

pieces_on_a_grid = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 12), st.sampled_from(["truth", "truth", "truth", "other", "noise"])),
    min_size=1,
    max_size=12,
)


def made(rate: Rate, plan: list[tuple[int, int, str]]) -> list[Segment]:
    """Pieces of one underlying signal; "other" is it plus seven, "noise" differs at some samples only."""
    out = []
    for at, n, kind in plan:
        values = np.arange(at, at + n) * 3
        if kind == "other":
            values = values + 7
        elif kind == "noise":
            values = np.where(values % 4 == 0, -values - 1, values)
        out.append(segment(T0 + rate.span_ns(at), values, rate))
    return out


def table(rate: Rate, pieces: list[Segment]) -> dict[int, list[int]]:
    """Grid index -> values in order of arrival."""
    held: dict[int, list[int]] = {}
    for piece in pieces:
        at, _ = rate.index(piece.t0_ns - T0)
        for i, value in enumerate(piece.data.tolist()):
            held.setdefault(at + i, []).append(value)
    return held


def disputed(held: dict[int, list[int]]) -> set[int]:
    """Indices from first to last conflict of each stretch covered more than once."""
    doubled = sorted(i for i, values in held.items() if len(values) > 1)
    out: set[int] = set()
    for _, group in itertools.groupby(enumerate(doubled), key=lambda pair: pair[1] - pair[0]):
        bad = [i for _, i in group if len(set(held[i])) > 1]
        if bad:
            out |= set(range(bad[0], bad[-1] + 1))
    return out


def flat(rate: Rate, segments: tuple[Segment, ...]) -> dict[int, int]:
    out: dict[int, int] = {}
    for s in segments:
        at, misfit = rate.index(s.t0_ns - T0)
        assert abs(misfit) < 1e-3
        for i, value in enumerate(s.data.tolist()):
            assert at + i not in out, "a sample stands twice"
            out[at + i] = value
    return out


class TestJoin:
    @given(RATES, pieces_on_a_grid)
    def test_gap_policy_equals_the_table(self, rate: Rate, plan: list[tuple[int, int, str]]) -> None:
        pieces = made(rate, plan)
        held = table(rate, pieces)
        out = disputed(held)
        joined = join(pieces)
        assert flat(rate, joined.segments) == {i: v[0] for i, v in held.items() if i not in out}
        in_conflict = {
            i for c in joined.conflicts for i in range(rate.index(c.start_ns - T0)[0], rate.index(c.end_ns - T0)[0] + 1)
        }
        assert in_conflict == out

    @given(RATES, pieces_on_a_grid, st.sampled_from(["first", "last"]))
    def test_first_and_last_equal_the_table(self, rate: Rate, plan: list[tuple[int, int, str]], overlap: str) -> None:
        pieces = made(rate, plan)
        held = table(rate, pieces)
        joined = join(pieces, overlap)
        assert flat(rate, joined.segments) == {i: v[0 if overlap == "first" else -1] for i, v in held.items()}
        assert joined.conflicts == ()
        assert bool(disputed(held)) == any(c.kind is ComplaintKind.OVERLAP_CONFLICT for c in joined.complaints)

    @given(RATES, pieces_on_a_grid, st.randoms(use_true_random=False))
    def test_segments_are_as_few_as_can_be(self, rate: Rate, plan: list[tuple[int, int, str]], rng: object) -> None:
        pieces = made(rate, [(at, n, "truth") for at, n, _ in plan])
        held = sorted(table(rate, pieces))
        runs = sum(1 for i, v in enumerate(held) if i == 0 or held[i - 1] != v - 1)
        rng.shuffle(pieces)  # type: ignore[attr-defined]
        assert len(join(pieces).segments) == runs

    def test_one_run_of_memory_is_not_copied(self) -> None:
        whole = segment(T0, np.arange(100))
        (out,) = join([whole]).segments
        assert np.shares_memory(out.data, whole.data)

    def test_a_misfit_up_to_half_a_sample_joins_and_is_named(self) -> None:
        first = segment(T0, np.arange(40))
        second = segment(T0 + 10**9 + 10_000_000, np.arange(40, 80))  # 0.4 of a sample late
        third = segment(T0 + 2 * 10**9 + 5_000_000, np.arange(80, 120))
        joined = join([first, second, third])
        assert [s.npts for s in joined.segments] == [120]
        (complaint,) = joined.segments[0].complaints
        assert complaint.kind is ComplaintKind.TIME_MISFIT
        assert "+0.40 samples" in complaint.message

    def test_a_small_misfit_is_not_worth_a_word(self) -> None:
        joined = join([segment(T0, np.arange(40)), segment(T0 + 10**9 + 2_000_000, np.arange(40))])
        assert len(joined.segments) == 1
        assert joined.complaints == ()

    def test_more_than_half_a_sample_late_is_a_new_segment_on_its_own_grid(self) -> None:
        second = segment(T0 + 10**9 + 13_000_000, np.arange(40))
        joined = join([segment(T0, np.arange(40)), second])
        assert [s.t0_ns for s in joined.segments] == [T0, second.t0_ns]

    def test_a_slow_clock_never_leaves_the_grid_by_more_than_half_a_sample(self) -> None:
        late = 3_000_000
        pieces = [segment(T0 + k * (10**9 + late), np.full(40, k)) for k in range(30)]
        for s in join(pieces).segments:
            for start in range(0, s.npts, 40):
                k = int(s.data[start])
                assert abs(s.time_ns(start) - pieces[k].t0_ns) <= Rate(40).period_ns / 2

    def test_rates_never_join(self) -> None:
        joined = join([segment(T0, np.arange(40)), segment(T0 + 10**9, np.arange(20), Rate(20))])
        assert [s.rate for s in joined.segments] == [Rate(40), Rate(20)]

    def test_types_are_promoted_exactly(self) -> None:
        joined = join([segment(T0, [2**31 - 1] * 40), segment(T0 + 10**9, [0.1], dtype=np.float32)])
        (only,) = joined.segments
        assert only.data.dtype == np.float64
        assert only.data[-1] == np.float32(0.1)
        assert only.data[0] == 2**31 - 1

    def test_nan_equals_nan(self) -> None:
        a = segment(T0, [1.0, np.nan, 2.0], dtype=np.float64)
        assert join([a, a]).conflicts == ()

    def test_channels_cannot_be_mixed(self) -> None:
        other = Segment(Channel("CI", "HEC", "", "BHZ"), T0, Rate(40), np.arange(3, dtype=np.int32))
        with pytest.raises(ValueError, match="BHZ"):
            join([segment(T0, [1]), other])

    def test_complaints_of_pieces_are_kept(self) -> None:
        told = Complaint(ComplaintKind.BAD_RECORD, "Record at byte 512 cannot be decoded.")
        piece = Segment(CHANNEL, T0, Rate(40), np.arange(3, dtype=np.int32), (told,))
        assert join([piece]).complaints == (told,)

    @pytest.mark.parametrize("every", [1, 2])
    def test_ten_thousand_pieces_are_quick(self, every: int) -> None:
        data = np.arange(10_000 * 100, dtype=np.int32)
        pieces = [
            Segment(CHANNEL, T0 + k * 2_500_000_000, Rate(40), data[k * 100 : k * 100 + 100])
            for k in range(0, 10_000, every)
        ]
        before = time.process_time()
        joined = join(pieces[::-1])
        assert time.process_time() - before < 2.0
        assert len(joined.segments) == (1 if every == 1 else 5000)
        if every == 1:
            assert np.array_equal(joined.segments[0].data, data)


# --- cutting -------------------------------------------------------------------------------------------


class TestCutEventWindow:
    """The end is included: MsPASS's WindowData."""

    def test_an_hour_has_one_sample_more(self) -> None:
        day = segment(T0, np.arange(40 * 86400))
        start = T0 + 5 * 3600 * 10**9 + 3_000_000
        out = cut([day], [], start, start + 3600 * 10**9, inclusive_end=True)
        assert (out.reason, out.detail, out.gaps) == (None, "", [])
        (piece,) = out.pieces
        assert piece.npts == 144_001
        assert piece.t0_ns == T0 + 5 * 3600 * 10**9
        assert np.shares_memory(piece.data, day.data)

    @given(RATES, st.integers(-400, 400), st.integers(0, 300))
    def test_first_and_count_follow_the_rule(self, rate: Rate, ahead: int, length: int) -> None:
        """Times in hundredths of a sample interval, so that halves and everything between occur."""
        unit = Fraction(rate.denominator * 10**9, 100 * rate.numerator)
        start, end = T0 + round(ahead * unit), T0 + round(ahead * unit) + round(length * unit)
        whole = segment(T0 - rate.span_ns(50), np.arange(-50, 50), rate)
        out = cut([whole], [], start, end, inclusive_end=True)
        (piece,) = out.pieces
        first = int(piece.data[0])
        assert abs(whole.time_ns(first + 50) - start) <= rate.period_ns / 2 + 1
        exact = Fraction(round(length * unit)) / (100 * unit)
        assert abs(piece.npts - 1 - exact) <= Fraction(1, 2)

    @pytest.mark.parametrize(
        ("shift", "npts", "reason"),
        [
            (12_000_000, 401, None),
            (24_900_000, 400, None),  # no sample between the window's start and the first one
            (25_000_000, 401, CutReason.STARTS_LATE),  # the sample at the start itself is missing
            (-12_000_000, 401, None),
            (-24_900_000, 400, None),
            (-25_000_000, 400, None),  # only the sample at the end itself is missing
            (-26_000_000, 401, CutReason.ENDS_EARLY),
        ],
    )
    def test_a_window_is_whole_when_no_sample_inside_it_is_missing(
        self, shift: int, npts: int, reason: CutReason | None
    ) -> None:
        data = segment(T0 + shift, np.arange(401))
        out = cut([data], [], T0, T0 + 10 * 10**9, inclusive_end=True)
        assert out.reason is reason
        assert [p.npts for p in out.pieces] == ([npts] if reason is None else [])
        assert len(out.gaps) == (reason is not None)

    @pytest.mark.parametrize("inclusive", [True, False])
    @pytest.mark.parametrize("phase", [0, 12_400_000, 12_600_000, 19_500_000, 24_900_000])
    def test_a_day_is_whole_at_any_phase(self, phase: int, inclusive: bool) -> None:
        midnight = 1_641_081_600 * 10**9
        day = segment(midnight + phase, np.arange(40 * 86400))
        out = cut([day], [], midnight, midnight + 86_400 * 10**9, inclusive_end=inclusive)
        assert (out.reason, out.gaps) == (None, [])
        # a sample 0.1 ms before an edge of tiles is on it
        assert out.pieces[0].npts == 40 * 86400 - (phase == 24_900_000 and not inclusive)

    def test_a_length_of_no_whole_number_keeps_its_last_sample_in_tolerance(self) -> None:
        data = segment(T0, np.arange(12), Rate(1))
        out = cut([data], [], T0 + 600_000_000, T0 + 11_100_000_000, inclusive_end=True)
        (piece,) = out.pieces
        assert piece.data.tolist() == list(range(1, 12))

    def test_reasons(self) -> None:
        first, second = segment(T0, np.arange(400)), segment(T0 + 20 * 10**9, np.arange(400))
        both = [first, second]
        window = (T0 + 10**9, T0 + 25 * 10**9)
        assert cut([], [], *window, inclusive_end=True).reason is CutReason.NO_DATA
        far = (T0 + 100 * 10**9, T0 + 101 * 10**9)
        assert cut(both, [], *far, inclusive_end=True).reason is CutReason.NO_DATA_IN_WINDOW
        assert cut(both, [], *window, inclusive_end=True).reason is CutReason.GAP
        assert cut([second], [], *window, inclusive_end=True).reason is CutReason.STARTS_LATE
        assert cut([first], [], *window, inclusive_end=True).reason is CutReason.ENDS_EARLY
        conflict = [Span(first.end_ns + 25_000_000, second.t0_ns - 25_000_000)]
        out = cut(both, conflict, *window, inclusive_end=True)
        assert out.reason is CutReason.OVERLAP_CONFLICT
        assert out.gaps == conflict
        slow = segment(T0 + 20 * 10**9, np.arange(400), Rate(20))
        assert cut([first, slow], [], *window, inclusive_end=True).reason is CutReason.MIXED_RATES
        inside = conflict[0].start_ns + 10**9, conflict[0].start_ns + 2 * 10**9
        assert cut(both, conflict, *inside, inclusive_end=True).reason is CutReason.OVERLAP_CONFLICT
        assert all(str(r) == r.value for r in CutReason)

    def test_a_conflict_elsewhere_does_not_kill(self) -> None:
        data = segment(T0, np.arange(400))
        out = cut([data], [Span(T0 + 10**11, T0 + 2 * 10**11)], T0, T0 + 10**9, inclusive_end=True)
        assert out.reason is None

    def test_an_end_before_the_start_is_refused(self) -> None:
        with pytest.raises(ValueError, match="before its start"):
            cut([], [], T0, T0 - 1, inclusive_end=True)


class TestCutTiles:
    """The end is excluded: abutting tiles hold every sample once."""

    @given(
        RATES,
        st.lists(st.tuples(st.integers(0, 300), st.integers(1, 80)), min_size=1, max_size=5),
        st.integers(0, 99),
        st.integers(100, 3000),
    )
    def test_every_sample_stands_in_exactly_one_tile(
        self, rate: Rate, plan: list[tuple[int, int]], phase: int, length: int
    ) -> None:
        unit = Fraction(rate.denominator * 10**9, 100 * rate.numerator)
        t0 = T0 + round(phase * unit)
        segments = join([segment(t0 + rate.span_ns(at), np.arange(at, at + n), rate) for at, n in plan]).segments
        edges = [T0 + round(k * length * unit) for k in range(-1, 40000 // length + 2)]
        held = [
            value
            for a, b in itertools.pairwise(edges)
            for piece in cut(segments, [], a, b, inclusive_end=False, gaps=GapPolicy.SPLIT).pieces
            for value in piece.data.tolist()
        ]
        assert held == [value for s in segments for value in s.data.tolist()]

    @pytest.mark.parametrize("phase", [0, 19_500_000, 24_000_000, 24_960_000, 40_000])
    def test_a_day_cut_at_the_sample_makes_whole_tiles(self, phase: int) -> None:
        midnight = 1_641_081_600 * 10**9
        day = segment(midnight + phase, np.arange(40 * 86400))
        for hour in range(24):
            out = cut(
                [day], [], midnight + hour * 3600 * 10**9, midnight + (hour + 1) * 3600 * 10**9, inclusive_end=False
            )
            assert out.reason is None, (hour, out.detail)
            assert abs(out.pieces[0].npts - 144_000) <= (phase == 24_960_000)

    def test_a_clock_a_little_early_does_not_move_a_sample_to_the_day_before(self) -> None:
        data = segment(T0 - 1_000, np.arange(80))
        out = cut([data], [], T0, T0 + 10**9, inclusive_end=False)
        assert out.pieces[0].data.tolist() == list(range(40))


class TestGapPolicies:
    FIRST = segment(T0, np.arange(100))
    SECOND = segment(T0 + 5 * 10**9, np.arange(200, 300))
    WINDOW = (T0 + 10**9, T0 + 10 * 10**9)

    def run(self, gaps: GapPolicy, fill: GapFill = GapFill.ZERO) -> tuple[list[Segment], list[Span]]:
        out = cut([self.FIRST, self.SECOND], [], *self.WINDOW, inclusive_end=True, gaps=gaps, fill=fill)
        assert out.reason is None
        assert "2 spans" in out.detail
        return out.pieces, out.gaps

    def test_split_keeps_the_pieces(self) -> None:
        pieces, gaps = self.run(GapPolicy.SPLIT)
        assert [(p.t0_ns, p.npts) for p in pieces] == [(T0 + 10**9, 60), (T0 + 5 * 10**9, 100)]
        assert gaps == [
            Span(T0 + 2_500_000_000, T0 + 4_975_000_000),
            Span(T0 + 7_500_000_000, T0 + 10_000_000_000),
        ]

    def test_zeros(self) -> None:
        (piece,), _ = self.run(GapPolicy.FILL, GapFill.ZERO)
        expected = np.zeros(361)
        expected[:60] = np.arange(40, 100)
        expected[160:260] = np.arange(200, 300)
        assert piece.data.dtype == np.int32
        assert np.array_equal(piece.data, expected)

    def test_nan_and_linear(self) -> None:
        (holes,), _ = self.run(GapPolicy.FILL, GapFill.NAN)
        assert np.flatnonzero(np.isnan(holes.data)).tolist() == [*range(60, 160), *range(260, 361)]
        (line,), _ = self.run(GapPolicy.FILL, GapFill.LINEAR)
        assert np.allclose(line.data[:260], np.arange(40, 300))
        assert (line.data[260:] == 299).all()

    def test_fill_stands_on_the_first_grid(self) -> None:
        late = segment(T0 + 5 * 10**9 + 9_000_000, np.arange(200, 400))
        out = cut([self.FIRST, late], [], *self.WINDOW, inclusive_end=True, gaps=GapPolicy.FILL)
        (piece,) = out.pieces
        assert piece.data[160] == 200
        assert piece.t0_ns == T0 + 10**9
