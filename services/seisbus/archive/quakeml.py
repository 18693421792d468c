"""An event as an obspy Catalog, for QuakeML, and the QuakeML that is kept of one. Pure."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .events import Event


def catalog_of(event: Event) -> Any:
    """An obspy Catalog of one event: its source's own QuakeML where that was kept, else made of what is known.

    QuakeML's depth is in metres. A public id that is made ends with the event's id.
    """
    from obspy import UTCDateTime, read_events
    from obspy.core.event import Catalog, Magnitude, Origin, ResourceIdentifier
    from obspy.core.event import Event as ObspyEvent

    if event.quakeml:
        return read_events(io.BytesIO(event.quakeml.encode()), format="QUAKEML")
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


def source_quakeml(item: Any) -> str:
    """QuakeML of an obspy Event's source alone: origins, magnitudes and focal mechanisms, without picks and amplitudes.

    What Seisbus takes where nothing is preferred, the first of each, is preferred in it.
    """
    from obspy.core.event import Catalog
    from obspy.core.event import Event as ObspyEvent

    made = ObspyEvent(
        resource_id=item.resource_id,
        event_type=item.event_type,
        event_descriptions=item.event_descriptions,
        creation_info=item.creation_info,
        origins=[origin.copy() for origin in item.origins],
        magnitudes=item.magnitudes,
        focal_mechanisms=item.focal_mechanisms,
    )
    for origin in made.origins:
        origin.arrivals = []
    for preferred, first in (
        ("preferred_origin", made.origins),
        ("preferred_magnitude", made.magnitudes),
        ("preferred_focal_mechanism", made.focal_mechanisms),
    ):
        chosen = getattr(item, preferred)() or (first[0] if first else None)
        if chosen is not None:
            setattr(made, f"{preferred}_id", chosen.resource_id)
    buffer = io.BytesIO()
    Catalog([made]).write(buffer, format="QUAKEML")
    return buffer.getvalue().decode()


def _resource(text: str) -> str:
    """The part of a QuakeML resource identifier that `text` can be (QuakeML 1.2, section 3.1)."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-._~*/") else "_" for c in text) or "event"
