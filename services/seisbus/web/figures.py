"""Pictures as JSON for the page's script, and a table with the same contents as two of them."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from libseis.isotime import SECOND_NS, iso

from ..client import Availability, Query
from ..client.decode import datum_of
from ..client.paged import end_ns
from ..errors import ClientError, UserError
from ..extras import extra
from ..model.outcome import Fate
from ..model.times import moment_ns
from .drawing.days import days_picture
from .drawing.stations import Place, Station, counts_of, stations_picture
from .drawing.style import as_sentence
from .drawing.traces import datum_picture, section_picture
from .visit import Visit
from .words import FATES

with extra("web"):
    from starlette.exceptions import HTTPException
    from starlette.responses import HTMLResponse, Response

# Traces of a section, and the samples that are read for them: 30 million need some seconds and 240 MB while they are
# thinned.
_TRACES: Final = 60
_SAMPLES: Final = 30_000_000
# Number of stations in one question about station metadata.
_STATIONS: Final = 150
_CHANNELS: Final = 200
# Documents from which those of a section are chosen: three components per trace, and some that cannot be used.
_LISTED: Final = 4 * _TRACES
# Windows of one event begin within this time: the slowest waves have gone round the Earth by then.
_EVENT_NS: Final = 4 * 3600 * SECOND_NS
# last letters of channel codes; an empty text means all
COMPONENTS: Final[Mapping[str, str]] = {"Z": "Z", "N": "N1", "E": "E2", "all": ""}


def _json(text: str) -> Response:
    return Response(text, media_type="application/json")


async def _rows(visit: Visit) -> list[Availability]:
    job = visit.request.path_params["job"]
    return await visit.web.recent.once(("rows", visit.token, job), lambda: visit.client.availability(job))


async def days(visit: Visit) -> Response:
    """Channels by days."""
    rows = await _rows(visit)
    job = visit.request.path_params["job"]
    key = ("days", visit.token, job)
    return _json(await visit.web.recent.once(key, lambda: asyncio.to_thread(days_picture, rows)))


async def stations(visit: Visit) -> Response:
    """The map."""
    job = visit.request.path_params["job"]
    rows = await _rows(visit)
    counts = counts_of(rows)
    archive = (await visit.client.job(job)).spec.get("archive") or ""
    if not archive:
        return _json(as_sentence("This job reads no archive, so there is no map."))
    key = ("places", visit.token, archive, frozenset(counts))
    places = await visit.web.lasting.once(key, lambda: _places(visit, archive, sorted(counts), rows))
    return _json(await asyncio.to_thread(stations_picture, counts, places))


async def _places(
    visit: Visit, archive: str, wanted: Sequence[Station], rows: Sequence[Availability]
) -> dict[Station, Place]:
    """The places of stations, from the archive's station metadata; the last epoch counts."""
    found: dict[Station, Place] = {}
    first, last = min((row.day_ns for row in rows), default=0), max((row.day_ns for row in rows), default=0)
    for begin in range(0, len(wanted), _STATIONS):
        some = wanted[begin : begin + _STATIONS]
        documents = await visit.client.channels(
            archive,
            iso(first),
            iso(last + 1),
            net=",".join(sorted({net for net, _ in some})),
            sta=",".join(sorted({sta for _, sta in some})),
        )
        for document in documents:
            if document.get("lat") is not None and document.get("lon") is not None:
                found[document["net"], document["sta"]] = (float(document["lat"]), float(document["lon"]))
    return found


