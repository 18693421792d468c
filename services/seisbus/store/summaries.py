"""Counts of a job's outcomes by channel, day, fate and reason, with examples, so that outcomes need not be read.

The same counts by blocks of tasks say where in the plan outcomes are.

Each transaction that changes outcomes also inserts a small document with the change of the counts. Nothing is updated,
so writers never wait for each other. A job's counts are the sum of its documents. While the job runs, documents are
summed up now and then, so that there are never many. When it is closed, they are compared with the outcomes and made
anew.
"""

from __future__ import annotations

import json
import logging
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from typing import Final, TypeVar

from bson import ObjectId
from pymongo.asynchronous.client_session import AsyncClientSession

from ..model.ids import block_of
from ..model.outcome import Fate
from .client import Store, translated
from .collections import OUTCOME, SUMMARY
from .documents import (
    BlockRow,
    CountRow,
    JobDocument,
    OutcomeDocument,
    PackedWindows,
    StoredOutcome,
    SummaryCounts,
    SummaryDocument,
    SummaryExample,
    SummaryReason,
)
from .packing import old_row

T = TypeVar("T")
_log = logging.getLogger(__name__)

EXAMPLES: Final = 3
_ROWS: Final = 5_000  # of a folded document: about half a megabyte
_IDS_AT_ONCE: Final = 500
# When there are so many documents they are summed up, because `show` reads them all, at about 0.1 ms each on the
# embedded server.
MANY: Final = 500


def _batches(values: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(values)
    while some := list(islice(rest, size)):
        yield some


Row = tuple[str, int, str, str]  # channel or block, day_ns, fate, reason


@dataclass(frozen=True, slots=True)
class Example:
    """A window with its channel, start and the sentence that says why it ended so."""

    channel: str
    start_ns: int
    detail: str


@dataclass(slots=True)
class Summary:
    """Windows by (fate, reason) with examples; by (channel, day, fate, reason) where rows were asked for, and by (block
    of tasks, day, fate, reason) where blocks were."""

    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[Example]] = field(default_factory=lambda: defaultdict(list))
    rows: Counter[Row] = field(default_factory=Counter)
    blocks: Counter[Row] = field(default_factory=Counter)

    def add(self, document: SummaryCounts) -> None:
        """Count a summary document."""
        for fate, reason, count, *examples in document["reasons"]:
            self.reasons[fate, reason] += count
            known = self.examples[fate, reason]
            known += [Example(*example) for example in examples[: EXAMPLES - len(known)]]
        for channel, day_ns, fate, reason, count in unpack_rows(document.get("rows", [])):
            self.rows[channel, day_ns, fate, reason] += count
        for block, day_ns, fate, reason, count in unpack_rows(document.get("blocks", [])):
            self.blocks[block, day_ns, fate, reason] += count

    def documents(self, job: str) -> list[SummaryDocument]:
        """These counts as documents, without zeros."""
        examples = {key: [(e.channel, e.start_ns, e.detail) for e in known] for key, known in self.examples.items()}
        return list(_documents(job, _not_zero(self.rows), _not_zero(self.blocks), examples))


def _not_zero(counts: Counter[T]) -> Counter[T]:
    return Counter({key: count for key, count in counts.items() if count})


def pack_rows(rows: Iterable[CountRow | BlockRow]) -> bytes:
    """Rows as bytes, because the embedded server decodes every document that it sends, row by row."""
    return zlib.compress(json.dumps(list(rows), separators=(",", ":")).encode(), 1)


def unpack_rows(rows: bytes | list[CountRow]) -> list[CountRow]:
    """Inverse of `pack_rows`; documents of older versions have a list."""
    found: list[CountRow] = json.loads(zlib.decompress(rows)) if isinstance(rows, bytes) else rows
    return found


def delta(outcomes: Iterable[OutcomeDocument]) -> list[SummaryDocument]:
    """Summary documents for new outcome documents, one per job."""
    rows: dict[str, Counter[Row]] = defaultdict(Counter)
    blocks: dict[str, Counter[Row]] = defaultdict(Counter)
    examples: dict[str, dict[tuple[str, str], list[SummaryExample]]] = defaultdict(lambda: defaultdict(list))
    for outcome in outcomes:
        for channel, day_ns, fate, reason, count in outcome["rows"]:
            rows[outcome["job"]][channel, day_ns, fate, reason] += count
            blocks[outcome["job"]][block_of(outcome["task"]), day_ns, fate, reason] += count
        for key, example in _examples(outcome):
            if len(known := examples[outcome["job"]][key]) < EXAMPLES:
                known.append(example)
    return [made for job, found in rows.items() for made in _documents(job, found, blocks[job], examples[job])]


def taken_out(job: str, outcomes: Iterable[StoredOutcome]) -> list[SummaryDocument]:
    """Summary documents for outcomes that were taken out of a job."""
    rows: Counter[Row] = Counter()
    blocks: Counter[Row] = Counter()
    for outcome in outcomes:
        if "fate" in outcome:
            channel, day_ns, fate, reason, count = old_row(outcome)
            rows[channel, day_ns, fate, reason] -= count
            continue
        for channel, day_ns, fate, reason, count in outcome["rows"]:
            rows[channel, day_ns, fate, reason] -= count
            blocks[block_of(outcome["task"]), day_ns, fate, reason] -= count
    return list(_documents(job, rows, blocks, {}))


