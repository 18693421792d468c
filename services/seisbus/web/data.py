"""Windows of a job, what happened to one of them, and dead letters."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from libseis.isotime import DAY_NS

from ..client import Datum
from ..errors import UserError
from ..extras import extra
from ..model.outcome import Fate
from ..model.times import moment_ns
from .visit import Visit
from .words import codes, number

with extra("web"):
    from starlette.exceptions import HTTPException
    from starlette.responses import Response

_PAGE: Final = 100
# values that a page shows elsewhere, or that only the database uses
_ELSEWHERE: Final = frozenset(
    {"net", "sta", "loc", "chan", "t0_ns", "rate", "npts", "starttime", "endtime", "sampling_rate", "delta", "units"}
    | {"provenance", "outcome", "elog_id", "storage_mode", "format", "dir", "dfile", "foff", "nbytes", "sha256"}
    | {"gridfs_id", "_id", "window", "job", "attempt", "piece", "logdata", "tombstone", "count", "step_ns", "reason"}
    | {"start_ns", "length_ns", "time_standard", "utc_convertible"}
)


async def windows(visit: Visit) -> Response:
    """Windows by fate, reason, channel and day."""
    query = visit.request.query_params
    job, fate, reason, channel = (
        visit.request.path_params["job"],
        *(query.get(n, "") for n in ("fate", "reason", "channel")),
    )
    if fate and fate not in list(Fate):
        raise HTTPException(400, f"{fate} is not a fate; there are {', '.join(Fate)}.")
    day = query.get("day", "")
    start = _day_ns(day) if day else 0
    found_job, found = await asyncio.gather(
        visit.client.job(job),
        visit.client.outcome_page(
            job,
            _PAGE,
            query.get("page", ""),
            fates=[Fate(fate)] if fate else [],
            reason=reason,
            channel=channel,
            start_ns=start,
            end_ns=start + DAY_NS if day else 0,
        ),
    )
    chosen = {"fate": fate, "reason": reason, "channel": channel, "day": day}
    more = urlencode({name: value for name, value in chosen.items() if value} | {"page": found.next})
    return visit.page(
        "windows.html", job=found_job, outcomes=found, chosen=chosen, more=more, first=not query.get("page"),
        fates=list(Fate),
    )  # fmt: skip


def _day_ns(text: str) -> int:
    try:
        return moment_ns(text) // DAY_NS * DAY_NS
    except (ValueError, UserError):
        raise HTTPException(400, f"{text} is not a day; write one like 2023-05-01.") from None


async def datum(visit: Visit) -> Response:
    """One datum: its waveform, metadata, error log and where it comes from."""
    identity = visit.request.path_params["datum"]
    found = await visit.client.datum(identity)
    job = await visit.client.job(found.job)
    return visit.page("datum.html", datum=found, job=job, identity=identity, parts=list(_parts(found)))


def _parts(found: Datum) -> Iterator[dict[str, Any]]:
    """Facts, metadata, log and provenance of each piece, or of a dead window."""
    for piece in found.pieces:
        yield _part(piece.document, piece.log, piece.document)
    if found.grave:
        grave = found.grave
        yield _part({**grave["tombstone"], **grave}, grave.get("logdata") or (), grave["tombstone"])


def _part(document: Mapping[str, Any], log: Any, holder: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {k: v for k, v in sorted(document.items()) if k not in _ELSEWHERE and v is not None}
    entries = [
        (str(entry.get("badness", "")).rpartition(".")[2], entry.get("algorithm", ""), entry.get("error_message", ""))
        for entry in log
    ]
    sources = [
        (s["archive"], s["key"], s.get("etag") or "–", _ranges(s.get("ranges") or ()))
        for s in (holder.get("provenance") or {}).get("sources") or ()
    ]
    return {"document": document, "name": codes(holder), "metadata": metadata, "log": entries, "sources": sources}


def _ranges(ranges: Any) -> str:
    """Byte ranges; only the first ones."""
    pairs = [f"{number(a)} to {number(b)}" for a, b in zip(ranges[::2], ranges[1::2], strict=False)]
    return ", ".join(pairs[:4]) + (f" and {number(len(pairs) - 4)} more" if len(pairs) > 4 else "") or "all"


async def letters(visit: Visit) -> Response:
    """Messages that were given up."""
    query = visit.request.query_params
    job = query.get("job", "")
    found = await visit.client.letter_page(job, _PAGE, query.get("page", ""))
    more = urlencode(({"job": job} if job else {}) | {"page": found.next})
    return visit.page("letters.html", letters=found, job=job, more=more, may_replay=visit.may("operator"))


async def letter(visit: Visit) -> Response:
    """One message that was given up."""
    found = await visit.client.dead_letter(visit.request.path_params["letter"])
    return visit.page("letter.html", letter=found, may_replay=visit.may("operator"))
