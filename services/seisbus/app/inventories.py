"""The obspy Inventory for stored waveforms, from the archive's StationXML or from channel documents."""

from __future__ import annotations

import asyncio
from typing import Any

from libseis.codes import ChannelFilter
from libseis.obspy.inventories import inventory_of as of_channels

from ..archive.definition import archive_named
from ..archive.responses import read_inventory_of_documents
from ..errors import SeisbusError, UnavailableError
from ..settings import ServiceSettings
from ..store.index import channel_epochs, station_keys
from .context import ServiceContext


async def inventory_of(context: ServiceContext[ServiceSettings], archive: str, net: str, sta: str) -> tuple[Any, str]:
    """An obspy Inventory of one station (None if nothing is known), and the problems with it ("" if there are none).

    It comes from the archive's StationXML, with responses, or else from channel documents, which have no responses.
    """
    try:
        inventory, told = await archived_inventory(context, archive, net, sta)
    except UnavailableError:
        raise
    except SeisbusError as error:
        inventory, told = None, [f"{net}.{sta}: its StationXML cannot be read: {error.message}"]
    if inventory is not None and len(inventory):
        return inventory, " ".join(told)
    told = told or [f"{net}.{sta}: the archive has no StationXML of it."]
    epochs = [epoch async for epoch in channel_epochs(context.store, archive, ChannelFilter(net, sta))]
    if not epochs:
        return None, f"{net}.{sta}: there is no station metadata."
    return await asyncio.to_thread(of_channels, epochs), " ".join([*told, "Its channels are without responses."])


async def archived_inventory(
    context: ServiceContext[ServiceSettings], archive: str, net: str, sta: str
) -> tuple[Any, list[str]]:
    """The readable part of a station's StationXML in an archive (None without one), and a note on oddities.

    A document that cannot be read does not affect the others.
    """
    definition = archive_named(context.archives, archive)
    keys = await station_keys(context.store, archive, net, sta)
    found = [await context.objects.get(definition, key) for key in keys]
    documents = {key: one.data for key, one in zip(keys, found, strict=True) if one is not None}
    if not documents:
        return None, []
    return await asyncio.to_thread(read_inventory_of_documents, documents, net, sta)
