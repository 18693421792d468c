"""Reading no more of an object than its windows need: the input and output beside planning's range search."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from libseis.isotime import DAY_NS
from libseis.segments import Span

from ..archive.definition import ArchiveDefinition, DayCut
from ..model.task import ObjectRef
from ..objects import Fetched, ObjectChangedError, ObjectReader
from ..planning.extents import ByteRange, round_trip_bytes
from ..planning.observed import Hint, Knot
from ..planning.plan import edge_margin_ns, spans_of_object
from ..planning.ranges import Done, RangeSearch, Whole, WholeReason
from .chunks import Chunk, ObjectBytes, joined

# Finding records in so much takes less than a millisecond, about what a thread's turn costs.
_QUICK_BYTES = 1 << 20

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
    chunks: tuple[Chunk, ...] = ()
    try:
        while True:
            search.worth = round_trip_bytes(reads())
            step = search.next()
            if isinstance(step, Done):
                return ObjectBytes(ref.etag, chunks)
            if isinstance(step, Whole):
                return await _whole(objects, archive, ref, step, chunks)
            fetched = await asyncio.gather(*(_get(objects, archive, ref, one) for one in step.ranges))
            if any(one is None for one in fetched):
                return None
            known = chunks
            new = [(one.start, one.data) for one in fetched if one]
            chunks = await _aside(sum(len(data) for _, data in new), joined, known, new)
            for chunk in chunks:
                if chunk not in known:
                    search.add(chunk.observed(ref.size, ref.channel))
    except ObjectChangedError:
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


async def _whole(
    objects: ObjectReader, archive: ArchiveDefinition, ref: ObjectRef, step: Whole, chunks: Sequence[Chunk]
) -> ObjectBytes | None:
    """The rest of the object joined to what was read, so that no byte is asked for twice."""
    if not chunks and (len(step.ranges) <= 1):
        found = await objects.get(archive, ref.key, etag=ref.etag)
        if found is None:
            return None
        return ObjectBytes(found.etag, (await _chunk(found.data),), step.reason.value)
    fetched = await asyncio.gather(*(_get(objects, archive, ref, one) for one in step.ranges))
    if any(one is None for one in fetched):
        return None
    pieces = sorted(
        [(chunk.offset, chunk.data) for chunk in chunks] + [(one.start, one.data) for one in fetched if one is not None]
    )
    data = b"".join(piece for _, piece in pieces)
    return ObjectBytes(ref.etag, (await _chunk(data),), step.reason.value)


async def _chunk(data: bytes) -> Chunk:
    """A whole object with its records."""
    return await _aside(len(data), Chunk.of, 0, data)


async def _aside(size: int, function: Callable[..., T], *arguments: object) -> T:
    """Look for records in `size` new bytes, in a thread when other reads would wait for it."""
    if size <= _QUICK_BYTES:
        return function(*arguments)
    return await asyncio.to_thread(function, *arguments)
