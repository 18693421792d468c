"""Documents of source, site and channel as the values that data are normalized with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from libseis.codes import Channel
from libseis.epochs import of_document

from ..model.normalized import Receiver, Source
from .client import Store, translated
from .collections import CHANNEL, SITE, SOURCE
from .documents import ObjectId, SiteDocument

Station = tuple[str, str]
"""Network and station code."""


def source_value(document: Mapping[str, Any]) -> Source:
    """A `source` document as a Source."""
    magnitude = document.get("magnitude", document.get("mag"))
    return Source(
        source_id=hex_id(document["_id"]),
        event=str(document["source_id"]),
        lat=document["lat"],
        lon=document["lon"],
        depth=document.get("depth"),
        time_ns=document["time_ns"],
        magnitude=magnitude,
        magnitude_type=str(document.get("mag_type") or ""),
    )


def receiver_value(document: Mapping[str, Any], site: Mapping[str, Any] | None = None) -> Receiver:
    """A `channel` document, with that of its site where there is one, as a Receiver."""
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
    """The `_id` of a document as text; "" for one of older versions, which other programs cannot follow."""
    return str(identity) if isinstance(identity, ObjectId) else ""


async def receivers_of(store: Store, archive: str, stations: Collection[Station]) -> dict[Station, list[Receiver]]:
    """All epochs of all channels of stations, by station; two queries a network, whatever the number of stations."""
    by_net: dict[str, set[str]] = defaultdict(set)
    for net, sta in stations:
        by_net[net].add(sta)
    found: dict[Station, list[Receiver]] = {station: [] for station in stations}
    with translated():
        for net, codes in by_net.items():
            where = {"archive": archive, "net": net, "sta": {"$in": sorted(codes)}}
            sites: dict[Station, list[SiteDocument]] = defaultdict(list)
            async for site in store[SITE].find(where, {"responses": 0}):
                sites[net, site["sta"]].append(site)
            async for epoch in store[CHANNEL].find(where, {"serialized_channel_data": 0}):
                found[net, epoch["sta"]].append(receiver_value(epoch, _site_of(epoch, sites[net, epoch["sta"]])))
    return found


def _site_of(epoch: Mapping[str, Any], sites: Collection[SiteDocument]) -> SiteDocument | None:
    """The site that a channel epoch is of: the one it names, in older versions the latest that it starts in."""
    for site in sites:
        if site["_id"] == epoch.get("site_id"):
            return site
    start_ns = of_document(epoch).start_ns
    holding = [site for site in sites if of_document(site).holds(start_ns)]
    return max(holding, key=lambda site: of_document(site).start_ns, default=None)


async def sources_of(store: Store, archive: str, events: Collection[str]) -> dict[str, Source]:
    """The sources of an archive's catalog by event id; those that it does not have are left out."""
    with translated():
        found = store[SOURCE].find({"_id": {"$in": [f"{archive}/{event}" for event in events]}})
        return {str(document["source_id"]): source_value(document) async for document in found}
