"""The web page as its users meet it: a process of its own, and Debian's Chromium, headless, driven by Playwright.

A `Visitor` is a browser window that notes what must never happen: an error on the console, a request to another host, a
dialog, a script that breaks the content security policy.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request

import pytest

from seisbus.local.ports import free_port
from support.secure import Process
from support.waiting import eventually

DESKTOP, PHONE = (1280, 900), (390, 844)
WIDTHS = {"desktop": DESKTOP, "phone": PHONE}
# on an idle machine a page of this stack loads in a fraction of this time
PATIENCE_MS = 30_000


@dataclass(slots=True)
class Visitor:
    """A browser window with the page at `url`."""

    page: Any
    url: str
    bad: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def watch(self, expected: tuple[str, ...] = ()) -> None:
        """From now on, note everything that must not happen; console texts with one of `expected` are allowed."""

        def console(message: Any) -> None:
            if message.type in ("error", "warning") and not any(text in message.text for text in expected):
                self.bad.append(f"console {message.type}: {message.text}")

        def request(made: Any) -> None:
            self.requests.append(made.url)
            if urlsplit(made.url).scheme in ("http", "https", "ws", "wss") and not made.url.startswith(f"{self.url}/"):
                self.bad.append(f"request to another host: {made.url}")

        async def dialog(shown: Any) -> None:
            if shown.type == "alert":
                self.bad.append(f"alert: {shown.message}")
            await shown.accept()

        self.page.on("console", console)
        self.page.on("request", request)
        self.page.on("pageerror", lambda error: self.bad.append(f"script error: {error}"))
        self.page.on("dialog", dialog)

    async def open(self, path: str) -> None:
        """Load a page."""
        await self.page.goto(f"{self.url}{path}", wait_until="domcontentloaded", timeout=PATIENCE_MS)

    async def drawn(self, figure: str, times: int = 1) -> None:
        """Wait until a picture is on the page and was drawn so often."""
        place = self.page.locator(f"#{figure}")
        await place.scroll_into_view_if_needed()
        await self.page.wait_for_function(
            "([id, times]) => { const place = document.getElementById(id).dataset;"
            " return place.drawn >= times || place.failed; }",
            arg=[figure, times],
        )
        assert await place.get_attribute("data-failed") is None, await place.inner_text()
        assert await place.locator("canvas").count() > 0

    async def violations(self) -> list[str]:
        """Problems that axe-core finds for users of keyboards and screen readers."""
        from axe_playwright_python.async_playwright import Axe

        found = await Axe().run(self.page)
        return [
            f"{rule['id']}: {rule['help']}: {node['target']}" for rule in found.response["violations"]
            for node in rule["nodes"]
        ]  # fmt: skip

    async def fits(self) -> bool:
        """Whether the page fits the width of the window."""
        wide = "document.documentElement.scrollWidth <= window.innerWidth"
        return bool(await self.page.evaluate(wide))


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Any]:
    """The browser; without it, tests that need it are skipped."""
    playwright = pytest.importorskip("playwright.async_api", reason="Playwright is not installed")
    path = os.environ.get("SEISBUS_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("there is no Chromium: apt-get install chromium, or name it in SEISBUS_CHROMIUM")
    async with playwright.async_playwright() as driver:
        # it cannot use its sandbox as root, as in containers, where also shared memory is too small for tabs
        arguments = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        browser = await driver.chromium.launch(executable_path=path, args=arguments)
        yield browser
        await browser.close()


@asynccontextmanager
async def visit(
    chromium: Any, url: str, size: tuple[int, int] = DESKTOP, *, expected: tuple[str, ...] = (), **options: Any
) -> AsyncIterator[Visitor]:
    """A new window without cookies; fails if something happened that must not."""
    phone = size == PHONE
    context = await chromium.new_context(
        viewport={"width": size[0], "height": size[1]}, has_touch=phone, is_mobile=phone, **options
    )
    try:
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        visitor = Visitor(page, url)
        visitor.watch(expected)
        yield visitor
        assert visitor.bad == []
    finally:
        await context.close()


@asynccontextmanager
async def web_page(
    folder: Path, environment: Mapping[str, str], *, scheme: str = "http", cafile: Path | None = None
) -> AsyncIterator[str]:
    """The page's own process on a free port; yields its address."""
    port = free_port()
    address = {"SEISBUS_WEB_ADDRESS": f"127.0.0.1:{port}"}
    process = await Process.start("web", [sys.executable, "-m", "seisbus.web"], {**environment, **address}, folder)
    url = f"{scheme}://127.0.0.1:{port}"
    try:
        await eventually(
            lambda: process.child.returncode is not None or "shows what" in process.log.read_text(), timeout=120
        )
        assert process.child.returncode is None, process.log.read_text()
        await eventually(partial(_answers, url, cafile))
        yield url
    finally:
        await process.end()
        assert "Traceback" not in process.log.read_text(), process.log.read_text()


async def _answers(url: str, cafile: Path | None) -> bool:
    try:
        return (await asked(f"{url}/healthz", cafile=cafile))[0] == 200
    except (URLError, ConnectionError):
        return False


async def asked(
    url: str, data: bytes | None = None, headers: Mapping[str, str] | None = None, cafile: Path | None = None
) -> tuple[int, str, Mapping[str, str]]:
    """Status, text and headers of an answer, without a browser and without following redirections."""
    import ssl
    from urllib.error import HTTPError
    from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, build_opener

    class Stay(HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    def ask() -> tuple[int, str, Mapping[str, str]]:
        context = ssl.create_default_context(cafile=str(cafile)) if cafile else None
        opener = build_opener(Stay, ProxyHandler({}), *([HTTPSHandler(context=context)] if context else []))
        try:
            with opener.open(Request(url, data, dict(headers or {})), timeout=30) as answer:
                return answer.status, answer.read().decode(), dict(answer.headers)
        except HTTPError as error:
            return error.code, error.read().decode(), dict(error.headers)

    return await asyncio.to_thread(ask)
