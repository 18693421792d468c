"""Events and channel epochs in the forms that notebooks use: pyarrow tables, obspy Catalog and Inventory."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pyarrow as pa
from seis.control.v1 import control_pb2 as pb

EVENT_SCHEMA: Final = pa.schema(
    [
        ("id", pa.string()),
        ("time", pa.timestamp("ns", tz="UTC")),
        ("lat", pa.float64()),
        ("lon", pa.float64()),
        ("depth_km", pa.float64()),
        ("mag", pa.float64()),
        ("mag_type", pa.string()),
        ("event_type", pa.string()),
        ("waveform_key", pa.string()),
        ("phase_key", pa.string()),
    ]
)


def event_table(events: Iterable[pb.Event]) -> pa.Table:
    """Events as a table of EVENT_SCHEMA; what the catalog does not say is null."""
    rows = [
        {
            "id": event.id,
            "time": event.time_ns,
            "lat": event.lat,
            "lon": event.lon,
            "depth_km": event.depth_km,
            "mag": event.mag if event.HasField("mag") else None,
            "mag_type": event.mag_type or None,
            "event_type": event.event_type or None,
            "waveform_key": event.waveform_key or None,
            "phase_key": event.phase_key or None,
        }
        for event in events
    ]
    return pa.Table.from_pylist(rows, EVENT_SCHEMA)


def event_catalog(events: Iterable[pb.Event]) -> Any:
    """Events as an obspy Catalog, one origin and at most one magnitude each; depth in metres."""
    from obspy import UTCDateTime
    from obspy.core.event import Catalog, Event, Magnitude, Origin, ResourceIdentifier

    catalog = Catalog()
    for found in events:
        origin = Origin(
            time=UTCDateTime(ns=found.time_ns),
            latitude=found.lat,
            longitude=found.lon,
            depth=found.depth_km * 1000.0,
        )
        event = Event(resource_id=ResourceIdentifier(f"smi:local/event/{found.id}"), origins=[origin])
        event.preferred_origin_id = origin.resource_id
        if found.HasField("mag"):
            magnitude = Magnitude(mag=found.mag, magnitude_type=found.mag_type or None, origin_id=origin.resource_id)
            event.magnitudes.append(magnitude)
            event.preferred_magnitude_id = magnitude.resource_id
        catalog.append(event)
    return catalog


def inventory(channels: Iterable[Mapping[str, Any]]) -> Any:
    """Channel documents (km, vang from the vertical) as an obspy Inventory (m, dip from the horizontal)."""
    from obspy.core.inventory import Channel, Inventory, Network, Station

    networks: dict[str, Any] = {}
    stations: dict[tuple[str, str], Any] = {}
    for found in channels:
        net, sta = found["net"], found["sta"]
        network = networks.setdefault(net, Network(net, stations=[]))
        place = {
            "latitude": found["lat"],
            "longitude": found["lon"],
            "elevation": found["elev"] * 1000.0,
        }
        if (net, sta) not in stations:
            stations[net, sta] = Station(sta, channels=[], **place)
            network.stations.append(stations[net, sta])
        vang = found.get("vang")
        channel = Channel(
            found["chan"],
            found.get("loc", ""),
            depth=(found.get("edepth") or 0.0) * 1000.0,
            azimuth=found.get("hang"),
            dip=None if vang is None else vang - 90.0,
            sample_rate=found.get("sample_rate"),
            start_date=_moment(found.get("starttime")),
            end_date=_moment(found.get("endtime")),
            **place,
        )
        stations[net, sta].channels.append(channel)
    return Inventory(networks=list(networks.values()), source="Seisbus")


def _moment(epoch: float | None) -> Any:
    from obspy import UTCDateTime

    # an epoch without a start is stored as the smallest time there is; year 9999 and beyond means open
    open_ended = epoch is None or not math.isfinite(epoch) or not -62e9 < epoch < 253e9
    return None if open_ended else UTCDateTime(epoch)
