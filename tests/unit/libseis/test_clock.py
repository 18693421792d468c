"""The sample clock: exact nanoseconds and rational rates against fractions.Fraction, and MsPASS's time rules."""

from __future__ import annotations

import math
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from libseis import TimeReferenceType, TimeSeries
from libseis.errors import SampleError, TimeReferenceError
from libseis.mspass.utility import ErrorSeverity

T0 = st.integers(-(2**62), 2**62)
RATES = st.one_of(
    st.sampled_from([(100, 1), (40, 1), (1, 1), (1, 10), (100, 3), (1080, 1), (33333333, 1000000), (200, 7)]),
    st.tuples(st.integers(1, 10**6), st.integers(1, 10**4)),
)
NUMBERS = st.integers(-(10**8), 10**8)


def clock(t0_ns: int, rate: tuple[int, int], npts: int = 0) -> TimeSeries:
    d = TimeSeries(npts)
    d.set_t0_ns(t0_ns)
    d.set_rate(*rate)
    d.tref = TimeReferenceType.UTC
    d.live = True
    return d


def exact(t0_ns: int, rate: tuple[int, int], i: int) -> Fraction:
    return Fraction(t0_ns, 10**9) + Fraction(i * rate[1], rate[0])


class TestExactTimes:
    @given(T0, RATES, NUMBERS)
    def test_time_is_the_exact_time_correctly_rounded(self, t0_ns: int, rate: tuple[int, int], i: int) -> None:
        t = exact(t0_ns, rate, i)
        assert clock(t0_ns, rate).time(i) == t.numerator / t.denominator

    @given(T0, RATES, NUMBERS)
    def test_time_ns_is_the_nearest_nanosecond(self, t0_ns: int, rate: tuple[int, int], i: int) -> None:
        assert clock(t0_ns, rate).time_ns(i) == round(exact(t0_ns, rate, i) * 10**9)

    @given(T0, RATES, st.integers(0, 300))
    def test_the_axis_is_the_times(self, t0_ns: int, rate: tuple[int, int], npts: int) -> None:
        d = clock(t0_ns, rate, npts)
        axis = d.time_axis()
        assert len(axis) == npts
        for i, t in enumerate(axis):
            assert abs(t - d.time(i)) <= 2 * np.spacing(max(abs(d.t0), abs(t), abs(t - d.t0)))
        assert d.endtime() == d.time(npts - 1)

    def test_the_axis_is_the_plain_formula(self) -> None:
        d = TimeSeries(104)
        d.dt = 0.001
        assert d.time_axis()[103] == d.t0 + 103 * d.dt
        assert d.time(103) == 0.103

    @given(st.integers(0, 2 * 10**18), RATES, st.integers(-(10**7), 10**7))
    def test_sample_number_undoes_time(self, t0_ns: int, rate: tuple[int, int], i: int) -> None:
        assume(rate[0] / rate[1] < 10**5)  # a float epoch says no more than 2.4e-7 s
        d = clock(t0_ns, rate)
        assert d.sample_number(d.time(i)) == i

    def test_a_day_does_not_drift(self) -> None:
        d = clock(1_577_836_800_123_456_789, (100, 1))
        assert d.time_ns(8_640_000) == 1_577_836_800_123_456_789 + 86_400 * 10**9
        d = clock(0, (100, 3))
        assert d.time(10**9) == 30_000_000.0

    @given(T0, st.floats(1e-6, 1e6))
    def test_changing_dt_keeps_t0_ns(self, t0_ns: int, dt: float) -> None:
        d = clock(t0_ns, (100, 1))
        d.dt = dt
        assert d.t0_ns == t0_ns
        assert d.dt == dt
        assert d["delta"] == dt


