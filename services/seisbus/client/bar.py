"""Show the progress of a job to a user who waits for it: tqdm's bar in a notebook, rich's bar in a terminal."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Protocol, Self

from ..errors import FailedJobError
from ..model.outcome import JobState
from .values import Job, Progress


class _Bar(Protocol):
    def show(self, done: int, total: int, text: str) -> None:
        """Show how many are done, of how many in all (0: not known), and a few words."""

    def close(self) -> None:
        """End the bar."""


class ProgressBar:
    """A bar of a job, `with ProgressBar(job, wanted) as bar: bar.show(progress)`.

    If `wanted` is None, the bar is shown only in a notebook or a terminal.
    """

    def __init__(self, job: str, wanted: bool | None) -> None:
        self._job = job.removeprefix("jobs/")
        self._wanted = wanted
        self._bar: _Bar | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        if self._wanted is not False:
            self._bar = _of_notebook(self._job) if in_notebook() else None
            if self._bar is None and (self._wanted or sys.stderr.isatty()):
                self._bar = _Text(self._job)
            if self._bar is not None:
                self._stack.callback(self._bar.close)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def show(self, seen: Progress | Job) -> None:
        """Show the state of the job."""
        if self._bar is None:
            return
        ledger = seen.ledger
        fates = [f"{name} {count:,}" for name, count in ledger.counts().items() if count and name != "planned"]
        self._bar.show(ledger.settled, ledger.planned, ", ".join([seen.state.value, *fates]))


def closed(seen: Progress | Job, *, check: bool) -> Job:
    """The closed job, which was seen last. Raises FailedJobError if it failed and `check` is set."""
    assert isinstance(seen, Job)
    if check and seen.state is JobState.FAILED:
        raise FailedJobError(seen.id, seen.error)
    return seen


def in_notebook() -> bool:
    """Whether this program is the kernel of a notebook: IPython with a kernel, not in a terminal."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return hasattr(get_ipython(), "kernel")


def _of_notebook(job: str) -> _Bar | None:
    """tqdm's bar of widgets; None without seisbus[notebook]."""
    try:
        import ipywidgets  # noqa: F401  # tqdm reports a missing ipywidgets only when it makes a bar
        from tqdm.notebook import tqdm_notebook
    except ImportError:
        return None
    return _Widget(tqdm_notebook(desc=f"Job {job}", unit=" windows"))


class _Widget:
    def __init__(self, bar: Any) -> None:
        self._bar = bar

    def show(self, done: int, total: int, text: str) -> None:
        if total and total != self._bar.total:
            started = self._bar.start_t
            self._bar.reset(total)  # only this call also changes the end of the widget
            self._bar.start_t = started
        self._bar.n = done
        self._bar.set_postfix_str(text)

    def close(self) -> None:
        self._bar.close()


class _Text:
    def __init__(self, job: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), MofNCompleteColumn(),
                   TextColumn("{task.fields[text]}"), TimeElapsedColumn())  # fmt: skip
        console = Console(stderr=True, force_jupyter=False)
        self._bars = Progress(*columns, console=console)
        self._task = self._bars.add_task(f"Job {job}", total=None, text="")
        self._bars.start()

    def show(self, done: int, total: int, text: str) -> None:
        self._bars.update(self._task, completed=done, total=total or None, text=text)

    def close(self) -> None:
        self._bars.stop()
