"""Works on fetch tasks: reads the objects, passes on the records that windows need, and says what is missing."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from libseis.codes import Channel
from libseis.segments import Span

from ..app import FetcherContext
from ..archive.definition import ArchiveDefinition, ObjectUnit, archive_named
from ..bus import Delivery
from ..bus.codec import decode_fetch, encode_outcomes, encode_window
from ..bus.tags import Tag
from ..bus.topology import subject_of
from ..model.handovers import (
    Expansion,
    FetchOrder,
    LogLine,
    ObjectRecords,
    OutcomeBatch,
    Severity,
    WindowOrder,
    WindowOutcome,
    stranger_lines,
)
from ..model.kinds.window import CUT, STORE
from ..model.outcome import Fate, Reason, missing_detail, unreadable_detail
from ..model.task import ObjectRef, Recipe, Window
from ..objects import AccessError
from ..planning.extents import ByteRange
from ..planning.ranges import WholeReason
from ..store.strangers import add_strangers
from .budget import ByteBudget
from .chunks import NOTHING, ObjectBytes, Selection
from .expand import channels_of, expand, expand_station
from .learned_positions import Learned
from .pads import padded
from .ranged import read_runs, read_spans, read_whole

_log = logging.getLogger(__name__)

# Bytes of records in a part of an event file. The windower's outcome has about the same size, and should travel inline
# too.
_EVENT_PART_BYTES = 5_000_000
# What an object counts in the budget if no listing told its size: a 100 Hz day file.
_ASSUMED_BYTES = 10_000_000
_EVERYTHING = (Span(-(2**62), 2**62),)


def _spans(recipe: Recipe, windows: Sequence[Window]) -> list[Span]:
    """The spans that windows need, with their pads."""
    return [Span(window.start_ns - recipe.pad_before_ns, window.end_ns + recipe.pad_after_ns) for window in windows]


def _channels_in_runs(order: FetchOrder, ref: ObjectRef) -> list[Channel]:
    """The channels that the task wants of a station's object, if their places are known; empty if it must be read
    whole."""
    recipe = order.recipe
    if not ref.runs or recipe.verify_full:
        return []
    known = [run.channel for run in ref.runs]
    windows, _ = expand_station(known, order.task, recipe.components, recipe.prefer, recipe.prefer_loc)
    return channels_of(windows, known, recipe.components)


@dataclass(frozen=True, slots=True)
class _Read:
    """An object that was asked for: its bytes, or the reason why there are none."""

    ref: ObjectRef
    found: ObjectBytes | None = None
    missing: str = ""
    strangers: tuple[str, ...] = ()

    def records(self, chosen: Selection) -> ObjectRecords:
        """The records that are passed on."""
        if self.found is None:
            return ObjectRecords(self.ref, missing=self.missing)
        return ObjectRecords(
            ref=self.ref,
            etag=self.found.etag,
            ranges=chosen.ranges,
            records=chosen.records,
            problems=self.found.problems,
            waveform_records=self.found.waveform_records,
            whole=self.found.whole,
            strangers=self.strangers,
            record_bytes=chosen.record_bytes,
            floats=chosen.floats,
        )


class Fetcher:
    """Handles the messages of SEIS_FETCH."""

    def __init__(self, context: FetcherContext, learned: Learned) -> None:
        self._context = context
        self._learned = learned
        self._reading: Counter[str] = Counter()  # objects by archive
        self._budget = ByteBudget(2 * context.settings.bytes_in_flight)

    async def handle(self, delivery: Delivery) -> None:
        """Read, select and publish; returns when every part is on the bus.

        Reads under way are stopped when the job is cancelled, because their result is not needed any more.
        """
        order = decode_fetch(delivery.body)
        work = asyncio.create_task(self._fetch(order))
        superseded = asyncio.create_task(self._context.board.superseded(order.task.job, order.attempt))
        try:
            await asyncio.wait({work, superseded}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            work.cancel()
            superseded.cancel()
            await asyncio.gather(work, superseded, return_exceptions=True)

    async def _fetch(self, order: FetchOrder) -> None:
        task = order.task
        async with self._budget.hold(sum(ref.size or _ASSUMED_BYTES for ref in task.objects if not ref.missing)):
            wanted = [w for part in task.parts for w in task.windows[part.first : part.first + part.count]]
            event_file = task.provisional and task.objects[0].channel is None
            spans = [] if event_file or order.recipe.scan else _spans(order.recipe, wanted)
            reads = await asyncio.gather(*(self._read(order, ref, spans) for ref in task.objects))
            longer = padded(order.recipe, [read.found for read in reads if read.found]) if spans else order.recipe
            # the rate is lower than the index or the channel's code says, so the pads must be longer
            if longer is not order.recipe:
                if not task.provisional:  # in an object of a station each channel has its own rate
                    order = replace(order, recipe=longer)
                spans = _spans(longer, wanted)
                reads = await asyncio.gather(*(self._more(order, read, spans) for read in reads))
            if all(read.missing for read in reads):
                await self._missing(order, reads)
            elif order.recipe.scan:
                await self._learned.kept()  # a scan needs nothing else
                told = [line for read in reads for line in stranger_lines(read.ref.key, read.strangers)]
                await self._publish_outcomes(order, 0, len(task.parts), task.windows, Fate.SAVED, "", "", told)
            elif event_file:
                await self._event_file(order, reads[0])
            elif task.provisional:
                await self._station_days(order, reads)
            else:
                await self._day_files(order, reads)

    async def _read(self, order: FetchOrder, ref: ObjectRef, spans: Sequence[Span]) -> _Read:
        """Read one object; whole if there are no spans."""
        if ref.missing:
            return _Read(ref, missing=ref.missing)
        if order.recipe.scan and ref.ordered:
            return _Read(ref, ObjectBytes(ref.etag, ()))  # scanned before
        archive = archive_named(self._context.archives, ref.archive)
        objects = self._context.objects
        try:
            if spans and (channels := _channels_in_runs(order, ref)):
                with self._counted(archive) as reads:
                    found = await read_runs(objects, archive, ref, spans, channels, reads)
            elif spans and not order.task.provisional:
                with self._counted(archive) as reads:
                    found = await read_spans(
                        objects, archive, ref, spans, verify_full=order.recipe.verify_full, reads=reads
                    )
            else:
                found = await read_whole(objects, archive, ref)
        except AccessError as error:
            _log.warning("%s", error)
            return _Read(ref, missing=Reason.ACCESS_DENIED.value)
        if found is None:
            return _Read(ref, missing=Reason.NO_SUCH_KEY.value)
        station = bool(ref.day_ns) and archive.object_unit is ObjectUnit.STATION
        self._learn(ref, found, station=station)
        return _Read(ref, found, strangers=await self._strangers(archive, ref, found))

    @contextmanager
    def _counted(self, archive: ArchiveDefinition) -> Iterator[Callable[[], int]]:
        """Count a running read; gives the number of running reads from the archive."""
        self._reading[archive.name] += 1
        try:
            yield partial(self._reading.__getitem__, archive.name)
        finally:
            self._reading[archive.name] -= 1

    async def _strangers(self, archive: ArchiveDefinition, ref: ObjectRef, found: ObjectBytes) -> tuple[str, ...]:
        """Store channels in an object that its key does not name, so that later jobs plan them."""
        if ref.channel is None or archive.object_unit is ObjectUnit.STATION or not ref.day_ns:
            return ()
        others = found.strangers(ref.channel)
        if not others:
            return ()
        size = sum(len(chunk.data) for chunk in found.chunks) if found.whole else ref.size
        fresh = await add_strangers(self._context.store, ref, found.etag, size, others)
        return tuple(map(str, sorted(fresh)))

    async def _more(self, order: FetchOrder, read: _Read, spans: Sequence[Span]) -> _Read:
        """Read more of the object for longer spans; if it was read whole, it has all of them."""
        if read.found is None or read.found.whole:
            return read
        return await self._read(order, read.ref, spans)

    def _learn(self, ref: ObjectRef, found: ObjectBytes, *, station: bool) -> None:
        """Keep where records are, unless that is known already or the object is always read whole."""
        if station:
            self._learn_runs(ref, found)
            return
        if found.whole == WholeReason.CHANGED:
            self._learned.note(ref, found.etag, found.scan(), sum(len(chunk.data) for chunk in found.chunks))
            return
        if ref.ordered or found.whole in (WholeReason.SMALL, WholeReason.SIZE_UNKNOWN):
            return
        if found.whole:
            self._learned.note(ref, found.etag, found.scan())
            return
        self._learned.note(ref, found.etag, found.knots(ref.knots))

    def _learn_runs(self, ref: ObjectRef, found: ObjectBytes) -> None:
        """Keep where the channels of a station's object are, or where records are in them."""
        if found.whole:
            self._learned.note_runs(ref, found.etag, sum(len(chunk.data) for chunk in found.chunks), found.runs())
            return
        for number, run in enumerate(ref.runs):
            if not run.ordered:
                fresh = found.knots(run.knots, ByteRange(run.start, run.end))
                self._learned.note_in_run(ref, found.etag, number, fresh)

    async def _day_files(self, order: FetchOrder, reads: Sequence[_Read]) -> None:
        task = order.task
        for number, part in enumerate(task.parts):
            windows = task.windows[part.first : part.first + part.count]
            if not windows:
                continue  # it was done in an earlier publication
            spans = _spans(order.recipe, windows)
            inputs = [read.records(read.found.select(spans) if read.found else NOTHING) for read in reads]
            await self._publish_window(order, number, len(task.parts), windows, inputs)

    async def _event_file(self, order: FetchOrder, read: _Read) -> None:
        task = order.task
        assert task.template is not None
        assert read.found is not None
        table = read.found.chunks[0].table
        windows, parts, sources = expand(read.found.chunks[0], task, _EVENT_PART_BYTES, order.recipe.components)
        if not windows and bool(table.waveform.any()):
            wanted = task.windows[0].channel
            detail = f"{read.ref.key}: holds no channel that the job selects ({wanted})."
            reason = Reason.NO_CHANNEL.value
            await self._publish_outcomes(order, 0, len(task.parts), task.windows, Fate.MISSING, reason, detail)
            return
        if not windows:
            reason, detail = Reason.NO_DATA.value, f"{read.ref.key} holds no miniSEED waveforms."
            if problems := read.found.problems:
                size = sum(len(chunk.data) for chunk in read.found.chunks)
                reason, detail = Reason.UNREADABLE.value, unreadable_detail(read.ref.key, size, problems)
            await self._publish_outcomes(order, 0, len(task.parts), task.windows, Fate.DEAD, reason, detail)
            return
        batch = self._batch(order, 0, len(parts), expansion=Expansion(tuple(windows), tuple(parts)))
        await self._publish_batch(order, batch, "expansion")
        for number, part in enumerate(parts):
            entry = read.records(read.found.select(_EVERYTHING, sources[number]))
            mine = windows[part.first : part.first + part.count]
            await self._publish_window(order, number, len(parts), mine, [entry])

    async def _station_days(self, order: FetchOrder, reads: Sequence[_Read]) -> None:
        """Objects with all channels of a station and day. The channels in them decide the windows."""
        task = order.task
        sources = {s for read in reads if read.found for chunk in read.found.chunks for s in chunk.table.channels}
        windows, parts = expand_station(
            sources, task, order.recipe.components, order.recipe.prefer, order.recipe.prefer_loc
        )
        if not windows:
            names = ", ".join(read.ref.key for read in reads if read.found)
            detail = f"{names}: holds no channel that the job selects ({task.objects[0].channel})."
            await self._publish_outcomes(
                order, 0, len(task.parts), task.windows, Fate.MISSING, Reason.NO_CHANNEL.value, detail
            )
            return
        batch = self._batch(order, 0, len(parts), expansion=Expansion(tuple(windows), tuple(parts)))
        await self._publish_batch(order, batch, "expansion")
        for number, part in enumerate(parts):
            mine = windows[part.first : part.first + part.count]
            channels = channels_of(mine, sources, order.recipe.components)
            spans = _spans(padded(order.recipe, [r.found for r in reads if r.found], channels[0]), mine)
            inputs = [read.records(read.found.select(spans, channels) if read.found else NOTHING) for read in reads]
            await self._publish_window(order, number, len(parts), mine, inputs)

    async def _missing(self, order: FetchOrder, reads: Sequence[_Read]) -> None:
        """No object of the task exists, so all its windows are missing."""
        reason = reads[0].missing
        names = ", ".join(read.ref.key or f"a file of {read.ref.channel or 'the event'}" for read in reads)
        detail = missing_detail(names, reason)
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
            subject_of(CUT, task.job),
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
        told: Sequence[LogLine] = (),
    ) -> None:
        log = (*told, LogLine("fetcher", detail, Severity.INVALID)) if detail else tuple(told)
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
            subject_of(STORE, batch.job),
            encode_outcomes(batch),
            tag=Tag(batch.job, batch.task, batch.attempt, batch.part),
            message_id=f"{batch.task}/{kind}/{order.attempt}.{order.publication}",
            patient=True,
        )
