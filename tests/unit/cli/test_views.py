"""Ledgers, availability and progress as people see them."""

from __future__ import annotations

import io

from rich.console import Console, RenderableType

from libseis.codes import Channel
from libseis.isotime import DAY_NS
from seisbus.cli import views
from seisbus.cli.progress import JobBar
from seisbus.client import Availability, Reason
from seisbus.client import Progress as Snapshot
from seisbus.model.outcome import Fate, JobState, Ledger

DAY = 15044 * DAY_NS


def text_of(view: RenderableType, width: int = 120) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(view)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def row(sta: str, day: int, ledger: Ledger, *reasons: str) -> Availability:
    return Availability(Channel("CI", sta, "", "HHZ"), DAY + day * DAY_NS, ledger, reasons)


def test_the_ledger_line_adds_up_and_shows_what_is_open() -> None:
    assert str(views.ledger_line(Ledger(165, 152, 12, 1))) == (
        "planned 165 = saved 152 + dead 12 + missing 1 + failed 0 + cancelled 0"
    )
    assert str(views.ledger_line(Ledger(10, 4))).endswith("cancelled 0 + open 6")


def test_availability_has_a_mark_a_day() -> None:
    rows = [
        row("ADO", 0, Ledger(2, 2)),
        row("ADO", 1, Ledger(2, 1, 1), "gap"),
        row("ADO", 3, Ledger(2, 0, 0, 2), "not_listed"),
        row("BAR", 1, Ledger(1, 1)),
        row("CAP", 0, Ledger(1, 1)),
    ]
    told = text_of(views.availability_table(rows, 2))
    assert "2011-03-11 to 2011-03-14" in told
    lines = [line.split() for line in told.splitlines() if line.startswith("CI.")]
    assert lines == [
        ["CI.ADO..HHZ", "3", "6", "█▒░", "gap,", "not_listed"],
        ["CI.BAR..HHZ", "1", "1", "·█·"],
    ]
    assert "1 of 3 channels are not shown (--page 2 shows the next, --channels 0 shows all)." in told


def test_a_year_of_days_is_counted_without_marks() -> None:
    told = text_of(views.availability_table([row("ADO", day, Ledger(1, 1)) for day in range(365)], 10))
    assert "CI.ADO..HHZ" in told
    assert "365" in told
    assert "██" not in told


def test_reasons_are_counted_with_an_example() -> None:
    found = [
        Reason(Fate.DEAD, "gap", 2, "CI.A..HHZ: 300 s [lost]"),
        Reason(Fate.MISSING, "not_listed", 1, "CI.C..HHZ"),
    ]
    table = views.reasons_table(found)
    assert table is not None
    told = text_of(table)
    assert "CI.A..HHZ: 300 s [lost]" in told
    assert [line.split()[:3] for line in told.splitlines()[2:]] == [
        ["dead", "gap", "2"],
        ["missing", "not_listed", "1"],
    ]
    assert views.reasons_table([]) is None


def test_columns_that_matter_are_never_cut_in_a_narrow_terminal() -> None:
    document = {
        "net": "CI", "sta": "ADO", "loc": "", "chan": "LHZ", "t0_ns": DAY + 1, "npts": 3601, "sampling_rate": 1.0,
        "storage_mode": "file", "dfile": "01m80359gwmabvn9gk-jcghyck1-1.mseed", "foff": 3211264, "nbytes": 8192,
        "format": "mseed",
    }  # fmt: skip
    told = text_of(views.saved_table([document], 152), width=80)
    assert "…" not in told
    assert "2011-03-11T00:00:00.000000001Z" in told
    assert "1 of 152" in told


def test_a_waveform_in_the_bucket_is_named_by_its_url() -> None:
    document = {
        "net": "CI", "sta": "ADO", "loc": "", "chan": "LHZ", "t0_ns": DAY, "npts": 3601, "sampling_rate": 1.0,
        "storage_mode": "s3", "dir": "s3://sink/waveforms/j", "dfile": "j-1.mseed", "foff": 4096, "nbytes": 8192,
        "format": "mseed",
    }  # fmt: skip
    assert "s3://sink/waveforms/j/j-1.mseed at 4,096 (mseed)" in text_of(views.saved_table([document], 1), width=200)


def test_sizes_are_read_by_people() -> None:
    assert [views.size_text(size) for size in (0, 999, 1000, 10_900_000, 2.5e12)] == [
        "0 B", "999 B", "1.0 kB", "10.9 MB", "2.50 TB",
    ]  # fmt: skip


def test_without_a_terminal_the_bar_is_lines_that_end_with_the_ledger() -> None:
    console = Console(file=io.StringIO(), width=120, force_terminal=False, color_system=None)
    with JobBar(console, "my job") as bar:
        for saved, state in ((0, JobState.PLANNING), (5, JobState.RUNNING), (9, JobState.COMPLETED)):
            bar.show(Snapshot("j", state, 1, Ledger(10, saved, 1 if saved == 9 else 0), True, 0, 0))
    file = console.file
    assert isinstance(file, io.StringIO)
    lines = file.getvalue().splitlines()
    assert lines[0].startswith("my job  planning  0/10  saved 0")
    assert lines[-1].startswith("my job  completed  10/10  saved 9  dead 1")
    assert len(lines) == 2


def test_a_seismogram_is_named_by_its_sensor() -> None:
    document = {
        "net": "CI", "sta": "ADO", "loc": "", "chan": ["BH1", "BH2", "BHZ"], "t0_ns": DAY, "npts": 1000,
        "sampling_rate": 20.0, "storage_mode": "file", "dfile": "j-1.bin", "foff": 24,
    }  # fmt: skip
    told = text_of(views.saved_table([document], 1), width=200)
    assert "CI.ADO..BH? " in told
    assert " 24,000 " in told
