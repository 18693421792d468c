"""Builds datasets of stored data: each message builds one dataset under a lease, and settles its item of the ledger.

All data are in the store already, so a dataset can be built again at any time. The fencing token of the lease is
checked just before the rename: a builder that was stopped for so long that another one took over must not replace that
one's work.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from libseis.codes import Channel
from libseis.isotime import iso
from libseis.segments import Segment

from ..app import WriterContext
from ..app.events import event_of
from ..app.inventories import inventory_of
from ..app.normalizing import each_attached
from ..bus import Delivery
from ..bus.codec import decode_build
from ..errors import UnavailableError
from ..failpoints import failpoint
from ..model.handovers import BuildOrder
from ..model.kinds.export import ExportJob
from ..model.kinds.misfit import MisfitJob
from ..model.outcome import Fate
from ..model.stored_waveforms import StoredBytesError, channels_of, pointing, stored_segment, stored_segments
from ..planning.datasets import dataset_path, sink_key
from ..store.blobs import BlobError, BlobFormat, blob_format, read_blob
from ..store.collections import ASDF_DATASET
from ..store.datasets import dataset_document, lease_name, of_item, site_at
from ..store.documents import DatasetFacts, SavedDocument, SiteDocument
from ..store.jobs import get_job, job_spec
from ..store.lease import acquire, release
from ..store.misfits import adjoint_sources_of, rejected_of, synthetics_of, windows_of
from ..store.settled import SettledWindow
from .formats import About, Draft, LoggedWaveform, Measured, open_draft
from .ledger_item import dead_item, settle_alone
from .publishing import Published, discard, make_durable, publish, unfinished, upload

if TYPE_CHECKING:
    from libseis.misfit import Config

_log = logging.getLogger(__name__)

_POLL_SECONDS = 0.5
# A dataset's document keeps so many sentences, and the number of all of them.
_MOST_PROBLEMS = 100


class _LeaseLostError(Exception):
    """Another builder has the dataset's lease now, so this build is thrown away."""


class Builder:
    """Handles the messages of the build consumer."""

    def __init__(self, context: WriterContext) -> None:
        self._context = context
        self._store = context.store
        self._root = context.settings.output_root.absolute()
        self._built = 0

    async def handle(self, delivery: Delivery) -> None:
        """Returns when the dataset is in place and its outcome is in the database."""
        order = decode_build(delivery.body)
        spec = await job_spec(self._store, order.job, ExportJob)
        path = dataset_path(spec.export, order.window)
        target = self._root / path
        while True:
            try:
                async with self._leased(lease_name(str(path))) as (token, still_ours):
                    entry = await self._build(order, spec, target, str(path), token, still_ours)
            except _LeaseLostError:
                _log.warning("%s: another builder took over; building it again", path)
            except OSError as error:
                raise UnavailableError(
                    "disk", f"Datasets below {self._root} cannot be written ({error.strerror or error})."
                ) from error
            else:
                break
        await settle_alone(self._context, order, entry)

    @asynccontextmanager
    async def _leased(self, name: str) -> AsyncIterator[tuple[int, Callable[[], Awaitable[None]]]]:
        """Hold a lease, which is prolonged in the background. Gives its token and a check that it is still ours."""
        seconds = self._context.settings.lease_seconds
        # Two messages in one process may be for one dataset, so the process and the time name the holder.
        holder = f"{self._context.boot}/{time.monotonic_ns()}"
        while True:
            token = await acquire(self._store, name, holder, seconds)
            if token is not None:
                break
            await asyncio.sleep(_POLL_SECONDS)

        async def still_ours() -> None:
            if await acquire(self._store, name, holder, seconds) != token:
                raise _LeaseLostError(name)

        async def prolong() -> None:
            while True:
                await asyncio.sleep(seconds / 3)
                with contextlib.suppress(UnavailableError):
                    await still_ours()

        prolonging = asyncio.create_task(prolong())
        try:
            yield token, still_ours
        finally:
            prolonging.cancel()
            await asyncio.gather(prolonging, return_exceptions=True)
            await release(self._store, name, holder)

    async def _build(
        self,
        order: BuildOrder,
        spec: ExportJob,
        target: Path,
        path: str,
        token: int,
        still_ours: Callable[[], Awaitable[None]],
    ) -> SettledWindow:
        part = await asyncio.to_thread(unfinished, target, token)
        try:
            written = await _Dataset(self._context, order, spec).write(part)
            if not written.waveforms:
                return _dead(order, written.problems)
            published = await asyncio.to_thread(make_durable, part)
            failpoint("dataset-before-rename")
            await still_ours()
            if self._context.sink is None:
                await asyncio.to_thread(publish, part, target)
            else:
                self._built += 1
                key = sink_key(order.job, f"{self._context.boot}-{self._built}", path)
                published = await upload(part, published, self._context.sink, key)
        finally:
            await asyncio.to_thread(discard, part)
        failpoint("dataset-after-rename")
        return _saved(order, spec, path, token, written, published)


