"""Paged reads for the control plane: jobs, outcomes, waveform documents, logs, archive holdings.

Each read uses one index by its full equality prefix and at most one range (the rules for speed in `collections`), and
filters the rest while it reads. What grows with a job is read in slices.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from cachetools import LRUCache

from libseis.codes import Channel, ChannelFilter
from libseis.epochs import of_document
from libseis.segments import Rate

from ..errors import NotFoundError
from ..model.ids import document_id, job_of
from ..model.stored_waveforms import channels_of
from . import collections as c
from .client import Store, translated
from .collections import Collection
from .documents import (
    ChannelDocument,
    DayFileDocument,
    DeadLetterDocument,
    Document,
    ErrorLog,
    Grave,
    IndexKeyDocument,
    JobDocument,
    LogEntry,
    ObjectId,
    Provenance,
    SavedDocument,
    SourceDocument,
)
from .graves import expand_log, windows_of_grave
from .named import CANDIDATES, beginning, one_of
from .normalized import WITHOUT_PICKLE
from .pages import Page, PageRequest, token
from .slices import bounded, by_hash, shares_of, spans_of

D = TypeVar("D", bound=Mapping[str, Any])
Accept = Callable[[D], bool]

# starttime is a float with a resolution of about 2e-7 s, so `t0_ns` decides
_MARGIN_S = 1e-6
_PROVENANCES = 10_000  # kept while documents are read, a few hundred bytes each
# So many pieces of a window are looked for.
_PIECES = 100
# Digits of an ObjectId; ids of older versions were longer.
_HEX = 24
# Error logs that are read by one query.
_LOGS = 100
# The beginning of an ObjectId; shorter ones fit too many.
_BEGINNING = re.compile(r"[0-9a-f]{6,23}")
_ANY_CHANNEL = ChannelFilter()
_NOT_KNOWN = cast(Provenance, {})  # a purge has taken the document that had it


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """Closed-open span of time in nanoseconds since 1970; None is unbounded."""

    start_ns: int | None = None
    end_ns: int | None = None


ANY_TIME = TimeSpan()


@dataclass(frozen=True, slots=True)
class WaveformFilter:
    """Which stored waveforms; empty texts mean any. A waveform matches if it overlaps `span`; a Seismogram matches if
    one of its channels does. `components`: 1 for TimeSeries, 3 for Seismograms, 0 for both."""

    job: str = ""
    channels: ChannelFilter = _ANY_CHANNEL
    span: TimeSpan = ANY_TIME
    data_tag: str = ""
    event: str = ""
    components: int = 0


async def jobs(store: Store, request: PageRequest) -> Page[JobDocument]:
    """Jobs, newest first, without their specification (`get_job` has it)."""
    where: Document = {}
    if (after := request.position("jobs")) is not None:
        where = {"_id": {"$gte": "", "$lt": after[0]}}
    cursor = store[c.JOB].find(where, {"spec": 0}).sort("_id", -1)
    return await _counted(store[c.JOB], cursor, request, 50, ("jobs",), where)


async def waveforms(store: Store, wanted: WaveformFilter, request: PageRequest) -> Page[SavedDocument]:
    """wf documents in order of start time."""
    scope = ("waveforms", wanted)
    after = request.position(*scope)
    found = _in_order(store, wanted, None if after is None else after[0])
    page = await _page(found, request, 1000, scope, lambda d: [d["starttime"], d["_id"]], _accepts(wanted), after)
    known: LRUCache[str, Provenance] = LRUCache(_PROVENANCES)
    for document in page.documents:
        await with_provenance(store, document, known)
    return page


async def _in_order(store: Store, wanted: WaveformFilter, after: float | None = None) -> AsyncIterator[SavedDocument]:
    """Documents that may match a filter, out of all collections of waveforms, in order of start time and from the start
    `after` on. If a job is named, data that earlier jobs stored for it are among them."""
    where = _waveform_query(wanted)
    if after is not None:
        where = bounded(where, {"$gte": after})
    jobs = await _jobs_of(store, wanted) if wanted.job or not set(where) - {"starttime", "data_tag"} else []
    slices = await spans_of(store, jobs) if jobs else [{}]
    if jobs and not {"event", "net"} & set(where):  # they are found by the index on job and start time
        queries = await _queries_of_jobs(store, wanted, where, jobs, slices)
    else:
        queries = [[bounded(where, bounds)] for bounds in slices]
    held: list[SavedDocument] = []  # these start after the slices that were read, because a share may reach further
    for bounds, asked in zip(slices, queries, strict=True):
        for query in asked:
            if not _empty(query.get("starttime", {})):
                for name, components in c.WAVEFORMS.items():
                    if wanted.components in (0, components):
                        held += await store[name].find(_there(components, query)).to_list()
        held.sort(key=lambda document: (document["starttime"], document["_id"]))
        due = bisect_left(held, bounds["$lt"], key=lambda d: d["starttime"]) if "$lt" in bounds else len(held)
        for document in held[:due]:
            yield document
        del held[:due]


async def _queries_of_jobs(
    store: Store, wanted: WaveformFilter, where: Document, jobs: Sequence[JobDocument], slices: Sequence[Document]
) -> list[list[Document]]:
    """For each slice the queries by job; a job is not asked in a slice of whose time it has no data."""
    rest = {name: value for name, value in where.items() if name == "starttime"}
    queries: list[list[Document]] = [[] for _ in slices]
    for job in jobs:
        fields = ["job", "shared_by"] if wanted.job and job.get("points_to") else ["job"]
        for number, bounds in (await shares_of(store, slices, job)).items():
            queries[number] += [bounded({name: job["_id"], **rest}, bounds) for name in fields]
    return queries


async def _jobs_of(store: Store, wanted: WaveformFilter) -> list[JobDocument]:
    """The jobs whose waveforms can match: the one that is named, those with the tag, or all."""
    if wanted.job:
        job = await store[c.JOB].find_one({"_id": wanted.job})
        return [] if job is None else [job]
    found = await store[c.JOB].find({}).to_list()
    tag = wanted.data_tag
    return [job for job in found if not tag or job["spec"].get("output", {}).get("data_tag", "") == tag]


def _empty(bounds: Mapping[str, float]) -> bool:
    return "$gte" in bounds and "$lt" in bounds and bounds["$gte"] >= bounds["$lt"]


def _there(components: int, where: Document) -> Document:
    """The query without conditions that no index of the collection serves: a Seismogram has three channels, and no
    index on them."""
    return where if components == 1 else {name: value for name, value in where.items() if name != "chan"}


async def with_provenance(store: Store, document: SavedDocument, known: LRUCache[str, Provenance]) -> None:
    """Put into a wf document the provenance that its task's outcome document holds; `known` keeps what was read."""
    identity = document.get("outcome")
    if "provenance" in document or identity is None:
        return
    if identity not in known:
        found = await store[c.OUTCOME].find_one({"_id": identity}, {"provenance": 1})
        known[identity] = _NOT_KNOWN if found is None or "fate" in found else found.get("provenance", _NOT_KNOWN)
    document["provenance"] = known[identity]


