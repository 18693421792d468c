"""Reads from an archive's manifest where the channels are in a day's station objects, and checks what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date

from ..archive.channel_manifest import Placed, read_channel_manifest
from ..archive.definition import ArchiveDefinition
from ..archive.keys import DayKey, TableFormat
from ..archive.oddities import ArchiveFormatError, Oddities
from ..objects import AccessError, ObjectReader
from ..planning.runs import tiled
from ..store.documents import DayFile, RunOfFile


async def put_runs(
    objects: ObjectReader,
    archive: ArchiveDefinition,
    day: date,
    listing: dict[str, tuple[DayKey, int, str]],
    files: dict[str, DayFile],
    notes: list[str],
) -> None:
    """Give the listed files of a day their runs, if the archive has a manifest. Returns sentences on what is wrong in
    it."""
    manifest = await _manifest(objects, archive, day, notes)
    for key in sorted(manifest.keys() & listing.keys()):
        placed, (day_key, size, etag) = manifest[key], listing[key]
        if problem := _disbelieved(placed, day_key, size, etag):
            notes.append(f"The manifest of {archive.name} for {day} says of {key} what cannot be: {problem}.")
            continue
        files[key]["runs"] = [_run(one) for one in placed]
        files[key]["runs_etag"] = etag


async def _manifest(
    objects: ObjectReader, archive: ArchiveDefinition, day: date, notes: list[str]
) -> dict[str, list[Placed]]:
    """The channels of a day's objects, by key; empty if the archive has no manifest."""
    if (template := archive.manifest_key) is None:
        return {}
    found: dict[str, list[Placed]] = {}
    for key in [template.prefix(day=day, net=net) for net in (archive.networks if "net" in template.fields else ("",))]:
        table = TableFormat.CSV if key.endswith(".csv") else TableFormat.PARQUET
        odd = Oddities(key)
        try:
            if (read := await objects.get(archive, key)) is not None:
                found |= await asyncio.to_thread(read_channel_manifest, read.data, table, key, odd)
        except (ArchiveFormatError, AccessError) as error:
            notes.append(f"{error.message} The objects of stations are read whole the first time.")
        if odd:
            notes.append(odd.note)
    return found


def _disbelieved(placed: Sequence[Placed], key: DayKey, size: int, etag: str) -> str:
    """Why the manifest's places of an object's channels are not believed; "" if they are."""
    versions = {one.version for one in placed} - {"", etag, str(key.version)}
    if versions:
        return f"it is of the version {sorted(versions)[0]}, and {etag} is there"
    if len({one.channel for one in placed}) < len(placed):
        return "a channel stands in two places"
    if any((one.channel.net, one.channel.sta) != (key.net, key.sta) for one in placed):
        return "a channel is of another station"
    if not tiled([(one.start, one.end) for one in placed], size):
        return f"its channels do not fill the {size:,} bytes one after the other"
    return ""


def _run(placed: Placed) -> RunOfFile:
    return {"channel": str(placed.channel), "start": placed.start, "end": placed.end, "knots": [], "ordered": False}
