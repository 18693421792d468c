"""Run the page: one process, one event loop, until a signal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..client import Transport
from ..errors import UserError
from ..extras import extra
from .app import make_app
from .site import Site

with extra("web"):
    import uvicorn

# Streams of events last as long as somebody looks; a process that stops does not wait for them.
_LEAVING_SECONDS: Final = 3


def server_of(site: Site, address: Callable[[], str], transport: Transport) -> uvicorn.Server:
    """A server that listens when it is run.

    Every visitor has the rights of `transport`'s token. So a token is allowed only if nobody outside of this machine
    can reach the page; otherwise UserError.
    """
    own = transport.token_file is not None
    if own and not site.loopback:
        raise UserError(
            "SEISBUS_TOKEN_FILE (--token-file) would give its rights to everybody who reaches the page: leave it out, "
            "and let each user log in with a token, or listen on 127.0.0.1."
        )
    app = make_app(site, address, transport, own=own)
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=site.host.strip("[]"),
            port=site.port,
            ssl_certfile=site.cert,
            ssl_keyfile=site.key,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # nothing here needs them
            timeout_graceful_shutdown=_LEAVING_SECONDS,
            lifespan="on",
        )
    )
