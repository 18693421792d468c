"""The live bar of a job: windows by fate, rate, time left; and plain lines without a terminal."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from ..model.outcome import Fate, Ledger
from .views import STYLES, duration_text

if TYPE_CHECKING:
    from ..client import Progress as Snapshot

# Without a terminal, lines are at least this many seconds apart.
_LINE_SECONDS = 5.0


def fates_text(ledger: Ledger) -> Text:
    """saved 12  dead 1 ..., without zeros."""
    text = Text()
    for fate in Fate:
        count = ledger.counts()[fate.value]
        if count or fate is Fate.SAVED:
            text.append(f"{fate.value} {count:,}  ", style=STYLES[fate.value])
    return text


class JobBar:
    """Shows the progress of one job; `with JobBar(console, title) as bar: bar.show(snapshot)`."""

    def __init__(self, console: Console, title: str) -> None:
        self._console, self._title = console, title
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[share]}"),
            TextColumn("{task.fields[fates]}"),
            TextColumn("{task.fields[pace]}", style="dim"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=False,
        )
        self._task: TaskID = self._bar.add_task(title, total=None, share="", fates="", pace="")
        self._start = time.monotonic()
        self._first: int | None = None
        self._last_line = float("-inf")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, snapshot: Snapshot) -> None:
        """Update the bar from a snapshot."""
        ledger = snapshot.ledger
        if self._first is None:
            self._first, self._start = ledger.settled, time.monotonic()
        planned = f"{ledger.planned:,}" + ("" if snapshot.planning_done else "+")
        share = f"{ledger.settled:,}/{planned}" if ledger.planned else snapshot.state.value
        pace = self._pace(ledger, snapshot.planning_done)
        self._bar.update(
            self._task,
            total=ledger.planned if ledger.planned else None,
            completed=ledger.settled,
            share=share,
            fates=fates_text(ledger),
            pace=pace,
        )
        if not self._console.is_terminal and (
            snapshot.state.closed or time.monotonic() - self._last_line > _LINE_SECONDS
        ):
            self._last_line = time.monotonic()
            line = Text(f"{self._title}  {snapshot.state.value}  {share}  ")
            self._console.print(line.append(fates_text(ledger)).append(pace))

    def _pace(self, ledger: Ledger, planning_done: bool) -> str:
        elapsed = time.monotonic() - self._start
        done = ledger.settled - (self._first or 0)
        if elapsed < 0.5 or done <= 0:
            return ""
        rate = done / elapsed
        left = ledger.planned - ledger.settled
        if left <= 0 or not planning_done:
            return f"{rate:,.1f}/s"
        return f"{rate:,.1f}/s  {duration_text(left / rate)} left"
