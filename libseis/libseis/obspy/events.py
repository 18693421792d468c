"""Make obspy events from a time and a place; read and write QuakeML."""

from __future__ import annotations

import io
from typing import Any

from libseis.extras import extra


def read_quakeml(data: bytes) -> Any:
    """An obspy Catalog of a whole QuakeML document; raises obspy's or lxml's errors if it is not QuakeML."""
    with extra("obspy"):
        from obspy import read_events

    return read_events(io.BytesIO(data), format="QUAKEML")


def write_quakeml(catalog: Any) -> bytes:
    """The QuakeML of an obspy Catalog."""
    buffer = io.BytesIO()
    catalog.write(buffer, format="QUAKEML")
    return buffer.getvalue()


def point_source(
    name: str,
    time_ns: int,
    lat: float,
    lon: float,
    depth_km: float | None,
    mag: float | None = None,
    mag_type: str | None = None,
) -> Any:
    """An obspy Event with one preferred origin and at most one preferred magnitude.

    Parameters
    ----------
    name
        Its public id, such as smi:local/archive/ci1234. Characters that are not allowed become _ (`resource_text`).
    time_ns
        Origin time, ns since 1970, exact.
    lat, lon
        Degrees.
    depth_km
        Kilometres, None if not known. obspy's depth is in metres.
    mag, mag_type
        Magnitude and its type, such as Mw; None if not known.
    """
    with extra("obspy"):
        from obspy import UTCDateTime
        from obspy.core.event import Event, Magnitude, Origin, ResourceIdentifier

    scheme, _, rest = name.partition(":")
    base = f"{scheme}:{resource_text(rest)}"
    origin = Origin(
        resource_id=ResourceIdentifier(f"{base}/origin"),
        time=UTCDateTime(ns=time_ns),
        latitude=lat,
        longitude=lon,
        depth=None if depth_km is None else depth_km * 1000.0,
    )
    made = Event(resource_id=ResourceIdentifier(base), origins=[origin])
    made.preferred_origin_id = origin.resource_id
    if mag is not None:
        magnitude = Magnitude(
            resource_id=ResourceIdentifier(f"{base}/magnitude"),
            mag=mag,
            magnitude_type=mag_type or None,
            origin_id=origin.resource_id,
        )
        made.magnitudes = [magnitude]
        made.preferred_magnitude_id = magnitude.resource_id
    return made


def resource_text(text: str) -> str:
    """`text` as a part of a QuakeML resource identifier (QuakeML 1.2, section 3.1)."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-._~*/") else "_" for c in text) or "event"
