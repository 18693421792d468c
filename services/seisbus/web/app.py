"""The application: its routes, the common part of all handlers, and what browsers may cache."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from ..client import ClientError, Transport
from ..deadlines import WEB_SECONDS
from ..extras import extra
from . import changes, data, figures, form, jobs, session
from .callers import Callers, LoginError
from .door import Door, FormError, forget_token, own_path, token_of
from .site import Site
from .visit import SEISBUS_VERSION, Visit, Web
from .words import FILTERS

with extra("web"):
    import bokeh
    from bokeh.util.paths import bokehjs_path
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.middleware import Middleware
    from starlette.middleware.gzip import GZipMiddleware
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse, RedirectResponse, Response
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles

_log = logging.getLogger("seisbus.web")
_HERE: Final = Path(__file__).parent
# HTTP's status for gRPC's, if it is not a fault of the server
_STATUS: Final = {
    "NOT_FOUND": 404,
    "PERMISSION_DENIED": 403,
    "INVALID_ARGUMENT": 400,
    "OUT_OF_RANGE": 400,
    "FAILED_PRECONDITION": 409,
    "ALREADY_EXISTS": 409,
    "RESOURCE_EXHAUSTED": 429,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}


Handler = Callable[[Visit], Awaitable[Response]]


def visited(handler: Handler, seconds: float | None = WEB_SECONDS) -> Callable[[Request], Awaitable[Response]]:
    """A handler that gets the visitor and has a time limit (None: it lasts as long as the visitor stays)."""

    async def endpoint(request: Request) -> Response:
        web: Web = request.app.state.web
        token = token_of(request)
        async with asyncio.timeout(seconds):
            client = web.callers.client(token)
            request.state.caller = caller = await web.callers.who(token)
            return await handler(Visit(web, request, client, caller, token))

    endpoint.__name__ = handler.__name__
    return endpoint


def make_app(site: Site, address: Callable[[], str], transport: Transport, *, own: bool = True) -> Starlette:
    """The page for the deployment whose control is now at `address`; for `own` see `Callers`."""
    web = Web(site, Callers(address, transport, own=own))
    web.templates.filters.update(FILTERS)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await web.live.close()
        await web.callers.close()

    routes = [
        Route("/healthz", healthy),
        Route("/login", session.show_login),
        Route("/login", session.login, methods=["POST"]),
        Route("/logout", session.logout, methods=["POST"]),
        Route("/", visited(jobs.jobs)),
        Route("/events", visited(jobs.jobs_events, None)),
        Route("/jobs/{job}", visited(jobs.job)),
        Route("/jobs/{job}/events", visited(jobs.job_events, None)),
        Route("/jobs/{job}/windows", visited(data.windows)),
        Route("/jobs/{job}/channels", visited(figures.channels)),
        Route("/jobs/{job}/map.json", visited(figures.stations)),
        Route("/jobs/{job}/days.json", visited(figures.days)),
        Route("/jobs/{job}/section.json", visited(figures.section)),
        Route("/jobs/{job}/cancel", visited(changes.cancel), methods=["POST"]),
        Route("/jobs/{job}/retry", visited(changes.retry), methods=["POST"]),
        Route("/data/{datum}", visited(data.datum)),
        Route("/data/{datum}/waveform.json", visited(figures.waveform)),
        Route("/dead-letters", visited(data.letters)),
        Route("/dead-letters/{letter}", visited(data.letter)),
        Route("/dead-letters/{letter}/replay", visited(changes.replay), methods=["POST"]),
        Route("/new", visited(form.new)),
        Route("/new", visited(form.submit), methods=["POST"]),
        Mount(f"/static/{SEISBUS_VERSION}", Lasting(directory=_HERE / "static")),
        Mount(f"/bokeh/{bokeh.__version__}", Lasting(directory=Path(bokehjs_path()) / "js")),
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Door, site=site), Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)],
        exception_handlers={
            LoginError: to_login,
            ClientError: refused,
            FormError: refused,
            HTTPException: not_here,
            TimeoutError: late,
            Exception: unexpected,
        },
        lifespan=lifespan,
    )
    app.state.web = web
    return app


class Lasting(StaticFiles):
    """Files with their version in the address."""

    async def get_response(self, path: str, scope: Any) -> Response:
        """A file that browsers may keep."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


async def healthy(_: Request) -> Response:
    """Answer that this process runs. Whether control runs is shown by control's own health."""
    return PlainTextResponse("ok\n")


async def to_login(request: Request, error: Exception) -> Response:
    """Send the visitor to the login, which leads back to this page."""
    if request.url.path.endswith((".json", "/events", "/channels")):
        return PlainTextResponse("Log in first.\n", 401)
    back = request.url.path if request.method == "GET" else "/"
    if request.method == "GET" and request.url.query:
        back += f"?{request.url.query}"
    query = {"back": own_path(back)} | ({"again": "1"} if token_of(request) else {})
    response = RedirectResponse(f"/login?{urlencode(query)}", 303)
    forget_token(response)
    return response


async def refused(request: Request, error: Exception) -> Response:
    """Show a sentence of control, or of this page's own checks."""
    status = _STATUS.get(error.code, 502) if isinstance(error, ClientError) else 403
    said = error.message if isinstance(error, ClientError) else str(error)
    return problem(request, status, said)


async def not_here(request: Request, error: Exception) -> Response:
    """Answer for a path that does not exist."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    told = error.detail if isinstance(error, HTTPException) else ""
    said = told if told and told != "Not Found" else "There is no such page."
    return problem(request, status, said)


async def late(request: Request, _: Exception) -> Response:
    """Answer when control takes too long."""
    return problem(
        request, 504, f"Control did not finish its answer within {WEB_SECONDS:.0f} s; the page can be loaded again."
    )


async def unexpected(request: Request, error: Exception) -> Response:
    """Answer for a fault of this program."""
    _log.error("unexpected", exc_info=error)
    return problem(
        request, 500, f"The page met an unexpected {type(error).__name__}; the log of the web service has the details."
    )


def problem(request: Request, status: int, said: str) -> Response:
    """A page, or a plain sentence for scripts, that says what is wrong."""
    web: Web = request.app.state.web
    if request.url.path.endswith((".json", "/events", "/channels")):
        return PlainTextResponse(f"{said}\n", status)
    return web.page(request, "problem.html", status, said=said, code=status)
