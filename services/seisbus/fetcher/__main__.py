"""`python -m seisbus.fetcher`: reads archive objects, and the inputs of measurements, and hands them to the
windowers."""

from __future__ import annotations

import sys
from typing import Final

from ..extras import program

with program("fetcher"):
    from ..app import FetcherContext, Service, ServiceKind, run_service, service_of
    from ..model.stages import Stage
    from ..settings import FetcherSettings

    FETCHER: Final[Stage[ServiceKind[FetcherSettings]]] = Stage("fetcher")
    FETCHER.all()  # imported first, so that a missing package is reported before anything starts


async def build(context: FetcherContext) -> Service:
    """The workers for every kind of job."""
    return await service_of(context, FETCHER.all())


if __name__ == "__main__":
    sys.exit(run_service("fetcher", FetcherSettings, build))
