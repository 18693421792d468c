"""`python -m seisbus.writer`: outcomes to the stores."""

from __future__ import annotations

import sys

from ..extras import program

with program("writer"):
    from ..app import Service, WriterContext, run_service, service_of
    from ..settings import WriterSettings
    from .kind import WRITER

    WRITER.all()  # what is missing is said before anything starts


async def build(context: WriterContext) -> Service:
    """What there is to do for every kind of job."""
    return await service_of(context, WRITER.all())


if __name__ == "__main__":
    sys.exit(run_service("writer", WriterSettings, build))
