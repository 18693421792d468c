"""Windows by phase, distance and place, day by day and channel by channel, against obspy pair by pair."""

from __future__ import annotations

import resource
import time
from collections import Counter

import numpy as np
import pytest
from obspy.geodetics import gps2dist_azimuth, locations2degrees
from obspy.taup import TauPyModel

from libseis.codes import Channel
from libseis.epochs import ALWAYS, EpochSpan
from libseis.isotime import DAY_NS
from libseis.traveltimes import TravelTimes
from seisbus.model.job import parse_job
from seisbus.model.outcome import Reason
from seisbus.planning import aims as module
from seisbus.planning.aims import Aims
from seisbus.planning.geography import Place
from seisbus.planning.plan import DayFile, plan_day
from seisbus.planning.windows import Origin

NS = 1_000_000_000
DAY = 15_000
PHASES = ["P", "Pdiff", "PKIKP"]
RNG = np.random.default_rng(7)
WHERE = {("XX", f"S{n:02d}"): Place(*p) for n, p in enumerate(RNG.uniform((-80, -180), (80, 180), (30, 2)).round(3))}
CHANNELS = [Channel(net, sta, "", chan) for net, sta in WHERE for chan in ("BHN", "BHZ")]
# some close to midnight, so that their windows begin on two days
EVENTS = [
    Origin(DAY * DAY_NS + round(float(s) * NS), f"e{n}", float(lat), float(lon), float(depth))
    for n, (s, lat, lon, depth) in enumerate(
        zip(
            [100, 40_000, 85_000, 86_000, 86_399.5, 86_400 + 10],
            RNG.uniform(-60, 60, 6), RNG.uniform(-180, 180, 6), [0, 10, 33.5, 150, 400.2, 650], strict=True,
        )
    )
]  # fmt: skip


def job(select: dict | None = None, **events: object):
    about = {"list": [{"time": "2011-01-26", "lat": 0, "lon": 0}], "start": "-60s", "end": "5min"}
    return parse_job({"archive": "a", "select": select or {}, "windows": {"events": {**about, **events}}})


def epochs(channel: Channel):
    return [(ALWAYS, WHERE[channel.net, channel.sta])]


def all_windows(aims: Aims, channels=CHANNELS, epochs_of=epochs):
    """Every window with its channel and home day, and that reach holds it."""
    found = []
    for day in aims.home_days():
        reach = aims.reach(day)
        aimed = aims.of_day(day, channels, epochs_of)
        for channel in channels:
            windows = list(aimed(channel))
            assert windows == sorted(windows)
            for window in windows:
                assert window.start_ns // DAY_NS == day
                assert min(w.start_ns for w in reach) <= window.start_ns
                assert window.end_ns <= max(w.end_ns for w in reach)
                found.append((channel, window))
    return found


@pytest.mark.parametrize("pairs", [1_000_000, 10])  # all places at once, and in blocks of a few
def test_windows_by_phase(pairs, monkeypatch):
    monkeypatch.setattr(module, "_PAIRS", pairs)
    aims = Aims(job(phase=PHASES, model="ak135"), EVENTS, TravelTimes("ak135"))
    found = all_windows(aims)
    assert Counter((c, w.event) for c, w in found) == Counter((c, e.event) for c in CHANNELS for e in EVENTS)
    reference, fates = TauPyModel("ak135"), Counter()
    for channel, window in found[::2]:
        place, event = WHERE[channel.net, channel.sta], next(e for e in EVENTS if e.event == window.event)
        degrees = locations2degrees(event.lat, event.lon, *place)
        name = arrival = None
        for phase in PHASES:
            if arrivals := reference.get_travel_times(event.depth_km, degrees, [phase]):
                name, arrival = phase, min(arrivals, key=lambda a: a.time)
                break
        if arrival is None:
            assert window.arrival is None and window.unplaced is not None
            assert window.unplaced.reason == Reason.NO_SUCH_PHASE
            for what in ("P, Pdiff, PKIKP", f"{degrees:.2f} degrees", f"{event.depth_km:g} km", "ak135"):
                assert what in window.unplaced.detail
            assert window.start_ns == event.time_ns - 60 * NS
        else:
            assert window.arrival is not None and window.arrival.phase == name
            assert window.arrival.time_ns == pytest.approx(event.time_ns + arrival.time * 1e9, abs=0.02 * NS)
            assert window.start_ns == window.arrival.time_ns - 60 * NS
            assert window.arrival.ray_parameter == pytest.approx(arrival.ray_param_sec_degree, abs=0.02)
            assert window.arrival.incidence == pytest.approx(arrival.incident_angle, abs=0.1)
            assert window.arrival.takeoff == pytest.approx(arrival.takeoff_angle, abs=0.3)
        assert window.end_ns - window.start_ns == 360 * NS and window.inclusive_end
        fates[name] += 1
    assert min(fates["P"], fates["PKIKP"]) > 3


