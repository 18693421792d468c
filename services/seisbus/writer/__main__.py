"""`python -m seisbus.writer`: stores outcomes and builds datasets."""

from __future__ import annotations

import sys

from ..extras import program

with program("writer"):
    from ..app import Service, WriterContext, run_service, service_of
    from ..settings import WriterSettings
    from .kind import WRITER

    WRITER.all()  # imported first, so that a missing package is reported before anything starts


async def build(context: WriterContext) -> Service:
    """The workers for every kind of job."""
    return await service_of(context, WRITER.all())


if __name__ == "__main__":
    sys.exit(run_service("writer", WriterSettings, build))
