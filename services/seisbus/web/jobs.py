"""The list of jobs and the page of one job; both are live."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any, Final

from ..client import ClientError, Job
from ..client.paged import Paged
from ..extras import extra
from .door import form_mark
from .live import EVERY_SECONDS, Seen
from .pace import Speed
from .results import results_of
from .visit import Visit
from .words import as_yaml

with extra("web"):
    from starlette.responses import Response, StreamingResponse

_PAGE: Final = 50
# Seconds between two questions of the list to control; they take at most a tenth of the time.
_LIST_SECONDS: Final = 2.0
_EVENT_HEADERS: Final = {"X-Accel-Buffering": "no"}  # otherwise nginx holds events back


async def jobs(visit: Visit) -> Response:
    """Jobs, newest first."""
    token = visit.request.query_params.get("page", "")
    found = await visit.client.job_page(_PAGE, token)
    return visit.page("jobs.html", jobs=found, first=not token, may_submit=visit.may("submitter"))


async def jobs_events(visit: Visit) -> Response:
    """Send the rows of the first page again after each change."""

    async def events() -> AsyncIterator[str]:
        last = ""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                found: Paged[Job] = await visit.client.job_page(_PAGE)
                parts = {"jobs": visit.web.part("_jobs.html", jobs=found), "problem": ""}
            except ClientError as error:
                parts = {"problem": visit.web.part("_problem.html", said=error.message)}
            text = json.dumps({"parts": parts})
            yield f"data: {text}\n\n" if text != last else ": beat\n\n"
            last = text
            await asyncio.sleep(max(_LIST_SECONDS, 10 * (loop.time() - began)))

    return StreamingResponse(events(), media_type="text/event-stream", headers=_EVENT_HEADERS)


async def job(visit: Visit) -> Response:
    """One job: its progress, why windows are not saved, its map, availability and section."""
    identity = visit.request.path_params["job"]
    found, reasons, letters = await asyncio.gather(
        visit.client.job(identity), visit.client.reasons(identity), visit.client.letter_page(identity, 1)
    )
    return visit.page(
        "job.html",
        job=found,
        seen=Seen(progress=found.progress, reasons=tuple(reasons)),
        speed=_mean(found) if found.state.closed else Speed(),
        letters=bool(letters.items),
        spec=as_yaml(found.spec),
        pictures=found.kind == "window",
        results=await results_of(visit.client, found),
        **_rights(visit),
    )


async def job_events(visit: Visit) -> Response:
    """The parts of a job's page that change."""
    identity = visit.request.path_params["job"]
    first = await visit.client.job(identity)  # a job that does not exist is reported at once

    async def events() -> AsyncIterator[str]:
        known: dict[str, str] = {}
        settled = -1
        async for seen in visit.web.live.follow(visit.client, visit.token, identity):
            parts = _parts(visit, first, seen)
            if seen.progress is not None and (seen.closed or seen.progress.ledger.settled != settled):
                with contextlib.suppress(ClientError):  # the watch reports it
                    if made := await results_of(visit.client, first):
                        parts["results"] = visit.web.part(made.template, job=first, results=made)
            changed = {name: text for name, text in parts.items() if known.get(name) != text}
            known |= parts
            message: dict[str, Any] = {"parts": changed, "closed": seen.closed}
            if seen.progress is not None and seen.progress.ledger.settled != settled:
                settled = seen.progress.ledger.settled
                message["grown"] = True
            yield f"data: {json.dumps(message)}\n\n" if len(message) > 2 or changed or seen.closed else ": beat\n\n"
            await asyncio.sleep(EVERY_SECONDS)
        yield "event: end\ndata: {}\n\n"

    return StreamingResponse(events(), media_type="text/event-stream", headers=_EVENT_HEADERS)


def _parts(visit: Visit, job: Job, seen: Seen) -> dict[str, str]:
    if seen.progress is None:
        return {"problem": visit.web.part("_problem.html", said=seen.problem)}
    common = {"job": job, "seen": seen, **_rights(visit)}
    return {
        "problem": visit.web.part("_problem.html", said=seen.problem),
        "state": visit.web.part("_state.html", progress=seen.progress),
        "progress": visit.web.part("_progress.html", **common, speed=seen.speed),
        "stages": visit.web.part("_stages.html", **common),
        "reasons": visit.web.part("_reasons.html", **common),
        "actions": visit.web.part("_actions.html", **common, mark=form_mark(visit.request)),
    }


def _rights(visit: Visit) -> dict[str, bool]:
    return {"may_change": visit.may("submitter"), "may_replay": visit.may("operator")}


def _mean(job: Job) -> Speed:
    """The average speed of a closed job; after a retry it has little meaning."""
    seconds = (job.close_time_ns - job.submit_time_ns) / 1e9
    if seconds <= 0 or job.progress.attempt > 1:
        return Speed()
    return Speed(job.ledger.settled / seconds, job.progress.stored_bytes / seconds)
