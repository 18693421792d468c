"""mseed.read says everything that was left out or put right, on an elog that whoever has the data has too."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from libseis import TimeSeriesEnsemble, mseed
from libseis.codes import Channel
from libseis.segments import Rate, Segment

CHANNEL = Channel("XX", "TEST", "", "BHZ")
RECORD = 512
T0 = 1_299_822_360 * 10**9


def day(npts: int = 2000, loc: str = "", t0: int = T0) -> bytearray:
    data = np.cumsum(np.random.default_rng(1).integers(-90, 90, npts)).astype(np.int32)
    return bytearray(mseed.encode(Segment(Channel("XX", "TEST", loc, "BHZ"), t0, Rate(20, 1), data), reclen=RECORD))


def without_samples(data: bytearray, number: int) -> bytearray:
    """The frames of one record zeroed: its header promises samples that are not there."""
    at = number * RECORD
    (first,) = struct.unpack(">H", data[at + 44 : at + 46])
    data[at + first : at + RECORD] = bytes(RECORD - first)
    return data


def with_wrong_check_value(data: bytearray, number: int) -> bytearray:
    at = number * RECORD
    (first,) = struct.unpack(">H", data[at + 44 : at + 46])
    data[at + first + 11] ^= 0x55
    return data


def with_time_correction(data: bytearray) -> bytearray:
    for at in range(0, len(data), RECORD):
        data[at + 40 : at + 44] = struct.pack(">i", 15391)
    return data


def without_blockette_1000(data: bytearray) -> bytearray:
    for at in range(0, len(data), RECORD):
        data[at + 39] = 0
        data[at + 46 : at + 48] = bytes(2)
    return data


def told(ensemble: TimeSeriesEnsemble) -> list[str]:
    logs = [ensemble.elog, *(member.elog for member in ensemble.member)]
    return [entry.message for log in logs for entry in log.get_error_log()]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (without_samples(day(), 1), f"The record at byte {RECORD} is left out"),
        (with_wrong_check_value(day(), 1), "own check value"),
        (with_time_correction(day()), "header time correction"),
        (without_samples(day(), 1), "samples from 2011-03-11T"),
        (without_blockette_1000(day()), "state no encoding"),
        (day() + b"\xff" * 300, "300 bytes"),
        (day() + day(loc="00")[:300], "ends after 300 of"),
        (day() + day(500, t0=T0 + 10**9), "come twice with different values"),
        (day(400) + day(400, t0=T0 + 20_010_000_000), "off the grid of 20 Hz"),
    ],
    ids=[
        "left out",
        "check value",
        "correction",
        "count and time",
        "no encoding",
        "foreign",
        "cut short",
        "overlap",
        "misfit",
    ],
)
def test_complaints_are_on_an_elog(data: bytearray, message: str) -> None:
    ensemble = mseed.read(bytes(data))
    assert any(member.live for member in ensemble.member)
    assert any(message in text for text in told(ensemble))


def test_what_is_said_of_a_channel_is_on_its_only_member() -> None:
    ensemble = mseed.read(bytes(with_wrong_check_value(day(), 1) + day(loc="00")))
    wrong, sound = ensemble.member
    assert any("check value" in entry.message for entry in wrong.elog.get_error_log())
    assert len(sound.elog) == len(ensemble.elog) == 0


def test_a_window_between_two_samples_keeps_what_was_said_of_its_records() -> None:
    data = with_time_correction(day())
    ensemble = mseed.read(bytes(data), start=T0 / 1e9 + 5000, end=T0 / 1e9 + 5001)
    assert not len(ensemble.member)
    gap = mseed.read(bytes(with_wrong_check_value(day(), 0)), start=T0 / 1e9 - 2, end=T0 / 1e9 - 0.04)
    assert not any(member.live for member in gap.member)
    assert any("check value" in text for text in told(gap))


def test_each_thing_is_said_once() -> None:
    messages = told(mseed.read(bytes(without_samples(day(), 1))))
    assert len(messages) == len(set(messages)) == 1
