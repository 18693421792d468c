"""What the fetcher saw of the records goes with them, so that the windower need not look for it again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from libseis.codes import Channel
from libseis.mseed import encode, framing
from libseis.segments import Rate, Segment, Span
from seisbus.bus.codec import decode_window, encode_window
from seisbus.fetcher.chunks import NOTHING, Chunk, ObjectBytes
from seisbus.model.handovers import ObjectRecords, WindowOrder
from seisbus.model.task import ObjectRef, Recipe, Window
from seisbus.windower import cutting

T0, NS = 1_299_801_600_000_000_000, 1_000_000_000
CHANNEL = Channel("CI", "PASC", "", "BHZ")
ALL = (Span(-(2**62), 2**62),)


def records(samples: object, start_ns: int = T0, reclen: int = 512) -> bytes:
    return encode(Segment(CHANNEL, start_ns, Rate(40), np.asarray(samples)), reclen=reclen)


COUNTS = records(np.arange(40_000, dtype=np.int32) % 977)


def order(*parts: bytes) -> WindowOrder:
    ref = ObjectRef("a", "k", channel=CHANNEL)
    chosen = [ObjectBytes("e", (Chunk.of(0, data),)).select(ALL) for data in parts]
    reads = [
        ObjectRecords(ref, "e", c.ranges, c.records, (), 1, record_bytes=c.record_bytes, floats=c.floats)
        for c in chosen
    ]
    window = Window("j.1", CHANNEL, T0 + 10 * NS, T0 + 900 * NS, True)
    return WindowOrder("j", "t", 1, 0, 0, 1, tuple(reads), (window,), Recipe())


def test_a_selection_knows_its_records() -> None:
    one = Chunk.of(0, COUNTS)
    later = Chunk.of(1 << 20, records(np.arange(4000, dtype=np.int32), T0 + 5000 * NS, 4096))
    reals = Chunk.of(1 << 21, records(np.linspace(0, 1, 4000), T0 + 9000 * NS))

    def found(*chunks: Chunk) -> tuple[int, bool]:
        chosen = ObjectBytes("e", chunks).select(ALL)
        return chosen.record_bytes, chosen.floats

    assert found(one) == (512, False)
    assert found(one, later) == (0, False)
    assert found(later) == (4096, False)
    assert found(one, reals) == (512, True)
    assert ObjectBytes("e", (one,)).select((Span(0, 1),)) == NOTHING


def test_the_windower_looks_for_no_record_again(monkeypatch: pytest.MonkeyPatch) -> None:
    body = encode_window(order(COUNTS[: len(COUNTS) // 1024 * 512], COUNTS[len(COUNTS) // 1024 * 512 :]))
    told = decode_window(body)
    silent = replace(told, inputs=tuple(replace(read, record_bytes=0, floats=None) for read in told.inputs))
    wanted = cutting.cut_part(silent, None)
    assert wanted.outcomes[0].pieces and not cutting.holds_floats(silent)
    monkeypatch.setattr(framing, "_regular", None)
    assert not cutting.holds_floats(told)
    assert cutting.cut_part(told, None).outcomes == wanted.outcomes


def test_floats_are_told() -> None:
    reals = order(records(np.linspace(0, 1, 4000)))
    assert cutting.holds_floats(reals)
    assert cutting.holds_floats(replace(reals, inputs=tuple(replace(read, floats=None) for read in reals.inputs)))
