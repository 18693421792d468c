"""Identities sort and hash as promised; wildcards mean what seismologists mean by them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libseis.codes import Channel, ChannelFilter
from seisbus.model.ids import job_of, new_job_id, task_id, window_id

CODES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=5)


def test_job_ids_sort_by_time_and_fit_a_subject() -> None:
    ids = [new_job_id() for _ in range(50)]
    assert len(set(ids)) == 50
    assert [i[:10] for i in ids] == sorted(i[:10] for i in ids)
    assert all(i.isalnum() and (i.islower() or i.isdigit()) for i in ids)


@given(st.integers(0, 10**6 - 1), st.integers(0, 10**6 - 1), st.integers(0, 10**6 - 1), st.integers(0, 10**6 - 1))
def test_task_ids_sort_in_planning_order(shard: int, number: int, other_shard: int, other_number: int) -> None:
    one, two = task_id("job", shard, number), task_id("job", other_shard, other_number)
    assert (one < two) == ((shard, number) < (other_shard, other_number))
    assert job_of(one) == "job"


def test_a_window_is_its_job_channel_span_and_event_and_nothing_else() -> None:
    base = ("j", "CI.HEC..BHZ", 1, 2, "e")
    assert window_id(*base) == window_id(*base)
    others = [("k", *base[1:]), ("j", "CI.HEC.00.BHZ", 1, 2, "e"), ("j", "CI.HEC..BHZ", 0, 2, "e"),
              ("j", "CI.HEC..BHZ", 1, 3, "e"), ("j", "CI.HEC..BHZ", 1, 2, "")]  # fmt: skip
    assert len({window_id(*base), *(window_id(*o) for o in others)}) == 6


@given(CODES, CODES, st.sampled_from(["", "00", "10"]), CODES)
def test_a_channel_survives_its_text(net: str, sta: str, loc: str, chan: str) -> None:
    channel = Channel(net, sta, loc, chan)
    assert Channel.parse(str(channel)) == channel
    assert ChannelFilter().matches(channel)
    assert ChannelFilter(net=net, sta=sta, loc=loc or "--", chan=chan).matches(channel)


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        (ChannelFilter(chan="BH?"), True),
        (ChannelFilter(chan="BHZ,HHZ"), True),
        (ChannelFilter(chan="HH*"), False),
        (ChannelFilter(loc="--"), True),
        (ChannelFilter(loc="*"), True),
        (ChannelFilter(loc="00"), False),
        (ChannelFilter(loc="--,10"), True),
        (ChannelFilter(net="C?", sta="HE*"), True),
        (ChannelFilter(sta="H.C"), False),
    ],
)
def test_wildcards(wanted: ChannelFilter, matches: bool) -> None:
    assert wanted.matches(Channel("CI", "HEC", "", "BHZ")) is matches
