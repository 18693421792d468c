"""Read and write the events (QuakeML) and stations (StationXML) of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from libseis.obspy.events import read_quakeml, write_quakeml
from libseis.obspy.inventories import read_stationxml, write_stationxml

from .arrays import replace_array
from .errors import AsdfError
from .handle import DatasetLike, opened

if TYPE_CHECKING:
    from obspy import Catalog, Inventory
    from obspy.core.event import Event


def write_event(dataset: DatasetLike, event: Event) -> None:
    """Add an event; an event with the same resource id is replaced.

    Parameters
    ----------
    dataset
        The dataset.
    event
        The event.
    """
    from obspy import Catalog

    with opened(dataset, "a") as file:
        known = read_events(file)
        if event in known:
            return  # the same event comes with each of its stations, and HDF5 does not free the room of deleted data
        others = [e for e in known if e.resource_id != event.resource_id]
        quakeml = write_quakeml(Catalog([*others, event]))
        replace_array(file, "QuakeML", np.frombuffer(quakeml, dtype=np.int8))


def read_events(dataset: DatasetLike) -> Catalog:
    """Read all events.

    Parameters
    ----------
    dataset
        The dataset.

    Returns
    -------
    Catalog
        The events; empty if there are none.
    """
    from obspy import Catalog

    with opened(dataset) as file:
        if "QuakeML" not in file or not file["QuakeML"].size:
            return Catalog()
        return read_quakeml(file["QuakeML"][()].tobytes())


def write_inventory(dataset: DatasetLike, inventory: Inventory) -> None:
    """Store each station of an inventory under its own code; stations that are already there are replaced.

    Parameters
    ----------
    dataset
        The dataset.
    inventory
        The inventory.
    """
    with opened(dataset, "a") as file:
        for network in inventory:
            for station in sorted({s.code for s in network}):
                xml = station_xml(inventory, network.code, station)
                group = file["Waveforms"].require_group(f"{network.code}.{station}")
                replace_array(group, "StationXML", np.frombuffer(xml, dtype=np.int8))


def station_xml(inventory: Inventory, network: str, station: str) -> bytes:
    """Return the StationXML of one station, with all its epochs.

    Parameters
    ----------
    inventory
        An inventory that has the station.
    network
        Network code.
    station
        Station code.

    Returns
    -------
    bytes
        The StationXML.
    """
    return write_stationxml(inventory.select(network=network, station=station, keep_empty=True))


def read_inventory(dataset: DatasetLike, code: str) -> Inventory:
    """Read the inventory of a station.

    Parameters
    ----------
    dataset
        The dataset.
    code
        Network and station code, such as NZ.BFZ.

    Returns
    -------
    Inventory
        The inventory.

    Raises
    ------
    AsdfError
        The dataset has no StationXML for this station.
    """
    with opened(dataset) as file:
        path = f"Waveforms/{code}/StationXML"
        if path not in file:
            raise AsdfError(f"The dataset has no StationXML of {code}.", path=path)
        return read_stationxml(file[path][()].tobytes())
