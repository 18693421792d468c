"""Reads only what windows need of an object: the input and output for the range search in `planning`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from libseis.codes import Channel
from libseis.isotime import DAY_NS
from libseis.segments import Span

from ..archive.definition import ArchiveDefinition, DayCut
from ..model.task import ChannelRun, ObjectRef
from ..objects import Fetched, ObjectChangedError, ObjectReader
from ..planning.extents import MOST_ROUND_TRIP_BYTES, ByteRange, round_trip_bytes
from ..planning.observed import Hint, Knot
from ..planning.plan import edge_margin_ns, spans_of_object
from ..planning.ranges import Done, RangeSearch, Whole, WholeReason
from .chunks import Chunk, ObjectBytes, joined

# Finding records in so many bytes takes less than a millisecond, about as long as the change to a thread.
_QUICK_BYTES = 1 << 20

# A request for a station's object counts three times, because each of its many channels needs requests of its own.
_RUN_WORTH: Final = 3
# These reasons show that a run does not hold one channel only.
_WRONG_RUN: Final = frozenset(
    reason.value
    for reason in (
        WholeReason.NO_RECORDS,
        WholeReason.FOREIGN_BYTES,
        WholeReason.SEVERAL_CHANNELS,
        WholeReason.WRONG_CHANNEL,
    )
)

T = TypeVar("T")


async def read_spans(
    objects: ObjectReader,
    archive: ArchiveDefinition,
    ref: ObjectRef,
    spans: Sequence[Span],
    *,
    verify_full: bool = False,
    reads: Callable[[], int] = lambda: 1,
) -> ObjectBytes | None:
    """Read those bytes of `ref` that hold the spans, as few as possible; None if the object does not exist.

    The result for the spans is that of a whole read (see planning.ranges for the one exception). An object that changed
    since it was planned is read whole, in its new version. `reads` is the number of running reads: with many, a round
    trip costs less, because the others use the line during it.
    """
    wanted = tuple(spans)
    if ref.channel is not None:
        margin = edge_margin_ns(ref.channel, None, archive.day_cut is DayCut.RECORD)
        wanted = spans_of_object(wanted, ref.day_ns, margin) or wanted
    search = RangeSearch(
        ref.size,
        Span(ref.day_ns, ref.day_ns + DAY_NS),
        wanted,
        Hint(tuple(Knot(offset, time_ns) for offset, time_ns in ref.knots), ref.ordered),
        verify_full=verify_full,
    )
    try:
        return await _searched(
            objects,
            archive,
            ref,
            search,
            ByteRange(0, ref.size),
            ref.channel,
            lambda: _worth(objects, archive, reads()),
        )
    except ObjectChangedError:
        return await _changed(objects, archive, ref)


async def read_runs(
    objects: ObjectReader,
    archive: ArchiveDefinition,
    ref: ObjectRef,
    spans: Sequence[Span],
    channels: Collection[Channel],
    reads: Callable[[], int] = lambda: 1,
) -> ObjectBytes | None:
    """Read those bytes of a station's object that hold the spans of some channels, whose runs of bytes are known; None
    if the object does not exist.

    Each run is searched like an object of one channel. If it holds other records too, the runs were wrong, and the
    object is read whole; so is an object that changed.
    """

    def worth() -> int:
        return min(_RUN_WORTH * _worth(objects, archive, reads()), MOST_ROUND_TRIP_BYTES)

    async def one(run: ChannelRun) -> ObjectBytes | None:
        margin = edge_margin_ns(run.channel, None, archive.day_cut is DayCut.RECORD)
        search = RangeSearch(
            run.end - run.start,
            Span(ref.day_ns, ref.day_ns + DAY_NS),
            spans_of_object(spans, ref.day_ns, margin) or tuple(spans),
            Hint(tuple(Knot(offset - run.start, time_ns) for offset, time_ns in run.knots), run.ordered),
        )
        return await _searched(objects, archive, ref, search, ByteRange(run.start, run.end), run.channel, worth)

    wanted = [run for run in ref.runs if run.channel in channels]
    try:
        found = await asyncio.gather(*map(one, wanted))
    except ObjectChangedError:
        return await _changed(objects, archive, ref)
    if any(part is None for part in found):
        return None
    parts = [part for part in found if part is not None]
    chunks = tuple(chunk for part in parts for chunk in part.chunks)
    wrong = next((part.whole for part in parts if part.whole in _WRONG_RUN), "")
    for run, part in zip(wanted, parts, strict=True):
        if not wrong and part.whole and not all(_only(chunk, run) for chunk in part.chunks):
            wrong = WholeReason.WRONG_CHANNEL.value
    if wrong:
        whole = await read_whole(objects, archive, ref)
        return whole and replace(whole, whole=wrong)
    return ObjectBytes(ref.etag, tuple(sorted(chunks, key=lambda chunk: chunk.offset)))


def _worth(objects: ObjectReader, archive: ArchiveDefinition, reads: int) -> int:
    """How many more bytes are read to save a round trip."""
    if archive.round_trip_bytes is not None:
        return archive.round_trip_bytes
    return round_trip_bytes(reads, objects.line(archive).round_trip_bytes)


def _only(chunk: Chunk, run: ChannelRun) -> bool:
    """Whether a run that was read whole holds only records of its channel."""
    seen = chunk.observed(run.end, run.channel)
    return bool(len(seen.offset)) and seen.expected and seen.channels == 1 and not chunk.table.problems


async def _searched(
    objects: ObjectReader,
    archive: ArchiveDefinition,
    ref: ObjectRef,
    search: RangeSearch,
    within: ByteRange,
    channel: Channel | None,
    worth: Callable[[], int],
) -> ObjectBytes | None:
    """Search in the bytes `within` of an object. Returns what was read, and why all of them were read, if they were."""
    chunks: tuple[Chunk, ...] = ()
    while True:
        search.worth = worth()
        step = search.next()
        if isinstance(step, Done):
            return ObjectBytes(ref.etag, tuple(chunk.moved(within.start) for chunk in chunks))
        if isinstance(step, Whole):
            return await _rest(objects, archive, ref, step, chunks, within)
        fetched = await asyncio.gather(*(_get(objects, archive, ref, one.moved(within.start)) for one in step.ranges))
        if any(one is None for one in fetched):
            return None
        known = chunks
        new = [(one.start - within.start, one.data) for one in fetched if one]
        chunks = await _aside(sum(len(data) for _, data in new), joined, known, new, search.record_bytes)
        before = set(known)
        for chunk in chunks:
            if chunk not in before:
                search.add(chunk.observed(within.size, channel))


async def _changed(objects: ObjectReader, archive: ArchiveDefinition, ref: ObjectRef) -> ObjectBytes | None:
    """Read an object whole that has another version now."""
    found = await objects.get(archive, ref.key)
    if found is None:
        return None
    return ObjectBytes(found.etag, (await _chunk(found.data),), WholeReason.CHANGED.value)


async def read_whole(objects: ObjectReader, archive: ArchiveDefinition, ref: ObjectRef) -> ObjectBytes | None:
    """Read all bytes of an object; None if it does not exist."""
    found = await objects.get(archive, ref.key)
    if found is None:
        return None
    chunk = await _chunk(found.data)
    return ObjectBytes(found.etag, (chunk,), WholeReason.ASKED.value)


async def _get(objects: ObjectReader, archive: ArchiveDefinition, ref: ObjectRef, one: ByteRange) -> Fetched | None:
    found = await objects.get(archive, ref.key, one.start, one.end, etag=ref.etag)
    if found is not None and len(found.data) != one.size:  # the object ends earlier than the listing said
        raise ObjectChangedError(f"Object {ref.key} is not {ref.size} bytes long any more.")
    return found


async def _rest(
    objects: ObjectReader,
    archive: ArchiveDefinition,
    ref: ObjectRef,
    step: Whole,
    chunks: Sequence[Chunk],
    within: ByteRange,
) -> ObjectBytes | None:
    """Read the rest of the bytes `within` and join it to what was read before, so that no byte is read twice."""
    if not chunks and len(step.ranges) <= 1 and within.start == 0 and within.end == ref.size:
        found = await objects.get(archive, ref.key, etag=ref.etag)
        return None if found is None else ObjectBytes(found.etag, (await _chunk(found.data),), step.reason.value)
    fetched = await asyncio.gather(*(_get(objects, archive, ref, one.moved(within.start)) for one in step.ranges))
    if any(one is None for one in fetched):
        return None
    pieces = sorted(
        [(chunk.offset + within.start, chunk.data) for chunk in chunks]
        + [(one.start, one.data) for one in fetched if one is not None]
    )
    whole = (await _chunk(b"".join(piece for _, piece in pieces))).moved(within.start)
    return ObjectBytes(ref.etag, (whole,), step.reason.value)


async def _chunk(data: bytes) -> Chunk:
    """A whole object with its records."""
    return await _aside(len(data), Chunk.of, 0, data)


async def _aside(size: int, function: Callable[..., T], *arguments: object) -> T:
    """Look for records in `size` new bytes; in a thread if other reads would wait for it."""
    if size <= _QUICK_BYTES:
        return function(*arguments)
    return await asyncio.to_thread(function, *arguments)
