"""Calls about what archives hold: index keys, files, events, stations."""

from __future__ import annotations

import uuid
from typing import Any

from libseis.obspy.inventories import inventory_of
from seis.control.v1 import control_pb2 as pb

from .. import tables
from ..values import (
    Archive,
    Job,
    channel_filter,
    time_ns,
    time_span,
)
from .base import Calls


class ArchiveCalls(Calls):
    """Calls about archives."""

    async def archives(self) -> list[Archive]:
        """Archives that the deployment knows."""
        response = await self._connection.call("ListArchives", pb.ListArchivesRequest())
        return [Archive(a.name, a.bucket, a.region, a.index) for a in response.archives]

    async def sync_index(self, archive: str) -> Job:
        """Bring an archive's index keys, catalogs and stations into the database: a job of kind index."""
        request = pb.SyncIndexRequest(archive=archive, request_id=str(uuid.uuid4()))
        return Job.of((await self._connection.call("SyncIndex", request)).job)

    async def index_keys(
        self, archive: str, index: str = "waveform", *, year: int = 0, day: int = 0, format: str = ""
    ) -> list[dict[str, Any]]:
        """Index key documents (`index` is waveform or catalog) in order of key; 0 and "" mean all."""
        request = pb.ListIndexKeysRequest(archive=archive, index=index, year=year, day=day, format=format)
        return await self._documents("ListIndexKeys", request)

    async def day_files(
        self, archive: str, day: Any, *, net: str = "*", sta: str = "*", loc: str = "*", chan: str = "*"
    ) -> list[dict[str, Any]]:
        """day_file documents of the UTC day that holds the moment `day`, in order of key."""
        request = pb.ListDayFilesRequest(
            archive=archive, day_ns=time_ns(day), filter=channel_filter(net, sta, loc, chan)
        )
        return await self._documents("ListDayFiles", request)

    async def events(
        self,
        archive: str,
        start: Any = None,
        end: Any = None,
        *,
        above_magnitude: float | None = None,
        max_magnitude: float | None = None,
    ) -> Any:
        """Events of an archive's catalog as a pyarrow Table in order of time (`to_pandas()` makes a DataFrame).

        Origin times in [start, end), magnitude strictly above `above_magnitude` and at most `max_magnitude`;
        columns: `tables.event_schema`. Needs seisbus[tables]; `event_documents` does without.
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
    ) -> list[dict[str, Any]]:
        """What `events` gives, as documents: its columns, `time` in ns since 1970, None for what is not known."""
        return tables.event_documents(await self._events(archive, start, end, above_magnitude, max_magnitude))

    async def get_events(
        self,
        archive: str,
        start: Any = None,
        end: Any = None,
        *,
        above_magnitude: float | None = None,
        max_magnitude: float | None = None,
    ) -> Any:
        """The same as an obspy Catalog (depths in metres)."""
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
        """Channel epochs that overlap [start, end) as an obspy Inventory (metres, dip), without responses."""
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
    ) -> list[dict[str, Any]]:
        """Channel epoch documents in MsPASS's names and units (kilometres, vang)."""
        request = pb.ListChannelsRequest(
            archive=archive,
            filter=channel_filter(net, sta, loc, chan),
            span=time_span(start, end),
        )
        return await self._documents("ListChannels", request)

    async def _events(
        self, archive: str, start: Any, end: Any, above: float | None, most: float | None
    ) -> list[pb.Event]:
        request = pb.ListEventsRequest(
            archive=archive, span=time_span(start, end), above_magnitude=above, max_magnitude=most
        )
        return [event async for event in self._connection.pages("ListEvents", request, lambda r: r.events)]
