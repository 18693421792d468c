"""`python -m seisbus.windower`: CPU work in a small thread pool, input and output on the event loop."""

from __future__ import annotations

import sys
from typing import Final

from ..extras import program

with program("windower"):
    from ..app import Service, ServiceKind, WindowerContext, run_service, service_of
    from ..model.stages import Stage
    from ..settings import WindowerSettings

    WINDOWER: Final[Stage[ServiceKind[WindowerSettings]]] = Stage("windower")
    WINDOWER.all()  # imported first, so that a missing package is reported before anything starts


async def build(context: WindowerContext) -> Service:
    """The workers for every kind of job."""
    return await service_of(context, WINDOWER.all())


if __name__ == "__main__":
    sys.exit(run_service("windower", WindowerSettings, build))
