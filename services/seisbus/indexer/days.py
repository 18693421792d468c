"""Writes the files of an archive's day into `day_file` documents, once."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from libseis.isotime import utc

from ..app import IndexerContext
from ..app.days import day_of, read_day
from ..archive.definition import ArchiveDefinition
from ..store.index import day_is_known, write_day

_log = logging.getLogger(__name__)

# A day that is younger than this when it is read may still be written, so later jobs read it again.
_SETTLES_AFTER = timedelta(days=3)


async def ensure_day(context: IndexerContext, archive: ArchiveDefinition, number: int) -> list[str]:
    """Write the files of a day into the store, unless they are there. Returns sentences on what is odd about its index
    or listing."""
    day = day_of(number)
    known = await day_is_known(context.store, archive.name, day.isoformat())
    if known is not None:
        read = utc(known["read_ns"])
        if read - datetime.combine(day, datetime.min.time(), UTC) > _SETTLES_AFTER:
            return list(known.get("notes") or [])
    found = await read_day(context.objects, archive, number)
    await write_day(context.store, archive.name, day.isoformat(), found.files, found.about)
    rows, listed = found.about["rows"], found.about["listed"]
    _log.info("%s %s: %d rows in the index, %d objects listed", archive.name, day, rows, listed)
    return list(found.about["notes"])
