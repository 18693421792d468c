"""Range searches against brute force: on objects of every shape, what was read serves windows as a whole read does."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from libseis.codes import Channel
from libseis.mseed import frame
from libseis.segments import Span
from seisbus.fetcher.chunks import Chunk, ObjectBytes, joined
from seisbus.planning.extents import (
    MOST_ROUND_TRIP_BYTES,
    ROUND_TRIP_BYTES,
    ByteRange,
    coalesced,
    complement,
    merged,
    round_trip_bytes,
)
from seisbus.planning.knots import KnotTable, thinned
from seisbus.planning.observed import Hint, Integers, Knot
from seisbus.planning.ranges import LARGE_PROBE_BYTES, Done, RangeSearch, Read, Whole, WholeReason

from .made import BHN, BHZ, DAY_END, DAY_START, NS, Made, Stretch, varying_counts, whole_day

KEY = Channel(BHZ.net, BHZ.sta, BHZ.loc, BHZ.chan)
DAY_SPAN = Span(DAY_START, DAY_END)
# Reads until a search must have ended, whatever the object: twelve of ranges, and the rest of it.
MOST_STEPS = 14


@dataclass(frozen=True, slots=True)
class Searched:
    """How a search went: bytes asked for in order, and the step that ended it."""

    asked: list[ByteRange]
    steps: int
    end: Done | Whole

    @property
    def reason(self) -> WholeReason | None:
        """Why the object was read whole, None when ranges did."""
        return self.end.reason if isinstance(self.end, Whole) else None

    @property
    def size(self) -> int:
        """Bytes asked for."""
        return sum(one.size for one in self.asked)


def search(
    data: bytes,
    spans: Sequence[Span],
    hint: Hint | None = None,
    *,
    verify_full: bool = False,
    size: int | None = None,
    worth: int = ROUND_TRIP_BYTES,
) -> Searched:
    """Run a search as the fetcher does, on an object in memory."""
    size = len(data) if size is None else size
    state = RangeSearch(size, DAY_SPAN, spans, hint or Hint(), verify_full=verify_full, worth=worth)
    asked: list[ByteRange] = []
    chunks: tuple[Chunk, ...] = ()
    for number in range(1, MOST_STEPS + 1):
        step = state.next()
        if isinstance(step, Done):
            return Searched(asked, number, step)
        asked += step.ranges
        if isinstance(step, Whole):
            return Searched(asked, number, step)
        assert all(0 <= one.start < one.end <= size for one in step.ranges)
        known, chunks = chunks, joined(chunks, [(one.start, data[one.start : one.end]) for one in step.ranges])
        for chunk in chunks:
            if chunk not in known:
                state.add(chunk.observed(size, KEY))
    raise AssertionError(f"no end after {MOST_STEPS} steps; asked for {asked}")


def needed(data: bytes, spans: Sequence[Span]) -> set[tuple[int, int]]:
    """(start, end) of the channel's records that a full read would cut any span from, by brute force over all of them.

    Windows are cut at the nearest sample and counted from their length, so half an interval before them and a whole one
    behind them count.
    """
    table = frame(data)
    wanted = np.zeros(len(table), bool)
    half = table.period_ns / 2
    for span in spans:
        wanted |= (table.start_ns <= span.end_ns + 2 * half) & (table.end_ns > span.start_ns - half)
    wanted &= np.isin(table.channel, [n for n, source in enumerate(table.channels) if source.chan == BHZ.chan])
    return set(zip(table.offset[wanted].tolist(), (table.offset + table.length)[wanted].tolist(), strict=True))


def check(data: bytes, spans: Sequence[Span], hint: Hint | None = None, *, worth: int = ROUND_TRIP_BYTES) -> Searched:
    """No byte is asked for twice but those of small probes inside a later read, and every record that a full read would
    use was read, one copy of it at least."""
    done = search(data, spans, hint, worth=worth)
    again = [
        one
        for number, one in enumerate(done.asked)
        if any(later.start <= one.start and one.end <= later.end for later in done.asked[number + 1 :])
    ]
    assert all(one.size <= LARGE_PROBE_BYTES for one in again), "a read was asked for twice"
    asked = sorted(one for one in done.asked if one not in again)
    at = 0
    for one in asked:
        assert one.start >= at, "a byte was asked for twice"
        at = one.end
    if isinstance(done.end, Whole):
        assert sum(one.size for one in asked) == len(data)
        return done
    runs: list[ByteRange] = []
    for one in asked:
        if runs and runs[-1].end == one.start:
            runs[-1] = ByteRange(runs[-1].start, one.end)
        else:
            runs.append(one)
    wanted = needed(data, spans)
    was_read = {(a, b) for a, b in wanted if any(one.start <= a and b <= one.end for one in runs)}
    # a second copy of a record is none the less there when one of both was read
    assert {data[a:b] for a, b in wanted} == {data[a:b] for a, b in was_read}, done
    return done


def scanned(data: bytes) -> Hint:
    """What a full scan leaves behind."""
    table = KnotTable.unpacked([thinned(*_columns(data)).packed()], ordered=True)
    return Hint(tuple(Knot(int(o), int(t)) for o, t in zip(table.offset, table.time_ns, strict=True)), True)


def _columns(data: bytes) -> tuple[Integers, Integers]:
    table = frame(data)
    return table.offset, table.start_ns


def hour(start: float, length: float = 1.0) -> Span:
    """Hours of the day as a span."""
    return Span(DAY_START + int(start * 3600 * NS), DAY_START + int((start + length) * 3600 * NS))


@st.composite
def days(draw: st.DrawFn) -> Stretch:
    """A regular day or a part of one, of 100 KB to 2 MB: any first sample, any rate, any byte rate over time."""
    length = draw(st.sampled_from([512, 512, 4096]))
    records = draw(st.integers(200, 4000)) * 512 // length
    period = draw(st.sampled_from([10_000_000, 25_000_000, 1_000_000_000]))
    covered = draw(st.sampled_from([1.0, 1.0, 1.0, 0.5, 0.1])) * 86_400 * NS
    mean = min(60_000, max(1, int(covered / period / max(records, 1))))
    counts = varying_counts(draw(st.integers(0, 2**31)), max(records, 2), mean)
    total = sum(counts)
    room = max(0, 86_400 * NS // period - total)
    first = draw(st.sampled_from([0, 0, room, room // 2]))
    return Stretch(first, counts, period, length, shift_ns=draw(st.integers(0, period - 1)))


@st.composite
def spans(draw: st.DrawFn) -> list[Span]:
    """One to three windows of seconds to hours, inside the day and over its edges."""
    out = []
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(-7_200, 90_000 - 1))
        length = draw(st.sampled_from([1, 10, 600, 3600, 10_000, 40_000]))
        low = DAY_START + start * NS + draw(st.integers(0, NS))
        out.append(Span(low, low + length * NS))
    return [span for span in out if span.start_ns < DAY_END and span.end_ns > DAY_START] or [hour(6)]


common = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@common
@given(days(), spans())
@example(Stretch(0, varying_counts(1, 4000, 2160), 10_000_000), [hour(5.8)])
def test_regular_days(day: Stretch, wanted: list[Span]) -> None:
    """In order and unbroken: ranges serve unless the object is small, mostly wanted, or the day is not all there."""
    done = check(day.data(), wanted)
    assert done.reason in (
        None,
        WholeReason.SMALL,
        WholeReason.MOSTLY_WANTED,
        WholeReason.STARTS_LATE,
        WholeReason.ENDS_EARLY,
    )


@common
@given(days(), spans(), st.data())
def test_gaps(day: Stretch, wanted: list[Span], data: st.DataObject) -> None:
    """Samples left out at any record, a few or hours of them."""
    cut = data.draw(st.integers(1, len(day.counts) - 1))
    skip = data.draw(st.sampled_from([1, 50, 5_000, 500_000]))
    before = Stretch(day.first, day.counts[:cut], day.period_ns, day.length)
    after = Stretch(before.stop + skip, day.counts[cut:], day.period_ns, day.length)
    check(Made([before, after]).data(), wanted)


@common
@given(days(), spans(), st.data())
def test_records_out_of_order(day: Stretch, wanted: list[Span], data: st.DataObject) -> None:
    """A block moved elsewhere, or the two parts of the day swapped."""
    raw, length = day.data(), day.length
    count = len(day.counts)
    low = data.draw(st.integers(0, count - 1))
    high = min(count, low + data.draw(st.sampled_from([1, 3, 40, count])))
    block = raw[low * length : high * length]
    rest = raw[: low * length] + raw[high * length :]
    at = data.draw(st.integers(0, len(rest) // length)) * length
    check(rest[:at] + block + rest[at:], wanted)


@common
@given(days(), spans(), st.data())
def test_foreign_bytes_and_truncation(day: Stretch, wanted: list[Span], data: st.DataObject) -> None:
    """Junk or zeros between records, aligned or not, and an object that ends inside a record."""
    raw = day.data()
    at = data.draw(st.integers(0, len(day.counts))) * day.length
    junk = data.draw(st.sampled_from([b"", b"\0" * 512, b"\xff" * 512, b"\x01junk" * 20]))
    cut = data.draw(st.sampled_from([0, 0, 1, 212, 500]))
    check((raw[:at] + junk + raw[at:])[: len(raw) + len(junk) - cut], wanted)


@common
@given(days(), spans(), st.data())
def test_mixed_lengths_and_channels(day: Stretch, wanted: list[Span], data: st.DataObject) -> None:
    """Part of the day in records of another length, or of another channel in between."""
    cut = data.draw(st.integers(1, len(day.counts) - 1))
    before = Stretch(day.first, day.counts[:cut], day.period_ns, day.length)
    after = Stretch(before.stop, day.counts[cut:], day.period_ns, data.draw(st.sampled_from([day.length, 256, 1024])))
    other = Stretch(day.first, day.counts[:20], day.period_ns, day.length, BHN)
    check(Made([before, *([other] if data.draw(st.booleans()) else []), after]).data(), wanted)


@common
@given(days(), spans(), st.data())
def test_second_copies_nearby(day: Stretch, wanted: list[Span], data: st.DataObject) -> None:
    """Records sent twice, one after the other: the second ones are seen, and all are read."""
    raw, length = day.data(), day.length
    low = data.draw(st.integers(0, len(day.counts) - 1))
    high = min(len(day.counts), low + data.draw(st.integers(1, 30)))
    check(raw[: high * length] + raw[low * length :], wanted)


@common
@given(days(), spans(), st.data())
def test_any_knots(day: Stretch, wanted: list[Span], data: st.DataObject) -> None:
    """Knots that are right, sparse, wrong or of another file never change what comes out, on no line."""
    raw = day.data()
    whole = thinned(*_columns(raw))
    rows = data.draw(st.lists(st.integers(0, len(whole.offset) - 1), max_size=6))
    knots = [Knot(int(whole.offset[row]), int(whole.time_ns[row])) for row in sorted(set(rows))]
    if data.draw(st.booleans()):
        offset = data.draw(st.integers(0, 2 * len(raw)))
        knots.append(Knot(offset, DAY_START + data.draw(st.integers(-NS, 90_000)) * NS))
    check(raw, wanted, Hint(tuple(knots)), worth=data.draw(st.sampled_from((0, 20_000, 150_000, 600_000))))


@pytest.mark.parametrize("start", [0.5, 1.0, 119.0])
def test_a_window_that_ends_an_interval_before_a_record_costs_one_record_more(start: float) -> None:
    """The record may hold the last sample, and the knot behind it says where it ends."""
    day = Stretch(0, (120,) * 700, NS)
    raw = day.data()
    span = Span(DAY_START + 7200 * NS + int(start * NS), DAY_START + 14_400 * NS - NS // 2)
    (asked,) = check(raw, [span], scanned(raw)).asked
    assert (asked.start, asked.end) == (60 * 512, 121 * 512)


@common
@given(days(), st.floats(0.2, 20), st.floats(0.05, 3))
def test_after_a_scan_a_window_costs_little_more_than_its_records(day: Stretch, start: float, length: float) -> None:
    """Two minutes at each end at most, and a record. A guess between two knots may be wrong by a record, and then there
    is a second request."""
    raw, span = day.data(), hour(start, length)
    done = check(raw, [span], scanned(raw))
    assert len(done.asked) <= 2
    if done.reason is None and done.asked:
        own = needed(raw, [Span(span.start_ns - 121 * NS, span.end_ns + 121 * NS)])
        assert done.size <= max(sum(end - start for start, end in own) + 2 * day.length, LARGE_PROBE_BYTES)


def test_after_a_scan_a_window_costs_one_request() -> None:
    """Of three hundred windows in files of all sizes not even ten need a second one."""
    requests = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        raw = whole_day(seed, int(rng.integers(300, 20_000)), 10_000_000).data()
        requests += len(check(raw, [hour(rng.uniform(0.2, 20), rng.uniform(0.05, 3))], scanned(raw)).asked)
    assert 300 <= requests < 310


def test_a_cold_search_reads_little_more_than_the_window() -> None:
    """A hundred days of 8 MB at 100 Hz whose hours vary from 0.6 to 2.1: bytes, requests and round trips (both ends are
    probed together) stay within the targets."""
    asked = own = requests = trips = 0
    for seed in range(100):
        raw = whole_day(seed, 15_000, 10_000_000).data()
        span = hour(0.5 + (seed * 7.3) % 22)
        done = check(raw, [span])
        assert done.reason is None, (seed, done)
        asked += done.size
        requests += len(done.asked)
        trips += done.steps - 1
        own += sum(end - start for start, end in needed(raw, [span]))
    assert asked <= 1.2 * own
    assert requests <= 3.5 * 100
    assert trips <= 2.5 * 100


def test_a_slow_answer_saves_requests_and_a_slow_line_saves_bytes() -> None:
    requests, asked = [], []
    for worth in (round_trip_bytes(16), round_trip_bytes(1), round_trip_bytes(1, measured=10**9)):
        done = [check(whole_day(seed, 15_000, 10_000_000).data(), minutes(seed, 20), worth=worth) for seed in range(10)]
        requests.append(sum(len(one.asked) for one in done))
        asked.append(sum(one.size for one in done))
    assert requests[0] > requests[1] > requests[2]
    assert asked[0] < asked[1] < asked[2]


def test_a_small_object_is_read_whole_where_a_search_takes_longer() -> None:
    raw = whole_day(1, 1_000, 10_000_000).data()
    assert 1.5 * round_trip_bytes(1) < len(raw) < 1.5 * MOST_ROUND_TRIP_BYTES
    assert check(raw, [hour(5)], worth=round_trip_bytes(1)).reason is None
    assert check(raw, [hour(5)], worth=MOST_ROUND_TRIP_BYTES).reason is WholeReason.SMALL
    assert round_trip_bytes(16, measured=1) == round_trip_bytes(100) < round_trip_bytes(1)


def minutes(seed: int, count: int) -> list[Span]:
    """Windows of a minute around moments of the day."""
    starts = np.random.default_rng(seed).uniform(60, 86_300, count)
    return [Span(DAY_START + int(at * NS), DAY_START + int((at + 60) * NS)) for at in sorted(starts.tolist())]


def test_many_small_windows_are_found_together() -> None:
    """Fifty minutes of each of eight days, whose last record holds few samples, while other objects are read. A turn in
    the bytes of every hour is more than archives have: two requests and a half a window, and one when the knots of that
    read are known."""
    asked = own = requests = again = fewer = 0
    for seed in range(8):
        day = whole_day(seed, 17_000, 10_000_000)
        raw = Stretch(0, (*day.counts[:-1], day.counts[-1] - 8, 8), day.period_ns).data()
        spans = minutes(seed, 50)
        done = check(raw, spans, worth=round_trip_bytes(16))
        assert done.reason is None, (seed, done)
        read = ObjectBytes("", joined((), [(one.start, raw[one.start : one.end]) for one in sorted(done.asked)]))
        knots = read.knots(()).around(spans)
        warm = check(raw, spans, Hint(knots), worth=round_trip_bytes(16))
        asked, requests = asked + done.size, requests + len(done.asked)
        again, fewer = again + warm.size, fewer + len(warm.asked)
        own += sum(end - start for start, end in needed(raw, spans))
    assert asked <= 1.35 * own, asked / own
    assert requests <= 2.7 * 8 * 50, requests
    assert again <= 1.15 * own, again / own
    assert fewer <= 1.05 * 8 * 50, fewer


def test_far_copies_are_what_a_range_cannot_see() -> None:
    """A second copy of the window at the object's end: ranges serve without it, `verify: full` reads all."""
    day = Stretch(0, varying_counts(3, 4000, 2000), 10_000_000)
    raw = day.data()
    copied = raw + raw[1500 * 512 : 1900 * 512]
    table = frame(raw)
    span = Span(int(table.start_ns[1600]), int(table.end_ns[1700]))
    assert search(copied, [span]).reason is None
    assert search(copied, [span], verify_full=True).reason is WholeReason.ASKED


