"""Planning by day: windows and their home days, tasks with the neighbours they need, parts that fit a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libseis.codes import Channel
from libseis.isotime import DAY_NS
from libseis.segments import Span
from seisbus.model.job import JobFileError, parse_job
from seisbus.model.kinds.window import WindowJob
from seisbus.planning.knots import KnotTable
from seisbus.planning.plan import DayFile, edge_margin_ns, plan_day, spans_of_object, split, touched_days
from seisbus.planning.windows import Origin, PlannedWindow, home_days, windows_of_day

NS = 1_000_000_000
DAY = 15_044  # 2011-03-11, counted from 1970
BHZ, LHZ = Channel("CI", "PAS", "", "BHZ"), Channel("CI", "PAS", "", "LHZ")


def job(windows: Mapping[str, Any]) -> WindowJob:
    return parse_job({"archive": "scedc", "windows": windows})


def window(start_s: float, end_s: float, *, inclusive: bool = True) -> PlannedWindow:
    """Seconds of the day `DAY`."""
    low = DAY * DAY_NS
    return PlannedWindow(low + int(start_s * NS), low + int(end_s * NS), inclusive)


def plan(
    windows: Sequence[PlannedWindow],
    files: Mapping[int, Sequence[DayFile]],
    *,
    cut_at_record: bool = False,
    pad_before_ns: int = 0,
) -> list[tuple[str, list[tuple[int, str]], int]]:
    """Channel, (day, missing) of the objects, number of windows of each task of `DAY`."""
    known = {day: {file.channel: file for file in listed} for day, listed in files.items()}
    tasks = plan_day(
        "j", "scedc", 0, DAY, windows, lambda day: known.get(day, {}), cut_at_record=cut_at_record,
        pads=lambda channel, rate: (pad_before_ns, 0),
    )  # fmt: skip
    return [
        (str(task.windows[0].channel), [(o.day_ns // DAY_NS, o.missing) for o in task.objects], len(task.windows))
        for task in tasks
    ]


def file(channel: Channel, *, listed: bool = True, knots: KnotTable | None = None) -> DayFile:
    return DayFile(channel, f"{channel}.ms", 10**6, "e", listed, 40.0 if channel is BHZ else 1.0, knots)


def test_a_window_has_the_day_of_its_start_as_home() -> None:
    spec = job({"absolute": [{"start": "2011-03-11T23:50:00", "end": "2011-03-12T00:10:00"},
                             {"start": "2011-03-11T00:00:00", "end": "2011-03-11T00:10:00"},
                             {"start": "2011-03-14T00:00:00", "end": "2011-03-24T00:00:00"}]})  # fmt: skip
    assert home_days(spec, ()) == [DAY, DAY + 3]
    assert [len(list(windows_of_day(spec, (), day))) for day in range(DAY - 1, DAY + 5)] == [0, 2, 0, 0, 1, 0]
    assert all(w.inclusive_end for w in windows_of_day(spec, (), DAY))


@given(st.integers(1, 3), st.sampled_from(["1h", "90min", "7h", "1d"]), st.sampled_from(["30min", "1h", "5h", None]))
def test_the_tiles_of_all_days_are_the_tiles_of_the_span(days: int, length: str, step: str | None) -> None:
    tile = {"start": "2011-03-11", "end": f"2011-03-{11 + days}", "length": length} | ({"step": step} if step else {})
    spec = job({"tile": tile})
    found = [w for day in home_days(spec, ()) for w in windows_of_day(spec, (), day)]
    asked = spec.windows
    assert asked is not None
    assert asked.tile is not None
    hop = asked.tile.step or asked.tile.length
    starts = range(asked.tile.start, asked.tile.end - asked.tile.length + 1, hop)
    assert [w.start_ns for w in found] == list(starts)
    assert all(w.end_ns - w.start_ns == asked.tile.length and not w.inclusive_end for w in found)


@given(st.lists(st.integers(0, 5 * 86_400), max_size=20), st.integers(-90_000, 90_000))
def test_every_event_window_has_one_home(seconds: list[int], offset: int) -> None:
    spec = job({"events": {"list": [{"time": "2011-03-11", "lat": 0, "lon": 0}], "start": offset, "end": offset + 60}})
    origins = [Origin(DAY * DAY_NS + s * NS, str(n)) for n, s in enumerate(seconds)]
    days = home_days(spec, origins)
    found = [(day, w) for day in days for w in windows_of_day(spec, origins, day)]
    assert sorted(w.event for _, w in found) == sorted(o.event for o in origins)
    assert all(w.start_ns // DAY_NS == day for day, w in found)
    assert list(days) == sorted(set(days))


def test_only_windows_over_midnight_read_the_neighbour() -> None:
    files = {DAY: [file(BHZ)], DAY + 1: [file(BHZ)], DAY - 1: [file(BHZ)]}
    assert plan([window(3600, 7200)], files) == [(str(BHZ), [(DAY, "")], 1)]
    assert plan([window(86_000, 86_800)], files) == [(str(BHZ), [(DAY, ""), (DAY + 1, "")], 1)]
    # the sample at midnight belongs to an event window, not to a tile
    assert plan([window(82_800, 86_400)], files)[0][1] == [(DAY, ""), (DAY + 1, "")]
    assert plan([window(82_800, 86_400, inclusive=False)], files)[0][1] == [(DAY, "")]
    assert plan([window(100, 200)], files, pad_before_ns=200 * NS)[0][1] == [(DAY, ""), (DAY - 1, "")]


def test_days_cut_at_the_record_have_margins() -> None:
    files = {day: [file(LHZ)] for day in (DAY - 1, DAY, DAY + 1)}
    margin = edge_margin_ns(LHZ, 1.0, cut_at_record=True)
    assert margin == 6615 * NS
    assert edge_margin_ns(LHZ, 1.0, cut_at_record=False) == 0
    assert edge_margin_ns(Channel("CI", "PAS", "", "VHZ"), None, cut_at_record=True) == 66_150 * NS
    assert edge_margin_ns(Channel("CI", "PAS", "", "UHZ"), None, cut_at_record=True) == DAY_NS
    # the longest record at 1 Hz lasts 6615 s: one that began the day before may hold the window's first samples
    assert plan([window(3600, 7200)], files, cut_at_record=True)[0][1] == [(DAY, ""), (DAY - 1, "")]
    assert plan([window(7200, 7800)], files, cut_at_record=True)[0][1] == [(DAY, "")]


def test_what_nobody_stored_is_planned_as_missing() -> None:
    files = {DAY: [file(BHZ, listed=False), file(LHZ)], DAY + 1: []}
    assert plan([window(3600, 7200)], files) == [
        (str(BHZ), [(DAY, "not_listed")], 1),
        (str(LHZ), [(DAY, "")], 1),
    ]
    # of a window over midnight the day that is there is read; the other one is said to be missing
    assert plan([window(86_000, 86_800)], {DAY: [], DAY + 1: [file(BHZ)]}) == [
        (str(BHZ), [(DAY, "not_listed"), (DAY + 1, "")], 1)
    ]


def test_a_task_carries_the_knots_around_its_windows() -> None:
    times = [DAY * DAY_NS + m * 120 * NS for m in range(720)]
    table = KnotTable.unpacked([], ordered=True)
    table = type(table).unpacked(
        [b"".join(n.to_bytes(8, "little") for k, t in enumerate(times) for n in (k * 4096, t))], ordered=True
    )
    known = {BHZ: file(BHZ, knots=table)}
    (task,) = plan_day("j", "scedc", 0, DAY, [window(3600, 7200)], lambda day: known, cut_at_record=False)
    (ref,) = task.objects
    assert ref.ordered
    assert ref.knots == tuple((n * 4096, times[n]) for n in (30, 61, 62))


@given(st.lists(st.integers(1, 100_000), min_size=1, max_size=60), st.sampled_from([1.0, 40.0, 100.0, 250.0]))
def test_parts_hold_every_window_once_and_fit_a_message(seconds: list[int], rate: float) -> None:
    parts = split(seconds, rate)
    assert [n for part in parts for n in range(part.first, part.first + part.count)] == list(range(len(seconds)))
    for part in parts:
        size = sum(seconds[part.first : part.first + part.count]) * rate * 4.4
        assert size <= 6_000_000 or part.count == 1


def test_an_object_is_searched_for_the_windows_it_can_hold() -> None:
    low = DAY * DAY_NS
    spans = [
        Span(low + 10, low + 20),
        Span(low + DAY_NS - 5, low + DAY_NS + 5),
        Span(low + 2 * DAY_NS, low + 3 * DAY_NS),
    ]
    assert spans_of_object(spans, low, 0) == tuple(spans[:2])
    assert spans_of_object(spans, low + DAY_NS, 0) == (spans[1],)
    assert spans_of_object(spans, low + DAY_NS, 1) == (spans[1], spans[2])


@pytest.mark.parametrize(("start", "end", "days"), [(0, 1, 1), (0, DAY_NS - 1, 1), (0, DAY_NS, 2), (-1, 0, 2)])
def test_days_that_a_closed_span_touches(start: int, end: int, days: int) -> None:
    assert len(touched_days(start, end)) == days


def test_a_part_has_no_more_windows_than_one_transaction_takes() -> None:
    parts = split([10.0] * 8640, 1.0)
    assert [part.first for part in parts] == [sum(p.count for p in parts[:n]) for n in range(len(parts))]
    assert sum(part.count for part in parts) == 8640
    assert max(part.count for part in parts) == 500


def test_the_pad_of_a_channel_is_that_of_its_slowest_day() -> None:
    """A slower day that only the pad reaches counts too; other channels keep their own."""
    slow = DayFile(BHZ, "slow.ms", 10**6, "e", True, 0.01)
    known: dict[int, dict[Channel, DayFile]] = {
        DAY: {BHZ: file(BHZ), LHZ: file(LHZ)}, DAY - 1: {BHZ: slow, LHZ: file(LHZ)}}  # fmt: skip

    def pads(channel: Channel, rate: float | None) -> tuple[int, int]:
        assert rate is not None
        length = int(33 / rate * NS)
        return length, length

    made = plan_day("j", "a", 0, DAY, [window(600, 900)], lambda d: known.get(d, {}), cut_at_record=False, pads=pads)
    assert [(t.pad_before_ns, t.pad_after_ns) for t in made] == [
        (33 * NS * 10 // 400, 33 * NS * 10 // 400),
        (33 * NS,) * 2,
    ]
    early = plan_day("j", "a", 0, DAY, [window(0.5, 9)], lambda d: known.get(d, {}), cut_at_record=False, pads=pads)
    assert [t.pad_before_ns for t in early] == [3300 * NS, 33 * NS]


def test_the_channels_of_a_sensor_are_one_task_with_their_objects() -> None:
    """Files of two sensors and a lone channel; a window runs over midnight, and one component has no second day."""
    codes = {name: Channel("CI", "PAS", "", name) for name in ("BHE", "BHN", "BHZ", "HHE", "HHN", "HHZ", "LHZ")}
    first = {channel: file(channel) for channel in codes.values()}
    second = {channel: file(channel) for name, channel in codes.items() if name != "BHN"}
    days = {DAY: first, DAY + 1: second}
    windows = [window(100, 200), window(86_000, 87_000)]
    tasks = list(plan_day("j", "scedc", 0, DAY, windows, lambda day: days.get(day, {}), cut_at_record=False,
                          components=3))  # fmt: skip
    assert [str(task.windows[0].channel) for task in tasks] == ["CI.PAS..BH?", "CI.PAS..HH?", "CI.PAS..LH?"]
    assert [len(task.windows) for task in tasks] == [2, 2, 2]
    assert [len(task.objects) for task in tasks] == [6, 6, 2]
    objects = [(str(o.channel)[8:], o.day_ns // DAY_NS - DAY, o.missing) for o in tasks[0].objects]
    assert objects == [("BHE", 0, ""), ("BHE", 1, ""), ("BHN", 0, ""), ("BHN", 1, "not_listed"),
                       ("BHZ", 0, ""), ("BHZ", 1, "")]  # fmt: skip
    assert len({w.id for task in tasks for w in task.windows}) == 6


@pytest.mark.parametrize(("chan", "taken"), [("BH?", True), ("*", True), ("BHE,BHN,BHZ", True), ("BH1,BH2", False),
                                             ("BHZ", False), ("BH?,HHZ", True)])  # fmt: skip
def test_a_job_of_sensors_selects_three_channels_of_one(chan: str, taken: bool) -> None:
    spec = {"archive": "scedc", "components": 3, "select": {"chan": chan},
            "windows": {"tile": {"start": "2011-03-11", "end": "2011-03-12", "length": "1h"}}}  # fmt: skip
    if taken:
        assert parse_job(spec, WindowJob).recipe().components == 3
        return
    with pytest.raises(JobFileError, match="components: 3 takes the three channels of a sensor"):
        parse_job(spec)
