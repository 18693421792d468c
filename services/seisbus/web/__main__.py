"""The web page as a service of a deployment: `python -m seisbus.web`, with settings from the environment."""

from __future__ import annotations

import logging
import sys

from ..client.transport import Transport
from ..errors import SeisbusError
from ..extras import program
from ..running import default_address

_log = logging.getLogger("seisbus.web")


def main() -> None:
    """Run until a signal. If it cannot run, write one sentence and end with status 2."""
    with program("web"):
        from ..settings import WebSettings, load_settings
        from ..telemetry.logs import configure_logging
        from .serving import server_of
        from .site import Site
    try:
        settings = load_settings(WebSettings)
        site = Site.of(settings.web_address, settings.web_url, settings.web_tls_cert_file, settings.web_tls_key_file)
        server = server_of(site, default_address, Transport.from_environment())
        configure_logging(settings)
        _log.info("%s shows what control at %s has", site.address, default_address())
        server.run()
    except SeisbusError as error:
        print(f"seisbus web: {error.message}", file=sys.stderr)
        sys.exit(2)
    sys.exit(0 if server.started else 1)


if __name__ == "__main__":
    main()
