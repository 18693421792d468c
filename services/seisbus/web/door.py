"""Checks on every request (its host and its origin), and headers that tell browsers what is allowed."""

from __future__ import annotations

import hmac
import re
import secrets
from typing import Final
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .site import Site

TOKEN_COOKIE: Final = "seisbus_token"
FORM_COOKIE: Final = "seisbus_form"
# A job file of 4 MB, the limit of control, with every character escaped.
_FORM_BYTES: Final = 13_000_000

# Scripts come only from files of this page. Bokeh makes <style> elements in its shadow roots, which a nonce cannot
# allow.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class FormError(Exception):
    """A form that does not come from this page, or that the page would not send in this way."""


class Door:
    """Refuse requests with a wrong host name, and add the headers."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app, self._site = app, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
                if self._site.address.startswith("https://"):
                    headers["Strict-Transport-Security"] = "max-age=31536000"
            await send(message)

        request = Request(scope)
        if scope["path"] == "/healthz" or request.headers.get("host", "").lower() in self._site.hosts:
            await self._app(scope, receive, told)
            return
        said = f"This page is at {self._site.address} (SEISBUS_WEB_URL); requests under another name are refused.\n"
        await PlainTextResponse(said, 421)(scope, receive, told)


def token_of(request: Request) -> str:
    """The token that the browser stores for this page."""
    return request.cookies.get(TOKEN_COOKIE, "")


def keep_token(response: Response, token: str, site: Site) -> None:
    """Give the browser the token, which it keeps until it is closed. Scripts cannot read it, and other sites cannot
    send it."""
    secure = site.address.startswith("https://")
    response.set_cookie(TOKEN_COOKIE, token, httponly=True, samesite="lax", secure=secure)


def forget_token(response: Response) -> None:
    """Remove the token from the browser."""
    response.delete_cookie(TOKEN_COOKIE, httponly=True, samesite="lax")


def form_mark(request: Request) -> str:
    """A value that forms must contain. It is equal to a cookie that other sites can neither read nor send."""
    mark = request.cookies.get(FORM_COOKIE, "")
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}", mark):
        mark = getattr(request.state, "mark", "") or secrets.token_urlsafe(32)
    request.state.mark = mark
    return mark


def keep_mark(request: Request, response: Response, site: Site) -> None:
    """Give the browser the cookie for the forms of this answer."""
    mark = getattr(request.state, "mark", "")
    if mark and request.cookies.get(FORM_COOKIE) != mark:
        secure = site.address.startswith("https://")
        response.set_cookie(FORM_COOKIE, mark, httponly=True, samesite="strict", secure=secure)


async def form_of(request: Request, site: Site) -> dict[str, str]:
    """The fields of a form that this page sent; FormError for other forms."""
    origin = request.headers.get("origin", "")
    if origin not in site.origins:
        raise FormError(f"This request came from {origin or 'nowhere'} and not from {site.address}; nothing was done.")
    if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        raise FormError("This request is not a form of this page; nothing was done.")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _FORM_BYTES:
            raise FormError("The form is larger than 13 MB; nothing was done.")
    fields = {
        name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True).items()
    }
    mark = request.cookies.get(FORM_COOKIE, "")
    if not mark or not hmac.compare_digest(fields.get("mark", "").encode(), mark.encode()):
        raise FormError("The form is older than this visit; go back, load the page again and repeat. Nothing was done.")
    return fields


def own_path(text: str) -> str:
    """A path of this page to which a login may lead back;
    for everything else."""
    return text if re.fullmatch(r"/(?![/\\])[^\s\\\x00-\x1f]*", text) else "/"
