"""Read obspy inventories with responses from StationXML; a channel that cannot be read does not affect the others."""

from __future__ import annotations

import contextlib
import copy
import pickle
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from libseis.codes import Channel, code, location
from libseis.obspy.inventories import channels_of, normalised
from libseis.warned import collected
from seisbus.archive.oddities import ArchiveFormatError, Oddities
from seisbus.archive.stations import stationxml_tree
from seisbus.archive.xmlparts import children, local

_NAMESPACE = "http://www.fdsn.org/xml/station/1"


def read_inventory_of(data: bytes, net: str, sta: str, key: str = "", odd: Oddities | None = None) -> Any:
    """An obspy Inventory of one station of a StationXML document; empty if the station is not in it.

    Codes are cleaned, and every channel has its inherited dates (`libseis.epochs.normalised`).

    A channel that obspy cannot read goes to `odd`; the others are returned. ArchiveFormatError if the bytes are not
    StationXML.
    """
    from obspy import Inventory

    from libseis.obspy.inventories import read_stationxml

    odd = Oddities(key) if odd is None else odd
    with contextlib.suppress(Exception):  # obspy and lxml raise a dozen kinds here; which channel it was shows below
        with collected() as told:  # obspy warns when it leaves a part out that it cannot use
            found = normalised(read_stationxml(data), net, sta)
        if not told:
            return found
    made = Inventory()
    for network in children(stationxml_tree(data, key, odd), "Network"):
        if code(network.get("code")) != net:
            continue
        for station in children(network, "Station"):
            if code(station.get("code")) == sta:
                for channel in children(station, "Channel"):
                    made += _one(network, station, channel, odd)
    return normalised(made)


@dataclass(frozen=True, slots=True)
class ReadChannels:
    """The channels of a StationXML document as obspy reads them.

    Attributes
    ----------
    pickles : mapping
        Pickled obspy channels, which MsPASS keeps in its `channel` documents, by channel and start of the epoch (ns).
        We write them for MsPASS and never read them.
    left_out : list of tuple of str
        Channels (NET.STA.LOC.CHAN) that cannot be read, with the reason.
    """

    pickles: Mapping[tuple[Channel, int], bytes]
    left_out: list[tuple[str, str]]


def read_channels(data: bytes, key: str, odd: Oddities) -> ReadChannels:
    """The channels of a StationXML document as obspy reads them; those that it cannot read go to `odd`.

    Raises
    ------
    ArchiveFormatError
        Where the bytes are no StationXML at all.
    """
    from libseis.obspy.inventories import read_stationxml

    with contextlib.suppress(Exception):
        with collected() as told:
            found = read_stationxml(data)
        if not told:
            return ReadChannels(_pickles(found), [])
    pickles: dict[tuple[Channel, int], bytes] = {}
    left_out: dict[str, str] = {}
    for network in children(stationxml_tree(data, key, Oddities(key)), "Network"):
        for station in children(network, "Station"):
            for channel in children(station, "Channel"):
                mine = Oddities(key)
                pickles |= _pickles(_one(network, station, channel, mine))
                if mine.left_out:
                    left_out.setdefault(_name(network, station, channel), mine.first)
                odd.take(mine)
    return ReadChannels(pickles, list(left_out.items()))


def _pickles(inventory: Any) -> dict[tuple[Channel, int], bytes]:
    found: dict[tuple[Channel, int], bytes] = {}
    for epoch in channels_of(inventory):
        found.setdefault((epoch.channel, epoch.span.start_ns), pickle.dumps(epoch.element))
    return found


def _name(network: ET.Element, station: ET.Element, channel: ET.Element) -> str:
    codes = (code(element.get("code")) for element in (network, station))
    return ".".join((*codes, location(channel.get("locationCode")), code(channel.get("code"))))


def _one(network: ET.Element, station: ET.Element, channel: ET.Element, odd: Oddities) -> Any:
    """The Inventory of one channel; empty, with a note, if obspy cannot read it."""
    from obspy import Inventory

    from libseis.obspy.inventories import read_stationxml

    name = _name(network, station, channel)
    found = Inventory()
    try:
        with collected() as told:
            found = read_stationxml(_alone(network, station, channel))
    except Exception as error:
        odd.leave_out(f"the response of {name} cannot be read ({error})")
        return Inventory()
    if told and not found.get_contents()["channels"]:
        odd.leave_out(f"the response of {name} cannot be read ({told[-1]})")
    elif told:
        odd.mend(f"the response of {name}: {'; '.join(told)}")
    return found


def read_inventory_of_documents(documents: Mapping[str, bytes], net: str, sta: str) -> tuple[Any, list[str]]:
    """An obspy Inventory of a station from StationXML documents (by key), and a sentence for each odd document.

    A document that cannot be read does not affect the others.
    """
    from obspy import Inventory

    inventory, told = Inventory(), list[str]()
    for key, data in documents.items():
        odd = Oddities(key)
        try:
            inventory += read_inventory_of(data, net, sta, key, odd)
        except ArchiveFormatError as error:
            told.append(error.message)
        if odd:
            told.append(odd.note)
    return inventory, told


def _alone(network: ET.Element, station: ET.Element, channel: ET.Element) -> bytes:
    """A document of one channel."""
    root = ET.Element("FDSNStationXML", schemaVersion="1.1")
    ET.SubElement(root, "Source").text = "Seisbus"
    ET.SubElement(root, "Created").text = "1970-01-01T00:00:00"
    net = _without(network, "Station")
    sta = _without(station, "Channel")
    root.append(net)
    net.append(sta)
    sta.append(copy.deepcopy(channel))
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = f"{{{_NAMESPACE}}}{local(element.tag)}"
        for date in ("startDate", "endDate"):
            if not element.get(date, "-").strip():
                del element.attrib[date]
    return ET.tostring(root)


def _without(element: ET.Element, name: str) -> ET.Element:
    made = ET.Element(element.tag, element.attrib)
    made.extend(copy.deepcopy(inner) for inner in element if local(inner.tag) != name)
    return made
