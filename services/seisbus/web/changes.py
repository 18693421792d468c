"""What buttons do. Control decides whether the caller may do it; every form must come from this page."""

from __future__ import annotations

from ..extras import extra
from ..model.outcome import RETRIABLE, Fate
from .door import FormError, form_of
from .visit import Visit

with extra("web"):
    from starlette.responses import RedirectResponse, Response


async def cancel(visit: Visit) -> Response:
    """Cancel a job."""
    await form_of(visit.request, visit.web.site)
    found = await visit.client.cancel(visit.request.path_params["job"])
    return RedirectResponse(f"/jobs/{found.id}", 303)


async def retry(visit: Visit) -> Response:
    """Plan windows of a job again: failed and cancelled ones, or those of one fate and reason."""
    fields = await form_of(visit.request, visit.web.site)
    fate = fields.get("fate", "")
    if fate and fate not in RETRIABLE:
        raise FormError(f"{fate} is not a fate that can be retried; there are {', '.join(RETRIABLE)}.")
    fates = [Fate(fate)] if fate else []
    found = await visit.client.retry(visit.request.path_params["job"], fates, fields.get("reason", ""))
    return RedirectResponse(f"/jobs/{found.id}", 303)


async def replay(visit: Visit) -> Response:
    """Plan again the windows that the job of a dead letter lost to dead letters."""
    await form_of(visit.request, visit.web.site)
    found = await visit.client.replay(visit.request.path_params["letter"])
    return RedirectResponse(f"/jobs/{found.id}", 303)
