"""Run a service process: settings, logging, connections, health, signals, drain.

The `__main__` of each service gives `run_service` a function that makes its workers and background loops from a
`ServiceContext`. Readiness depends on NATS and MongoDB; liveness does not.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import sys
import threading
from collections.abc import Awaitable, Callable

import uvloop

from ..bus import Bus
from ..bus.login import Login as BusLogin
from ..deadlines import S3_CONTROL_SECONDS, S3_CONTROL_TRIES
from ..errors import SeisbusError, UserError
from ..held import held
from ..model.ids import boot_id
from ..model.stages import allow_kinds
from ..objects import Bucket, ObjectReader
from ..settings import FromEnvironment, ServiceSettings, SinkSettings, StepSettings, load_settings
from ..store.client import Store
from ..store.login import Login as StoreLogin
from ..telemetry import tracing
from ..telemetry.hops import Hops
from ..telemetry.logs import configure_logging
from ..telemetry.metrics import serve_metrics
from .archives import archives_of
from .context import S, ServiceContext
from .groups import STEPS_GROUP
from .health import HealthServer, WorkerControl
from .memory import keep_freed_memory, keep_memory_bounded
from .service import Service, bring_in
from .watching import Watch

_log = logging.getLogger(__name__)

_FIRST = asyncio.FIRST_COMPLETED


def allow_user_steps(settings: FromEnvironment) -> None:
    """Register the steps of other packages that this deployment allows; UserError when one cannot be used."""
    if not isinstance(settings, StepSettings):
        return  # this service does not use steps
    names = [name.strip() for name in settings.user_steps.split(",") if name.strip()]
    if not names:
        return
    from libseis.steps import StepError, load_user_steps  # imported late, because it loads obspy, which takes seconds

    try:
        load_user_steps(names, STEPS_GROUP)
    except StepError as error:
        raise UserError(f"SEISBUS_USER_STEPS: {' '.join(error.problems)}") from None


def run_service(service: str, wanted: type[S], build: Callable[[ServiceContext[S]], Awaitable[Service]]) -> int:
    """Run a service with settings `wanted` until SIGTERM, SIGINT or Drain; the exit code."""
    try:
        held()
        settings = load_settings(wanted)
        configure_logging(settings)
        allow_user_steps(settings)
        allow_kinds(settings.job_kinds)
        serve_metrics(settings.metrics_address)
        tracing.configure(settings.traces_endpoint, service)
        keep_freed_memory()
        uvloop.run(_main(service, settings, build))
    except UserError as error:
        print(f"seisbus {service}: {error}", file=sys.stderr)
        return 2
    except SeisbusError as error:
        print(f"seisbus {service}: {error}", file=sys.stderr)
        return 1
    return 0


async def _connect(name: str, settings: ServiceSettings, stack: contextlib.AsyncExitStack) -> tuple[Bus, Store]:
    """The connections that every service needs; `stack` closes them."""
    bus = await stack.enter_async_context(
        await Bus.connect(settings.nats_url, name=f"seisbus-{name}", login=BusLogin.of(settings))
    )
    store = await Store.connect(settings.mongodb_uri, settings.database, login=StoreLogin.of(settings))
    return bus, await stack.enter_async_context(store)


def _sink(name: str, settings: FromEnvironment) -> Bucket | None:
    """The bucket for files, if there is one; control has shorter timeouts, because clients wait for its answers."""
    if not isinstance(settings, SinkSettings) or not settings.sink:
        return None
    place = settings.sink, settings.sink_endpoint, settings.sink_region
    if name == "control":
        return Bucket(*place, answer_seconds=S3_CONTROL_SECONDS, tries=S3_CONTROL_TRIES)
    return Bucket(*place)


def _process(context: ServiceContext[ServiceSettings]) -> str:
    """The name of this process in the deployment; a replacement process has the same name if possible."""
    port = context.settings.health_address.rpartition(":")[2]
    return f"{context.service}@{socket.gethostname()}:{context.boot if port == '0' else port}"


async def _main(name: str, settings: S, build: Callable[[ServiceContext[S]], Awaitable[Service]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    archives = archives_of(settings)
    sink = _sink(name, settings)
    hops = Hops()
    control = WorkerControl(name, drain=stop.set, hops=hops, output=settings.output_root)
    async with contextlib.AsyncExitStack() as stack:
        health = await stack.enter_async_context(HealthServer(settings, control))
        connecting = asyncio.create_task(_connect(name, settings, stack))
        await asyncio.wait([connecting, stopping := asyncio.create_task(stop.wait())], return_when=_FIRST)
        if stopping.done():  # the process was told to stop before there was anything to drain
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
            return
        bus, store = await connecting
        objects = await stack.enter_async_context(ObjectReader(hops=hops))
        if sink is not None:
            await stack.enter_async_context(sink)
        context = ServiceContext(name, boot_id(), settings, bus, store, objects, archives, sink, hops)
        service = await build(context)
        await control.begin(service.workers)
        background = [
            asyncio.create_task(loop_()) for loop_ in (context.board.run, keep_memory_bounded, *service.loops)
        ]
        working = [asyncio.create_task(worker.run()) for worker in service.workers]
        await health.serving()
        watch = Watch(context, health, control, _process(context))
        background.append(asyncio.create_task(watch.run()))
        _log.info("%s is ready", name)
        threading.Thread(target=bring_in, args=(service.wanted,), name="bring-in", daemon=True).start()
        try:
            done, _ = await asyncio.wait([stopping, *background, *working], return_when=_FIRST)
            for task in done:
                task.result()  # an error in a loop ends the process, and the supervisor starts it again
        finally:
            await health.leaving()
            held = sum(len(worker.stats.in_progress) for worker in service.workers)
            _log.info("%s drains, %d messages in hand", name, held)
            await asyncio.gather(*(worker.drain(settings.drain_seconds) for worker in service.workers))
            if service.on_drained is not None:
                await service.on_drained()
            left = {*background, *working, stopping}
            while left:  # repeat: wait_for can lose a cancellation up to Python 3.11 (bugs.python.org/issue37658)
                for task in left:
                    task.cancel()
                _, left = await asyncio.wait(left, timeout=1)
            await asyncio.gather(*background, *working, stopping, return_exceptions=True)
            await watch.leave()
            finished = sum(worker.stats.done for worker in service.workers)
            _log.info("%s has left, %d messages done", name, finished)
