"""The files of days, for estimates: from the database, and for days that it does not know from the archive."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Final, cast

from libseis.codes import Channel, ChannelFilter

from ..app.days import day_of, read_day
from ..archive.definition import ArchiveDefinition, archive_named
from ..deadlines import S3_DRY_RUN_SECONDS
from ..errors import UnavailableError
from ..model.archivejob import ArchiveJob
from ..objects import ObjectReader
from ..store.documents import DayFileDocument
from ..store.index import day_files, day_is_known
from ..telemetry.hops import ARCHIVE_HOP, Hops
from .context import CallContext

# So many days are read from the archive for one estimate; a day takes several listings of a thousand keys.
READ_DAYS: Final = 8
# Days that are not read by then are estimated from the others.
READ_SECONDS: Final = 60.0


class KnownDays:
    """Files of a job's days, by day; `from_archive` are the days that were read from the archive for this."""

    def __init__(self, context: CallContext, spec: ArchiveJob) -> None:
        self._context = context
        self._spec = spec
        self._files: dict[int, list[DayFileDocument]] = {}
        self.from_archive: list[int] = []

    def __call__(self, day: int) -> list[DayFileDocument] | None:
        """The selected files of a day; None if the day is not known."""
        return self._files.get(day)

    @property
    def days(self) -> list[int]:
        """Days of which the files are known."""
        return sorted(self._files)

    async def load(self, days: Sequence[int], *, read: bool) -> None:
        """Take what the database knows of these days, and with `read` some of the others from the archive.

        UnavailableError when the archive cannot be reached, AccessError when it refuses.
        """
        store, archive = self._context.store, self._spec.archive
        unknown = []
        for day in days:
            name = day_of(day).isoformat()
            if day in self._files:
                continue
            if await day_is_known(store, archive, name) is None:
                unknown.append(day)
            else:
                self._files[day] = await files_of(self._context, self._spec, day)
        if read and unknown and self._context.objects is not None:
            await self._read(spread(unknown, READ_DAYS))

    async def _read(self, days: Sequence[int]) -> None:
        archive = archive_named(self._context.archives, self._spec.archive)
        hops = Hops()  # a connection of its own, so that its problems do not count for other readers of the archive
        async with ObjectReader(hops=hops) as objects:
            await self._read_with(objects, archive, hops, days)

    async def _read_with(
        self, objects: ObjectReader, archive: ArchiveDefinition, hops: Hops, days: Sequence[int]
    ) -> None:
        work = {asyncio.create_task(self._read_one(objects, archive, day)) for day in days}
        began = time.monotonic()
        try:
            while work and (passed := time.monotonic() - began) < READ_SECONDS:
                done, work = await asyncio.wait(work, timeout=0.25, return_when=asyncio.FIRST_EXCEPTION)
                for task in done:
                    task.result()
                trouble = hops.sentence(f"{ARCHIVE_HOP}{archive.name}")
                if work and trouble and passed > S3_DRY_RUN_SECONDS:
                    raise unreachable(archive, trouble)
        except UnavailableError as error:
            if error.hop != "S3":
                raise
            raise unreachable(archive, error.message) from error
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)

    async def _read_one(self, objects: ObjectReader, archive: ArchiveDefinition, day: int) -> None:
        found = await read_day(objects, archive, day)
        wanted = self._spec.select.filter
        of_station = ChannelFilter(wanted.net, wanted.sta)
        self._files[day] = [
            cast(DayFileDocument, file)
            for file in found.files
            if (wanted if file["chan"] else of_station).matches(
                Channel(file["net"], file["sta"], file["loc"], file["chan"])
            )
        ]
        self.from_archive.append(day)


def spread(days: Sequence[int], most: int) -> Sequence[int]:
    """At most so many of the days, evenly spread, and the first among them."""
    return days[:: max(1, -(-len(days) // most))]


async def files_of(context: CallContext, spec: ArchiveJob, day: int) -> list[DayFileDocument]:
    """The selected files of a day, from the database."""
    name = day_of(day).isoformat()
    return [d async for d in day_files(context.store, spec.archive, name, spec.select.filter)]


def unreachable(archive: ArchiveDefinition, problem: str) -> UnavailableError:
    """The error for an archive that a dry run cannot reach."""
    where = archive.endpoint or f"S3 in {archive.region or 'any region'}"
    return UnavailableError(
        "archive",
        f"The archive {archive.name} at {where} cannot be reached, so nothing can be said of its days: {problem} Check "
        "the network, and the endpoint in the definition of the archive.",
    )
