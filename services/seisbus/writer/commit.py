"""Commits outcomes in batches: bytes and one fdatasync first, then one transaction.

A batch closes at 500 windows or 32 MB, 200 ms after the batch before it, or when nothing has come for 50 ms. So a
message after a quiet time does not wait long. While one batch is committed, the next one gathers; once it is full, its
bytes are stored while the transaction of the one before runs. Transactions follow each other. With a last message of
500 windows, a batch has fewer than 1,000 documents. Each document changes another page, and in a large store a
transaction of three times as many could never end in the embedded database's cache.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import math
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from cachetools import LRUCache

from libseis import ProcessingHistory
from libseis.codes import Channel

from ..app import WriterContext
from ..app.normalizing import Normalizer
from ..bus import Delivery
from ..bus.codec import decode_outcomes
from ..bus.snapshot import settled, snapshot
from ..errors import UnavailableError
from ..failpoints import failpoint
from ..model.handovers import NOTED, OutcomeBatch, Packing, WindowOutcome
from ..model.normalized import Known
from ..model.outcome import Fate
from ..store.blobs import put_gridfs
from ..store.client import ConflictError
from ..store.collections import ELOG, HISTORY_OBJECT, WF_SEISMOGRAM, WF_TIMESERIES
from ..store.documents import ObjectId, Provenance, SavedDocument
from ..store.jobs import add_counts, add_notes
from ..store.settle import Settlement, SettleResult, settle
from ..store.settled import SettledWindow
from ..telemetry.metrics import OUTPUT_FREE, STORED, WINDOWS, free_ratio
from .documents import (
    cemetery_document,
    elog_document,
    normal_of,
    normals_of,
    provenance,
    seismogram_bytes,
    seismogram_document,
    shared_provenance,
    wf_document,
    with_problems,
)
from .files import WaveformFiles
from .histories import object_history
from .uploads import WaveformObjects
from .waveforms import Place, WaveformStore

_log = logging.getLogger(__name__)

_WINDOWS = 500
_BYTES = 32_000_000
_SECONDS = 0.2
_QUIET_SECONDS = 0.05
_PROGRESS_SECONDS = 0.5
_RETRY_SECONDS = 0.5
# Number of jobs for which the number of windows that they still wait for is kept.
_JOBS = 1000


@dataclass(slots=True)
class _Waiting:
    batch: OutcomeBatch
    delivery: Delivery
    done: asyncio.Future[None]

    @property
    def size(self) -> int:
        return len(self.delivery.body)


def _end(entries: Sequence[_Waiting], error: Exception | None = None) -> None:
    for entry in entries:
        if entry.done.done():  # its message was given back meanwhile
            continue
        if error is None:
            entry.done.set_result(None)
        else:
            entry.done.set_exception(error)


class Committer:
    """Gathers outcomes and commits them; one instance per process."""

    def __init__(self, context: WriterContext) -> None:
        settings = context.settings
        self._context = context
        OUTPUT_FREE.set_function(lambda: free_ratio(settings.output_root))
        self._waveforms: WaveformStore
        if context.sink is None:
            self._waveforms = WaveformFiles(settings.output_root, context.boot, settings.file_bytes)
        else:
            self._waveforms = WaveformObjects(context.sink, context.boot, settings.sink_orphan_seconds)
        self._normalizer = Normalizer(context.store)
        self._waiting: list[_Waiting] = []
        self._arrived = asyncio.Event()
        self._full = asyncio.Event()
        self._stirred = asyncio.Event()  # set by each message that arrives
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        self._bytes: Counter[str] = Counter()
        self._counted = asyncio.Event()
        # windows without an outcome when watchers of the job were told last
        self._left: LRUCache[str, int] = LRUCache(_JOBS)
        self._near_end = asyncio.Event()  # set when a large part of the rest of a job is done
        self._storing = asyncio.Lock()  # the store of waveforms takes one caller at a time
        self._settling = asyncio.Lock()
        self._batches: set[asyncio.Task[None]] = set()
        self._contested: set[asyncio.Task[None]] = set()

    async def commit(self, delivery: Delivery) -> None:
        """Returns when the outcomes of a message are in the database."""
        batch = decode_outcomes(delivery.body)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(batch, delivery, done))
        self._arrived.set()
        if self._is_full():
            self._full.set()
        self._stirred.set()
        await done

    def _is_full(self) -> bool:
        windows = sum(len(w.batch.outcomes) for w in self._waiting)
        return windows >= _WINDOWS or sum(w.size for w in self._waiting) >= _BYTES

    async def run(self) -> None:
        """Commit batch after batch until cancelled."""
        loop = asyncio.get_running_loop()
        gathers_until = 0.0
        try:
            while True:
                await self._arrived.wait()
                await self._turn()
                while (left := gathers_until - loop.time()) > 0 and not self._full.is_set():
                    self._stirred.clear()
                    try:
                        await asyncio.wait_for(self._stirred.wait(), min(left, _QUIET_SECONDS))
                    except TimeoutError:
                        break
                gathers_until = loop.time() + _SECONDS
                self._batches.add(task := asyncio.create_task(self._committed(self._take())))
                task.add_done_callback(self._batches.discard)
        finally:
            left_over = list(self._batches)
            for task in left_over:
                task.cancel()
            await asyncio.gather(*left_over, return_exceptions=True)

    async def _turn(self) -> None:
        """Wait until the next batch may be taken: when no batch is being committed, or when one is and the next is
        full."""
        while len(self._batches) > 1:
            await asyncio.wait(self._batches, return_when=asyncio.FIRST_COMPLETED)
        if self._batches and not self._full.is_set():
            full = asyncio.create_task(self._full.wait())
            await asyncio.wait([full, *self._batches], return_when=asyncio.FIRST_COMPLETED)
            full.cancel()

    async def _committed(self, taken: Sequence[_Waiting]) -> None:
        """Commit a batch. Every message of it is acknowledged or given back, whatever happens."""
        try:
            await self._commit(taken)
        except UnavailableError as error:
            _end(taken, error)
        except Exception:
            # If one message makes the batch fail, each is committed alone, so that the others are not affected.
            for entry in taken:
                try:
                    await self._commit([entry])
                except Exception as error:
                    _end([entry], error)

    def _take(self) -> list[_Waiting]:
        taken, windows, size = [], 0, 0
        while self._waiting and windows < _WINDOWS and size < _BYTES:
            entry = self._waiting.pop(0)
            taken.append(entry)
            windows += len(entry.batch.outcomes)
            size += entry.size
        if not self._waiting:
            self._arrived.clear()
        self._full.clear()
        if self._is_full():
            self._full.set()
        return taken

    async def _commit(self, taken: Sequence[_Waiting]) -> None:
        async with self._storing:
            settlements = await self._made_durable(taken)
        kept_until = time.monotonic() + self._waveforms.kept_seconds
        failpoint("written-before-commit")
        async with self._settling:
            await self._settle(taken, settlements, kept_until)

    async def _made_durable(self, taken: Sequence[_Waiting]) -> list[Settlement]:
        """Store the samples of these messages so that they survive a power cut; what is to be settled."""
        try:
            known = await self._known([entry.batch for entry in taken])
            settlements = [
                await self._stored(entry.batch, known.get((entry.batch.job, entry.batch.attempt), Known()))
                for entry in taken
            ]
            await self._note([entry.batch for entry in taken])
            await self._waveforms.sync()
        except BaseException:
            await self._waveforms.roll_back()
            raise
        return settlements

    async def _settle(self, taken: Sequence[_Waiting], settlements: list[Settlement], kept_until: float) -> None:
        """Settle stored messages in one transaction.

        Only the transaction is tried again, so that an outage does not write the bytes twice. If the outage is so long
        that the cleaner may take the bytes for orphans, they are written again.
        """
        if time.monotonic() > kept_until:  # the batch waited too long for the one before it
            raise UnavailableError("MongoDB", "MongoDB: it did not answer for so long that bytes are written again.")
        while True:
            try:
                result = await settle(self._context.store, settlements)
            except ConflictError as error:
                _log.info("a batch of %d messages is committed one by one: %s", len(taken), error)
                contested = self._commit_contested(list(zip(taken, settlements, strict=True)), kept_until)
                task = asyncio.create_task(contested)
                self._contested.add(task)
                task.add_done_callback(self._contested.discard)
                return
            except UnavailableError as error:
                if time.monotonic() > kept_until:
                    raise
                for entry in taken:
                    entry.delivery.hold(error.message)
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                self._count(result)
                _end(taken)
                return

    async def _commit_contested(self, left: list[tuple[_Waiting, Settlement]], kept_until: float) -> None:
        """Commit messages whose documents another transaction holds: one by one, until it works, while later batches go
        on.

        A writer that dies inside its transaction leaves its windows locked until the server ends that transaction.
        """
        while left:
            still: list[tuple[_Waiting, Settlement]] = []
            for entry, settlement in left:
                try:
                    self._count(await settle(self._context.store, [settlement], once=True))
                except UnavailableError as error:
                    if time.monotonic() > kept_until:
                        _end([entry], error)
                    else:
                        still.append((entry, settlement))
                except Exception as error:
                    _end([entry], error)
                else:
                    _end([entry])
            left = still
            if left:
                await asyncio.sleep(_RETRY_SECONDS)

    async def _stored(self, batch: OutcomeBatch, known: Known) -> Settlement:
        """Store a batch's samples and make its documents."""
        shared = shared_provenance(batch)
        windows = [await self._stored_window(batch, outcome, shared, known) for outcome in batch.outcomes]
        expansion = batch.expansion
        return Settlement(
            batch.job,
            batch.task,
            batch.attempt,
            batch.part,
            batch.part_count,
            windows,
            None if expansion is None else (list(expansion.windows), list(expansion.parts)),
            shared,
        )

    async def _note(self, batches: Sequence[OutcomeBatch]) -> None:
        """Put log lines about the archive into the jobs' notes, before their windows are settled."""
        notes: dict[str, dict[str, None]] = defaultdict(dict)
        for batch in batches:
            for outcome in batch.outcomes:
                for line in outcome.log:
                    if line.algorithm == NOTED:
                        notes[batch.job][line.message] = None
        for job, sentences in notes.items():
            await add_notes(self._context.store, job, sentences)

    async def _known(self, batches: Sequence[OutcomeBatch]) -> dict[tuple[str, int], Known]:
        """Sources and receivers of the data of batches, by job and attempt. All are asked for at once, because each
        batch has one station. For batches without data nothing is asked."""
        channels: dict[tuple[str, int], set[Channel]] = defaultdict(set)
        events: dict[tuple[str, int], set[str]] = defaultdict(set)
        for batch in batches:
            for outcome in batch.outcomes:
                if outcome.fate in (Fate.SAVED, Fate.DEAD):
                    key = batch.job, batch.attempt
                    channels[key].add(outcome.window.channel)
                    channels[key].update(piece.channel for piece in outcome.pieces)
                    events[key].add(outcome.window.event)
        return {
            (job, attempt): await self._normalizer.known(job, found, events[job, attempt], attempt)
            for (job, attempt), found in channels.items()
        }

    async def _stored_window(
        self, batch: OutcomeBatch, outcome: WindowOutcome, shared: Provenance | None, known: Known
    ) -> SettledWindow:
        entry = SettledWindow(outcome.window, outcome.fate, outcome.reason, outcome.detail)
        if outcome.fate is Fate.SAVED:
            normals = [normal_of(known, outcome, piece) for piece in outcome.pieces]
            of_sensors = [normals_of(known, outcome, piece) for piece in outcome.seismograms]
            outcome = with_problems(outcome, itertools.chain(normals, *of_sensors))
            for number, (piece, normal) in enumerate(zip(outcome.pieces, normals, strict=True)):
                place = await self._placed(batch, piece.packing, piece.data)
                document = wf_document(batch, outcome, number, piece, place, normal)
                if shared is None:
                    document["provenance"] = provenance(batch, outcome)
                entry.add(WF_TIMESERIES, document)
                self._keep_history(batch, outcome, entry, document, piece.history)
                entry.stored_bytes += len(piece.data)
            for number, (seismogram, of_sensor) in enumerate(
                zip(outcome.seismograms, of_sensors, strict=True), len(outcome.pieces)
            ):
                data = await asyncio.to_thread(seismogram_bytes, seismogram, batch.recipe.storage)
                place = await self._placed(batch, Packing.FLOAT64, data)
                of_three = seismogram_document(batch, outcome, number, seismogram, place, of_sensor)
                if shared is None:
                    of_three["provenance"] = provenance(batch, outcome)
                entry.add(WF_SEISMOGRAM, of_three)
                self._keep_history(batch, outcome, entry, of_three, seismogram.history)
                entry.stored_bytes += len(data)
            entry.pieces = len(outcome.pieces) + len(outcome.seismograms)
            if outcome.log:
                entry.add(ELOG, elog_document(batch, outcome))
        elif outcome.fate is Fate.DEAD:
            normal = normal_of(known, outcome)
            entry.grave = cemetery_document(batch, with_problems(outcome, [normal]), normal)
        return entry

    @staticmethod
    def _keep_history(
        batch: OutcomeBatch,
        outcome: WindowOutcome,
        entry: SettledWindow,
        document: SavedDocument,
        history: ProcessingHistory | None,
    ) -> None:
        """Put the history of a datum into the same transaction as its document, if the job keeps it."""
        if history is not None:
            kept = object_history(batch, outcome, document["_id"], history)
            document["history_object_id"] = kept["_id"]
            entry.add(HISTORY_OBJECT, kept)

    async def _placed(self, batch: OutcomeBatch, packing: Packing, data: bytes | memoryview) -> Place | ObjectId:
        """Store the bytes of a piece where the job wants them."""
        if batch.recipe.storage == "gridfs":
            return await put_gridfs(self._context.store, batch.job, bytes(data))
        return await self._waveforms.append(batch.job, packing, data)

    def _count(self, result: SettleResult) -> None:
        for job, fates in result.fates.items():
            self._counts[job].update(fates)
            # other writers may have done the rest, so watchers are told before everything that was left is done here
            if 2 * self._counts[job].total() >= self._left.get(job, math.inf):
                self._near_end.set()
            # the number of windows that are left is not known until the content of a file has been counted
            if job in result.ended and job not in self._left:
                self._near_end.set()
            for fate, number in fates.items():
                WINDOWS.labels(fate).inc(number)
        self._bytes.update(result.stored_bytes)
        self._counted.set()
        STORED.inc(sum(result.stored_bytes.values()))

    async def report(self) -> None:
        """Add settled windows to the jobs' cached counters and tell watchers, until cancelled: twice a second, and
        sooner when a job comes to its end, because it is closed when somebody tells that all its windows are done."""
        while True:
            await self._counted.wait()
            self._counted.clear()
            self._near_end.clear()
            try:
                await self.flush_counts()
            except UnavailableError as error:
                self._counted.set()
                _log.debug("progress is late: %s", error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._near_end.wait(), _PROGRESS_SECONDS)

    async def flush_counts(self) -> None:
        """Write the counters now."""
        for job in list(self._counts):
            counts, stored = self._counts.pop(job, None), self._bytes.pop(job, 0)
            if counts is None:  # at a stop, `close` writes the last counts while `report` may still be writing
                continue
            try:
                document = await add_counts(self._context.store, job, counts, stored)
            except UnavailableError:
                self._counts[job].update(counts)
                self._bytes[job] += stored
                raise
            if document is not None:
                self._left.pop(job, None)
                told = snapshot(document)
                if told.planning_done and (left := told.planned - settled(told)) > 0:
                    self._left[job] = left
                await self._context.bus.publish_snapshot(told)

    async def close(self) -> None:
        """Write the last counters and close the files."""
        try:
            await self.flush_counts()
        except UnavailableError as error:
            _log.info("the last counters were not written (the ledger is recounted at close): %s", error)
        await self._waveforms.close()