class _Dataset:
    """Copies the data of one dataset from the store into a draft."""

    def __init__(self, context: WriterContext, order: BuildOrder, spec: ExportJob) -> None:
        self._context = context
        self._order = order
        self._spec = spec
        self._archives: dict[str, str] = {}
        self._sites: dict[tuple[str, str, str], SiteDocument | None] = {}
        self.waveforms = 0
        self.problems: list[str] = []
        self.log: list[str] = []

    async def write(self, part: Path) -> _Dataset:
        """Write everything into an unfinished place. Afterwards `waveforms` and `problems` say what was written."""
        draft: Draft | None = None
        try:
            wanted = of_item(self._spec, self._order.window)
            async for document, log, attached in each_attached(self._context.store, wanted):
                if not self._belongs(document):
                    continue
                await self._site(document)
                if draft is None:
                    draft = await self._open(part)
                if draft.wants_samples:
                    try:
                        segments = await self._read(document)
                    except (BlobError, StoredBytesError) as error:
                        self.problems.append(error.message)
                        continue
                    told = [str(entry.get("error_message", "")) for entry in log]
                    self.log += [f"{Channel.of_document(document)} {iso(document['t0_ns'])}: {text}" for text in told]
                    for number, segment in enumerate(segments):  # a Seismogram gives one trace per component
                        if self._wants(segment.channel):
                            of_trace = attached | pointing(document, number)
                            logged = _logged(document, segment.channel, told)
                            await asyncio.to_thread(draft.add, logged, segment, of_trace)
                self.waveforms += 1
                failpoint("dataset-mid-write")
            if draft is not None:
                await self._stations(draft)
                await self._measurements(draft)
                await asyncio.to_thread(draft.close)
                self.problems += draft.problems
                if draft.empty:
                    self.waveforms = 0
                    self.problems.insert(0, draft.nothing)
        except BaseException:
            if draft is not None:
                with contextlib.suppress(Exception):
                    await asyncio.to_thread(draft.abandon)
            raise
        return self

    def _belongs(self, document: SavedDocument) -> bool:
        """Whether a waveform that a query found belongs to the dataset; the query takes blank codes and events as
        wildcards."""
        window = self._order.window
        if window.channel.sta:
            return any(map(self._wants, channels_of(document)))
        return str(document.get("event") or "") == window.event

    def _wants(self, channel: Channel) -> bool:
        """Whether a trace of this channel belongs to the dataset."""
        return not self._order.window.channel.sta or channel == self._order.window.channel

    async def _read(self, document: SavedDocument) -> list[Segment]:
        miniseed = blob_format(document) is BlobFormat.MSEED
        context = self._context
        read = read_blob(context.store, context.settings.output_root, document, context.sink)
        pieces = [piece async for piece in read]
        return await asyncio.to_thread(partial(stored_segments, document, b"".join(pieces), miniseed=miniseed))

    async def _open(self, part: Path) -> Draft:
        event = await event_of(self._context.store, self._archives, self._order.window.event)
        if event is None and self._order.window.event:
            self.problems.append(f"Nothing is known of event {self._order.window.event}.")
        return await asyncio.to_thread(open_draft, self._spec.export, part, About(self._order.window, event))

    async def _archive_of(self, document: SavedDocument) -> str:
        """The archive that the job of a waveform read."""
        job = str(document["job"])
        if job not in self._archives:
            self._archives[job] = str((await get_job(self._context.store, job))["spec"].get("archive") or "")
        return self._archives[job]

    async def _site(self, document: SavedDocument) -> SiteDocument | None:
        key = (await self._archive_of(document), str(document["net"]), str(document["sta"]))
        if key not in self._sites:
            self._sites[key] = await site_at(self._context.store, *key, int(document["t0_ns"]))
        return self._sites[key]

    async def _measurements(self, draft: Draft) -> None:
        for job in self._spec.export.misfit:
            config = _config((await job_spec(self._context.store, job, MisfitJob)).misfit.config)
            await asyncio.to_thread(draft.add_config, config)
            for (_, net, sta), site in sorted(self._sites.items(), key=lambda item: item[0]):
                tag = config.synthetic_waveform_tag if draft.wants_samples else ""
                measured = await self._measured(job, net, sta, site, tag)
                await asyncio.to_thread(draft.add_measurement, measured)

    async def _measured(self, job: str, net: str, sta: str, site: SiteDocument | None, tag: str) -> Measured:
        store, station = self._context.store, (job, self._order.window.event, net, sta)
        synthetics = await synthetics_of(store, *station) if tag else []
        return Measured(
            net,
            sta,
            site,
            windows=await windows_of(store, *station),
            sources=await adjoint_sources_of(store, *station),
            synthetics=[
                (stored_segment(document, document["samples"], miniseed=False), str(document.get("units") or ""))
                for document in synthetics
            ],
            synthetic_tag=tag,
            rejected=await rejected_of(store, *station),
        )

    async def _stations(self, draft: Draft) -> None:
        if not draft.wants_stations:
            return
        for archive, net, sta in sorted(self._sites):
            inventory, problem = await inventory_of(self._context, archive, net, sta)
            if problem:
                self.problems.append(problem)
            if inventory is not None:
                await asyncio.to_thread(draft.add_station, inventory)


