"""Windows around picks: of the channels of their stations, shared where it is asked, and the rest with a reason."""

from __future__ import annotations

import pytest

from libseis.codes import Channel
from libseis.isotime import DAY_NS
from seisbus.model.job import JobFileError, parse_job
from seisbus.model.marks import Pick, StationPick
from seisbus.planning.pick_aims import DayPicks, PickAims, counting
from seisbus.planning.plan import DayFile, plan_day

NS = 1_000_000_000
DAY = 18_083
AT = DAY * DAY_NS + 3600 * NS


def pick(sta: str, phase: str, second: float, event: str = "e", net: str = "CI", **more: object) -> StationPick:
    return StationPick(Pick(phase, AT + round(second * NS), f"{sta}{phase}{second}", **more), net, sta, "", "HH", event)


def job(select: dict | None = None, **picks: object):
    about = {"csv": "x", "start": "-10s", "end": "50s"}
    return parse_job({"archive": "a", "select": select or {}, "windows": {"picks": {**about, **picks}}})


CHANNELS = [Channel("CI", sta, "", chan) for sta in ("AAA", "BBB") for chan in ("HHZ", "HNZ")]
PICKS = [
    pick("AAA", "P", 0),
    pick("AAA", "S", 5),
    pick("BBB", "P", 7, score=0.2),
    pick("CCC", "P", 8),
    pick("DDD", "P", 9),
]


def planned(spec, picks, channels=CHANNELS, described=frozenset({("CI", "DDD")})):
    aims = PickAims(spec, counting(picks, spec.windows.picks))
    tasks = []
    for shard, day in enumerate(aims.home_days()):
        selected = [c for c in channels if spec.select.filter.matches(c)]  # as the files of a day are
        files = {c: DayFile(c, f"key/{c}", 1000, "e", listed=True) for c in selected}
        aimed = aims.of_day(day, selected, lambda c: [])
        assert isinstance(aimed, DayPicks)
        tasks += plan_day(
            "j", "a", shard, day, aims.reach(day), lambda d, files=files: files, cut_at_record=False, aimed=aimed,
            left=lambda placed, aimed=aimed: aimed.left(placed, described),
        )  # fmt: skip
    windows = [(w, why) for t in tasks for w, why in zip(t.windows, t.unplaced or [None] * len(t.windows), strict=True)]
    assert len({w.id for w, _ in windows}) == len(windows) and len({t.id for t in tasks}) == len(tasks)
    return windows


def test_each_pick_is_a_window_of_each_channel_of_its_station():
    found = planned(job(), PICKS)
    placed = [(str(w.channel), w.start_ns - AT, w.end_ns - AT, w.event, w.picks) for w, why in found if why is None]
    assert sorted(placed) == sorted(
        (str(c), round((s - 10) * NS), round((s + 50) * NS), "e", (p.pick,))
        for p, s in zip(PICKS[:3], (0, 5, 7), strict=True) for c in CHANNELS if c.sta == p.sta
    )  # fmt: skip
    reasons = {str(w.channel): (why.fate, why.reason, why.detail) for w, why in found if why is not None}
    assert set(reasons) == {"CI.CCC..HH?", "CI.DDD..HH?"}
    assert reasons["CI.CCC..HH?"][:2] == ("missing", "unknown_station")
    assert "CI.CCC" in reasons["CI.CCC..HH?"][2] and "CCCP8" in reasons["CI.CCC..HH?"][2]
    assert reasons["CI.DDD..HH?"][:2] == ("missing", "not_listed")


def test_picks_of_an_event_at_a_station_can_share_a_window():
    alone = pick("BBB", "S", 30, event="")  # of no event: nothing to share with
    found = planned(job(share=True), [*PICKS[:3], alone])
    spans = {(w.channel.sta, w.start_ns - AT, w.end_ns - AT, tuple(p.phase for p in w.picks)) for w, _ in found}
    assert spans == {
        ("AAA", -10 * NS, 55 * NS, ("P", "S")),
        ("BBB", -3 * NS, 57 * NS, ("P",)),
        ("BBB", 20 * NS, 80 * NS, ("S",)),
    }


def test_phases_and_scores_choose():
    assert {w.picks[0].phase for w, _ in planned(job(phases="S"), PICKS)} == {"S"}
    assert {w.channel.sta for w, _ in planned(job(min_score=0.5), PICKS) if w.channel in CHANNELS} == {"AAA"}
    assert len(counting(PICKS * 2, job().windows.picks)) == len(PICKS)
    wild = job(phases=["P*"]).windows.picks
    assert [p.pick.phase for p in counting([pick("A", "Pn", 0), pick("A", "Sn", 1)], wild)] == ["Pn"]


def test_the_selection_holds_for_picks():
    found = planned(job({"sta": "AAA,CCC", "prefer": ["HN", "HH"]}), PICKS)
    assert {str(w.channel) for w, _ in found} == {"CI.AAA..HNZ", "CI.CCC..HH?"}


def test_a_pick_without_a_network_counts_for_every_one():
    nameless = pick("AAA", "P", 0, net="")
    found = planned(job(), [nameless, pick("AAA", "P", 0), pick("EEE", "P", 3, net="")])
    assert sorted(str(w.channel) for w, why in found if why is None) == ["CI.AAA..HHZ", "CI.AAA..HNZ"]
    assert [(str(w.channel), why.reason) for w, why in found if why] == [(".EEE..HH?", "unknown_station")]


def test_windows_begin_on_their_own_days():
    late = pick("AAA", "P", 86_400 - 3600 + 5)
    aims = PickAims(job(), counting([late, PICKS[0]], job().windows.picks))
    assert list(aims.home_days()) == [DAY] and list(aims.days()) == [DAY, DAY + 1]
    assert all(w.start_ns // DAY_NS == DAY for w in aims.reach(DAY))


@pytest.mark.parametrize(
    ("windows", "sentence"),
    [
        ({"picks": {"end": "1s"}}, "exactly one source of picks is needed (catalog, quakeml or csv); found none"),
        ({"picks": {"csv": "x", "start": "5s", "end": "1s"}}, "end 1 s is not after start 5 s"),
        ({"picks": {"csv": "x"}}, "windows.picks.end is missing"),
        ({"picks": {"csv": "x", "end": "1s", "phases": ["P", "P"]}}, "a phase stands twice in P, P"),
    ],
)
def test_mistakes_are_said(windows, sentence):
    with pytest.raises(JobFileError) as error:
        parse_job({"archive": "a", "windows": windows})
    assert sentence in error.value.message
