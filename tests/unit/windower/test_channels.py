"""Which data a window of a key means: the headers name the datum, the key the ledger entry."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from libseis.codes import Channel
from seisbus.model.handovers import ObjectRecords, WindowOrder, WindowOutcome
from seisbus.model.outcome import Fate
from seisbus.model.task import ObjectRef, Recipe, Window
from seisbus.windower.cutting import cut_part
from support.days import NS, Days, day_ns, pack

DAY = date(2012, 2, 28)
ASKED = ("XX", "STA", "10", "LHZ")


def outcome(*held: tuple[str, str, str, str]) -> WindowOutcome:
    """The first hour of an object under the key of ASKED, which holds these channels."""
    records = b"".join(
        b"".join(pack(codes, Fraction(1), day_ns(DAY), Days.noise(codes, Fraction(1), DAY, 1).data[:7200]))
        for codes in held
    )
    ref = ObjectRef("days", "key", day_ns=day_ns(DAY), channel=Channel(*ASKED))
    window = Window("job.1", Channel(*ASKED), day_ns(DAY), day_ns(DAY) + 3600 * NS, True)
    read = ObjectRecords(ref, records=records, waveform_records=1)
    (result,) = cut_part(WindowOrder("job", "job.0", 1, 1, 0, 1, (read,), (window,), Recipe()), None).outcomes
    return result


def test_the_channel_of_the_key_is_taken_among_others() -> None:
    result = outcome(("XX", "STA", "00", "LHZ"), ASKED)
    assert result.fate is Fate.SAVED
    assert result.pieces[0].channel == Channel(*ASKED)
    assert result.log == ()


def test_the_only_channel_of_an_object_was_meant_and_keeps_its_own_name() -> None:
    result = outcome(("XX", "STA", "00", "LHZ"))
    assert result.fate is Fate.SAVED
    assert result.pieces[0].channel == Channel("XX", "STA", "00", "LHZ")
    (line,) = result.log
    assert line.message == "The key names channel XX.STA.10.LHZ, the records' headers say XX.STA.00.LHZ."


def test_with_several_others_none_can_be_chosen() -> None:
    result = outcome(("XX", "STA", "00", "LHZ"), ("XX", "STA", "", "LHZ"))
    assert (result.fate, result.reason) == (Fate.DEAD, "wrong_channel")
    assert "XX.STA..LHZ, XX.STA.00.LHZ" in result.detail
