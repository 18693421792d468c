"""Client: the same calls as AsyncClient for scripts and notebooks, run on one event loop in another thread."""

from __future__ import annotations

import asyncio
import functools
import inspect
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

from ..model.misfit_documents import TotalMisfit
from ..model.outcome import Fate
from ..running import Place
from .aio import AsyncClient
from .bar import ProgressBar, closed
from .calls.base import Rows
from .direct import Direct
from .jobfile import JobSource
from .keywords import Codes, ExportFields, IndexKeyFields, Magnitudes, QueryFields
from .transport import Transport
from .values import (
    Archive,
    Availability,
    Datum,
    DeadLetter,
    Estimate,
    History,
    Job,
    Outcome,
    Progress,
    Query,
    Reason,
    Stored,
)

if TYPE_CHECKING:
    from libseis.objects.kinds import Atomic, Ensemble

T = TypeVar("T")


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    """The event loop of all clients of this process: gRPC's asyncio needs one loop, and notebooks run their own."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="seisbus-client", daemon=True).start()
    return loop


def _run(work: Coroutine[Any, Any, T]) -> T:
    future = asyncio.run_coroutine_threadsafe(work, _loop())
    try:
        return future.result()
    except KeyboardInterrupt:
        future.cancel()
        raise


async def _made(address: str | Place | None, transport: Transport | None, **options: Any) -> AsyncClient:
    return AsyncClient(address, transport, **options)  # made on the loop that will use it


async def _next(items: AsyncIterator[T]) -> T:
    return await anext(items)


def _iterate(items: AsyncIterator[T]) -> Iterator[T]:
    try:
        while True:
            try:
                item = _run(_next(items))
            except StopAsyncIteration:
                return
            yield item
    finally:
        _run(items.aclose())  # type: ignore[attr-defined]  # all of our iterators are async generators


def _documented(cls: type[T]) -> type[T]:
    """Give a class the docstrings and argument names of AsyncClient, so that they are written only once."""
    cls.__doc__ = (AsyncClient.__doc__ or "").replace("; use it as `async with`, on one event loop", " that blocks")
    for name, value in vars(cls).items():
        if not name.startswith("_") and callable(value):
            of_async = getattr(AsyncClient, name)
            own = inspect.signature(value)
            value.__doc__ = of_async.__doc__
            # arguments that are **where here have their names there
            value.__signature__ = inspect.signature(of_async).replace(return_annotation=own.return_annotation)
    return cls


@_documented
class Client:
    """A blocking client of the control service at `address` (default: the stack of this folder); see AsyncClient."""

    def __init__(
        self,
        address: str | Place | None = None,
        transport: Transport | None = None,
        *,
        direct: Direct | None = None,
        find: Callable[[], Place | None] | None = None,
        patience: Callable[[], float] | None = None,
    ) -> None:
        self._client = _run(_made(address, transport, direct=direct, find=find, patience=patience))

    @property
    def address(self) -> str:
        """host:port of control."""
        return self._client.address

    @property
    def place(self) -> Place:
        """Where control is, and how this address was found."""
        return self._client.place

    def __repr__(self) -> str:
        return f"Client of Seisbus control at {self.place}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        _run(self._client.close())

    def submit(self, job: JobSource) -> Job:
        """Start a job from a path, a YAML or JSON text, or a mapping."""
        return _run(self._client.submit(job))

    def estimate(self, job: JobSource) -> Estimate:
        """Estimate what a job would need; nothing is started."""
        return _run(self._client.estimate(job))

    def job(self, job: str) -> Job:
        """One job with its specification."""
        return _run(self._client.job(job))

    def jobs(self, limit: int = 0, waiting: Callable[[str], None] | None = None, *, skip: int = 0) -> Rows[Job]:
        """Jobs, newest first; `waiting` is called with the names of servers that do not answer."""
        return _run(self._client.jobs(limit, waiting, skip=skip))

    def watch(self, job: str, waiting: Callable[[str], None] | None = None) -> Iterator[Progress]:
        """The progress of a job, at once and at every change, until it is closed; `waiting` is called with what it
        waits for."""
        return _iterate(self._client.watch(job, waiting))

    def wait(
        self,
        job: str,
        waiting: Callable[[str], None] | None = None,
        *,
        check: bool = True,
        progress: bool | None = None,
    ) -> Job:
        """The job when it is closed. FailedJobError if it failed, unless `check` is false."""
        with ProgressBar(job, progress) as bar:  # the bar is in the caller's thread, which a notebook's cell belongs to
            for seen in _iterate(self._client._until_closed(job, waiting)):
                bar.show(seen)
        return closed(seen, check=check)

    def cancel(self, job: str) -> Job:
        """Stop a job."""
        return _run(self._client.cancel(job))

    def retry(self, job: str, fates: Iterable[Fate | str] = (), reason: str = "") -> Job:
        """Plan windows of these fates again."""
        return _run(self._client.retry(job, fates, reason))

    def explain(self, job: str) -> list[str]:
        """Why a job is not moving."""
        return _run(self._client.explain(job))

    def outcomes(self, job: str, fates: Iterable[Fate | str] = (), *, skip: int = 0) -> Iterator[Outcome]:
        """Outcomes of a job in the order of its plan."""
        return _iterate(self._client.outcomes(job, fates, skip=skip))

    def availability(self, job: str) -> list[Availability]:
        """Windows by fate, one row per channel and UTC day."""
        return _run(self._client.availability(job))

    def reasons(self, job: str) -> list[Reason]:
        """Why windows of a job are not saved: the number for each fate and reason, with an example."""
        return _run(self._client.reasons(job))

    def dead_letters(self, job: str = "", limit: int = 0, *, skip: int = 0) -> Rows[DeadLetter]:
        """Messages that were given up."""
        return _run(self._client.dead_letters(job, limit, skip=skip))

    def dead_letter(self, identity: str) -> DeadLetter:
        """One dead letter with its body."""
        return _run(self._client.dead_letter(identity))

    def replay(self, identity: str) -> Job:
        """Plan again the windows that the job of a dead letter lost to dead letters."""
        return _run(self._client.replay(identity))

    def export(
        self, format: str, *, job: str = "", tag: str = "", event: str = "", **where: Unpack[ExportFields]
    ) -> Job:
        """Start a job that makes datasets of stored data; `where`: version, misfit, folder, waveform_tag, net ..."""
        return _run(self._client.export(format, job=job, tag=tag, event=event, **where))

    def datasets(self, job: str, *, limit: int = 0, skip: int = 0) -> Rows[dict[str, Any]]:
        """The datasets of an export."""
        return _run(self._client.datasets(job, limit=limit, skip=skip))

    def download(self, dataset: Mapping[str, Any], folder: Path | str = ".", *, version: int | None = None) -> Path:
        """Copy a dataset (a document of `datasets`) below `folder` and check it; returns its path."""
        return _run(self._client.download(dataset, folder, version=version))

    def misfits(self, job: str) -> list[TotalMisfit]:
        """Total misfits of a misfit job, in order of event and evaluation."""
        return _run(self._client.misfits(job))

    def archives(self) -> list[Archive]:
        """The archives that the deployment knows."""
        return _run(self._client.archives())

    def sync_index(self, archive: str) -> Job:
        """Bring an archive's index keys, catalogs and stations into the database."""
        return _run(self._client.sync_index(archive))

    def purge(
        self, jobs: Sequence[str] = (), *, closed_before: Any = None, dry_run: bool = False
    ) -> tuple[Job | None, list[str]]:
        """Remove closed jobs, named or closed before a moment, with all that they stored."""
        return _run(self._client.purge(jobs, closed_before=closed_before, dry_run=dry_run))

    def index_keys(
        self, archive: str, index: str = "waveform", *, limit: int = 0, skip: int = 0, **where: Unpack[IndexKeyFields]
    ) -> Rows[dict[str, Any]]:
        """Index key documents; `where`: year, day, format."""
        return _run(self._client.index_keys(archive, index, limit=limit, skip=skip, **where))

    def day_files(
        self, archive: str, day: Any, *, limit: int = 0, skip: int = 0, **where: Unpack[Codes]
    ) -> Rows[dict[str, Any]]:
        """day_file documents of a UTC day; `where`: net, sta, loc, chan."""
        return _run(self._client.day_files(archive, day, limit=limit, skip=skip, **where))

    def events(self, archive: str, start: Any = None, end: Any = None, **where: Unpack[Magnitudes]) -> Any:
        """Events as a pyarrow Table; `where`: above_magnitude, max_magnitude."""
        return _run(self._client.events(archive, start, end, **where))

    def event_documents(
        self,
        archive: str,
        start: Any = None,
        end: Any = None,
        *,
        limit: int = 0,
        skip: int = 0,
        **where: Unpack[Magnitudes],
    ) -> Rows[dict[str, Any]]:
        """See AsyncClient.event_documents."""
        return _run(self._client.event_documents(archive, start, end, limit=limit, skip=skip, **where))

    def get_events(self, archive: str, start: Any = None, end: Any = None, **where: Unpack[Magnitudes]) -> Any:
        """Events as an obspy Catalog; `where`: above_magnitude, max_magnitude."""
        return _run(self._client.get_events(archive, start, end, **where))

    def get_stations(self, archive: str, start: Any = None, end: Any = None, **where: Unpack[Codes]) -> Any:
        """Channel epochs as an obspy Inventory; `where`: net, sta, loc, chan."""
        return _run(self._client.get_stations(archive, start, end, **where))

    def channels(
        self,
        archive: str,
        start: Any = None,
        end: Any = None,
        *,
        limit: int = 0,
        skip: int = 0,
        **where: Unpack[Codes],
    ) -> Rows[dict[str, Any]]:
        """Channel epoch documents; `where`: net, sta, loc, chan."""
        return _run(self._client.channels(archive, start, end, limit=limit, skip=skip, **where))

    def waveforms(self, query: Query | None = None, **where: Unpack[QueryFields]) -> list[dict[str, Any]]:
        """wf documents that match a Query or its fields."""
        return _run(self._client.waveforms(query, **where))

    def datum(self, identity: str) -> Datum:
        """All that is known of one datum, by the id of its document or of its window."""
        return _run(self._client.datum(identity))

    def table(self, query: Query | None = None, **where: Unpack[QueryFields]) -> Any:
        """wf documents with sources, receivers and error logs as a pyarrow Table."""
        return _run(self._client.table(query, **where))

    def stored(self, query: Query | None = None, **where: Unpack[QueryFields]) -> Iterator[Stored]:
        """Documents with their stored bytes, one by one."""
        return _iterate(self._client.stored(query, **where))

    def stream(
        self, query: Query | None = None, *, cut: bool = False, **where: Unpack[QueryFields]
    ) -> Iterator[Atomic]:
        """Stored waveforms as TimeSeries (Seismograms for sensors), one by one; with `cut` only their samples in
        [start, end)."""
        return _iterate(self._client.stream(query, cut=cut, **where))

    def read(self, query: Query | None = None, *, cut: bool = False, **where: Unpack[QueryFields]) -> Ensemble:
        """Stored waveforms as one ensemble; with `cut` only their samples in [start, end)."""
        return _run(self._client.read(query, cut=cut, **where))

    def save(
        self, path: Path | str, query: Query | None = None, *, version: int | None = None, **where: Unpack[QueryFields]
    ) -> int:
        """Write stored waveforms to one miniSEED file, as stored or as version 2 or 3; returns their number."""
        from .export import write_miniseed  # late: it loads numpy

        return write_miniseed(self.stored(query, **where), Path(path), version)

    def get_waveforms(
        self, net: str, sta: str, loc: str, chan: str, t1: Any, t2: Any, *, job: str = "", tag: str = ""
    ) -> Any:
        """The stored data of these channels from t1 to t2 as an obspy Stream, of one job or data_tag if it is named."""
        return _run(self._client.get_waveforms(net, sta, loc, chan, t1, t2, job=job, tag=tag))

    def history(self, identity: str) -> History:
        """How a stored waveform was made (by its `_id`, or the id of its window), with a job that makes it again."""
        return _run(self._client.history(identity))

    def logs(self, job: str) -> list[dict[str, Any]]:
        """elog documents of a job's saved data."""
        return _run(self._client.logs(job))

    def cemetery(self, job: str) -> list[dict[str, Any]]:
        """cemetery documents of a job's dead windows."""
        return _run(self._client.cemetery(job))
