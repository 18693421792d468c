"""The origin of an event, and the distance, azimuths and half duration that a measurement needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..codes import code
from ..geodetics import distance_degrees, geodesic
from ..obspy.inventories import stations_of
from .errors import MisfitError, Reason

if TYPE_CHECKING:
    from obspy import Inventory
    from obspy.core.event import Event


@dataclass(frozen=True, slots=True)
class Geometry:
    """origin_time: epoch s. depth_km: of the source. distance_deg: on the sphere, as TauP takes it. distance_km,
    azimuth, back_azimuth (degrees): on the WGS84 ellipsoid. latitude, longitude (degrees): of the station."""

    origin_time: float
    depth_km: float
    distance_deg: float
    distance_km: float
    azimuth: float
    back_azimuth: float
    latitude: float
    longitude: float


def preferred_origin(event: Event) -> Any:
    """The preferred origin, or the first one; MisfitError if there is none."""
    origin = event.preferred_origin() or (event.origins[0] if event.origins else None)
    if origin is None or origin.time is None:
        raise MisfitError("The event has no origin with a time.", Reason.NO_COORDINATES)
    return origin


def preferred_mechanism(event: Event) -> Any:
    """The preferred focal mechanism, or the first one; None if there is none."""
    return event.preferred_focal_mechanism() or (event.focal_mechanisms[0] if event.focal_mechanisms else None)


def half_duration(event: Event) -> float | None:
    """Half the duration of the source time function in s, if a focal mechanism states it."""
    tensor = getattr(preferred_mechanism(event), "moment_tensor", None)
    function = getattr(tensor, "source_time_function", None)
    duration = getattr(function, "duration", None)
    return None if duration is None else float(duration) / 2


def find_geometry(event: Event, inventory: Inventory, network: str, station: str) -> Geometry:
    """Distance and azimuths from an event to a station; MisfitError if one of them has no coordinates.

    If the station has several epochs, the epoch at the origin time is used, or else the latest.
    """
    origin = preferred_origin(event)
    found = [s for s in stations_of(inventory, code(network), code(station)) if s.station.latitude is not None]
    then = [s for s in found if s.span.holds(origin.time.ns)] or found
    if not then:
        raise MisfitError(f"The inventory does not have the station {network}.{station}.", Reason.NO_COORDINATES)
    place = max(then, key=lambda s: s.span.start_ns).station
    if origin.latitude is None or origin.longitude is None or origin.depth is None:
        raise MisfitError("The event's origin lacks latitude, longitude or depth.", Reason.NO_COORDINATES)
    places = float(origin.latitude), float(origin.longitude), float(place.latitude), float(place.longitude)
    way = geodesic(*places)
    return Geometry(
        origin_time=float(origin.time.timestamp),
        depth_km=float(origin.depth) / 1000.0,
        distance_deg=distance_degrees(*places),
        distance_km=way.distance_km,
        azimuth=way.azimuth,
        back_azimuth=way.back_azimuth,
        latitude=places[2],
        longitude=places[3],
    )
