"""A day of an archive into `day_file` documents, once."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from libseis.isotime import utc

from ..app import IndexerContext
from ..app.days import day_of, read_day
from ..archive.definition import ArchiveDefinition
from ..store.index import day_is_known, write_day

_log = logging.getLogger(__name__)

# A day read while it was still being written, or shortly after, is read again by later jobs.
_SETTLES_AFTER = timedelta(days=3)


async def ensure_day(context: IndexerContext, archive: ArchiveDefinition, number: int) -> list[str]:
    """Make the files of a day known, unless they are; sentences on what is odd about its index or listing."""
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
