"""Knots: thinned, packed, united, picked around windows."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from libseis.segments import Span
from seisbus.planning.extents import ByteRange
from seisbus.planning.knots import SPACING_NS, KnotTable, enclosed, learned, thinned
from seisbus.planning.observed import Knot, Observed

NS = 1_000_000_000


def rows(start: int, steps: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Offsets and times of records with these seconds between them."""
    times = start + np.concatenate(([0], np.cumsum(steps))).astype(np.int64) * NS
    return np.arange(len(times), dtype=np.int64) * 512, times


tables = st.builds(rows, st.integers(0, 10**15), st.lists(st.integers(1, 400), min_size=1, max_size=80))


@given(tables)
def test_thinning_keeps_the_ends_and_no_two_in_two_minutes(table: tuple[np.ndarray, np.ndarray]) -> None:
    offset, times = table
    thin = thinned(offset, times)
    assert (thin.offset[0], thin.offset[-1]) == (offset[0], offset[-1])
    assert set(zip(thin.offset, thin.time_ns, strict=True)) <= set(zip(offset, times, strict=True))
    cells = thin.time_ns[:-1] // SPACING_NS
    assert len(set(cells)) == len(cells)
    # between two kept neighbours no more than two cells of time pass unless a record does that alone
    for low, high in zip(thin.time_ns, thin.time_ns[1:], strict=False):
        inner = times[(times >= low) & (times <= high)]
        assert high - low <= 2 * SPACING_NS or np.diff(inner).max() > high - low - 2 * SPACING_NS


@given(tables, tables)
def test_the_union_of_packed_tables_is_the_same_in_any_order(
    one: tuple[np.ndarray, np.ndarray], two: tuple[np.ndarray, np.ndarray]
) -> None:
    blobs = [thinned(*one).packed(), thinned(*two).packed(), thinned(*one).packed()]
    first = KnotTable.unpacked(blobs, ordered=False)
    second = KnotTable.unpacked(reversed(blobs), ordered=False)
    assert first.packed() == second.packed()
    pairs = list(zip(first.offset.tolist(), first.time_ns.tolist(), strict=True))
    assert pairs == sorted(set(pairs))


@given(tables, st.integers(-1000, 30_000), st.integers(0, 5000))
def test_the_knots_around_a_window_bracket_it_closest(
    table: tuple[np.ndarray, np.ndarray], start: int, length: int
) -> None:
    thin = thinned(*table)
    low = int(table[1][0]) + start * NS
    span = Span(low, low + length * NS)
    picked = [(knot.offset, knot.time_ns) for knot in thin.around([span])]
    before = [(o, t) for o, t in zip(thin.offset, thin.time_ns, strict=True) if t <= span.start_ns]
    behind = [(o, t) for o, t in zip(thin.offset, thin.time_ns, strict=True) if t > span.end_ns]
    assert picked == before[-1:] + behind[:2]


def test_no_tables_are_no_knots() -> None:
    nothing = KnotTable.unpacked([], ordered=False)
    assert nothing.around([Span(0, 1)]) == ()
    assert nothing.packed() == b""
    assert thinned(np.empty(0, np.int64), np.empty(0, np.int64)).packed() == b""


def test_a_window_that_ends_in_the_last_record_read_is_bracketed() -> None:
    offset, times = rows(0, [10] * 9)
    ends = times + 9_750_000_000
    length, period = np.full(10, 512), np.full(10, 2.5e8)
    seen = Observed(ByteRange(0, 5120), offset, length, times, ends, period, channels=1, foreign=False)
    table = learned(seen, ordered=False)
    assert table.around([Span(95 * NS, 99 * NS)])[-1] == Knot(5120, 99_750_000_000)
    nothing = Observed(ByteRange(0, 9), *(np.empty(0, np.int64),) * 4, np.empty(0), channels=0, foreign=True)
    assert len(learned(nothing, ordered=False).offset) == 0


@given(st.lists(tables, max_size=4))
def test_what_parts_of_an_object_tell_is_one_table(parts: list[tuple[np.ndarray, np.ndarray]]) -> None:
    tables = [thinned(*part) for part in parts]
    united = KnotTable.united(tables)
    assert united.packed() == KnotTable.unpacked([table.packed() for table in tables], ordered=False).packed()
    assert not united.ordered


def test_records_are_enclosed_by_knots_that_are_near_and_not_by_those_of_other_windows() -> None:
    offset, times = rows(1000, [10] * 9)
    seen = Observed(
        ByteRange(0, 5120),
        offset,
        np.full(10, 512),
        times,
        times + 9 * NS,
        np.full(10, 2.5e8),
        channels=1,
        foreign=False,
    )
    near, far = [Knot(0, times[0]), Knot(5120, times[-1])], [Knot(0, 0), Knot(99_999, 86_400 * NS)]
    assert enclosed(seen, near)
    assert not enclosed(seen, far) and not enclosed(seen, near[:1]) and not enclosed(seen, ())
