"""Reading no more of an object than its windows need: the input and output beside planning's range search."""

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
from ..planning.extents import ByteRange, round_trip_bytes
from ..planning.observed import Hint, Knot
from ..planning.plan import edge_margin_ns, spans_of_object
from ..planning.ranges import Done, RangeSearch, Whole, WholeReason
from .chunks import Chunk, ObjectBytes, joined

# Finding records in so much takes less than a millisecond, about what a thread's turn costs.
_QUICK_BYTES = 1 << 20

# Requests to a station's object cost three times as much as others: it has many channels, and each has its own.
_RUN_WORTH: Final = 3
# What a run of one channel cannot be read as.
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
    """The bytes of `ref` that hold the spans, as few as can be; None when there is no such object.

    What comes out is what a whole read would give for the spans (see planning.ranges for the one exception). An
    object that changed since it was planned is read whole, in its new version. `reads` is how many objects are being
    read: a round trip of one of many costs less, because the others use the line meanwhile.
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
            objects, archive, ref, search, ByteRange(0, ref.size), ref.channel, lambda: round_trip_bytes(reads())
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
    """The bytes of a station's object that hold the spans of some of its channels, whose runs of bytes are known; None
    when there is no such object.

    Each run is searched like an object of one channel. Where its records are not those of the channel alone, what was
    known of the object is wrong: it is read whole, as is an object that changed.
    """

    def worth() -> int:
        return _RUN_WORTH * round_trip_bytes(reads())

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


def _only(chunk: Chunk, run: ChannelRun) -> bool:
    """Whether the bytes of a run that was read whole are records of its channel, and nothing else."""
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
    """What a search in the bytes `within` of an object reads, and why these were read whole, if they were."""
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
        chunks = await _aside(sum(len(data) for _, data in new), joined, known, new)
        for chunk in chunks:
            if chunk not in known:
                search.add(chunk.observed(within.size, channel))


async def _changed(objects: ObjectReader, archive: ArchiveDefinition, ref: ObjectRef) -> ObjectBytes | None:
    """An object that is another version now, whole."""
    found = await objects.get(archive, ref.key)
    if found is None:
        return None
    return ObjectBytes(found.etag, (await _chunk(found.data),), WholeReason.CHANGED.value)


async def read_whole(objects: ObjectReader, archive: ArchiveDefinition, ref: ObjectRef) -> ObjectBytes | None:
    """All bytes of an object; None when there is no such object."""
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
    """The rest of the bytes `within` joined to what was read of them, so that no byte is asked for twice."""
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
    """Look for records in `size` new bytes, in a thread when other reads would wait for it."""
    if size <= _QUICK_BYTES:
        return function(*arguments)
    return await asyncio.to_thread(function, *arguments)
