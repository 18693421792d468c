"""What is known of the archives: index keys, day files, events, stations. Written by the indexer, read by planning."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

from pymongo import UpdateOne

from libseis.codes import Channel, ChannelFilter

from .client import Store, translated
from .collections import CHANNEL, DAY_FILE, DAY_INDEX, SITE, SOURCE, Collection
from .documents import ChannelDocument, DayDocument, DayFacts, DayFile, DayFileDocument, SourceDocument
from .normalized import WITHOUT_PICKLE, event_name, former_source_id, source_id

D = TypeVar("D", bound=Mapping[str, Any])

_BATCH = 1000
# Days per query; and the number of days of an older version that are looked at file by file.
_DAYS = 100
_OLDER_DAYS = 30


def day_key(archive: str, day: str) -> str:
    """`_id` of a day (YYYY-MM-DD) of an archive."""
    return f"{archive}/{day}"


async def upsert(store: Store, collection: Collection[D], documents: Iterable[D]) -> int:
    """Write documents by `_id` in batches; returns how many. Other fields of existing documents stay."""
    batch: list[D] = []
    count = 0

    async def flush() -> None:
        if batch:
            await store[collection].bulk_write([_upsert(document) for document in batch])
            batch.clear()

    with translated():
        for document in documents:
            batch.append(document)
            count += 1
            if len(batch) == _BATCH:
                await flush()
        await flush()
    return count


async def remove(store: Store, collection: Collection[D], identities: Iterable[str]) -> None:
    """Remove documents by `_id`, if they exist."""
    ids = list(identities)
    with translated():
        for first in range(0, len(ids), _BATCH):
            await store[collection].delete_many({"_id": {"$in": ids[first : first + _BATCH]}})


def _upsert(document: Mapping[str, Any]) -> UpdateOne:
    fields = {name: value for name, value in document.items() if name != "_id"}
    return UpdateOne({"_id": document["_id"]}, {"$set": fields}, upsert=True)


async def day_is_known(store: Store, archive: str, day: str) -> DayDocument | None:
    """The day_index document of a day that was read, None when it was not."""
    with translated():
        return await store[DAY_INDEX].find_one({"_id": day_key(archive, day)})


def packed_rates(files: Iterable[DayFile]) -> bytes:
    """The channels of a day's files by sampling rate (Hz, 0 if it is not known), in a few kilobytes."""
    by_rate: dict[float, list[str]] = {}
    for f in files:
        if f["chan"]:
            name = str(Channel(f["net"], f["sta"], f["loc"], f["chan"]))
            by_rate.setdefault(float(f["sampling_rate"] or 0.0), []).append(name)
    return zlib.compress(json.dumps({rate: " ".join(sorted(names)) for rate, names in by_rate.items()}).encode())


async def rates_of_days(
    store: Store, archive: str, days: Sequence[str], wanted: ChannelFilter
) -> tuple[dict[Channel, set[float]], int]:
    """The rates (Hz, 0 if it is not stated) of matching channels over the days (YYYY-MM-DD) that are known; and how
    many days are known.

    A day takes one small document. Days of older versions do not have it; for the first few of them the files are read.
    """
    by_rate: dict[float, set[str]] = {}
    older: list[str] = []
    known = 0
    with translated():
        for at in range(0, len(days), _DAYS):
            some = {day_key(archive, day): day for day in days[at : at + _DAYS]}
            async for document in store[DAY_INDEX].find({"_id": {"$in": list(some)}}, {"rates": 1}):
                known += 1
                if document.get("rates") is None:
                    older.append(some[document["_id"]])
                    continue
                for rate, names in json.loads(zlib.decompress(document["rates"])).items():
                    by_rate.setdefault(float(rate), set()).update(names.split())
    found: dict[Channel, set[float]] = {}
    for rate, channels in by_rate.items():
        for channel in map(Channel.parse, channels):
            if wanted.matches(channel):
                found.setdefault(channel, set()).add(rate)
    for day in sorted(older)[:_OLDER_DAYS]:
        async for f in day_files(store, archive, day, wanted):
            if f["chan"]:
                channel = Channel(f["net"], f["sta"], f["loc"], f["chan"])
                found.setdefault(channel, set()).add(float(f["sampling_rate"] or 0.0))
    return found, known