async def each_waveform(store: Store, wanted: WaveformFilter, limit: int = 0) -> AsyncIterator[SavedDocument]:
    """wf documents in order of start time, one by one, at most `limit` (0 means all), in bounded memory."""
    accept = _accepts(wanted)
    given = 0
    known: LRUCache[str, Provenance] = LRUCache(_PROVENANCES)
    with translated():
        async for document in _in_order(store, wanted):
            if not accept(document):
                continue
            await with_provenance(store, document, known)
            yield document
            given += 1
            if given == limit:
                return


async def datum(store: Store, identity: str) -> tuple[list[SavedDocument], Grave | None]:
    """The wf documents, or the grave, of a datum: by the `_id` of one of them, or by the id of the window.

    NotFoundError when there is neither.
    """
    if _BEGINNING.fullmatch(identity):
        identity = await _document_id(store, identity)
    by_id = ObjectId.is_valid(identity)
    ids = [ObjectId(identity)] if by_id else [ObjectId(document_id(identity, str(n))) for n in range(_PIECES)]
    with translated():
        documents = [one for name in c.WAVEFORMS async for one in store[name].find({"_id": {"$in": ids}})]
        grave = None
        if not documents and by_id:
            grave = await store[c.CEMETERY].find_one({"_id": ids[0]})
        elif not documents:
            async for some in by_hash(store, c.CEMETERY, job_of(identity)):
                grave = next((other for other in some if identity in windows_of_grave(other)), None)
                if grave is not None:
                    break
    if not documents and grave is None:
        raise NotFoundError(
            f"No datum {identity} is stored; `seisbus outcomes JOB` lists the windows of a job with their ids."
        )
    known: LRUCache[str, Provenance] = LRUCache(_PROVENANCES)
    for document in documents:
        await with_provenance(store, document, known)
    return sorted(documents, key=lambda document: document["piece"]), grave