def test_a_phase_that_never_arrives():
    aims = Aims(job(phase="PKJKP"), EVENTS[:1], TravelTimes())
    reasons = {w.unplaced.reason for _, w in all_windows(aims) if w.unplaced is not None}
    assert reasons <= {Reason.NO_SUCH_PHASE}
    nowhere = Aims(job(phase=["p", "s"]), EVENTS[:1], TravelTimes())  # from the surface nothing leaves upwards
    found = all_windows(nowhere)
    assert len(found) == len(CHANNELS) and all(w.unplaced for _, w in found)


def test_no_depth_and_no_coordinates_are_said():
    shallow = Origin(DAY * DAY_NS, "flat", 10.0, 20.0, None)
    found = all_windows(Aims(job(phase="P"), [shallow], TravelTimes()))
    assert {(w.unplaced.reason, "event flat" in w.unplaced.detail) for _, w in found} == {("no_source_depth", True)}
    lost = CHANNELS[4]
    found = all_windows(
        Aims(job(phase=PHASES), EVENTS[:2], TravelTimes()), epochs_of=lambda c: [] if c == lost else epochs(c)
    )
    mine = [w for c, w in found if c == lost]
    assert [w.unplaced.reason for w in mine] == ["no_coordinates"] * 2 and str(lost) in mine[0].unplaced.detail
    assert sum(w.unplaced is None for _, w in found) > 40  # the rest goes on


def test_a_station_at_the_antipode():
    event = Origin(DAY * DAY_NS, "e", 10.0, 20.0, 10.0)
    spot = Channel("XX", "ANTI", "", "BHZ")
    aims = Aims(job(phase=PHASES), [event], TravelTimes())
    ((_, window),) = all_windows(aims, [spot], lambda c: [(ALWAYS, Place(-10.0, -160.0))])
    (first, *_) = TauPyModel("iasp91").get_travel_times(10.0, 180.0, ["PKIKP"])
    assert window.arrival.phase == "PKIKP"
    assert window.arrival.time_ns == pytest.approx(event.time_ns + first.time * 1e9, abs=0.02 * NS)


def test_a_station_that_moved():
    """The place is that of the epoch at the event's time; an event between epochs has none."""
    moved = Channel("XX", "MOVED", "", "BHZ")
    before, after = Place(0.0, 0.0), Place(0.0, 5.0)
    change = EVENTS[1].time_ns + NS
    spans = [(EpochSpan(end_ns=change), before), (EpochSpan(change, EVENTS[3].time_ns), after)]
    aims = Aims(job(phase=["P", "p", "Pdiff", "PKIKP"]), EVENTS[:4], TravelTimes())
    found = {w.event: w for _, w in all_windows(aims, [moved], lambda c: spans)}
    for event, place in zip(EVENTS[:3], (before, before, after), strict=True):
        expected = aims._tables.first(
            ["P", "p", "Pdiff", "PKIKP"], event.depth_km, np.array([locations2degrees(event.lat, event.lon, *place)])
        )
        assert found[event.event].arrival.time_ns == event.time_ns + round(float(expected.time[0]) * 1e9)
    assert found["e3"].unplaced.reason == "no_coordinates"


@pytest.mark.parametrize("phase", [(), PHASES])
def test_distance_and_azimuth_from_each_event(phase):
    select = {"distance": {"min": "30deg", "max": "11000km"}, "azimuth": {"min": 200, "max": 100}}
    tables = TravelTimes() if phase else None
    found = {(c, w.event) for c, w in all_windows(Aims(job(select, phase=phase), EVENTS, tables))}
    expected = set()
    for event in EVENTS:
        for channel in CHANNELS:
            place = WHERE[channel.net, channel.sta]
            metres, azimuth, _ = gps2dist_azimuth(event.lat, event.lon, *place)
            near = locations2degrees(event.lat, event.lon, *place) < 30 or metres > 11_000_000
            if not near and not 100 < azimuth < 200:
                expected.add((channel, event.event))
    assert found == expected and expected


