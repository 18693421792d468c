"""Calls about what archives hold: index keys, files, events, stations."""

from __future__ import annotations

import uuid
from typing import Any

from seis.control.v1 import control_pb2 as pb

from ...model.shown import Listing
from .. import tables
from ..values import (
    Archive,
    Job,
    channel_filter,
    time_ns,
    time_span,
)
from .base import Calls, Rows


class ArchiveCalls(Calls):
    """Calls about archives."""

    async def archives(self) -> list[Archive]:
        """Archives that the deployment knows."""
        response = await self._connection.call("ListArchives", pb.ListArchivesRequest())
        return Listing([Archive(a.name, a.bucket, a.region, a.index) for a in response.archives])

    async def sync_index(self, archive: str) -> Job:
        """Start a job that reads an archive's index, catalogs and stations into the database.

        Parameters
        ----------
        archive
            Name of the archive.

        Returns
        -------
        Job
            The job.
        """
        request = pb.SyncIndexRequest(archive=archive, request_id=str(uuid.uuid4()))
        return Job.of((await self._connection.call("SyncIndex", request)).job)

    async def index_keys(
        self,
        archive: str,
        index: str = "waveform",
        *,
        year: int = 0,
        day: int = 0,
        format: str = "",
        limit: int = 0,
        skip: int = 0,
    ) -> Rows[dict[str, Any]]:
        """Return documents of index keys in order of key.

        Parameters
        ----------
        archive
            Name of the archive.
        index
            "waveform" or "catalog".
        year
            Only this year; 0 means all.
        day
            Only this day of the year; 0 means all.
        format
            Only this format; "" means all.
        limit
            Largest number; 0 means all.
        skip
            So many are left out before the first.

        Returns
        -------
        Rows[dict[str, Any]]
            The documents; `total` says how many there are.
        """
        request = pb.ListIndexKeysRequest(archive=archive, index=index, year=year, day=day, format=format)
        return await self._documents("ListIndexKeys", request, limit, skip)

    async def day_files(
        self,
        archive: str,
        day: Any,
        *,
        net: str = "*",
        sta: str = "*",
        loc: str = "*",
        chan: str = "*",
        limit: int = 0,
        skip: int = 0,
    ) -> Rows[dict[str, Any]]:
        """Return day_file documents of a UTC day in order of key.

        Parameters
        ----------
        archive
            Name of the archive.
        day
            Any time of the day.
        net
            Network codes, with wildcards.
        sta
            Station codes, with wildcards.
        loc
            Location codes, with wildcards.
        chan
            Channel codes, with wildcards.
        limit
            Largest number; 0 means all.
        skip
            So many are left out before the first.

        Returns
        -------
        Rows[dict[str, Any]]
            The documents; `total` says how many there are.
        """
        request = pb.ListDayFilesRequest(
            archive=archive, day_ns=time_ns(day), filter=channel_filter(net, sta, loc, chan)
        )
        return await self._documents("ListDayFiles", request, limit, skip)

    async def events(
        self,
        archive: str,
        start: Any = None,
        end: Any = None,
        *,
        above_magnitude: float | None = None,
        max_magnitude: float | None = None,
    ) -> Any:
        """Return events of an archive's catalog as a pyarrow Table in order of time.

        `to_pandas()` makes a DataFrame. The columns are those of `tables.event_schema`. This needs seisbus[tables];
        `event_documents` does not.

        Parameters
        ----------
        archive
            Name of the archive.
        start
            First origin time.
        end
            Origin times before this.
        above_magnitude
            Only magnitudes above this.
        max_magnitude
            Only magnitudes up to this.

        Returns
        -------
        Any
            The table.
        """
        return tables.event_table(await self._events(archive, start, end, above_magnitude, max_magnitude))

    async def event_documents(
        self,
        archive: str,
        start: Any = None,
        end: Any = None,
        *,
        above_magnitude: float | None = None,
        max_magnitude: float | None = None,
        limit: int = 0,
        skip: int = 0,
    ) -> Rows[dict[str, Any]]:
        """Return events of an archive's catalog as documents.

        Parameters
        ----------
        archive
            Name of the archive.
        start
            First origin time.
        end
            Origin times before this.
        above_magnitude
            Only magnitudes above this.
        max_magnitude
            Only magnitudes up to this.
        limit
            Largest number; 0 means all.
        skip
            So many are left out before the first.

        Returns
        -------
        Rows[dict[str, Any]]
            Documents with the columns of `events`; `time` is in ns since 1970, and unknown values are None.
        """
        found = await self._events(archive, start, end, above_magnitude, max_magnitude, limit, skip)
        rows = Rows(tables.event_documents(found))
        rows.total = found.total
        return rows

    async def get_events(
        self,
        archive: str,
        start: Any = None,
        end: Any = None,
        *,
        above_magnitude: float | None = None,
        max_magnitude: float | None = None,
    ) -> Any:
        """Return events of an archive's catalog as an obspy Catalog (depths in metres).

        Parameters
        ----------
        archive
            Name of the archive.
        start
            First origin time.
        end
            Origin times before this.
        above_magnitude
            Only magnitudes above this.
        max_magnitude
            Only magnitudes up to this.

        Returns
        -------
        Any
            The Catalog.
        """
        return tables.event_catalog(await self._events(archive, start, end, above_magnitude, max_magnitude))

    async def get_stations(
        self,
        archive: str,
        start: Any = None,
        end: Any = None,
        *,
        net: str = "*",
        sta: str = "*",
        loc: str = "*",
        chan: str = "*",
    ) -> Any:
        """Return channel epochs as an obspy Inventory (metres, dip), without responses.

        Parameters
        ----------
        archive
            Name of the archive.
        start
            Only epochs that end after this time.
        end
            Only epochs that start before this time.
        net
            Network codes, with wildcards.
        sta
            Station codes, with wildcards.
        loc
            Location codes, with wildcards.
        chan
            Channel codes, with wildcards.

        Returns
        -------
        Any
            The Inventory.
        """
        from libseis.obspy.inventories import inventory_of

        return inventory_of(await self.channels(archive, start, end, net=net, sta=sta, loc=loc, chan=chan))

    async def channels(
        self,
        archive: str,
        start: Any = None,
        end: Any = None,
        *,
        net: str = "*",
        sta: str = "*",
        loc: str = "*",
        chan: str = "*",
        limit: int = 0,
        skip: int = 0,
    ) -> Rows[dict[str, Any]]:
        """Return documents of channel epochs with MsPASS's names and units (kilometres, vang).

        Parameters
        ----------
        archive
            Name of the archive.
        start
            Only epochs that end after this time.
        end
            Only epochs that start before this time.
        net
            Network codes, with wildcards.
        sta
            Station codes, with wildcards.
        loc
            Location codes, with wildcards.
        chan
            Channel codes, with wildcards.
        limit
            Largest number; 0 means all.
        skip
            So many are left out before the first.

        Returns
        -------
        Rows[dict[str, Any]]
            The documents; `total` says how many there are.
        """
        request = pb.ListChannelsRequest(
            archive=archive,
            filter=channel_filter(net, sta, loc, chan),
            span=time_span(start, end),
        )
        return await self._documents("ListChannels", request, limit, skip)

    async def _events(
        self,
        archive: str,
        start: Any,
        end: Any,
        above: float | None,
        most: float | None,
        limit: int = 0,
        skip: int = 0,
    ) -> Rows[pb.Event]:
        request = pb.ListEventsRequest(
            archive=archive, span=time_span(start, end), above_magnitude=above, max_magnitude=most
        )
        return await self._rows("ListEvents", request, lambda r: r.events, limit, skip)
