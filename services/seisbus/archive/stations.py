"""Read station and channel epochs from FDSN StationXML, with MsPASS's names and units.

It reads place, time, orientation and nominal rate of a channel. Instrument responses stay in the XML, for obspy. It
uses the standard XML parser, which is a hundred times faster than building an inventory.
"""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass

from libseis.codes import code, location
from libseis.epochs import OPEN_START_NS, EpochSpan, inherited
from libseis.units import canonical
from seisbus.archive.numbers import number_in
from seisbus.archive.oddities import Oddities
from seisbus.archive.xmlparts import child, children, document, text_of
from seisbus.model.times import parse_time_ns

_CODE = re.compile(r"[A-Za-z0-9-]{1,8}")
_LOCATION = re.compile(r"[A-Za-z0-9-]{0,8}")
_HEIGHTS = (-20_000.0, 20_000.0)  # metres, of anything on or in the ground or the sea


@dataclass(frozen=True, slots=True)
class SiteEpoch:
    """A station epoch: degrees, kilometres above sea level; `end_ns` is None for an open epoch."""

    net: str
    sta: str
    start_ns: int
    end_ns: int | None
    lat: float
    lon: float
    elev_km: float
    name: str | None


@dataclass(frozen=True, slots=True)
class ChannelEpoch:
    """A channel epoch: degrees and kilometres; `depth_km` is MsPASS's edepth (burial below the surface).

    `hang` is the azimuth from north; `vang` the angle from vertical up, the StationXML dip + 90. Both are None if the
    metadata do not state them; they are never guessed from the channel code. `site_start_ns` is the start of the
    station epoch that has the channel.
    """

    net: str
    sta: str
    loc: str
    chan: str
    start_ns: int
    end_ns: int | None
    lat: float
    lon: float
    elev_km: float
    depth_km: float
    hang: float | None
    vang: float | None
    sample_rate: float | None
    response: bool = True  # whether the metadata state how counts become ground motion
    units: str = ""  # unit of the input in libseis's spelling (m/s ...); "" if not stated
    site_start_ns: int = OPEN_START_NS

    def is_open(self, start_ns: int, end_ns: int) -> bool:
        """Whether the epoch overlaps a time span."""
        return EpochSpan(self.start_ns, self.end_ns).overlaps(start_ns, end_ns)


@dataclass(frozen=True, slots=True)
class StationEpochs:
    """The epochs in one StationXML document."""

    sites: list[SiteEpoch]
    channels: list[ChannelEpoch]


def read_stationxml(data: bytes, key: str = "", odd: Oddities | None = None) -> StationEpochs:
    """All station and channel epochs of a StationXML document (any 1.x version, http://docs.fdsn.org).

    A missing date of a station or channel is taken from its parent. A network, station or channel with an odd value
    goes to `odd` and does not affect the others. An azimuth, dip or rate that cannot be read is None. Raises
    ArchiveFormatError, which names `key`, if the bytes are not StationXML.
    """
    odd = Oddities(key) if odd is None else odd
    root = stationxml_tree(data, key, odd)
    sites: list[SiteEpoch] = []
    channels: list[ChannelEpoch] = []
    for network in children(root, "Network"):
        net = _Node(network, code(network.get("code")), None)
        if not net.code_is_sound:
            odd.leave_out(f"a Network has the code {net.code!r}")
            continue
        for station in children(network, "Station"):
            sta = _Node(station, f"{net.name}.{code(station.get('code'))}", net)
            if not sta.code_is_sound:
                odd.leave_out(f"a Station of {net.name} has the code {sta.code!r}")
                continue
            try:
                sites.append(_site(sta, net.code, station))
            except ValueError as error:
                odd.leave_out(str(error))
            channels.extend(_channels(sta, net.code, station, odd))
    return StationEpochs(sites, channels)


def stationxml_tree(data: bytes, key: str, odd: Oddities) -> ET.Element:
    """The elements of a document; the complete ones if it is damaged. ArchiveFormatError if it is not StationXML."""
    return document(data, key, "FDSNStationXML", ("Network", "Station", "Channel"), odd)