def test_area_and_preference_choose_channels():
    channels = [*CHANNELS, *(Channel(c.net, c.sta, "", "HHZ") for c in CHANNELS[:20:2])]
    select = {"within": {"box": {"south": -30, "north": 60, "west": 100, "east": -60}}, "prefer": ["HH", "BH"]}
    aims = Aims(job(select), EVENTS)
    assert aims.by_channel and aims.by_place
    found = {c for c, _ in all_windows(aims, channels)}
    for channel in channels:
        lat, lon = WHERE[channel.net, channel.sta]
        there = -30 <= lat <= 60 and (lon >= 100 or lon <= -60)
        best = channel.chan == "HHZ" or Channel(channel.net, channel.sta, "", "HHZ") not in channels
        assert (channel in found) == (there and best)


def test_stations_that_nobody_knows_the_place_of_are_named():
    select = {"within": {"circle": {"lat": 0, "lon": 0, "radius": "180deg"}}}
    aims = Aims(job(select), EVENTS)
    aimed = aims.of_day(DAY, CHANNELS, lambda c: [] if c.sta == "S03" else epochs(c))
    assert aimed.without_place == {("XX", "S03")}
    assert [c for c in CHANNELS if not aimed(c)] == [c for c in CHANNELS if c.sta == "S03"]


def test_the_plan_has_a_task_for_what_could_not_be_placed():
    aims = Aims(job(phase="P"), EVENTS[:3], TravelTimes())
    files = {c: DayFile(c, f"key/{c}", 1000, "e", listed=True) for c in CHANNELS}
    aimed = aims.of_day(DAY, CHANNELS, epochs)
    tasks = list(
        plan_day("j", "a", 0, DAY, aims.reach(DAY), lambda d: files, cut_at_record=False, aimed=aimed)
    )  # fmt: skip
    assert len({task.id for task in tasks}) == len(tasks)
    windows = [w for task in tasks for w in task.windows]
    assert len({w.id for w in windows}) == len(windows)
    for task in tasks:
        assert bool(task.unplaced) == (not task.objects)
        if task.unplaced:
            assert len(task.unplaced) == len(task.windows) and not any(w.arrival for w in task.windows)
        else:
            assert all(w.arrival is not None for w in task.windows)
    placed = sum(len(task.windows) for task in tasks if task.objects)
    expected = [w for c in CHANNELS for w in aims.of_day(DAY, CHANNELS, epochs)(c)]
    assert placed == sum(w.unplaced is None for w in expected) and len(windows) == len(expected)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_million_pairs_of_events_and_stations(tmp_path):
    """Planned in memory that does not grow with their number, at under 50 microseconds of CPU a pair, once travel times
    are in the folder."""
    rng = np.random.default_rng(1)
    stations = 1000
    where = {f"S{n:03d}": Place(*p) for n, p in enumerate(rng.uniform((-80, -180), (80, 180), (stations, 2)))}
    channels = [Channel("XX", sta, "", "BHZ") for sta in where]
    files = {c: DayFile(c, f"key/{c}", 8_000_000, "e", listed=True) for c in channels}
    places = rng.uniform((-60, -180), (60, 180), (1000, 2)).tolist()
    depths = rng.uniform(0, 700, 1000).round(1).tolist()
    times = (np.sort(rng.uniform(0, 20 * 86400, 1000)) * NS).astype(np.int64).tolist()
    events = [
        Origin(DAY * DAY_NS + t, f"e{n:04d}", *place, depth)
        for n, (t, place, depth) in enumerate(zip(times, places, depths, strict=True))
    ]

    def plan(some: list[Origin]) -> tuple[int, float]:
        began, planned = time.process_time(), 0
        aims = Aims(job(phase=PHASES), some, TravelTimes("iasp91", tmp_path, keep=64))
        for shard, day in enumerate(aims.home_days()):
            aims.warm(day)
            aimed = aims.of_day(day, channels, lambda c: [(ALWAYS, where[c.sta])])
            for task in plan_day(
                "job", "a", shard, day, aims.reach(day), lambda d: files, cut_at_record=False, aimed=aimed
            ):
                planned += len(task.windows)
        return planned, time.process_time() - began

    aims = Aims(job(phase=PHASES), events, TravelTimes("iasp91", tmp_path, keep=64))
    for day in aims.home_days():
        aims.warm(day)  # makes the tables
    small = plan(events[:100])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    planned, seconds = plan(events)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert (small[0], planned) == (100 * stations, 1_000_000)
    print(f"{seconds / planned * 1e6:.1f} microseconds of CPU a pair, memory grew by {grown:.0f} MB")
    assert seconds / planned < 50e-6
    assert grown < 100
