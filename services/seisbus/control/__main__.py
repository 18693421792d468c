"""`python -m seisbus.control`: run the control service until it is told to stop."""

from __future__ import annotations

import sys
from typing import Final

from ..extras import program

with program("control"):
    from ..app import ControlContext, Service, run_service
    from ..settings import ControlSettings
    from .context import CallContext
    from .server import ControlServer


# What the first job that is submitted needs.
_WANTED: Final = ("seisbus.control.archive_jobs", "seisbus.control.already")


async def build(service: ControlContext) -> Service:
    """Start answering on SEISBUS_CONTROL_ADDRESS."""
    context = CallContext(
        store=service.store,
        bus=service.bus,
        archives=service.archives,
        output_root=service.settings.output_root,
        job_windows=service.settings.job_windows,
        sink=service.sink,
        hops=service.hops,
        input_root=service.settings.input_root,
        objects=service.objects,
    )
    server = await ControlServer.start(context, service.settings.control_address, service.settings)
    return Service(on_drained=server.stop, wanted=_WANTED)


if __name__ == "__main__":
    sys.exit(run_service("control", ControlSettings, build))
