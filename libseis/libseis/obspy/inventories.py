"""Read obspy's inventories: station and channel epochs with cleaned codes and inherited dates."""

from __future__ import annotations

import copy
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from libseis.codes import Channel, code, location
from libseis.epochs import ALWAYS, OPEN_START_NS, EpochSpan, inherited, of_document
from libseis.extras import extra


def read_stationxml(data: bytes) -> Any:
    """An obspy Inventory of a whole StationXML document; raises obspy's or lxml's errors if it is not StationXML."""
    with extra("obspy"):
        import obspy

    return obspy.read_inventory(io.BytesIO(data), format="STATIONXML")


def write_stationxml(inventory: Any) -> bytes:
    """The StationXML of an obspy Inventory."""
    buffer = io.BytesIO()
    inventory.write(buffer, format="STATIONXML")
    return buffer.getvalue()


def of_element(element: Any, parent: EpochSpan = ALWAYS) -> EpochSpan:
    """The epoch of an obspy Network, Station or Channel."""
    start, end = element.start_date, element.end_date
    return inherited(None if start is None else start.ns, None if end is None else end.ns, parent)


def dates(span: EpochSpan) -> tuple[Any, Any]:
    """Start and end of an epoch for obspy: UTCDateTime, or None if it is open."""
    with extra("obspy"):
        from obspy import UTCDateTime

    start = None if span.start_ns == OPEN_START_NS else UTCDateTime(ns=span.start_ns)
    return start, None if span.end_ns is None else UTCDateTime(ns=span.end_ns)


@dataclass(frozen=True, slots=True)
class StationEpoch:
    """A station of an obspy inventory with cleaned codes, and its own or inherited epoch."""

    net: str
    sta: str
    span: EpochSpan
    network: Any
    station: Any


@dataclass(frozen=True, slots=True)
class ChannelEpoch:
    """A channel of an obspy inventory with cleaned codes and its epoch; `element` is the obspy object."""

    channel: Channel
    span: EpochSpan
    element: Any


def stations_of(inventory: Any, net: str | None = None, sta: str | None = None) -> Iterator[StationEpoch]:
    """The station epochs of an obspy Inventory, all or those of a network and station code."""
    for network in inventory:
        its_net = code(network.code)
        if net is not None and its_net != net:
            continue
        of_network = of_element(network)
        for station in network:
            its_sta = code(station.code)
            if sta is None or its_sta == sta:
                yield StationEpoch(its_net, its_sta, of_element(station, of_network), network, station)


def channels_of(inventory: Any, net: str | None = None, sta: str | None = None) -> Iterator[ChannelEpoch]:
    """The channel epochs of an obspy Inventory, all or those of a network and station code."""
    for found in stations_of(inventory, net, sta):
        for element in found.station:
            channel = Channel(found.net, found.sta, location(element.location_code), code(element.code))
            yield ChannelEpoch(channel, of_element(element, found.span), element)


def normalised(inventory: Any, net: str | None = None, sta: str | None = None) -> Any:
    """A copy of an obspy Inventory or of one of its stations, so that obspy's searches give the same results as ours.

    Codes are cleaned and every element has its inherited dates. Responses are shared, not copied.
    """
    made = copy.copy(inventory)
    made.networks = []
    of_network: dict[int, Any] = {}
    for found in stations_of(inventory, net, sta):
        if id(found.network) not in of_network:
            of_network[id(found.network)] = _plain(found.network, of_element(found.network))
            of_network[id(found.network)].stations = []
            made.networks.append(of_network[id(found.network)])
        station = _plain(found.station, found.span)
        station.channels = [_plain(channel, of_element(channel, found.span)) for channel in found.station]
        of_network[id(found.network)].stations.append(station)
    return made


def _plain(element: Any, span: EpochSpan) -> Any:
    made = copy.copy(element)
    made.code = code(element.code)
    made.start_date, made.end_date = dates(span)
    if hasattr(element, "location_code"):
        made.location_code = location(element.location_code)
    return made


def inventory_of(documents: Iterable[Mapping[str, Any]]) -> Any:
    """Channel documents (km, vang from the vertical) as an obspy Inventory (m, dip) without responses.

    A station gets the place of its first channel.
    """
    with extra("obspy"):
        from obspy.core.inventory import Channel as XmlChannel
        from obspy.core.inventory import Inventory, Network, Station

    networks: dict[str, Any] = {}
    stations: dict[tuple[str, str], Any] = {}
    for found in documents:
        net, sta = code(found["net"]), code(found["sta"])
        network = networks.setdefault(net, Network(net, stations=[]))
        place = {"latitude": found["lat"], "longitude": found["lon"], "elevation": found["elev"] * 1000.0}
        if (net, sta) not in stations:
            stations[net, sta] = Station(sta, channels=[], **place)
            network.stations.append(stations[net, sta])
        vang = found.get("vang")
        start, end = dates(of_document(found))
        channel = XmlChannel(
            code(found["chan"]),
            location(found.get("loc")),
            depth=(found.get("edepth") or 0.0) * 1000.0,
            azimuth=found.get("hang"),
            dip=None if vang is None else vang - 90.0,
            sample_rate=found.get("sample_rate"),
            start_date=start,
            end_date=end,
            **place,
        )
        stations[net, sta].channels.append(channel)
    return Inventory(networks=list(networks.values()), source="Seisbus")