class _Node:
    """One element with its epoch and its numbers; errors name the element and are raised when a value is used."""

    def __init__(self, element: ET.Element, name: str, parent: _Node | None) -> None:
        self._element, self.name, self._parent = element, name, parent
        self.code = code(element.get("code"))

    @property
    def code_is_sound(self) -> bool:
        return _CODE.fullmatch(self.code) is not None

    @property
    def span(self) -> EpochSpan:
        """Its dates, with missing ones from its parent; ValueError if a date cannot be read."""
        start, end = self._date("startDate"), self._date("endDate")
        if self._parent is None:
            return inherited(start, end)
        above = EpochSpan(
            self._parent.span.start_ns if start is None else OPEN_START_NS,
            self._parent.span.end_ns if end is None else None,
        )
        found = inherited(start, end, above)
        if found.end_ns is not None and found.end_ns <= found.start_ns:
            raise ValueError(f"{self.name} ends before it starts")
        return found

    def _date(self, attribute: str) -> int | None:
        text = self._element.get(attribute, "").strip()
        if not text:
            return None
        time_ns = parse_time_ns(text)
        if time_ns is None:
            raise ValueError(f"{self.name} has the {attribute} {text!r}, expected a date")
        return time_ns

    def number(self, tag: str, low: float = -math.inf, high: float = math.inf) -> float | None:
        text = text_of(self._element, tag)
        if not text:
            return None
        number = number_in(text, low, high)
        if number is None:
            raise ValueError(f"{self.name} has the {tag} {text!r}, expected a number of its kind")
        return number

    def number_or_none(self, tag: str, odd: Oddities, low: float, high: float) -> float | None:
        try:
            return self.number(tag, low, high)
        except ValueError as error:
            odd.mend(str(error))
            return None

    def required(self, tag: str, low: float, high: float) -> float:
        number = self.number(tag, low, high)
        if number is None:
            raise ValueError(f"{self.name} has no {tag}")
        return number


def _site(sta: _Node, net: str, element: ET.Element) -> SiteEpoch:
    name = child(element, "Site")
    return SiteEpoch(
        net=net,
        sta=sta.code,
        start_ns=sta.span.start_ns,
        end_ns=sta.span.end_ns,
        lat=sta.required("Latitude", -90, 90),
        lon=sta.required("Longitude", -180, 360),
        elev_km=sta.required("Elevation", *_HEIGHTS) / 1000.0,
        name=None if name is None else text_of(name, "Name") or None,
    )


def _channels(sta: _Node, net: str, station: ET.Element, odd: Oddities) -> Iterator[ChannelEpoch]:
    seen: dict[tuple[str, str, int], ChannelEpoch] = {}
    for element in children(station, "Channel"):
        try:
            epoch = _channel(sta, net, element, odd)
        except ValueError as error:
            odd.leave_out(str(error))
            continue
        other = seen.setdefault((epoch.loc, epoch.chan, epoch.start_ns), epoch)
        if other is not epoch and other != epoch:
            odd.leave_out(f"{sta.name}.{epoch.loc}.{epoch.chan} has two epochs of the same start, the first holds")
        if other is epoch:
            yield epoch


def _channel(sta: _Node, net: str, element: ET.Element, odd: Oddities) -> ChannelEpoch:
    loc = location(element.get("locationCode"))
    cha = _Node(element, f"{sta.name}.{loc}.{code(element.get('code'))}", sta)
    if not cha.code_is_sound or _LOCATION.fullmatch(loc) is None:
        raise ValueError(f"{cha.name} has no code of letters and digits")
    dip = cha.number_or_none("Dip", odd, -90, 90)
    return ChannelEpoch(
        net=net,
        sta=sta.code,
        loc=loc,
        chan=cha.code,
        start_ns=cha.span.start_ns,
        end_ns=cha.span.end_ns,
        lat=cha.required("Latitude", -90, 90),
        lon=cha.required("Longitude", -180, 360),
        elev_km=cha.required("Elevation", *_HEIGHTS) / 1000.0,
        depth_km=cha.required("Depth", *_HEIGHTS) / 1000.0,
        hang=cha.number_or_none("Azimuth", odd, -360, 360),
        vang=None if dip is None else dip + 90.0,
        sample_rate=cha.number_or_none("SampleRate", odd, 0, 1e7),
        response=_responds(element),
        units=_units(element),
        site_start_ns=sta.span.start_ns,
    )


def _responds(element: ET.Element) -> bool:
    """Whether a channel has a response with stages; a sensitivity alone cannot be evaluated."""
    found = child(element, "Response")
    return found is not None and child(found, "Stage") is not None


def _units(element: ET.Element) -> str:
    """The input unit of a channel's sensitivity."""
    found: ET.Element | None = element
    for step in ("Response", "InstrumentSensitivity", "InputUnits"):
        found = None if found is None else child(found, step)
    return "" if found is None else canonical(text_of(found, "Name"))
