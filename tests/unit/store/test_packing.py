"""Packed windows and outcomes come back as they were, whatever they are."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libseis.codes import Channel
from libseis.isotime import DAY_NS
from seisbus.model.ids import document_id, window_id
from seisbus.model.outcome import Fate
from seisbus.model.subject import (
    NO_EVENT,
    Dataset,
    Event,
    JobId,
    ObjectKey,
    Station,
    Subject,
    as_type,
    of_event,
)
from seisbus.model.task import Window
from seisbus.store.graves import same_grave, share_grave
from seisbus.store.packing import (
    End,
    as_bytes,
    day_of,
    days_of,
    expand,
    grave_id,
    pack_outcomes,
    pack_windows,
    packed_windows,
    split_outcomes,
    unpack_ends,
    unpack_windows,
)
from seisbus.store.settled import SettledWindow
from seisbus.store.summaries import Summary, delta, taken_out

JOB = "0123456789abcdefgh"
MINUTE = 60_000_000_000
CHANNELS = [Channel("CI", "PAS", "", "LHZ"), Channel("CI", "PAS", "10", "LHZ"), Channel("", "", "", "")]


def window(channel: Channel, start: int, length: int, about: Subject = NO_EVENT, *, inclusive: bool = False) -> Window:
    identity = window_id(JOB, str(channel), start, start + length, about.text)
    return Window(identity, channel, start, start + length, inclusive, about)


WINDOWS = st.lists(
    st.builds(
        window,
        st.sampled_from(CHANNELS),
        st.integers(-5, 5000).map(lambda n: n * MINUTE),
        st.sampled_from([0, MINUTE, MINUTE // 2]),
        st.sampled_from(
            [NO_EVENT, Event("ev1"), ObjectKey("a/b"), Dataset(), Dataset("ev2"), Station("ev3"), JobId("j2")]
        ),
        inclusive=st.booleans(),
    ),
    max_size=40,
    unique_by=lambda w: w.id,
)
ENDS = st.builds(
    End,
    st.sampled_from(Fate),
    st.sampled_from(["", "gap"]),
    st.sampled_from(["", "A gap."]),
    st.sampled_from([(), ("x",), ("x", "y")]),
)


@given(WINDOWS, st.booleans())
def test_windows_come_back(windows: list[Window], named: bool) -> None:
    if named:
        windows = [replace(w, id=f"{JOB}.{n}") for n, w in enumerate(windows)]
    packed = pack_windows(JOB, windows)
    assert unpack_windows(JOB, packed) == windows
    assert unpack_windows(JOB, packed_windows(as_bytes(packed))) == windows
    assert ("ids" in packed) == (named and bool(windows))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(CHANNELS),
            st.integers(-5, 5000).map(lambda n: n * MINUTE),
            st.sampled_from([-MINUTE, 0, 7 * MINUTE, 60 * MINUTE, DAY_NS, 3 * DAY_NS]),
            st.integers(1, 40),
        ),
        max_size=6,
    ),
    st.integers(0, 250),
    st.integers(0, 250),
)
def test_windows_are_counted_by_day_without_making_them(
    runs: list[tuple[Channel, int, int, int]], first: int, count: int
) -> None:
    windows = [
        window(channel, start + number * step, MINUTE)
        for channel, start, step, length in runs
        for number in range(length)
    ]
    expected = Counter((str(w.channel), day_of(w.start_ns)) for w in windows[first : first + count])
    assert days_of(pack_windows(JOB, windows), first, count) == expected


@pytest.mark.parametrize(
    "about", [NO_EVENT, Event("ev1"), ObjectKey("ev1"), Dataset("ev1"), Station("ev1"), JobId("ev1")]
)
def test_a_subject_is_stored_as_older_versions_wrote_it_with_its_type_beside_it(about: Subject) -> None:
    packed = pack_windows(JOB, [window(CHANNELS[0], 0, MINUTE, about)])
    assert packed["events"] == [about.text]
    assert packed.pop("subjects", ["event"]) == [about.kind]
    (old,) = unpack_windows(JOB, packed)  # a document of such a version
    assert old.subject == Event(about.text)
    assert as_type(old.subject, type(about)) == about
    assert old.id == window(CHANNELS[0], 0, MINUTE, about).id


def test_an_item_of_another_type_is_not_taken_for_the_wanted_one() -> None:
    with pytest.raises(TypeError, match="one about job was expected"):
        as_type(Dataset("ev1"), JobId)
    assert [of_event(about) for about in (Event("e"), Dataset("e"), Station("e"), ObjectKey("e"), JobId("e"))] == [
        "e", "e", "e", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize("step", [MINUTE, 3 * MINUTE, MINUTE // 2])
def test_a_day_of_tiles_is_one_run(step: int) -> None:
    windows = [window(CHANNELS[0], n * step, MINUTE) for n in range(1440)]
    packed = pack_windows(JOB, windows)
    assert packed["runs"] == [(0, 0, False, 0, MINUTE, step, 1440)]
    assert unpack_windows(JOB, packed) == windows


@given(WINDOWS.flatmap(lambda windows: st.tuples(*(st.tuples(st.just(w), ENDS) for w in windows))), st.data())
def test_outcomes_come_back_and_a_retry_takes_what_it_names(
    ends: tuple[tuple[Window, End], ...], data: st.DataObject
) -> None:
    packed = pack_outcomes("t/0", JOB, "t", 0, 1, ends)
    assert unpack_ends(packed) == list(ends)
    expanded = expand(packed)
    assert [(o["_id"], o["fate"], o["reason"], o["refs"]) for o in expanded] == [
        (w.id, e.fate.value, e.reason, list(e.refs)) for w, e in ends
    ]
    assert sum(packed["counts"].values()) == sum(row[-1] for row in packed["rows"]) == len(ends)

    fates = data.draw(st.sets(st.sampled_from([fate.value for fate in Fate])))
    gone, rest = split_outcomes(packed, lambda fate, reason: fate in fates, "t/0~2")
    assert (gone["_id"], rest["_id"]) == ("t/0~2", "t/0")
    assert expand(gone) == [o for o in expanded if o["fate"] in fates]
    assert expand(rest) == [o for o in expanded if o["fate"] not in fates]

    counted = Summary()
    for document in [*delta([packed]), *taken_out(gone["job"], [gone])]:
        counted.add(document)
    left = Summary()
    for document in delta([rest]):
        left.add(document)
    assert +counted.rows == left.rows
    assert +counted.blocks == left.blocks
    assert +counted.reasons == left.reasons


def test_an_outcome_of_an_older_version_stands_for_itself() -> None:
    old = {"_id": f"{JOB}.x", "fate": "dead", "reason": "gap", "channel": "CI.PAS..LHZ", "start_ns": 1}
    assert expand(old) == [old]


def test_references_of_pieces_and_graves_follow_from_the_windows() -> None:
    windows = [window(CHANNELS[0], n * MINUTE, MINUTE) for n in range(4)]
    dead = End(Fate.DEAD, "gap", grave=1)
    packed = pack_outcomes("t/0", JOB, "t", 0, 3, [
        (windows[0], End(Fate.SAVED, pieces=2)), (windows[1], dead), (windows[2], dead),
        (windows[3], End(Fate.DEAD, "gap", grave=3)),
    ])  # fmt: skip
    ids = [w.id for w in windows]
    assert [o["refs"] for o in expand(packed)] == [
        [document_id(ids[0], "0"), document_id(ids[0], "1")],
        [grave_id(ids[1], 3)], [grave_id(ids[1], 3)], [grave_id(ids[3], 3)],
    ]  # fmt: skip
    gone, _ = split_outcomes(packed, lambda fate, reason: fate == "dead", "t/0~4")
    assert [o["refs"] for o in expand(gone)] == [o["refs"] for o in expand(packed)][1:]


def test_a_run_of_dead_windows_is_one_grave_with_each_line_once() -> None:
    windows = [window(CHANNELS[0], n * MINUTE, MINUTE) for n in (0, 1, 2, 4, 5)]
    entries = [
        SettledWindow(w, Fate.DEAD, "gap", grave={
            "start_ns": w.start_ns, "length_ns": MINUTE, "logdata": [{"error_message": "A gap."}],
            "tombstone": {"starttime": w.start_ns / 1e9, "endtime": w.end_ns / 1e9, "provenance": {"task": "t"}},
        })
        for w in windows
    ]  # fmt: skip
    assert same_grave(entries, 0, 1)
    assert same_grave(entries, 0, 2)
    assert not same_grave(entries, 0, 3)  # two minutes on
    document = {**(entries[0].grave or {}), "count": 1}
    for entry in entries[1:3]:
        share_grave(document, entry.window, entry.grave or {})
    assert (document["count"], document["step_ns"], document["start_ns"]) == (3, MINUTE, 0)
    assert document["tombstone"]["endtime"] == 180.0
    assert len(document["logdata"]) == 1
    assert (entries[0].grave or {})["tombstone"]["endtime"] == 60.0  # what a repeat of the transaction begins with
    assert day_of(DAY_NS + 5) == DAY_NS
