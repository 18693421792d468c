"""Untouched windows keep the archive's own records; what was filled, or has something said about it, is made anew."""

from __future__ import annotations

import struct
from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from libseis.codes import Channel
from libseis.mseed import decode, frame
from seisbus.model.handovers import ObjectRecords, Packing, Piece, WindowOrder, WindowOutcome
from seisbus.model.task import ObjectRef, Recipe, Window
from seisbus.windower.cutting import cut_part
from seisbus.windower.packing import Work
from seisbus.windower.processing import Chain
from support.days import NS, Days, day_ns, pack

CODES = ("XX", "STA", "", "LHZ")
CHANNEL = Channel(*CODES)
DAY = date(2012, 2, 28)
FIRST = day_ns(DAY)
DATA = Days.noise(CODES, Fraction(1), DAY, 1).data
RECORDS = pack(CODES, Fraction(1), FIRST, DATA)
BEGIN, END = 4 * 3600 + 17, 9 * 3600 + 5


def outcome(records: list[bytes], recipe: Recipe, work: Work | None = None) -> WindowOutcome:
    ref = ObjectRef("days", "day", day_ns=FIRST, channel=CHANNEL)
    read = ObjectRecords(ref, records=b"".join(records), waveform_records=len(records))
    window = Window("job.1", CHANNEL, FIRST + BEGIN * NS, FIRST + END * NS, True)
    (result,) = cut_part(WindowOrder("job", "job.0", 1, 1, 0, 1, (read,), (window,), recipe), work).outcomes
    return result


def samples(piece: Piece) -> list[int]:
    ((segment,),) = [joined.segments for joined in decode(piece.data, frame(piece.data))]
    assert segment.t0_ns == piece.t0_ns
    return list(segment.data)


def test_records_inside_the_window_are_the_archives_own() -> None:
    (piece,) = outcome(RECORDS, Recipe()).pieces
    table = frame(b"".join(RECORDS))
    inside = (table.start_ns >= FIRST + BEGIN * NS) & (table.end_ns <= FIRST + END * NS)
    assert inside.sum() > 3
    assert b"".join(record for record, own in zip(RECORDS, inside, strict=True) if own) in piece.data
    assert samples(piece) == DATA[BEGIN : END + 1].tolist()


def test_records_that_something_is_said_about_are_made_anew() -> None:
    """After the window times are a fifth of a sample late, which is joined and complained about."""
    late = [r[:28] + struct.pack(">H", 2000) + r[30:] for r in RECORDS]
    last = 3 * len(RECORDS) // 4
    result = outcome([*RECORDS[:last], *late[last:]], Recipe())
    assert result.log
    (piece,) = result.pieces
    assert set(frame(piece.data).length.tolist()) == {4096}
    assert samples(piece) == DATA[BEGIN : END + 1].tolist()


def test_filled_samples_are_stored_as_reals() -> None:
    middle = len(RECORDS) // 4
    (piece,) = outcome([*RECORDS[:middle], *RECORDS[middle + 1 :]], Recipe(gaps="fill")).pieces
    assert piece.packing is Packing.FLOAT64
    assert piece.npts == END - BEGIN + 1


@pytest.mark.parametrize(("seconds", "length"), [(60, 512), (120, 1024), (300, 2048), (3600, 4096)])
def test_a_record_is_no_longer_than_its_window_needs(seconds: int, length: int) -> None:
    ref = ObjectRef("days", "day", day_ns=FIRST, channel=CHANNEL)
    read = ObjectRecords(ref, records=b"".join(RECORDS[:12]), waveform_records=12)
    windows = tuple(Window(f"job.{k}", CHANNEL, FIRST + k * NS, FIRST + (k + seconds) * NS, False) for k in (0, 7))
    order = WindowOrder("job", "job.0", 1, 1, 0, 1, (read,), windows, Recipe())
    for number, result in enumerate(cut_part(order, None).outcomes):
        (piece,) = result.pieces
        assert set(frame(piece.data).length.tolist()) <= {length, 512}  # 512: the archive's own, kept
        assert len(piece.data) == length or seconds == 3600
        assert samples(piece) == DATA[7 * number : 7 * number + seconds].tolist()


def test_processed_samples_may_be_rounded_to_single_precision() -> None:
    """They are miniSEED of floats, which MsPASS reads; counts that nothing touched stay as they are."""
    chain = Chain([{"scale": {"factor": 1 / 3}}])
    recipe = Recipe(steps=({"scale": {"factor": 1 / 3}},), encoding="float32")
    (piece,) = outcome(RECORDS, recipe, Work(chain, None)).pieces
    assert piece.packing is Packing.MINISEED
    ((segment,),) = [joined.segments for joined in decode(piece.data, frame(piece.data))]
    assert segment.data.dtype == np.float32 and segment.t0_ns == piece.t0_ns and segment.npts == piece.npts
    assert np.array_equal(segment.data, (DATA[BEGIN : END + 1] / 3).astype(np.float32))

    (untouched,) = outcome(RECORDS, Recipe(encoding="float32")).pieces
    assert untouched == outcome(RECORDS, Recipe()).pieces[0]


def test_samples_too_large_for_single_precision_stay_as_they_are() -> None:
    chain = Chain([{"scale": {"factor": 1e38}}])
    result = outcome(RECORDS, Recipe(steps=({"scale": {}},), encoding="float32"), Work(chain, None))
    (piece,) = result.pieces
    assert piece.packing is Packing.FLOAT64
    assert "too large for float32" in result.log[-1].message
