"""Records that somebody found before are read without a search, to the same table; others are searched for as ever."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from libseis.codes import Channel
from libseis.mseed import RecordTable, encode, frame, framing
from libseis.segments import Rate, Segment

T0 = 1_299_801_600_000_000_000


def records(npts: int = 5000, reclen: int = 512, data: Any = None, chan: str = "BHZ") -> bytes:
    walk = np.cumsum(np.random.default_rng(npts).integers(-60, 61, npts)).astype(np.int32) if data is None else data
    return encode(Segment(Channel("CI", "PASC", "", chan), T0, Rate(40), walk), reclen=reclen)


def columns(table: RecordTable) -> list[object]:
    names = list(RecordTable.__dataclass_fields__)
    return [found.tolist() if isinstance(found := getattr(table, n), np.ndarray) else found for n in names]


def everything(table: RecordTable) -> Any:
    return np.ones(len(table), bool)


@pytest.mark.parametrize("data", [records(), records(40), records(900, 4096), records() + records(300, chan="BHN")])
def test_the_same_table_without_a_search(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    searched = frame(data)
    length = searched.regular(everything(searched))
    assert length == int(searched.length[0])
    monkeypatch.setattr(framing, "_regular", None)
    assert columns(frame(data, length=length)) == columns(searched)


def test_what_is_not_as_it_was_is_searched_for() -> None:
    data = records()
    damaged = data[:1024] + bytes(512) + data[1536:]
    cut = data[:-100]
    mixed = data + records(900, 4096)
    for found in (damaged, cut, mixed, b"", b"abc", data[512:]):
        assert columns(frame(found, length=512)) == columns(frame(found))
    for length in (1, 64, 1024, 4096, 1 << 40):
        assert columns(frame(data, length=length)) == columns(frame(data))


def test_only_records_of_one_length_with_nothing_odd_are_regular() -> None:
    mixed = frame(records() + records(900, 4096))
    assert mixed.regular(everything(mixed)) == 0
    assert mixed.regular(mixed.length == 4096) == 4096
    assert mixed.regular(mixed.length == 1) == 0
    odd = bytearray(records())
    odd[6:7] = b"X"  # no quality that there is
    table = frame(bytes(odd))
    assert table.odd.any() and table.regular(everything(table)) == 0


def test_floats_are_seen() -> None:
    counts, reals = frame(records()), frame(records(data=np.linspace(0, 1, 500)))
    assert not counts.floats(counts.waveform)
    assert reals.floats(reals.waveform) and not reals.floats(np.zeros(len(reals), bool))