async def write_day(store: Store, archive: str, day: str, files: Sequence[DayFile], about: DayFacts) -> None:
    """Write a day's files, then the mark that the day is known."""
    of_day = day_key(archive, day)
    documents = (cast(DayFileDocument, {"_id": f"{of_day}/{f['key']}", "day": of_day, **f}) for f in files)
    await upsert(store, DAY_FILE, documents)
    found = {"_id": of_day, "archive": archive, "read_ns": time.time_ns(), "rates": packed_rates(files), **about}
    await upsert(store, DAY_INDEX, [cast(DayDocument, found)])


async def day_files(
    store: Store, archive: str, day: str, wanted: ChannelFilter | None = None
) -> AsyncIterator[DayFileDocument]:
    """Files of a day in order of key: those whose channel matches; for files of whole stations, network and station
    must match."""
    with translated():
        cursor = store[DAY_FILE].find({"day": day_key(archive, day)}).sort("_id", 1)
        async for document in cursor:
            channel = Channel.of_document(document)
            asked = wanted if channel.chan or wanted is None else ChannelFilter(wanted.net, wanted.sta)
            if asked is None or asked.matches(channel):
                yield document


async def events(
    store: Store,
    archive: str,
    start_ns: int,
    end_ns: int,
    *,
    above_magnitude: float | None = None,
    max_magnitude: float | None = None,
    ids: Sequence[str] = (),
) -> AsyncIterator[SourceDocument]:
    """Events of an archive's catalog with origin in [start, end), in order of time."""
    with translated():
        query = {"archive": archive, "time_ns": {"$gte": start_ns, "$lt": end_ns}}
        async for event in store[SOURCE].find(query).sort("time_ns", 1):
            magnitude = event.get("mag")
            if ids and event_name(event) not in ids:
                continue
            if above_magnitude is not None and (magnitude is None or magnitude <= above_magnitude):
                continue
            if max_magnitude is not None and (magnitude is None or magnitude > max_magnitude):
                continue
            yield event


async def event_by_id(store: Store, archive: str, event: str) -> SourceDocument | None:
    """An event of an archive's catalog, None when it has no such event."""
    with translated():
        ids = [source_id(archive, event), former_source_id(archive, event)]
        return await store[SOURCE].find_one({"_id": {"$in": ids}})


async def station_keys(store: Store, archive: str, net: str, sta: str) -> list[str]:
    """Keys of the StationXML objects that describe a station, in order."""
    with translated():
        found = await store[SITE].find({"archive": archive, "net": net, "sta": sta}, {"key": 1}).to_list()
    return sorted({str(document["key"]) for document in found if document.get("key")})


async def has_stations(store: Store, archive: str) -> bool:
    """Whether any station metadata of the archive have been read."""
    with translated():
        return await store[SITE].find_one({"archive": archive}, {"_id": 1}) is not None


async def described_stations(store: Store, archive: str) -> set[tuple[str, str]]:
    """Network and station of all stations with metadata in the archive."""
    with translated():
        found = store[SITE].find({"archive": archive}, {"net": 1, "sta": 1})
        return {(str(site["net"]), str(site["sta"])) async for site in found}


async def channels_without_response(store: Store, archive: str) -> set[Channel]:
    """Channels whose station metadata state no response in any epoch."""
    lacking = {"archive": archive, "response": False}
    with translated():
        found = {Channel.of_document(epoch) async for epoch in store[CHANNEL].find(lacking, WITHOUT_PICKLE)}
        if found:
            having = {"archive": archive, "sta": {"$in": sorted({c.sta for c in found})}, "response": {"$ne": False}}
            found -= {Channel.of_document(epoch) async for epoch in store[CHANNEL].find(having, WITHOUT_PICKLE)}
    return found


async def unread_responses(store: Store, archive: str) -> set[Channel]:
    """Channels of the archive whose response obspy cannot read."""
    with translated():
        found = store[CHANNEL].find({"archive": archive, "response_left_out": True}, WITHOUT_PICKLE)
        return {Channel.of_document(epoch) async for epoch in found}


async def channel_epochs(store: Store, archive: str, wanted: ChannelFilter) -> AsyncIterator[ChannelDocument]:
    """Channel epochs of an archive's station metadata that match, in order of network and station."""
    with translated():
        async for epoch in store[CHANNEL].find({"archive": archive}, WITHOUT_PICKLE).sort([("net", 1), ("sta", 1)]):
            if wanted.matches(Channel(epoch["net"], epoch["sta"], epoch["loc"], epoch["chan"])):
                yield epoch
