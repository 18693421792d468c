"""The loop of every service that checks its servers with real work, and reports the result in health and database."""

from __future__ import annotations

import asyncio
import contextlib
import time

from ..bus.names import CLAIMS_STREAM, PLAN
from ..deadlines import LOOK_EVERY_SECONDS, LOOK_SECONDS, SILENT_SECONDS
from ..errors import UnavailableError
from ..settings import ServiceSettings
from ..store.processes import heard, leave, report
from ..telemetry.hops import sink_hop
from .context import ServiceContext
from .health import HealthServer, WorkerControl
from .program import this_program


class Watch:
    """Checks MongoDB and NATS, and the sink while this process works; tells other processes what this one waits for.

    `process` is the name of this process in the deployment.
    """

    def __init__(
        self, context: ServiceContext[ServiceSettings], health: HealthServer, control: WorkerControl, process: str
    ) -> None:
        self._context = context
        self._hops = context.hops
        self._health = health
        self._control = control
        self._process = process
        # control has permission for the work streams, the other services for the stream of claims
        self._stream = PLAN if context.service == "control" else CLAIMS_STREAM
        self._began: float | None = None  # time since which every report was stored

    async def run(self) -> None:
        """Check until cancelled; the process is not ready while a server, or an archive, does not answer."""
        while True:
            await asyncio.gather(self._mongodb(), self._nats(), self._sink())
            await self._health.ready(not self._hops.sentence())
            await self._hops.news(LOOK_EVERY_SECONDS)

    async def leave(self) -> None:
        """Report that this process lives."""
        with contextlib.suppress(UnavailableError):
            await leave(self._context.store, self._process)

    async def _mongodb(self) -> None:
        context = self._context
        try:
            found = await report(context.store, self._process, context.service, self._control.waits(), this_program())
        except UnavailableError as error:
            self._hops.failed("MongoDB", error.message)
            self._hops.heard, self._began = (), None
            return
        self._hops.answered("MongoDB")
        self._began = self._began or time.monotonic()
        settled = time.monotonic() - self._began > 2 * SILENT_SECONDS
        self._hops.heard = heard(found, self._process, silent=settled)

    async def _nats(self) -> None:
        try:
            await self._context.bus.look(self._stream)
        except UnavailableError as error:
            self._hops.failed("NATS", error.message)
        else:
            self._hops.answered("NATS")

    async def _sink(self) -> None:
        """Check the sink. Only writers use it all the time, and a check is a request that may cost money."""
        sink = self._context.sink
        if sink is None:
            return
        hop = sink_hop(sink.url(""))
        if not self._control.busy and not self._hops.sentence(hop):
            return
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await sink.answers()
        except (UnavailableError, TimeoutError) as error:
            self._hops.failed(hop, str(error) or "no answer in time")
        else:
            self._hops.answered(hop)
