"""Reads documents of source, site and channel as the values that are attached to data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, Final

from libseis.codes import Channel
from libseis.epochs import of_document

from ..model.ids import document_id
from ..model.normalized import Receiver, Source
from .client import Store, translated
from .collections import CHANNEL, SITE, SOURCE
from .documents import ObjectId, SiteDocument

Station = tuple[str, str]
"""Network and station code."""
WITHOUT_PICKLE: Final = {"serialized_channel_data": 0}
"""What is left out of `channel` documents: it is there for MsPASS alone, and large."""
# Only these fields are read, because unpacking the others takes longer than making the receivers.
_OF_SITE: Final = ("sta", "loc", "lat", "lon", "elev", "start_ns", "end_ns", "starttime", "endtime")
_OF_CHANNEL: Final = (*_OF_SITE, "net", "chan", "site_id", "edepth", "hang", "vang", "units")


def source_id(archive: str, event: str) -> ObjectId:
    """`_id` of an event of an archive's catalog."""
    return ObjectId(document_id(former_source_id(archive, event), "source"))


def site_id(archive: str, net: str, sta: str, loc: str, start_ns: int) -> ObjectId:
    """`_id` of a station's epoch, one for each location code."""
    return ObjectId(document_id(f"{archive}/{net}.{sta}.{loc}/{start_ns}", "site"))


def channel_id(archive: str, channel: Channel, start_ns: int) -> ObjectId:
    """`_id` of a channel's epoch."""
    return ObjectId(document_id(f"{archive}/{channel}/{start_ns}", "channel"))


def former_source_id(archive: str, event: str) -> str:
    """The same in older versions."""
    return f"{archive}/{event}"


def former_site_id(site: Mapping[str, Any]) -> str:
    """The `_id` of a `site` document in older versions, which had one for all location codes."""
    return f"{site['archive']}/{site['net']}.{site['sta']}/{site['start_ns']}"


def former_channel_id(channel: Mapping[str, Any]) -> str:
    """The `_id` of a `channel` document in older versions."""
    return f"{channel['archive']}/{Channel.of_document(channel)}/{channel['start_ns']}"


def event_name(document: Mapping[str, Any]) -> str:
    """The id that a catalog or a job gives to the event of a `source` document."""
    return str(document["evid"] if "evid" in document else document["source_id"])


def source_value(document: Mapping[str, Any]) -> Source:
    """A `source` document as a Source."""
    magnitude = document.get("magnitude", document.get("mag"))
    return Source(
        source_id=hex_id(document["_id"]),
        event=event_name(document),
        lat=document["lat"],
        lon=document["lon"],
        depth=document.get("depth"),
        time_ns=document["time_ns"],
        magnitude=magnitude,
        magnitude_type=str(document.get("mag_type") or ""),
    )


def receiver_value(document: Mapping[str, Any], site: Mapping[str, Any] | None = None) -> Receiver:
    """A `channel` document, with its `site` document if there is one, as a Receiver."""
    place = document if site is None else site
    return Receiver(
        channel=Channel.of_document(document),
        channel_id=hex_id(document["_id"]),
        site_id="" if site is None else hex_id(site["_id"]),
        lat=document["lat"],
        lon=document["lon"],
        elev=document["elev"],
        edepth=document.get("edepth") or 0.0,
        hang=document.get("hang"),
        vang=document.get("vang"),
        span=of_document(document),
        units=str(document.get("units") or ""),
        site_lat=place["lat"],
        site_lon=place["lon"],
        site_elev=place["elev"],
    )


def hex_id(identity: object) -> str:
    """The `_id` of a document as text; "" for documents of older versions, whose ids other programs cannot use."""
    return str(identity) if isinstance(identity, ObjectId) else ""


async def receivers_of(
    store: Store, archive: str, stations: Collection[Station]
) -> dict[Station, dict[Channel, list[Receiver]]]:
    """All epochs of all channels of stations. It takes two queries per network, however many stations there are."""
    by_net: dict[str, set[str]] = defaultdict(set)
    for net, sta in stations:
        by_net[net].add(sta)
    found: dict[Station, dict[Channel, list[Receiver]]] = {station: {} for station in stations}
    with translated():
        for net, codes in by_net.items():
            where = {"archive": archive, "net": net, "sta": {"$in": sorted(codes)}}
            sites: dict[Station, list[SiteDocument]] = defaultdict(list)
            async for site in store[SITE].find(where, _OF_SITE):
                sites[net, site["sta"]].append(site)
            async for epoch in store[CHANNEL].find(where, _OF_CHANNEL):
                station = net, str(epoch["sta"])
                receiver = receiver_value(epoch, _site_of(epoch, sites[station]))
                found[station].setdefault(receiver.channel, []).append(receiver)
    return found


def _site_of(epoch: Mapping[str, Any], sites: Collection[SiteDocument]) -> SiteDocument | None:
    """The site of a channel epoch: the one that it names; in older versions the latest one in which it starts."""
    for site in sites:
        if site["_id"] == epoch.get("site_id"):
            return site
    start_ns = of_document(epoch).start_ns
    holding = [site for site in sites if of_document(site).holds(start_ns)]
    return max(holding, key=lambda site: of_document(site).start_ns, default=None)


async def sources_of(store: Store, archive: str, events: Collection[str]) -> dict[str, Source]:
    """The sources of an archive's catalog by event id; those that it does not have are left out."""
    with translated():
        ids = [make(archive, event) for event in events for make in (former_source_id, source_id)]
        found = [source_value(document) async for document in store[SOURCE].find({"_id": {"$in": ids}})]
    # if an event is there in both forms, the newer one counts
    return {source.event: source for source in sorted(found, key=lambda source: source.source_id)}
