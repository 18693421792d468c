"""Index jobs: writes an archive's index keys, events and stations into documents.

Each key is one entry of the ledger, and each page of a listing is one task. Keys of waveform indexes are only noted,
because a day is read when a job wants it. Catalogs are read into `source`, StationXML into `site` and `channel`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence

from libseis.codes import Channel

from ..app import IndexerContext
from ..archive.catalog import read_catalog
from ..archive.definition import ArchiveDefinition
from ..archive.keys import IndexKey, TableFormat, parse_index_key
from ..archive.oddities import ArchiveFormatError, Oddities
from ..archive.responses import ReadChannels, read_channels
from ..archive.stations import read_stationxml
from ..errors import UnavailableError
from ..model.ids import task_id, window_id
from ..model.outcome import Fate
from ..model.subject import ObjectKey, as_type
from ..model.task import ObjectRef, Part, Task, Window
from ..objects import AccessError, Fetched
from ..store.collections import CATALOG_INDEX, CHANNEL, SITE, SOURCE, WAVEFORM_INDEX
from ..store.documents import IndexKeyDocument, Responses, SiteDocument
from ..store.index import remove, upsert
from ..store.normalized import former_source_id
from ..store.settled import SettledWindow
from .documents import event_document, former_ids, station_documents

_log = logging.getLogger(__name__)

_PAGE = 500
_NOBODY = Channel("", "", "", "")
# So many StationXML documents and catalogs are read at once. They are small, so the wait for an answer takes most of
# the time.
_AT_ONCE = 16


def prefixes(archive: ArchiveDefinition) -> list[str]:
    """The prefixes of the archive's keys that a sync reads."""
    named = (archive.waveform_index_prefix, archive.catalog_index_prefix, *archive.station_prefixes)
    return [prefix for prefix in named if prefix is not None]


async def pages(context: IndexerContext, archive: ArchiveDefinition) -> AsyncIterator[list[str]]:
    """All keys that a sync reads, in a fixed order, page by page."""
    page: list[str] = []
    for prefix in prefixes(archive):
        async for entry in context.objects.list(archive, prefix):
            page.append(entry.key)
            if len(page) == _PAGE:
                yield page
                page = []
        if page:
            yield page
            page = []


def page_task(job: str, archive: ArchiveDefinition, number: int, keys: Sequence[str]) -> Task:
    """The task that stands for a page of keys."""
    windows = tuple(Window(window_id(job, key, 0, 0, ""), _NOBODY, 0, 0, True, ObjectKey(key)) for key in keys)
    return Task(
        id=task_id(job, 0, number),
        job=job,
        archive=archive.name,
        objects=tuple(ObjectRef(archive.name, key) for key in keys),
        windows=windows,
        parts=(Part(0, len(windows)),),
    )


async def read_page(context: IndexerContext, archive: ArchiveDefinition, task: Task) -> list[SettledWindow]:
    """Read the objects of a page's keys; returns how each ended. What was odd in an object is the detail of its
    outcome."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(window: Window) -> SettledWindow:
        async with gate:
            key = as_type(window.subject, ObjectKey).key
            odd = Oddities(key)
            try:
                refs = await _read_key(context, archive, key, odd)
            except ArchiveFormatError as error:
                return SettledWindow(window, Fate.DEAD, "unreadable", error.message)
            except AccessError as error:
                return SettledWindow(window, Fate.MISSING, "access_denied", error.message)
            except UnavailableError:
                raise
            except Exception as error:  # a bad object must not affect the others
                _log.exception("%s: %s cannot be brought in", archive.name, key)
                problem = f"{key} cannot be brought in ({type(error).__name__}: {error})."
                return SettledWindow(window, Fate.DEAD, "unreadable", problem)
        if refs is None:
            return SettledWindow(window, Fate.MISSING, "no_such_key", f"{key} went away while it was read.")
        return SettledWindow(window, Fate.SAVED, "odd_entries" if odd else "", odd.note, refs=refs)

    return list(await asyncio.gather(*(one(window) for window in task.windows)))


async def _read_key(context: IndexerContext, archive: ArchiveDefinition, key: str, odd: Oddities) -> list[str] | None:
    index = parse_index_key(key)
    if index is None:
        return await _read_stations(context, archive, key, odd) if key.endswith(".xml") else []
    collection = WAVEFORM_INDEX if index.day is not None else CATALOG_INDEX
    document = _key_document(archive, index)
    # Only catalogs, which are few, are read one by one; a waveform key is one cheap upsert.
    await upsert(context.store, collection, [document])
    if index.day is None and not await _read_catalog(context, archive, index, odd):
        return None
    return [document["_id"]]


def _key_document(archive: ArchiveDefinition, index: IndexKey) -> IndexKeyDocument:
    """The parts of an index key, under the names that the archives' tutorials use."""
    document: IndexKeyDocument = {
        "_id": f"{archive.name}/{index.key}",
        "archive": archive.name,
        "s3key": index.key,
        "key": index.key,
        "index_type": index.kind.value,
        "format": index.format.value,
        "year": index.year,
        "filename": index.filename,
    }
    if index.day is not None and index.yrday is not None:
        document |= {"yrday": index.yrday, "day": index.day}
    return document


async def _read_catalog(context: IndexerContext, archive: ArchiveDefinition, index: IndexKey, odd: Oddities) -> bool:
    found = await context.objects.get(archive, index.key)
    if found is None:
        return False
    rows = await asyncio.to_thread(read_catalog, found.data, TableFormat(index.format), index.key, odd)
    await upsert(context.store, SOURCE, (event_document(archive, row) for row in rows))
    await remove(context.store, SOURCE, (former_source_id(archive.name, row.evid) for row in rows))
    return True


async def _read_stations(
    context: IndexerContext, archive: ArchiveDefinition, key: str, odd: Oddities
) -> list[str] | None:
    found = await context.objects.get(archive, key)
    if found is None:
        return None
    epochs = await asyncio.to_thread(read_stationxml, found.data, key, odd)
    sites, channels = station_documents(archive, epochs, key, {})
    if sites and channels:
        known = await context.store[SITE].find_one({"_id": sites[0]["_id"]}, {"responses": 1})
        responses, pickles = await _responses(known, found, key, odd)
        if pickles:
            sites, channels = station_documents(archive, epochs, key, pickles)
        sites[0]["responses"] = responses
        without = {name for name, _ in responses["left_out"]}
        for document in channels:
            document["response_left_out"] = str(Channel.of_document(document)) in without
    await upsert(context.store, SITE, sites)
    await upsert(context.store, CHANNEL, channels)
    await remove(context.store, SITE, former_ids(sites))
    await remove(context.store, CHANNEL, former_ids(channels))
    return [str(document["_id"]) for document in sites]


async def _responses(
    known: SiteDocument | None, found: Fetched, key: str, odd: Oddities
) -> tuple[Responses, Mapping[tuple[Channel, int], bytes]]:
    """Two things of a StationXML document: channels whose response cannot be read, with the reason, as the site keeps
    them; and pickled channels. Because obspy is slow, nothing is pickled if the site says that this version was read
    before."""
    responses = None if known is None else known.get("responses")
    if responses and found.etag and tuple(responses["version"]) == (key, found.etag):
        for _, text in responses["left_out"]:
            odd.leave_out(text)
        return responses, {}
    try:
        read = await asyncio.to_thread(read_channels, found.data, key, odd)
    except ArchiveFormatError:
        read = ReadChannels({}, [])
    return {"version": (key, found.etag), "left_out": read.left_out}, read.pickles
