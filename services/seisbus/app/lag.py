"""A loop that keeps the metrics of consumers and streams up to date, for one service of a deployment to run."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from ..errors import UnavailableError
from ..settings import ServiceSettings
from ..telemetry.lag import note_lag
from .context import ServiceContext

_log = logging.getLogger(__name__)

# As often as Prometheus asks by default; each look costs the server eight small requests.
_SECONDS: Final = 15.0


async def watch_lag(context: ServiceContext[ServiceSettings]) -> None:
    """Look until cancelled; do nothing if metrics are not read."""
    if not context.settings.metrics_address:
        await asyncio.Event().wait()
    while True:
        try:
            note_lag(await context.bus.consumer_lag(), await context.bus.stream_fill())
        except UnavailableError as error:
            _log.debug("lag is not known for now: %s", error)
        await asyncio.sleep(_SECONDS)