class TestFloatsIn:
    @pytest.mark.parametrize(
        ("dt", "rate"),
        [(0.01, (100, 1)), (1 / 3, (3, 1)), (0.03, (100, 3)), (10.0, (1, 10)), (0.008333333333333333, (120, 1)),
         (0.0123, (10**9, 12_300_000)), (7 / 3, (3, 7)), (2.5e-5, (40_000, 1))],
    )  # fmt: skip
    def test_dt_becomes_the_rate_it_stands_for(self, dt: float, rate: tuple[int, int]) -> None:
        d = TimeSeries(1)
        d.dt = dt
        assert Fraction(d.rate_numerator, d.rate_denominator) == Fraction(*rate)

    @given(st.floats(allow_nan=False))
    def test_any_t0_and_dt_come_back(self, value: float) -> None:
        d = TimeSeries(3)
        d.t0 = value
        assert d.t0 == d.time(0) == d["starttime"] == value
        d.dt = value
        assert d.dt == d["delta"] == value

    @given(st.integers(0, 4 * 10**15))
    def test_microseconds_come_in_exactly(self, us: int) -> None:
        d = TimeSeries(1)
        d.t0 = us / 10**6
        assert d.t0_ns == us * 1000

    @given(st.floats(1e-6, 1e3), st.floats(-1e9, 1e9), st.integers(-1000, 1000))
    def test_float_values_follow_the_plain_formula(self, dt: float, t0: float, i: int) -> None:
        d = TimeSeries(1)
        d.dt, d.t0 = dt, t0
        assert d.time(i) == pytest.approx(t0 + i * dt, rel=1e-8, abs=1e-9)

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e300, -1.0, 0.0])
    def test_nothing_is_refused_and_nothing_breaks(self, value: float) -> None:
        d = TimeSeries(5)
        d.dt = value
        d.t0 = value
        d.time(3)
        assert len(d.time_axis()) == 5
        d.samprate()
        try:
            assert isinstance(d.sample_number(1.0), int)
            assert isinstance(d.time_ns(2), int)
        except SampleError:
            pass

    def test_sample_number_rounds_halves_away_from_zero_and_knows_no_ends(self) -> None:
        d = TimeSeries(10)
        d.dt = 0.5
        assert [d.sample_number(t) for t in (0.25, -0.25, 0.24, 1e6, -1e6)] == [1, -1, 0, 2_000_000, -2_000_000]
        with pytest.raises(SampleError):
            d.sample_number(math.nan)

    @pytest.mark.parametrize("rate", [(0, 1), (1, 0), (-5, 1)])
    def test_a_rate_is_positive(self, rate: tuple[int, int]) -> None:
        with pytest.raises(SampleError):
            TimeSeries(1).set_rate(*rate)


class TestTimeStandards:
    @given(T0, st.integers(-(10**9), 2 * 10**9), RATES)
    def test_ator_and_back_is_exact(self, t0_ns: int, origin: int, rate: tuple[int, int]) -> None:
        d = clock(t0_ns, rate)
        d.ator(float(origin))
        assert d.time_is_relative()
        assert d.t0_ns == t0_ns - origin * 10**9
        assert (d.get_t0shift(), d.shifted()) == (origin, True)
        d.rtoa()
        assert d.time_is_UTC()
        assert d.t0_ns == t0_ns
        assert (d.get_t0shift(), d.shifted()) == (0.0, False)

    def test_dead_data_and_repeats_are_left_alone(self) -> None:
        d = clock(10**9, (1, 1))
        d.kill()
        d.ator(5.0)
        assert d.time_is_UTC()
        d.live = True
        d.ator(5.0)
        d.ator(7.0)
        assert d.t0 == -4.0

    def test_shift(self) -> None:
        d = clock(100 * 10**9, (1, 1))
        d.ator(90.0)
        d.shift(5.0)
        assert (d.t0, d.time_reference()) == (5.0, 95.0)
        u = clock(100 * 10**9, (1, 1))
        u.shift(5.0)
        assert (u.t0, u.tref) == (95.0, TimeReferenceType.Relative)

    def test_rtoa_without_a_reference_is_refused(self) -> None:
        d = TimeSeries(3)
        d.live = True
        with pytest.raises(TimeReferenceError) as caught:
            d.rtoa()
        assert caught.value.severity is ErrorSeverity.Invalid
        with pytest.raises(TimeReferenceError):
            d.shift(1.0)
        with pytest.raises(TimeReferenceError):
            d.time_reference()
        d.force_t0_shift(1000.0)
        d.rtoa()
        assert d.t0 == 1000.0
        with pytest.raises(TimeReferenceError) as caught:
            d.time_reference()
        assert caught.value.severity is ErrorSeverity.Fatal

    def test_metadata_starttime_stays_until_it_is_written(self) -> None:
        d = clock(100 * 10**9, (1, 1))
        d.ator(90.0)
        assert d["starttime"] == 100.0

    @given(T0, RATES)
    def test_pickles_keep_the_clock(self, t0_ns: int, rate: tuple[int, int]) -> None:
        d = clock(t0_ns, rate, 3)
        d.ator(12.5)
        e = pickle.loads(pickle.dumps(d))
        assert (e.t0_ns, e.rate_numerator, e.rate_denominator) == (d.t0_ns, d.rate_numerator, d.rate_denominator)
        assert (e.tref, e.get_t0shift(), e.shifted(), e.live) == (d.tref, 12.5, True, True)
        assert e.time(10**6) == d.time(10**6)

    def test_numpy_numbers_are_numbers(self) -> None:
        d = TimeSeries(np.int64(4))
        d.t0, d.dt = np.float32(0.5), np.float64(0.25)
        assert d.time(np.int32(2)) == 1.0
