"""A loop that updates the metrics of consumers and streams; one service of a deployment runs it."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from ..errors import UnavailableError
from ..settings import ServiceSettings
from ..telemetry.lag import note_lag
from .context import ServiceContext

_log = logging.getLogger(__name__)

# Prometheus's default interval; each update costs the server eight small requests.
_SECONDS: Final = 15.0


async def watch_lag(context: ServiceContext[ServiceSettings]) -> None:
    """Update until cancelled; do nothing if metrics are off."""
    if not context.settings.metrics_address:
        await asyncio.Event().wait()
    while True:
        try:
            note_lag(await context.bus.consumer_lag(), await context.bus.stream_fill())
        except UnavailableError as error:
            _log.debug("lag is not known for now: %s", error)
        await asyncio.sleep(_SECONDS)
