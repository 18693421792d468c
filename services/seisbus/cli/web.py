"""The command `web`: the page in a browser, for the stack that runs here or a deployment elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

import typer

from ..extras import require
from .options import OUT, place, transport

_PORT: Final = 8787
_START, _DRAIN = timedelta(seconds=60), timedelta(seconds=5)


def web(
    listen: Annotated[
        str, typer.Option(envvar="SEISBUS_WEB_ADDRESS", help="host:port that the page listens on.")
    ] = f"127.0.0.1:{_PORT}",
    url: Annotated[
        str, typer.Option(envvar="SEISBUS_WEB_URL", help="Address under which browsers know it, beyond this machine.")
    ] = "",
) -> None:
    """Show jobs and data in a browser until Ctrl-C (docs/howto/web.md)."""
    require("web")
    from ..web.serving import server_of
    from ..web.site import Site

    site = Site.of(listen, url)
    server = server_of(site, lambda: place().address, transport(place()))
    OUT.print(f"Open {site.address} in a browser; Ctrl-C ends it. Control is at {place()}.", markup=False)
    server.run()
    if not server.started:
        raise typer.Exit(1)


@asynccontextmanager
async def page_beside(control: str, folder: Path) -> AsyncIterator[str]:
    """Run the page of a stack on this machine. Yields its address, or "" if its extra is not installed."""
    from ..local.ports import free_port
    from ..local.process import Child
    from ..local.readiness import accepts, until_ready

    if not all(find_spec(package) for package in ("starlette", "uvicorn", "bokeh", "jinja2")):
        yield ""
        return
    port = free_port(_PORT)
    ours = ("SEISBUS_WEB_", "SEISBUS_TLS_", "SEISBUS_TOKEN_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment |= {"SEISBUS_WEB_ADDRESS": f"127.0.0.1:{port}", "SEISBUS_CONTROL_ADDRESS": control}
    with (folder / "logs" / "web.log").open("ab") as log:
        child = await Child.spawn("web", (sys.executable, "-m", "seisbus.web"), env=environment, output=log)
    try:
        yield f"http://127.0.0.1:{port}" if await until_ready(child, partial(accepts, port), _START) else ""
    finally:
        await child.stop(_DRAIN)
