"""An event as an obspy Catalog, for QuakeML. Pure."""

from __future__ import annotations

from typing import Any

from .events import Event


def catalog_of(event: Event) -> Any:
    """An obspy Catalog of one event; QuakeML's depth is in metres. Its public id ends with the event's id."""
    from obspy import UTCDateTime
    from obspy.core.event import Catalog, Magnitude, Origin, ResourceIdentifier
    from obspy.core.event import Event as ObspyEvent

    base = f"smi:local/seisbus/{_resource(event.id)}"
    origin = Origin(
        resource_id=ResourceIdentifier(f"{base}/origin"),
        time=UTCDateTime(ns=event.time_ns),
        latitude=event.lat,
        longitude=event.lon,
        depth=None if event.depth_km is None else event.depth_km * 1000.0,
    )
    made = ObspyEvent(resource_id=ResourceIdentifier(base), origins=[origin])
    made.preferred_origin_id = origin.resource_id
    if event.mag is not None:
        magnitude = Magnitude(
            resource_id=ResourceIdentifier(f"{base}/magnitude"), mag=event.mag, magnitude_type=event.mag_type or None
        )
        made.magnitudes = [magnitude]
        made.preferred_magnitude_id = magnitude.resource_id
    return Catalog([made])


def _resource(text: str) -> str:
    """The part of a QuakeML resource identifier that `text` can be (QuakeML 1.2, section 3.1)."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-._~*/") else "_" for c in text) or "event"
