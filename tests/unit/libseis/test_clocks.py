"""Records of real clocks: drift, jitter, steps, odd rates, gaps and copies, against the true time of every sample."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from libseis.codes import Channel
from libseis.mseed import decode, difference, encode, frame, overlapping, trim
from libseis.segments import ComplaintKind, Cut, GapPolicy, Rate, Segment, Span, cut, join
from libseis.segments.timeseries import segment_to_timeseries

CHANNEL = Channel("XX", "CLK", "", "BHZ")
T0 = 1_299_822_360_000_000_000
NS = 1_000_000_000


@dataclass(frozen=True)
class Station:
    """A clock and what became of its records."""

    nominal: Rate
    ppm: float
    jitter: float  # of record times, in samples
    steps: tuple[tuple[int, float], ...]  # (record, samples)
    lost: frozenset[int]
    doubled: frozenset[int]
    per_record: int
    records: int
    phase: float
    seed: int

    def times(self) -> np.ndarray:
        """True time of every sample in ns; the value of sample i is i."""
        period = self.nominal.period_ns * (1 + self.ppm * 1e-6)
        offset = np.zeros(self.records)
        for record, size in self.steps:
            offset[record % self.records :] += size
        i = np.arange(self.per_record * self.records)
        late = np.repeat(offset, self.per_record) * self.nominal.period_ns
        return T0 + (i + self.phase) * period + late

    def bytes(self) -> bytes:
        rng = np.random.default_rng(self.seed)
        times = self.times()
        out = b""
        for k in range(self.records):
            first = k * self.per_record
            start = round(times[first] + rng.uniform(-1, 1) * self.jitter * self.nominal.period_ns)
            samples = np.arange(first, first + self.per_record, dtype=np.int32)
            record = encode(Segment(CHANNEL, start, self.nominal, samples), reclen=512)
            if k not in self.lost:
                out += record * (2 if k in self.doubled else 1)
        return out

    def held(self) -> np.ndarray:
        """Samples that are in the records."""
        record = np.arange(self.per_record * self.records) // self.per_record
        return ~np.isin(record, list(self.lost))


RATES = [Rate(1), Rate(40), Rate(100), Rate(100, 3), Rate(479347, 479349), Rate(9999, 100), Rate(200)]
stations = st.builds(
    Station,
    nominal=st.sampled_from(RATES),
    ppm=st.floats(-100, 100),
    jitter=st.floats(0, 0.04),
    steps=st.lists(st.tuples(st.integers(1, 59), st.floats(0.12, 0.44)), max_size=3, unique_by=lambda s: s[0]).map(
        tuple
    ),
    lost=st.frozensets(st.integers(0, 59), max_size=3),
    doubled=st.frozensets(st.integers(0, 59), max_size=5),
    per_record=st.integers(20, 250),
    records=st.integers(20, 60),
    phase=st.floats(0, 1),
    seed=st.integers(0, 2**31),
)


def window(station: Station, begin: float, length: float) -> tuple[int, int]:
    """A window by fractions of the data's span."""
    times = station.times()
    span = times[-1] - times[0]
    start = round(times[0] + begin * span)
    return start, start + round(length * (1 - begin) * span) + 1


def cut_of(data: bytes, start: int, end: int, inclusive: bool, *, ranged: bool = False) -> Cut:
    table = frame(data)
    rows = overlapping(table, [Span(start, end)]) if ranged else None
    found = decode(data, table, rows)
    if not found:
        return Cut([], None, "", [])
    return cut(
        found[0].segments, found[0].conflicts, start, end, inclusive_end=inclusive, gaps=GapPolicy.SPLIT
    )  # fmt: skip


@given(stations, st.floats(0, 0.95), st.floats(0.01, 1), st.booleans())
@settings(deadline=None)
def test_a_window_has_its_samples_and_no_others(station: Station, begin: float, length: float, inclusive: bool) -> None:
    start, end = window(station, begin, length)
    out = cut_of(station.bytes(), start, end, inclusive)
    times, period = station.times(), station.nominal.period_ns
    # the jitter of header times, the microsecond they end at, and a drift that is not felt inside a record
    near = (station.jitter + 0.06) * period + 1000
    taken = np.concatenate([p.data for p in out.pieces]) if out.pieces else np.array([], np.int32)
    assert len(np.unique(taken)) == len(taken)
    inside = station.held() & (times >= start + near) & (times < end - near - 100_000)
    assert set(np.flatnonzero(inside)) <= set(taken.tolist())
    beyond = near + (period / 2 if inclusive else 100_000)
    last = end + (period if inclusive else 0)  # as many as the length says, from the nearest to the start
    assert all(start - beyond <= times[i] <= last + beyond for i in taken)
    for piece in out.pieces:
        assert abs(piece.t0_ns - times[piece.data[0]]) <= 0.1 * period + 1000
        assert (np.diff(piece.data) == 1).all()


THREE_EARLY_STEPS = Station(
    nominal=Rate(1),
    ppm=-22.0,
    jitter=0.03125,
    steps=((1, 0.12109375), (8, 0.25), (14, 0.125)),
    lost=frozenset(),
    doubled=frozenset(),
    per_record=171,
    records=33,
    phase=0.0,
    seed=67,
)