async def _document_id(store: Store, text: str) -> str:
    """The id of the saved or dead datum that begins with these digits; the text itself if there is none."""
    bounds = {"$gte": ObjectId(text.ljust(24, "0")), "$lte": ObjectId(text.ljust(24, "f"))}
    found: list[Mapping[str, Any]] = []
    with translated():
        for name in (*c.WAVEFORMS, c.CEMETERY):
            found += await store[name].find({"_id": bounds}, {"_id": 1}).to_list(CANDIDATES + 1)
    return str(one_of(found, text, "data")["_id"]) if found else text


async def logdata_of(store: Store, documents: Sequence[SavedDocument]) -> list[list[LogEntry]]:
    """The error log of each wf document (MsPASS's logdata, empty without one), by one query for all of them."""
    wanted = list({document["elog_id"] for document in documents if document.get("elog_id") is not None})
    found: dict[Any, list[LogEntry]] = {}
    if wanted:
        with translated():
            async for log in store[c.ELOG].find({"_id": {"$in": wanted}}, {"logdata": 1}):
                found[log["_id"]] = log.get("logdata") or []
    return [found.get(document.get("elog_id"), []) for document in documents]


async def logged_batches(
    store: Store, wanted: WaveformFilter, limit: int = 0
) -> AsyncIterator[list[tuple[SavedDocument, list[LogEntry]]]]:
    """`each_waveform` with the error log of each, a hundred at a time."""
    batch: list[SavedDocument] = []
    size = 1  # the first comes at once
    async for document in each_waveform(store, wanted, limit):
        batch.append(document)
        if len(batch) >= size:
            yield list(zip(batch, await logdata_of(store, batch), strict=True))
            batch, size = [], _LOGS
    if batch:
        yield list(zip(batch, await logdata_of(store, batch), strict=True))


async def of_job(store: Store, collection: Collection[D], job: str, request: PageRequest) -> Page[D]:
    """Documents of `cemetery`, `dead_letter` or others that belong to a job (any job when empty)."""
    scope = (collection, job)
    after = request.position(*scope)
    if job and collection == c.CEMETERY:  # there may be as many as windows, if each is dead for another reason
        found = _each(by_hash(store, collection, job, None if after is None else _hash_id(after[0])))
    else:
        where: Document = {"job": job} if job else {}
        cursor = store[collection].find(where, {"body": 0}).sort("_id", 1)
        return await _counted(store[collection], cursor, request, 1000, scope, where, after)
    return await _page(found, request, 1000, scope, lambda d: [d["_id"]], None, after)


async def _each(batches: AsyncIterator[list[D]]) -> AsyncIterator[D]:
    async for some in batches:
        for document in some:
            yield document


def _hash_id(identity: object) -> ObjectId | None:
    """The id that a page ended with; None if it is a text, as older versions had."""
    return identity if isinstance(identity, ObjectId) else None


async def logs(store: Store, job: str, request: PageRequest) -> Page[ErrorLog]:
    """Error logs of a job's saved data, one document per window, in order of their documents' `_id`."""
    scope = ("logs", job)
    after = request.position(*scope)
    limit = request.limit(1000)
    found: list[ErrorLog] = []
    at: list[str | int] = []
    from_here = ObjectId(after[0]) if after and ObjectId.is_valid(after[0]) else None
    async for document in _each(by_hash(store, c.ELOG, job, from_here)):
        identity = str(document["_id"])
        if after and from_here is None and len(identity) != _HEX and identity < str(after[0]):
            continue  # of an older version
        for number, log in enumerate(expand_log(document)):
            if after and identity == str(after[0]) and number <= after[1]:
                continue
            if len(found) == limit:
                return Page(found, token(at, *scope))
            found.append(log)
            at = [identity, number]
    return Page(found)


