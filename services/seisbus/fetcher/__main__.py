"""`python -m seisbus.fetcher`: archive objects, and what else is read before there are samples, to the windowers."""

from __future__ import annotations

import sys
from typing import Final

from ..extras import program

with program("fetcher"):
    from ..app import FetcherContext, Service, ServiceKind, run_service, service_of
    from ..model.stages import Stage
    from ..settings import FetcherSettings

    FETCHER: Final[Stage[ServiceKind[FetcherSettings]]] = Stage("fetcher")
    FETCHER.all()  # what is missing is said before anything starts


async def build(context: FetcherContext) -> Service:
    """What there is to do for every kind of job."""
    return await service_of(context, FETCHER.all())


if __name__ == "__main__":
    sys.exit(run_service("fetcher", FetcherSettings, build))