DAY = Stretch(0, varying_counts(5, 4000, 2160), 10_000_000)
HALF = len(DAY.counts) // 2


@pytest.mark.parametrize(
    ("made", "wanted", "reason"),
    [
        (b"", [hour(6)], WholeReason.SIZE_UNKNOWN),
        (DAY.data()[: 300 * 512], [hour(0.5)], WholeReason.SMALL),
        (DAY.data(), [hour(1, 20)], WholeReason.MOSTLY_WANTED),
        (b"\x07" * 400_000, [hour(6)], WholeReason.NO_RECORDS),
        (Made([Stretch(0, (2160,) * 900, 10_000_000), b"\xff" * 512,
               Stretch(900 * 2160, (2160,) * 3000, 10_000_000)]).data(), [hour(5)], WholeReason.FOREIGN_BYTES),
        (Made([Stretch(0, (2160,) * 900, 10_000_000),
               Stretch(900 * 2160, (4320,) * 1500, 10_000_000, 1024)]).data(), [hour(5)], WholeReason.MIXED_LENGTHS),
        (Stretch(0, (2160,) * 4000, 10_000_000, identity=BHN).data(), [hour(5)], WholeReason.WRONG_CHANNEL),
        (Made([Stretch(0, (2160,) * 900, 10_000_000), Stretch(0, (2160,) * 9, 10_000_000, identity=BHN),
               Stretch(900 * 2160, (2160,) * 3000, 10_000_000)]).data(), [hour(5)], WholeReason.SEVERAL_CHANNELS),
        (DAY.data()[HALF * 512 :] + DAY.data()[: HALF * 512], [hour(11.5)], WholeReason.OUT_OF_ORDER),
        (Made([Stretch(0, (2160,) * 900, 10_000_000),
               Stretch(900 * 2160 + 9000, (2160,) * 3000, 10_000_000)]).data(), [hour(5)], WholeReason.GAP),
        (Stretch(2_000_000, (2160,) * 3000, 10_000_000).data(), [hour(5)], WholeReason.STARTS_LATE),
        (Stretch(0, (2160,) * 3000, 10_000_000).data(), [hour(17.5)], WholeReason.ENDS_EARLY),
    ],
)  # fmt: skip
def test_the_reason_for_a_whole_read(made: bytes, wanted: list[Span], reason: WholeReason) -> None:
    assert check(made, wanted).reason is reason