async def dead_letter(store: Store, identity: str) -> DeadLetterDocument:
    """One dead letter with its body; NotFoundError if the id is unknown."""
    with translated():
        found = await store[c.DEAD_LETTER].find_one({"_id": identity})
        if found is not None:
            return found
        some = await store[c.DEAD_LETTER].find({"_id": beginning(identity)}).sort("_id", -1).to_list(CANDIDATES + 1)
    if not some:
        raise NotFoundError(f"There is no dead letter {identity}; `seisbus deadletters list` shows those that exist.")
    return one_of(some, identity, "dead letters")


async def count_dead_letters(store: Store, job: str) -> Mapping[str, int]:
    """Dead letters of a job by reason."""
    counts: dict[str, int] = {}
    with translated():
        async for document in store[c.DEAD_LETTER].find({"job": job}, {"reason": 1}):
            counts[document["reason"]] = counts.get(document["reason"], 0) + 1
    return counts


@dataclass(frozen=True, slots=True)
class KeyFilter:
    """Which index keys of an archive: 0 and "" mean all."""

    archive: str
    collection: Collection[IndexKeyDocument]
    year: int = 0
    day: int = 0
    format: str = ""


async def index_keys(store: Store, wanted: KeyFilter, request: PageRequest) -> Page[IndexKeyDocument]:
    """Index key documents in order of key."""
    scope = ("index_keys", wanted)
    after = request.position(*scope)
    where: Document = {"archive": wanted.archive}
    where |= {k: v for k, v in (("year", wanted.year), ("day", wanted.day), ("format", wanted.format)) if v}
    collection = store[wanted.collection]
    return await _counted(collection, collection.find(where).sort("_id", 1), request, 1000, scope, where, after)


async def day_files(
    store: Store, archive: str, day: str, channels: ChannelFilter, request: PageRequest
) -> Page[DayFileDocument]:
    """day_file documents of one day in order of key."""
    scope = ("day_files", archive, day, channels)
    after = request.position(*scope)
    low, high = _below(f"{archive}/{day}")
    bounds = {"$gte": low} if after is None else {"$gt": after[0]}
    where: Document = {"day": f"{archive}/{day}", "_id": bounds | {"$lt": high}}
    cursor = store[c.DAY_FILE].find(where, {"knots": 0, "runs": 0}).sort("_id", 1)
    return await _page(
        cursor, request, 1000, scope, lambda d: [d["_id"]], lambda d: channels.matches(Channel.of_document(d)), after
    )


async def has_events(store: Store, archive: str) -> bool:
    """Whether any catalog of the archive has been read."""
    with translated():
        return await store[c.SOURCE].find_one({"archive": archive}, {"_id": 1}) is not None


async def events(
    store: Store,
    archive: str,
    span: TimeSpan,
    above: float | None,
    most: float | None,
    request: PageRequest,
) -> Page[SourceDocument]:
    """Source documents in order of origin time; magnitude strictly above `above` and at most `most`.

    An event without a magnitude matches only when neither bound is given.
    """
    scope = ("events", archive, span, above, most)
    after = request.position(*scope)
    bounds: Document = {"$gte": span.start_ns if span.start_ns is not None else -(2**63)}
    if after is not None:
        bounds["$gte"] = max(bounds["$gte"], after[0])
    if span.end_ns is not None:
        bounds["$lt"] = span.end_ns

    def accept(document: SourceDocument) -> bool:
        mag = document.get("mag")
        if mag is None:
            return above is None and most is None
        return (above is None or mag > above) and (most is None or mag <= most)

    cursor = store[c.SOURCE].find({"archive": archive, "time_ns": bounds}).sort([("time_ns", 1), ("_id", 1)])
    return await _page(cursor, request, 1000, scope, lambda d: [d["time_ns"], d["_id"]], accept, after)


