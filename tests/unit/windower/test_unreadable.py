"""An object without data and one whose bytes cannot be read are two reasons, and the second says why."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from libseis.codes import Channel
from seisbus.fetcher.chunks import Chunk, ObjectBytes
from seisbus.model.handovers import ObjectRecords, WindowOrder, WindowOutcome
from seisbus.model.outcome import Fate
from seisbus.model.task import ObjectRef, Recipe, Window
from seisbus.windower.cutting import cut_part
from support.days import NS, Days, day_ns, pack

CODES = ("XX", "STA", "", "LHZ")
CHANNEL = Channel(*CODES)
FIRST = day_ns(date(2012, 2, 28))
KEY = "days/sta.ms"


def outcome(data: bytes, *, start_s: int = 60, end_s: int = 120) -> WindowOutcome:
    """A window of an object that was read whole, as the fetcher would publish it."""
    found = ObjectBytes("etag", (Chunk.of(0, data),), "asked")
    start, end = FIRST + start_s * NS, FIRST + end_s * NS
    window = Window("job.1", CHANNEL, start, end, True)
    chosen = data if found.waveform_records else b""
    ref = ObjectRef("days", KEY, size=len(data), day_ns=FIRST, channel=CHANNEL)
    read = ObjectRecords(ref, "etag", (), chosen, found.problems, found.waveform_records, whole="asked")
    order = WindowOrder("job", "job.0", 1, 1, 0, 1, (read,), (window,), Recipe())
    (result,) = cut_part(order, None).outcomes
    return result


def records(count: int = 3600) -> list[bytes]:
    data = Days.noise(CODES, Fraction(1), date(2012, 2, 28), 1).data[:count]
    return pack(CODES, Fraction(1), FIRST, data)


def test_an_empty_object_holds_no_data() -> None:
    result = outcome(b"")
    assert (result.fate, result.reason) == (Fate.DEAD, "no_data")


def test_an_error_page_in_place_of_records_is_unreadable() -> None:
    page = b"<html><body>Service unavailable</body></html>" * 1000
    result = outcome(page)
    assert (result.fate, result.reason) == (Fate.DEAD, "unreadable")
    assert f"{KEY}: {len(page):,} bytes could not be read" in result.detail
    assert "from byte 0 do not belong to a miniSEED record" in result.detail
    assert any("not belong to a miniSEED record" in line.message for line in result.log)


def test_records_that_cannot_be_unpacked_are_unreadable_and_name_the_first_offsets() -> None:
    broken = []
    for record in records():
        raw = bytearray(record)
        raw[128:] = b"\x00" * (len(raw) - 128)
        broken.append(bytes(raw))
    result = outcome(b"".join(broken))
    assert (result.fate, result.reason) == (Fate.DEAD, "unreadable")
    assert "The record at byte 0 is left out" in result.detail
    assert len([line for line in result.log if "is left out" in line.message]) >= len(broken)


def test_sound_data_outside_the_window_beside_damage_are_no_data_in_window() -> None:
    result = outcome(b"".join(records()) + b"\xff" * 300, start_s=20_000, end_s=20_100)
    assert result.reason == "no_data_in_window"
    assert any("300 bytes" in line.message for line in result.log)