def _logged(document: SavedDocument, channel: Channel, told: list[str]) -> LoggedWaveform:
    """The document of a trace, with the sentences of its log."""
    return cast(LoggedWaveform, {**document, "chan": channel.chan, "elog": told})


def _config(settings: Mapping[str, Any]) -> Config:
    from libseis.misfit import Config

    return Config.from_stored(settings)


def _saved(
    order: BuildOrder, spec: ExportJob, path: str, token: int, written: _Dataset, published: Published
) -> SettledWindow:
    facts: DatasetFacts = {
        "format": spec.export.format,
        "path": path,
        "waveforms": written.waveforms,
        "size": published.size,
        "sha256": published.sha256,
        "problems": written.problems[:_MOST_PROBLEMS],
        "problem_count": len(written.problems),
        "log": written.log[:_MOST_PROBLEMS],
        "log_count": len(written.log),
        "token": token,
        "built_ns": time.time_ns(),
    }
    if published.url:
        facts["url"] = published.url
    if published.log_sha256:
        facts["log_sha256"] = published.log_sha256
    document = dataset_document(order.job, order.window, facts)
    return SettledWindow(
        order.window,
        Fate.SAVED,
        detail=path,
        refs=[str(document["_id"])],
        documents=[(ASDF_DATASET, document)],
        stored_bytes=published.size,
    )


def _dead(order: BuildOrder, problems: list[str]) -> SettledWindow:
    """Nothing can be put into the dataset; an earlier build of it stays."""
    lines = problems[:_MOST_PROBLEMS] or ["Its waveforms are not stored any more."]
    return dead_item(order, "empty", lines, {"event": order.window.event, "channel": str(order.window.channel)})
