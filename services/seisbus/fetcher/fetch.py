"""One fetch task: read its objects, pass on the records its windows need, say what is missing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from libseis.segments import Span

from ..app import Context
from ..archive.definition import archive_named
from ..bus import Delivery
from ..bus.client import Tag
from ..bus.codec import decode_fetch, encode_outcomes, encode_window
from ..bus.topology import window_subject, write_subject
from ..model.outcome import Fate
from ..model.task import ObjectRef, Window
from ..model.transfer import (
    Expansion,
    FetchOrder,
    LogLine,
    ObjectRecords,
    OutcomeBatch,
    Severity,
    WindowOrder,
    WindowOutcome,
)
from ..objects import AccessError
from .budget import ByteBudget
from .cutting import Framed, Selection, expand, framed, select, spans_of

_log = logging.getLogger(__name__)

# Records of an event file's part; the windower's outcome is of the same size and should travel inline too.
_EVENT_PART_BYTES = 5_000_000
# What an object weighs in the budget when no listing told its size: a 100 Hz day file.
_ASSUMED_BYTES = 10_000_000
_EVERYTHING = (Span(-(2**62), 2**62),)
_DETAILS = {
    "not_listed": "the archive's index or station metadata name it, but the archive's listing does not have it",
    "no_such_key": "the archive has no such object",
    "not_available": "the catalog names no waveform file for this event (NA)",
    "access_denied": "the archive refuses to give the object",
}


@dataclass(frozen=True, slots=True)
class _Read:
    """An object that was asked for: its framed bytes, or the reason why there are none."""

    ref: ObjectRef
    etag: str = ""
    found: Framed | None = None
    missing: str = ""

    def records(self, chosen: Selection) -> ObjectRecords:
        """What travels on of an object that is there."""
        assert self.found is not None
        return ObjectRecords(
            ref=self.ref,
            etag=self.etag,
            ranges=chosen.ranges,
            records=chosen.records,
            problems=self.found.problems,
            waveform_records=int(self.found.table.waveform.sum()),
        )


class Fetcher:
    """Handles the messages of SEIS_FETCH."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._budget = ByteBudget(2 * context.settings.bytes_in_flight)

    async def handle(self, delivery: Delivery) -> None:
        """Read, select, publish; returns when every part is safely on the bus."""
        order = decode_fetch(delivery.body)
        async with self._budget.hold(sum(ref.size or _ASSUMED_BYTES for ref in order.task.objects if not ref.missing)):
            reads = await asyncio.gather(*(self._read(ref) for ref in order.task.objects))
            if all(read.missing for read in reads):
                await self._missing(order, reads)
            elif order.task.provisional:
                await self._event_file(order, reads[0])
            else:
                await self._day_files(order, reads)

    async def _read(self, ref: ObjectRef) -> _Read:
        if ref.missing:
            return _Read(ref, missing=ref.missing)
        archive = archive_named(self._context.archives, ref.archive)
        try:
            fetched = await self._context.objects.get(archive, ref.key)
        except AccessError as error:
            _log.warning("%s", error)
            return _Read(ref, missing="access_denied")
        if fetched is None:
            return _Read(ref, missing="no_such_key")
        return _Read(ref, etag=fetched.etag, found=await asyncio.to_thread(framed, fetched.data))

    async def _day_files(self, order: FetchOrder, reads: Sequence[_Read]) -> None:
        before, after = int(order.recipe.pad_before * 1e9), int(order.recipe.pad_after * 1e9)
        task = order.task
        for number, part in enumerate(task.parts):
            windows = task.windows[part.first : part.first + part.count]
            if not windows:
                continue  # done in an earlier publication
            spans = spans_of(windows, before, after)
            inputs = [
                ObjectRecords(read.ref, missing=read.missing)
                if read.found is None
                else read.records(select(read.found, spans))
                for read in reads
            ]
            await self._publish_window(order, number, len(task.parts), windows, inputs)

    async def _event_file(self, order: FetchOrder, read: _Read) -> None:
        task = order.task
        assert task.template is not None
        assert read.found is not None
        windows, parts, sources = expand(read.found, task.job, task.template, _EVENT_PART_BYTES)
        if not windows:
            detail = f"{read.ref.key} holds no miniSEED waveforms. {' '.join(read.found.problems)}".strip()
            await self._publish_outcomes(order, 0, len(task.parts), task.windows, Fate.DEAD, "no_data", detail)
            return
        batch = self._batch(order, 0, len(parts), expansion=Expansion(tuple(windows), tuple(parts)))
        await self._publish_batch(order, batch, "expansion")
        for number, part in enumerate(parts):
            entry = read.records(select(read.found, _EVERYTHING, sources[number]))
            mine = windows[part.first : part.first + part.count]
            await self._publish_window(order, number, len(parts), mine, [entry])

    async def _missing(self, order: FetchOrder, reads: Sequence[_Read]) -> None:
        """No object of the task is there: every window of it is missing."""
        reason = reads[0].missing
        names = ", ".join(read.ref.key or f"a file of {read.ref.channel or 'the event'}" for read in reads)
        detail = f"{names}: {_DETAILS.get(reason, reason)}."
        task = order.task
        for number, part in enumerate(task.parts):
            windows = task.windows[part.first : part.first + part.count]
            if windows:
                await self._publish_outcomes(order, number, len(task.parts), windows, Fate.MISSING, reason, detail)

    # -- publishing -------------------------------------------------------------------------------

    async def _publish_window(
        self, order: FetchOrder, part: int, part_count: int, windows: Sequence[Window], inputs: Sequence[ObjectRecords]
    ) -> None:
        task = order.task
        body = encode_window(
            WindowOrder(
                task.job, task.id, order.attempt, order.publication, part, part_count,
                tuple(inputs), tuple(windows), order.recipe,
            )
        )  # fmt: skip
        await self._context.bus.publish(
            window_subject(task.job),
            body,
            tag=Tag(task.job, task.id, order.attempt, part),
            message_id=f"{task.id}/window/{part}/{order.attempt}.{order.publication}",
            patient=True,
        )

    async def _publish_outcomes(
        self,
        order: FetchOrder,
        part: int,
        part_count: int,
        windows: Sequence[Window],
        fate: Fate,
        reason: str,
        detail: str,
    ) -> None:
        log = (LogLine("fetcher", detail, Severity.INVALID),)
        outcomes = tuple(WindowOutcome(window, fate, reason, detail, log=log) for window in windows)
        await self._publish_batch(order, self._batch(order, part, part_count, outcomes=outcomes), f"write/{part}")

    def _batch(
        self,
        order: FetchOrder,
        part: int,
        part_count: int,
        outcomes: tuple[WindowOutcome, ...] = (),
        expansion: Expansion | None = None,
    ) -> OutcomeBatch:
        task = order.task
        return OutcomeBatch(task.job, task.id, order.attempt, part, part_count, order.recipe, outcomes, expansion)

    async def _publish_batch(self, order: FetchOrder, batch: OutcomeBatch, kind: str) -> None:
        await self._context.bus.publish(
            write_subject(batch.job),
            encode_outcomes(batch),
            tag=Tag(batch.job, batch.task, batch.attempt, batch.part),
            message_id=f"{batch.task}/{kind}/{order.attempt}.{order.publication}",
            patient=True,
        )
