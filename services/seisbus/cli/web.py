"""The command `web`: the page in a browser, for the stack that runs here or a deployment elsewhere."""

from __future__ import annotations

from typing import Annotated

import typer

from ..extras import require
from .options import OUT, SETTINGS, control_address


def web(
    listen: Annotated[
        str, typer.Option(envvar="SEISBUS_WEB_ADDRESS", help="host:port that the page listens on.")
    ] = "127.0.0.1:8787",
    url: Annotated[
        str, typer.Option(envvar="SEISBUS_WEB_URL", help="Address under which browsers know it, beyond this machine.")
    ] = "",
) -> None:
    """Show jobs and data in a browser until Ctrl-C (docs/web.md)."""
    require("web")
    from ..web.serving import server_of
    from ..web.site import Site

    site = Site.of(listen, url)
    server = server_of(site, control_address, SETTINGS.transport)
    OUT.print(f"Open {site.address} in a browser; Ctrl-C ends it. Control is at {control_address()}.", markup=False)
    server.run()
    if not server.started:
        raise typer.Exit(1)