async def channels(
    store: Store, archive: str, wanted: ChannelFilter, span: TimeSpan, request: PageRequest
) -> Page[ChannelDocument]:
    """Channel epochs of station metadata that overlap a span, in order of channel and start."""
    scope = ("channels", archive, wanted, span)
    after = request.position(*scope)
    where: Document = {"archive": archive}
    if _plain(wanted.net):
        where["net"] = wanted.net
        if _plain(wanted.sta):
            where["sta"] = wanted.sta

    def accept(document: ChannelDocument) -> bool:
        return wanted.matches(Channel.of_document(document)) and of_document(document).overlaps(
            span.start_ns, span.end_ns
        )

    order = ("net", "sta", "loc", "chan", "starttime", "_id")
    cursor = store[c.CHANNEL].find(where, WITHOUT_PICKLE).sort([(name, 1) for name in order])
    return await _page(cursor, request, 1000, scope, lambda d: [d.get(name, "") for name in order], accept, after)


def _waveform_query(wanted: WaveformFilter) -> Document:
    """A query that one index serves, and that finds at least everything that `_accepts` takes."""
    codes = wanted.channels
    where: Document = {}
    if wanted.event:
        where["event"] = wanted.event
    elif all(_plain(code) for code in (codes.net, codes.sta, codes.chan)):
        where |= {"net": codes.net, "sta": codes.sta, "chan": codes.chan}
    elif wanted.job:
        where["job"] = wanted.job
    elif wanted.data_tag:
        where["data_tag"] = wanted.data_tag
    if wanted.span.end_ns is not None:
        where["starttime"] = {"$lt": wanted.span.end_ns / 1e9 + _MARGIN_S}
    return where


def _accepts(wanted: WaveformFilter) -> Accept[SavedDocument]:
    """The exact test of a filter."""
    codes = wanted.channels

    def accept(document: SavedDocument) -> bool:
        return (
            (not wanted.job or document.get("job") == wanted.job or wanted.job in document.get("shared_by", ()))
            and (not wanted.data_tag or document.get("data_tag") == wanted.data_tag)
            and (not wanted.event or document.get("event") == wanted.event)
            and _overlaps(document, wanted.span)
            and any(map(codes.matches, channels_of(document)))
        )

    return accept


def last_sample_ns(document: SavedDocument) -> int:
    """Time of the last sample of a wf document, nanoseconds since 1970."""
    numerator, denominator = map(int, document["rate"])
    return int(document["t0_ns"]) + Rate(numerator, denominator).span_ns(int(document["npts"]) - 1)


def _overlaps(document: SavedDocument, span: TimeSpan) -> bool:
    return (span.end_ns is None or document["t0_ns"] < span.end_ns) and (
        span.start_ns is None or last_sample_ns(document) >= span.start_ns
    )


def _plain(code: str) -> bool:
    return bool(code) and not set("*?,") & set(code)


def _below(prefix: str) -> tuple[str, str]:
    return f"{prefix}/", f"{prefix}0"  # "0" follows "/" in ASCII


async def _counted(
    collection: Any,
    cursor: AsyncIterator[D],
    request: PageRequest,
    usual: int,
    scope: tuple[object, ...],
    where: Document,
    after: list[Any] | None = None,
) -> Page[D]:
    """A page, in order of `_id`, of everything that a query finds; the server counts the total."""
    page = await _page(cursor, replace(request, count=False), usual, scope, lambda d: [d["_id"]], None, after)
    if not request.count:
        return page
    with translated():
        return replace(page, total=await collection.count_documents(where))


async def _page(
    cursor: AsyncIterator[D],
    request: PageRequest,
    usual: int,
    scope: tuple[object, ...],
    key: Callable[[D], list[Any]],
    accept: Accept[D] | None = None,
    after: list[Any] | None = None,
) -> Page[D]:
    """The next documents of a sorted cursor that are accepted and lie after `after`."""
    limit = request.limit(usual)
    found: list[D] = []
    total, following = 0, ""
    with translated():
        async for document in cursor:
            if (accept is not None and not accept(document)) or (after is not None and key(document) <= after):
                continue
            total += 1
            if after is None and total <= request.skip:
                continue
            if len(found) < limit:
                found.append(document)
                continue
            following = following or token(key(found[-1]), *scope)
            if not request.count:
                break
    return Page(found, following, total if request.count else 0)