async def channels(visit: Visit) -> Response:
    """Windows by channel and fate; channels that lost most come first."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in await _rows(visit):
        mine = counts[str(row.channel)]
        mine.update(row.ledger.counts())
        mine["open"] += max(0, row.ledger.planned - row.ledger.settled)
    ordered = sorted(counts.items(), key=lambda item: (-sum(item[1][f] for f in FATES if f != "saved"), item[0]))
    return HTMLResponse(
        visit.web.part(
            "_channels.html", job=visit.request.path_params["job"], rows=ordered[:_CHANNELS],
            more=max(0, len(ordered) - _CHANNELS), fates=FATES,
        )
    )  # fmt: skip


async def section(visit: Visit) -> Response:
    """A record section: waveforms of one component that begin together, from the start of the job or at the time
    `at`."""
    query = visit.request.query_params
    job, at, component = visit.request.path_params["job"], query.get("at", "").strip(), query.get("component", "Z")
    if component not in COMPONENTS:
        raise HTTPException(400, f"{component} is not a component; there are {', '.join(COMPONENTS)}.")
    try:
        wanted = await _section_query(visit, job, moment_ns(at) if at else None)
    except (ValueError, UserError) as error:
        return _json(as_sentence(f"{str(error)[:1].upper()}{str(error)[1:]}."))
    documents = [] if wanted is None else await visit.client.waveform_page(wanted, _LISTED)
    if not documents:
        return _json(as_sentence("No waveform of this job is stored then." if at else "No waveform is stored yet."))
    mine = _of_component(_together(documents), component)
    if not mine:
        return _json(as_sentence("No waveform of this component is stored; choose another."))
    chosen = _affordable(mine[:_TRACES])
    key = ("section", visit.token, tuple(str(document["_id"]) for document in chosen))
    return _json(await visit.web.lasting.once(key, lambda: _section(visit, chosen, len(mine) - len(chosen))))


async def _section_query(visit: Visit, job: str, moment: int | None) -> Query | None:
    """The query for the waveforms at a time, or for the event or the time of the first saved window. It always has a
    span, which the database needs to find them fast. None if nothing is saved."""
    if moment is not None:
        return Query(job=job, start=iso(moment), end=iso(moment + 1))
    first = (await visit.client.outcome_page(job, 1, fates=[Fate.SAVED])).items
    if not first:
        return None
    start, event = first[0].start_ns, first[0].event
    if event:
        return Query(job=job, event=event, start=iso(start - _EVENT_NS), end=iso(start + _EVENT_NS))
    middle = (start + first[0].end_ns) // 2  # the first samples of channels may differ by one sample
    return Query(job=job, start=iso(middle), end=iso(middle + 1))


def _of_component(documents: Sequence[dict[str, Any]], component: str) -> list[dict[str, Any]]:
    """The documents of channels whose code ends with a component's letter; Seismograms stay, because they have all
    three."""
    letters = COMPONENTS[component]
    return [d for d in documents if _kind(d) or not letters or str(d["chan"])[-1:] in letters]


def _together(documents: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The documents with the same event as the first one, or, without an event, those that begin before it ends. Each
    channel is there once."""
    first = documents[0]
    event, end = first.get("event") or "", end_ns(first)
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for document in documents:
        same = document.get("event") == event if event else document["t0_ns"] < end
        if same and _kind(document) == _kind(first):
            found.setdefault(_channel(document), document)
    return list(found.values())


def _kind(document: Mapping[str, Any]) -> bool:
    return isinstance(document["chan"], list)


def _channel(document: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(document.get(code) or "") for code in ("net", "sta", "loc", "chan"))


def _affordable(documents: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """As many documents as the limit of samples allows, at least one."""
    samples = 0
    found: list[dict[str, Any]] = []
    for document in documents:
        samples += document["npts"] * (3 if _kind(document) else 1)
        if found and samples > _SAMPLES:
            break
        found.append(document)
    return found


async def _section(visit: Visit, documents: Sequence[dict[str, Any]], more: int) -> str:
    query = Query(
        job=documents[0]["job"],
        start=iso(min(document["t0_ns"] for document in documents)),
        end=iso(max(end_ns(document) for document in documents) + 1),
        sta=",".join(sorted({document["sta"] for document in documents})),
        components=3 if _kind(documents[0]) else 1,
    )
    wanted = {str(document["_id"]) for document in documents}
    found: list[Any] = []
    async for stored in visit.client.stored(query):
        if str(stored.document["_id"]) in wanted:
            wanted.discard(str(stored.document["_id"]))
            found.append(await asyncio.to_thread(datum_of, stored))
        if not wanted:
            break
    return await asyncio.to_thread(section_picture, found, more)


async def waveform(visit: Visit) -> Response:
    """The waveform of one datum."""
    found = await visit.client.datum(visit.request.path_params["datum"])
    if not found.pieces:
        return _json(as_sentence("This window is dead, so no samples of it are stored."))
    documents = [dict(piece.document) for piece in found.pieces]
    if sum(document["npts"] for document in documents) > _SAMPLES:
        return _json(as_sentence("This waveform is too long to be drawn here; `seisbus plot` draws it."))
    data = []
    try:
        async for stored in visit.client.pieces(documents):
            data.append(await asyncio.to_thread(datum_of, stored))
    except ClientError as error:
        return _json(as_sentence(error.message))
    unread = next((log.message for datum in data if not datum.live for log in datum.elog.get_error_log()), "")
    if unread:
        return _json(as_sentence(unread))
    return _json(await asyncio.to_thread(datum_picture, data))