@given(stations, st.floats(0, 0.95), st.floats(0.01, 1), st.booleans())
@example(THREE_EARLY_STEPS, 0.0, 1.0, False)
@settings(deadline=None)
def test_what_is_written_is_read_back(station: Station, begin: float, length: float, inclusive: bool) -> None:
    data = station.bytes()
    for piece in cut_of(data, *window(station, begin, length), inclusive).pieces:
        written = encode(piece)
        assert difference(written, piece) == ""
        # what is trimmed keeps the archive's own times, which lie on the segment's grid to the microsecond
        for records in (written, trim(piece, data, frame(data))):
            if records is None:
                continue
            table = frame(records)
            firsts = np.cumsum(table.npts) - table.npts
            assert (np.abs(table.start_ns - piece.times_ns(firsts)) <= 1000).all()
            ((back,),) = [joined.segments for joined in decode(records, frame(records))]
            assert np.array_equal(back.data, piece.data)
            assert abs(back.t0_ns - piece.t0_ns) <= 1000
            last = piece.npts - 1
            # no later record tells where the last one ends: a rate that the steps of a clock bent runs on until there
            bent = abs(back.rate.period_ns - piece.rate.period_ns) * (last - firsts[-1])
            assert abs(back.time_ns(last) - piece.time_ns(last)) <= 0.1 * piece.rate.period_ns + bent
            assert back.rate.hz == pytest.approx(piece.rate.hz, rel=3e-4)  # what fits few samples is not sharp


@given(stations, st.floats(0.1, 0.9), st.floats(0.01, 0.3), st.booleans())
@settings(deadline=None)
def test_the_records_of_a_window_give_what_the_whole_file_gives(
    station: Station, begin: float, length: float, inclusive: bool
) -> None:
    start, end = window(station, begin, length)
    data = station.bytes()
    whole, ranged = cut_of(data, start, end, inclusive), cut_of(data, start, end, inclusive, ranged=True)
    assert [p.data.tolist() for p in ranged.pieces] == [p.data.tolist() for p in whole.pieces]
    for one, other in zip(ranged.pieces, whole.pieces, strict=True):
        assert abs(one.t0_ns - other.t0_ns) <= 0.02 * one.rate.period_ns


def rows(ppm: float, per: int = 200, count: int = 1000, rate: Rate = Rate(40)) -> list[Segment]:  # noqa: B008
    period = rate.period_ns * (1 + ppm * 1e-6)
    return [
        Segment(CHANNEL, T0 + round(k * per * period / 1e5) * 100_000, rate, np.arange(per, dtype=np.int32) + k * per)
        for k in range(count)
    ]


@pytest.mark.parametrize("ppm", [-100, -20, -1, 0, 1, 20, 100])
def test_a_drifting_day_is_one_segment_without_a_gap_or_a_conflict(ppm: float) -> None:
    joined = join(rows(ppm))
    (segment,) = joined.segments
    assert (segment.npts, joined.conflicts) == (200_000, ())
    told = [c for c in joined.complaints if c.kind is ComplaintKind.TIME_MISFIT]
    drifts = ppm != 0
    assert bool(told) == drifts
    if drifts:
        assert float(re.search(r"\(([-+.0-9]+) ppm\)", told[0].message)[1]) == pytest.approx(-ppm, abs=0.02)
        assert segment.rate.hz == pytest.approx(40 / (1 + ppm * 1e-6), rel=2e-8)
    last = T0 + 199_999 * 25e6 * (1 + ppm * 1e-6)
    assert abs(segment.time_ns(199_999) - last) < 2.5e6


def test_the_end_of_a_drifting_day_is_where_its_records_say() -> None:
    (segment,) = join(rows(20, count=17_280)).segments
    start = T0 + 86_000 * NS
    out = cut([segment], [], start, start + 60 * NS, inclusive_end=True)
    (piece,) = out.pieces
    true = T0 + int(piece.data[0]) * 25e6 * (1 + 20e-6)
    assert abs(piece.t0_ns - true) < 2.5e6
    assert abs(true - start) <= 12.5e6 + 1e5


def test_a_step_of_the_clock_is_named_with_its_size_and_time() -> None:
    pieces = rows(0, count=20)
    moved = [p if k < 7 else Segment(CHANNEL, p.t0_ns + 9_000_000, p.rate, p.data) for k, p in enumerate(pieces)]
    (segment,) = join(moved).segments
    (told,) = segment.complaints
    assert "1 step of the clock, the largest +0.36 samples (+9.000 ms)" in told.message
    for k, piece in enumerate(moved):
        assert segment.time_ns(k * 200) == piece.t0_ns
        assert segment.time_ns(k * 200 + 199) == piece.end_ns


def test_a_time_series_says_what_its_even_grid_cannot_hold() -> None:
    pieces = rows(0, count=20)
    moved = [p if k < 7 else Segment(CHANNEL, p.t0_ns + 9_000_000, p.rate, p.data) for k, p in enumerate(pieces)]
    datum = segment_to_timeseries(join(moved).segments[0])
    assert any("one even grid" in entry.message for entry in datum.elog.get_error_log())
    short = segment_to_timeseries(join(moved).segments[0].part(0, 1000))
    assert not any("one even grid" in entry.message for entry in short.elog.get_error_log())


def test_rates_that_agree_to_a_ten_thousandth_are_one_stream() -> None:
    rates = [Rate(40), Rate(40_001, 1000), Rate(39_999, 1000)]
    pieces = [Segment(CHANNEL, p.t0_ns, rates[k % 3], p.data) for k, p in enumerate(rows(0, count=30))]
    assert [s.npts for s in join(pieces).segments] == [6000]
    pieces[3] = Segment(CHANNEL, pieces[3].t0_ns, Rate(4_001, 100), pieces[3].data)
    assert len(join(pieces).segments) > 1
