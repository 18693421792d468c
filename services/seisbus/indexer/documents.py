"""Documents of sources, sites and channels, as MsPASS's `save_catalog` and `save_inventory` write them.

An epoch without an end has MsPASS's far-future endtime, and one without a start begins in 1970: its matchers compare
numbers. `start_ns` and `end_ns` say what the metadata say. What is not known is null, because MsPASS's caches want
every key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from libseis.codes import Channel
from libseis.epochs import FAR_FUTURE, OPEN_START_NS

from ..archive.catalog import CatalogRow
from ..archive.definition import ArchiveDefinition
from ..archive.event import Event
from ..archive.stations import ChannelEpoch, SiteEpoch, StationEpochs
from ..store.documents import ChannelDocument, ObjectId, Point, SiteDocument, SourceDocument
from ..store.normalized import channel_id, former_channel_id, former_site_id, site_id, source_id


def event_document(archive: ArchiveDefinition, row: CatalogRow) -> SourceDocument:
    """A catalog row as a `source` document."""
    waveform = archive.event_waveform_key(row.prefix or "", row.ms_filename) if row.ms_filename else None
    phase = archive.event_phase_key(row.prefix or "", row.phase_filename) if row.phase_filename else None
    identity = source_id(archive.name, row.evid)
    document = _source(identity, row.time_ns, row.lat, row.lon, row.depth_km, row.mag, row.mag_type)
    document["archive"] = archive.name
    document["evid"] = row.evid
    document["event_type"] = row.event_type or ""
    document["waveform_key"] = waveform or ""
    document["phase_key"] = phase or ""
    return document


def inline_document(event: Event, identity: str) -> SourceDocument:
    """An event that stands in a job, as a `source` document. It names no archive, so it does not appear in a
    catalog."""
    document = _source(
        ObjectId(identity), event.time_ns, event.lat, event.lon, event.depth_km, event.mag, event.mag_type
    )
    document["evid"] = event.id
    document["origin"] = "job"
    return document


def _source(
    identity: ObjectId,
    time_ns: int,
    lat: float,
    lon: float,
    depth: float | None,
    mag: float | None,
    mag_type: str | None,
) -> SourceDocument:
    place = _point(lat, lon)
    return {
        "_id": identity,
        "source_id": identity,
        "archive": "",
        "time": time_ns / 1e9,
        "time_ns": time_ns,
        "lat": lat,
        "lon": lon,
        "coords": place["coordinates"],
        "epicenter": place,
        "depth": depth,
        "mag": mag,
        "magnitude": mag,
        "mag_type": mag_type or "",
        "magnitude_type": mag_type or "",
    }


def station_documents(
    archive: ArchiveDefinition,
    epochs: StationEpochs,
    key: str,
    pickles: Mapping[tuple[Channel, int], bytes],
) -> tuple[list[SiteDocument], list[ChannelDocument]]:
    """Documents of the sites and channels of a StationXML document.

    Parameters
    ----------
    archive : ArchiveDefinition
    epochs : StationEpochs
    key : str
        The document's key.
    pickles : mapping
        Pickled obspy channels by channel and start of the epoch. The documents of other channels keep the pickles that
        they have.

    Returns
    -------
    sites, channels : list of dict
        As in MsPASS, a station epoch has one site per location code, at the place of the first channel with this code.
    """
    channels = [_channel_document(archive, channel, key, pickles) for channel in epochs.channels]
    firsts: dict[tuple[str, str, int], dict[str, ChannelEpoch]] = {}
    for channel in epochs.channels:
        firsts.setdefault((channel.net, channel.sta, channel.site_start_ns), {}).setdefault(channel.loc, channel)
    sites = []
    for site in epochs.sites:
        of_loc: Mapping[str, ChannelEpoch | None] = firsts.get((site.net, site.sta, site.start_ns)) or {"": None}
        sites += [_site_document(archive, site, loc, first, key) for loc, first in of_loc.items()]
    return sites, channels


def former_ids(documents: Iterable[SiteDocument | ChannelDocument]) -> list[str]:
    """The `_id`s that sites or channels had in older versions."""
    return list(dict.fromkeys(former_channel_id(d) if "chan" in d else former_site_id(d) for d in documents))


def _site_document(
    archive: ArchiveDefinition, site: SiteEpoch, loc: str, first: ChannelEpoch | None, key: str
) -> SiteDocument:
    identity = site_id(archive.name, site.net, site.sta, loc, site.start_ns)
    place: SiteEpoch | ChannelEpoch = first or site
    point = _point(place.lat, place.lon)
    return {
        "_id": identity,
        "site_id": identity,
        "archive": archive.name,
        "net": site.net,
        "sta": site.sta,
        "loc": loc,
        "lat": place.lat,
        "lon": place.lon,
        "coords": point["coordinates"],
        "location": point,
        "elev": place.elev_km,
        "edepth": first.depth_km if first else 0.0,
        "name": site.name or "",
        "key": key,
        "starttime": _starttime(site.start_ns),
        "endtime": _endtime(site.end_ns),
        "start_ns": site.start_ns,
        "end_ns": site.end_ns,
    }


def _channel_document(
    archive: ArchiveDefinition, channel: ChannelEpoch, key: str, pickles: Mapping[tuple[Channel, int], bytes]
) -> ChannelDocument:
    codes = Channel(channel.net, channel.sta, channel.loc, channel.chan)
    identity = channel_id(archive.name, codes, channel.start_ns)
    point = _point(channel.lat, channel.lon)
    document: ChannelDocument = {
        "_id": identity,
        "chan_id": identity,
        "site_id": site_id(archive.name, channel.net, channel.sta, channel.loc, channel.site_start_ns),
        "archive": archive.name,
        "net": channel.net,
        "sta": channel.sta,
        "loc": channel.loc,
        "chan": channel.chan,
        "lat": channel.lat,
        "lon": channel.lon,
        "coords": point["coordinates"],
        "location": point,
        "elev": channel.elev_km,
        "edepth": channel.depth_km,
        "hang": channel.hang,
        "vang": channel.vang,
        "units": channel.units,
        "sample_rate": channel.sample_rate,
        "response": channel.response,
        "key": key,
        "starttime": _starttime(channel.start_ns),
        "endtime": _endtime(channel.end_ns),
        "start_ns": channel.start_ns,
        "end_ns": channel.end_ns,
    }
    if (pickled := pickles.get((codes, channel.start_ns))) is not None:
        document["serialized_channel_data"] = pickled
    return document


def _point(lat: float, lon: float) -> Point:
    """A point as MongoDB's search by place wants it: longitudes from -180."""
    return {"type": "Point", "coordinates": ((lon + 180.0) % 360.0 - 180.0, lat)}


def _starttime(start_ns: int) -> float:
    return 0.0 if start_ns == OPEN_START_NS else start_ns / 1e9


def _endtime(end_ns: int | None) -> float:
    return FAR_FUTURE if end_ns is None else end_ns / 1e9