def _examples(outcome: OutcomeDocument) -> Iterator[tuple[tuple[str, str], SummaryExample]]:
    """The first window of each way to end that is not saved."""
    told: set[int] = set()
    first = 0
    for at, count in outcome["ends"]:
        kind = outcome["kinds"][at]
        if at not in told and kind["fate"] != Fate.SAVED:
            told.add(at)
            channel, start_ns = _window_at(outcome["windows"], first)
            yield (kind["fate"], kind["reason"]), (channel, start_ns, kind["detail"])
        first += count


def _window_at(packed: PackedWindows, number: int) -> tuple[str, int]:
    for channel, _, _, start, _, step, count in packed["runs"]:
        if number < count:
            return packed["channels"][channel], start + number * step
        number -= count
    raise IndexError(number)


def _documents(
    job: str,
    rows: Counter[Row],
    blocks: Counter[Row],
    examples: Mapping[tuple[str, str], list[SummaryExample]],
) -> Iterator[SummaryDocument]:
    reasons: Counter[tuple[str, str]] = Counter()
    for (_, _, fate, reason), count in rows.items():
        reasons[fate, reason] += count
    nothing: list[tuple[Row, int]] = []
    chunks = zip_longest(_batches(rows.items(), _ROWS), _batches(blocks.items(), _ROWS), fillvalue=nothing)
    for number, (chunk, of_blocks) in enumerate(chunks):
        yield {
            "_id": ObjectId(),
            "job": job,
            # each counts once, in the first document
            "reasons": [(*key, n, *examples.get(key, ())) for key, n in reasons.items()] if number == 0 else [],
            "rows": pack_rows((*row, count) for row, count in chunk),
            "blocks": pack_rows((*row, count) for row, count in of_blocks),
        }


async def summary(store: Store, job: JobDocument, *, rows: bool = False, blocks: bool = False) -> Summary:
    """The counts of a job; by channel and day only with `rows`, by block of tasks only with `blocks`. For a job of an
    older version they come from its outcomes."""

    async def work(session: AsyncClientSession) -> Summary:
        found = Summary()
        unwanted = {name: 0 for name, wanted in (("rows", rows), ("blocks", blocks)) if not wanted}
        async for document in store[SUMMARY].find({"job": job["_id"]}, unwanted or None, session=session):
            found.add(document)
        return found

    # in a transaction, so that nothing is counted twice if documents are summed up at the same time
    found = await (store.transact(work) if job.get("summed") else recount(store, job["_id"]))
    found.reasons, found.rows, found.blocks = _not_zero(found.reasons), _not_zero(found.rows), _not_zero(found.blocks)
    return found


async def recount(store: Store, job: str) -> Summary:
    """The counts of a job from its outcome documents themselves."""
    found = Summary()
    with translated():
        async for outcome in store[OUTCOME].find({"job": job}):
            if "fate" in outcome:
                row = old_row(outcome)
                channel, _, fate, why, _ = row
                example = (channel, outcome["start_ns"], outcome.get("detail") or "")
                reason: SummaryReason = (fate, why, 1) if fate == Fate.SAVED else (fate, why, 1, example)
                found.add({"reasons": [reason], "rows": [row]})
            else:
                for document in delta([outcome]):
                    found.add(document)
    return found


class _MovedError(Exception):
    """Somebody else summed up some of these documents."""


async def _replace(store: Store, identities: Sequence[ObjectId], made: Sequence[SummaryDocument]) -> None:
    """Replace documents by `made`. If some of them are gone: _MovedError, and nothing is changed."""

    async def work(session: AsyncClientSession) -> None:
        for some in _batches(identities, _IDS_AT_ONCE):
            result = await store[SUMMARY].delete_many({"_id": {"$in": some}}, session=session)
            if result.deleted_count != len(some):
                raise _MovedError
        if made:
            await store[SUMMARY].insert_many(made, session=session)

    await store.transact(work)


async def compact(store: Store, job: str, many: int = MANY) -> int:
    """Sum up a job's documents if at least `many` were not summed up yet. Returns how many were."""
    with translated():
        found = store[SUMMARY].find({"job": job}, {"summed": 1})
        identities = [document["_id"] async for document in found if not document.get("summed")]
    if len(identities) < many:
        return 0
    for some in _batches(identities, many):
        counted = Summary()
        with translated():
            documents = await store[SUMMARY].find({"_id": {"$in": some}}).to_list()
        for document in documents:
            counted.add(document)
        made = [SummaryDocument(**document, summed=True) for document in counted.documents(job)]
        try:
            await _replace(store, some, made)
        except _MovedError:  # the job was closed at the same time
            return 0
    return len(identities)


async def fold(store: Store, job: JobDocument) -> bool:
    """Compare a job's counts with its outcomes, and replace its documents by a few new ones. Returns whether they
    agreed.

    Documents that others add at the same time stay.
    """
    while True:
        counted = Summary()
        identities: list[ObjectId] = []
        with translated():
            async for document in store[SUMMARY].find({"job": job["_id"]}):
                identities.append(document["_id"])
                counted.add(document)
        truth = await recount(store, job["_id"])
        agreed = +counted.rows == truth.rows and min(counted.rows.values(), default=0) >= 0
        try:
            await _replace(store, identities, truth.documents(job["_id"]))
        except _MovedError:
            continue
        if not agreed and job.get("summed"):
            _log.error("job %s: its summary did not agree with its outcomes and was made again", job["_id"])
        return agreed
