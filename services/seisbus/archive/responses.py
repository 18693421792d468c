"""Station metadata with responses, as obspy has them, out of StationXML; an odd channel costs itself alone."""

from __future__ import annotations

import copy
import io
import xml.etree.ElementTree as ET
from typing import Any

from libseis.codes import code
from libseis.obspy.inventories import normalised

from seisbus.archive.oddities import Oddities
from seisbus.archive.stations import stationxml_tree
from seisbus.archive.xmlparts import children, local

_NAMESPACE = "http://www.fdsn.org/xml/station/1"


def read_inventory_of(data: bytes, net: str, sta: str, key: str = "", odd: Oddities | None = None) -> Any:
    """An obspy Inventory of one station of a StationXML document, empty where it is not in it.

    Its codes are in their one form, and every channel has the dates that it inherits (`libseis.epochs.normalised`).

    A channel that obspy cannot read goes to `odd`, and the others are there. ArchiveFormatError where the bytes are no
    StationXML at all.
    """
    from obspy import Inventory, read_inventory

    odd = Oddities(key) if odd is None else odd
    try:
        return normalised(read_inventory(io.BytesIO(data), format="STATIONXML"), net, sta)
    except Exception:  # obspy and lxml raise a dozen kinds here; which channel it was shows below
        pass
    made = Inventory()
    for network in children(stationxml_tree(data, key, odd), "Network"):
        if code(network.get("code")) != net:
            continue
        for station in children(network, "Station"):
            if code(station.get("code")) != sta:
                continue
            channels = children(station, "Channel")
            for channel in channels:
                name = f"{net}.{sta}.{channel.get('locationCode', '')}.{channel.get('code', '')}"
                try:
                    made += read_inventory(io.BytesIO(_alone(network, station, channel)), format="STATIONXML")
                except Exception as error:
                    odd.leave_out(f"{name} cannot be read ({error})")
    return normalised(made)


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