def test_windows_at_the_edges_of_a_whole_day_need_no_whole_read() -> None:
    """The first sample of a day comes up to an interval after midnight; what is before it is in another object."""
    for shift in (0, 1, 5_000_000, 9_999_999):
        raw = Stretch(0, (2160,) * 4000, 10_000_000, shift_ns=shift).data()
        for span in (hour(0), hour(23), hour(-0.5), hour(23.5)):
            assert check(raw, [span]).reason is None, (shift, span)


def test_a_scanned_object_is_believed_about_its_gaps_and_ends() -> None:
    """Nothing is read whole for a gap, a late start or an early end that a full scan has seen already."""
    raw = Made([Stretch(1_800_000, (2160,) * 900, 10_000_000),
                Stretch(1_800_000 + 1000 * 2160, (2160,) * 2000, 10_000_000)]).data()  # fmt: skip
    for start in (1.0, 4.5, 10.0, 10.6, 20.0, 22.0):
        done = check(raw, [hour(start)], scanned(raw))
        assert done.reason is None, (start, done)
        assert len(done.asked) <= 2


def test_a_wrong_size_is_no_trouble_of_the_search() -> None:
    """A listing that says more bytes than there are: short chunks come, and the search still ends."""
    raw = DAY.data()
    done = search(raw[: len(raw) // 3], [hour(20)], size=len(raw))
    assert isinstance(done.end, Whole)


RANGES = st.builds(lambda start, size: ByteRange(start, start + size), st.integers(0, 10**6), st.integers(1, 10**5))


@given(st.lists(RANGES, max_size=8), st.lists(RANGES, max_size=8))
def test_coalesced_ranges_hold_all_that_is_wanted_and_nothing_known(
    wanted: list[ByteRange], known: list[ByteRange]
) -> None:
    size = 2_000_000
    out = coalesced(wanted, known, size)
    assert all(b.start >= a.end for a, b in itertools.pairwise(out))
    for one in wanted:
        for at in (one.start, (one.start + one.end) // 2, one.end - 1):
            is_known = any(k.start <= at < k.end for k in known)
            assert is_known or any(o.start <= at < o.end for o in out)
    runs_known = list(complement(list(complement(known, size)), size))
    for one in out:
        again = [k for k in runs_known if max(one.start, k.start) < min(one.end, k.end)]
        assert all(k.size <= LARGE_PROBE_BYTES and one.start <= k.start and k.end <= one.end for k in again)
        near = [w for w in wanted if w.start - ROUND_TRIP_BYTES <= one.end and w.end + ROUND_TRIP_BYTES >= one.start]
        assert near  # nothing is read that no wanted range is near to


@given(st.lists(RANGES, max_size=8))
def test_what_is_known_and_its_complement_are_the_object(known: list[ByteRange]) -> None:
    size = 1_200_000
    holes = list(complement(known, size))
    assert sum(hole.size for hole in holes) + _union(known) == size
    assert not any(max(h.start, k.start) < min(h.end, k.end) for h in holes for k in known)


def _union(ranges: list[ByteRange]) -> int:
    total = at = 0
    for one in sorted(ranges):
        total += max(0, one.end - max(at, one.start))
        at = max(at, one.end)
    return total


def test_spans_that_touch_are_one() -> None:
    assert merged([Span(5, 9), Span(0, 5), Span(20, 30)]) == (Span(0, 9), Span(20, 30))


def test_a_read_never_comes_after_the_end() -> None:
    """Once done, a search asked again gives the same answer."""
    state = RangeSearch(len(DAY.data()), DAY_SPAN, [hour(4)], scanned(DAY.data()))
    step = state.next()
    assert isinstance(step, Read)
    (one,) = step.ranges
    state.add(Chunk.of(one.start, DAY.data()[one.start : one.end]).observed(len(DAY.data())))
    assert isinstance(state.next(), Done)
    assert isinstance(state.next(), Done)
