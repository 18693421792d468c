"""`python -m seisbus.web.probe`: the health check of the image. Status 0 when the page of this container answers."""

from __future__ import annotations

import ssl
import sys
from urllib.error import URLError
from urllib.request import HTTPSHandler, ProxyHandler, build_opener

from ..settings import WebSettings, load_settings

_SECONDS = 4.0


def answers(settings: WebSettings) -> bool:
    """Whether the page answers on this machine. Its certificate is for another name, so it is not checked."""
    port = settings.web_address.rpartition(":")[2]
    scheme = "http" if settings.web_tls_cert_file is None else "https"
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    opener = build_opener(ProxyHandler({}), HTTPSHandler(context=context))
    try:
        with opener.open(f"{scheme}://127.0.0.1:{port}/healthz", timeout=_SECONDS) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(0 if answers(load_settings(WebSettings)) else 1)
