"""Try an archive's definition: one listing, one index, one object. `seisbus archive check` prints what was seen."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from libseis.codes import Channel
from libseis.mseed import frame

from ..app.archives import archives_of
from ..archive.definition import ArchiveDefinition, IndexSource, archive_named, load_archives
from ..archive.keys import DayKey, TableFormat, waveform_index_key
from ..archive.waveform_index import day_rows, read_waveform_index
from ..errors import SeisbusError
from ..objects import Listed, ObjectReader
from .server_checks import settings_from

_LISTED = 2000  # objects that are looked at; two requests
_FIRST_BYTES = 1 << 16  # the longest usual record is a sixteenth of it


@dataclass(frozen=True, slots=True)
class Seen:
    """One try, whether it went as the definition says (None: not tried), and one sentence on what was seen."""

    what: str
    good: bool | None
    text: str


def definition_of(environment: Mapping[str, str], name: str, file: Path | None) -> ArchiveDefinition:
    """The definition of an archive in `file`, else as a service with this environment knows it.

    Raises ArchiveDefinitionError, or UnknownArchiveError, which lists the known ones.
    """
    return archive_named(load_archives(file) if file else archives_of(settings_from(environment)), name)


async def check_archive(archive: ArchiveDefinition, day: date | None, seconds: float) -> list[Seen]:
    """Try the listing, the index of a day, and the first bytes of an object, each within `seconds`.

    `day` says where to look; without it the first objects of the listing are taken.
    """
    seen: list[Seen] = []
    async with ObjectReader() as objects:
        found: tuple[DayKey, Listed] | None = None
        try:
            async with asyncio.timeout(seconds):
                found, text = await _listing(objects, archive, day)
            seen.append(Seen("listing", found is not None, text))
        except (SeisbusError, TimeoutError) as error:
            seen.append(Seen("listing", False, _told(archive, error, seconds)))
        for what, look in (("index", _index), ("object", _object)):
            if found is None:
                seen.append(Seen(what, None, "not tried, because the listing gave no day file"))
                continue
            try:
                async with asyncio.timeout(seconds):
                    seen.append(await look(objects, archive, *found))
            except (SeisbusError, TimeoutError) as error:
                seen.append(Seen(what, False, _told(archive, error, seconds)))
    return seen


def _told(archive: ArchiveDefinition, error: Exception, seconds: float) -> str:
    if isinstance(error, TimeoutError):
        where = archive.endpoint or f"Amazon's S3 in {archive.region or 'us-east-1'}"
        return f"{where} gave no answer within {seconds:.0f} s; look at endpoint, region and the network"
    return str(error)


async def _listing(
    objects: ObjectReader, archive: ArchiveDefinition, day: date | None
) -> tuple[tuple[DayKey, Listed] | None, str]:
    """The first day file of the listing, and what was seen."""
    template = archive.day_key
    prefixes = [template.prefix(day=day)]
    if not archive.lists_by_day:
        prefixes = [template.prefix(day=day, net=network) for network in archive.networks] or prefixes
    count, other = 0, ""
    for prefix in prefixes:
        async for listed in objects.list(archive, prefix):
            count += 1
            key = template.parse(listed.key)
            if key is not None and listed.size and (day is None or key.day == day):
                return (key, listed), f"{listed.key} is a day file of {_codes(key)} on {key.day}, {listed.size:,} bytes"
            other = other or ("" if listed.key.endswith("/") else listed.key)
            if count >= _LISTED:
                break
        if count >= _LISTED:
            break
    under = ", ".join(f"{archive.bucket}/{prefix}" for prefix in prefixes[:3])
    if not other:
        return None, f"no object is under {under}; look at bucket, day_key and networks, or name another --day"
    wanted = f"{template.template}" + (f" on {day}" if day else "")
    return None, f"none of {count:,} objects under {under} fits day_key {wanted}; the first is {other}"


async def _index(objects: ObjectReader, archive: ArchiveDefinition, key: DayKey, listed: Listed) -> Seen:
    """The index of the object's day, as a job reads it."""
    if archive.index is not IndexSource.FILES:
        return Seen("index", True, "index = 'listing': jobs list the day's objects and need no index files")
    tried = []
    for table in (TableFormat.PARQUET, TableFormat.CSV):
        names = [waveform_index_key(key.day, table)]
        if table is TableFormat.CSV:  # the older name
            names.append(names[0].rpartition("/")[0] + "/index.csv")
        for name in names:
            tried.append(name)
            if (found := await objects.get(archive, name)) is None:
                continue
            rows = list(day_rows(read_waveform_index(found.data, table, name), archive, key.day, name))
            has = any(row.object_key == listed.key for row in rows)
            text = f"{name} lists {len(rows):,} day files, {'also' if has else 'but not'} {listed.key}"
            return Seen("index", bool(rows), text)
    return Seen("index", False, f"no index of {key.day} is there; tried {', '.join(tried)}. Jobs list the day instead")


async def _object(objects: ObjectReader, archive: ArchiveDefinition, key: DayKey, listed: Listed) -> Seen:
    """The first records of the object, and whether they are of the channel that its key names."""
    found = await objects.get(archive, listed.key, 0, _FIRST_BYTES)
    if found is None:
        return Seen("object", False, f"{listed.key} was listed, but a read of it finds nothing")
    table = frame(found.data)
    if not len(table):
        return Seen("object", False, f"the first {len(found.data):,} bytes of {listed.key} hold no miniSEED record")
    channel = table.channels[table.channel[0]]
    first = f"{len(table):,} records in the first {len(found.data):,} bytes, of {_codes(channel)}"
    same = (channel.net, channel.sta) == (key.net, key.sta) and (
        key.chan is None or (channel.loc, channel.chan) == (key.loc, key.chan)
    )
    return Seen("object", same, first if same else f"{first}; its key names {_codes(key)}, so day_key reads it wrongly")


def _codes(key: DayKey | Channel) -> str:
    return ".".join(code for code in (key.net, key.sta, key.loc, key.chan) if code is not None)
