"""Read a day of an archive: its index table, checked against a listing of its folder.

The listing tells sizes, versions and what is missing, so HEAD requests are not needed. Objects that are in the listing
but not in the index are kept too (`indexed` False), so that an old index does not hide data.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import date, timedelta

from libseis.isotime import DAY_NS

from ..archive.definition import ArchiveDefinition, IndexSource
from ..archive.keys import DayKey, TableFormat, waveform_index_key
from ..archive.oddities import ArchiveFormatError, Oddities
from ..archive.waveform_index import DayRow, day_rows, read_waveform_index
from ..errors import UnavailableError
from ..objects import AccessError, ObjectReader
from ..store.documents import DayFacts, DayFile
from .station_runs import put_runs

_log = logging.getLogger(__name__)


def day_of(number: int) -> date:
    """The date of a day counted from 1970."""
    return date(1970, 1, 1) + timedelta(days=number)


@dataclass(frozen=True, slots=True)
class ArchiveDay:
    """The files of a day as an archive names them, and what is known of the day as a whole."""

    files: list[DayFile]
    about: DayFacts


async def read_day(objects: ObjectReader, archive: ArchiveDefinition, number: int) -> ArchiveDay:
    """A day (counted from 1970) out of the archive's index and listing.

    An index that cannot be read does not affect others, because the listing shows the objects. A day that is in neither
    has no files.
    """
    day = day_of(number)
    notes: list[str] = []
    rows, listing = await asyncio.gather(
        _index_rows(objects, archive, day, notes), _listing(objects, archive, day, notes)
    )
    files: dict[str, DayFile] = {}
    for row in rows:
        files[row.object_key] = _file(archive, row.day_key, number, row.object_key) | {
            "indexed": True,
            "sampling_rate": row.sample_rate,
            "lat": row.lat,
            "lon": row.lon,
        }
    unlisted = len(files)
    for key, (day_key, size, etag) in listing.items():
        known_file = files.setdefault(key, _file(archive, day_key, number, key))
        unlisted -= int(known_file["indexed"])
        known_file |= {"size": size, "etag": etag, "listed": True}
    await put_runs(objects, archive, day, listing, files, notes)
    if rows and (more := sorted(key for key, file in files.items() if not file["indexed"])):
        # a file that was cut between two rows does not show it itself
        notes.append(
            f"The index of {archive.name} for {day} has {len(rows):,} rows and lacks {len(more):,} of the day's "
            f"objects, {more[0]} the first: it is old or was cut off; they are planned from the listing."
        )
    about: DayFacts = {"rows": len(rows), "listed": len(listing), "unlisted": unlisted, "notes": notes}
    return ArchiveDay(list(files.values()), about)


def _file(archive: ArchiveDefinition, key: DayKey, number: int, object_key: str) -> DayFile:
    return {
        "archive": archive.name,
        "day_ns": number * DAY_NS,
        "net": key.net,
        "sta": key.sta,
        "loc": key.loc or "",
        "chan": key.chan or "",
        "key": object_key,
        "size": 0,
        "etag": "",
        "indexed": False,
        "listed": False,
        "sampling_rate": None,
    }


async def _index_rows(objects: ObjectReader, archive: ArchiveDefinition, day: date, notes: list[str]) -> list[DayRow]:
    """Rows of the day's index, Parquet before CSV (old CSVs lack a header); empty if there is no index to read."""
    if archive.index is not IndexSource.FILES:
        return []
    for table in (TableFormat.PARQUET, TableFormat.CSV):
        keys = [waveform_index_key(day, table)]
        if table is TableFormat.CSV:  # the older name
            keys.append(keys[0].rpartition("/")[0] + "/index.csv")
        for key in keys:
            try:
                if (found := await objects.get(archive, key)) is None:
                    continue
                odd = Oddities(key)
                rows = await asyncio.to_thread(_rows_of, found.data, table, key, archive, day, odd)
            except UnavailableError:
                raise
            except (ArchiveFormatError, AccessError) as error:
                notes.append(f"{error.message} The day is planned by another index, or the listing.")
                continue
            except Exception as error:  # a bad index must not affect the others
                _log.exception("%s: the index %s cannot be used", archive.name, key)
                notes.append(f"The index {key} cannot be used ({type(error).__name__}: {error}).")
                continue
            if odd:
                notes.append(odd.note)
            return rows
    return []


def _rows_of(
    data: bytes, table: TableFormat, key: str, archive: ArchiveDefinition, day: date, odd: Oddities
) -> list[DayRow]:
    return list(day_rows(read_waveform_index(data, table, key, odd), archive, day, key, odd))


async def _listing(
    objects: ObjectReader, archive: ArchiveDefinition, day: date, notes: list[str]
) -> dict[str, tuple[DayKey, int, str]]:
    """Day objects in the archive's folders of that day: key -> (codes, size, ETag)."""
    prefixes = [archive.day_key.prefix(day=day)]
    if not archive.lists_by_day:
        prefixes = [archive.day_key.prefix(day=day, net=network) for network in archive.networks]
    found: dict[str, tuple[DayKey, int, str]] = {}
    odd = Oddities(f"The listing of {archive.name} for {day}")
    for one in prefixes:
        async for entry in objects.list(archive, one):
            day_key = archive.day_key.parse(entry.key)
            if day_key is not None and day_key.day == day:
                found[entry.key] = (day_key, entry.size, entry.etag)
            elif not entry.key.endswith("/"):  # which stands for a folder
                odd.leave_out(f"{entry.key!r} is not a day file of the archive's layout and day")
    if odd and found:
        notes.append(odd.note)
    return _newest(found)


def _newest(found: dict[str, tuple[DayKey, int, str]]) -> dict[str, tuple[DayKey, int, str]]:
    """Of objects that differ only in their version (EarthScope's "#n"), the last one, because it replaces the
    others."""
    last: dict[DayKey, str] = {}
    for key in sorted(found, key=lambda key: found[key][0].version or 0):
        last[replace(found[key][0], version=None)] = key
    return {key: found[key] for key in last.values()}
