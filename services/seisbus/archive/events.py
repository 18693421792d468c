"""Read the events of a user from QuakeML, a CSV table or inline mappings.

It gives one `Event` per source in MsPASS's units. `planning` selects events and makes windows.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from seisbus.archive.event import Event, EventInputError, EventOrigin
from seisbus.archive.numbers import number_in
from seisbus.archive.oddities import Oddities
from seisbus.archive.quakeml import quakeml_items, source_quakeml
from seisbus.model.times import moment_ns
from seisbus.model.windows import LEAST_DEPTH_KM, LEAST_MAGNITUDE, MOST_DEPTH_KM, MOST_MAGNITUDE

# The spellings in use: USGS and ISC event CSVs, SCEDC's columns, MsPASS's source_*, plain words.
_SPELLINGS = {
    "id": ("id", "evid", "event_id", "eventid", "source_id", "publicid"),
    "time": ("time", "origin_time", "origin_datetime", "origintime", "datetime", "source_time", "starttime"),
    "lat": ("lat", "latitude", "source_lat", "ev_lat"),
    "lon": ("lon", "long", "longitude", "lng", "source_lon", "ev_lon"),
    "depth_km": ("depth_km", "depth", "dep", "source_depth", "ev_dep"),
    "mag": ("mag", "magnitude", "source_magnitude", "ml", "mw"),
    "mag_type": ("mag_type", "magtype", "magnitudetype", "m", "source_magnitude_type"),
    "quakeml": ("quakeml",),
}
_FIELD_OF = {spelling: field for field, spellings in _SPELLINGS.items() for spelling in spellings}


def from_mappings(events: Iterable[Mapping[str, Any]]) -> list[Event]:
    """Events written inline: time (text, datetime or epoch seconds), lat, lon; depth_km, mag, id if known.

    Common spellings are understood (latitude, origin_time, magnitude ...). An event without an id gets one made from
    its values, so that the same event always has the same id. Raises EventInputError, which names the item.
    """
    return [_event(item, EventOrigin.INLINE, f"item {i}") for i, item in enumerate(events, 1)]


def from_csv(data: bytes, odd: Oddities | None = None) -> list[Event]:
    """Events of a CSV with a header line; columns as in `from_mappings`. Depth is in km.

    A line that cannot be read goes to `odd`. If all lines fail, EventInputError has the fault of the first.
    """
    text = data.decode("utf-8-sig", errors="replace").replace("\0", "")
    whole, by_line = Oddities("The CSV"), Oddities("The CSV")
    reader = csv.reader(io.StringIO(text), skipinitialspace=True)
    found, first = _csv_events(reader, whole)
    # read lines one by one, so that a missing end quote affects one line only
    if whole or len(found) < len([line for line in text.splitlines() if line.strip()]) - 1:
        lines = (next(csv.reader([line], skipinitialspace=True), []) for line in text.splitlines())
        others, first_of_lines = _csv_events(lines, by_line)
        if len(others) > len(found):
            found, first, whole = others, first_of_lines, by_line
    if first is not None and not found:
        raise first
    if odd is not None:
        odd.take(whole)
    return found


def _csv_events(rows: Iterator[list[str]], odd: Oddities) -> tuple[list[Event], EventInputError | None]:
    """Events of the rows behind a header, and the fault of the first row that cannot be read as an event."""
    found: list[Event] = []
    first: EventInputError | None = None
    names: list[str] = []
    number = 0
    while True:
        number += 1
        try:
            row = next(rows, None)
            if row is None:
                break
            if not names:
                names = _csv_header(row)
            elif any(cell.strip() for cell in row):
                found.append(_event(dict(zip(names, row, strict=False)), EventOrigin.CSV, f"line {number}"))
        except EventInputError as error:
            first = first or error
            odd.leave_out(f"{error.where}: {error.problem.rstrip('.')}")
            if not names:
                break
        except csv.Error as error:
            first = first or EventInputError(f"the CSV, line {number}", f"it is not CSV ({error}).")
            odd.leave_out(f"line {number} is no CSV ({error})")
    if not names and first is None:
        first = EventInputError("the CSV", "it is empty, expected a header line such as time,lat,lon,depth_km,mag.")
    return found, first


def _csv_header(row: list[str]) -> list[str]:
    fields = {_FIELD_OF.get(name.strip().lower()) for name in row}
    if not any(name.strip() for name in row):
        return []
    if missing := [name for name in ("time", "lat", "lon") if name not in fields]:
        raise EventInputError("the CSV", f"its header line has no {' and no '.join(missing)}.")
    return row


def from_quakeml(data: bytes, odd: Oddities | None = None) -> list[Event]:
    """Events of a QuakeML document: the preferred origin and magnitude, else the first of each.

    Focal mechanisms are kept as QuakeML. Depth is converted from metres. An event that cannot be read, or has no origin
    with a time and a place, goes to `odd`. Raises EventInputError if the document, or every event in it, cannot be
    read.
    """
    odd = Oddities("The QuakeML") if odd is None else odd
    found: list[Event] = []
    first: EventInputError | None = None
    for item in quakeml_items(data, odd):
        try:
            found.append(_quakeml_event(item, odd))
        except EventInputError as error:
            first = first or error
            odd.leave_out(f"{error.where}: {error.problem.rstrip('.')}")
    if first is not None and not found:
        raise first
    if not found and odd:
        raise EventInputError("the QuakeML", odd.note)
    return found


def _quakeml_event(item: Any, odd: Oddities) -> Event:
    """The event of an obspy Event; EventInputError if it has no origin with a time and a place."""
    name = item.resource_id.id if item.resource_id is not None else ""
    where = f"QuakeML event {name}"
    origins = [item.preferred_origin(), *item.origins]
    origin = next((o for o in origins if o and o.time is not None and None not in (o.latitude, o.longitude)), None)
    if origin is None:
        raise EventInputError(where, "it has no origin with a time and a place.")
    size = item.preferred_magnitude() or (item.magnitudes[0] if item.magnitudes else None)
    event = {
        "id": name,
        "time": origin.time,
        "lat": origin.latitude,
        "lon": origin.longitude,
        "depth_km": None if origin.depth is None else origin.depth / 1000.0,
        "mag": None if size is None else size.mag,
        "mag_type": None if size is None else size.magnitude_type,
    }
    if event["mag"] is not None and not LEAST_MAGNITUDE <= event["mag"] <= MOST_MAGNITUDE:
        odd.mend(f"{where} has the magnitude {event['mag']:g}")
        event["mag"] = None
    made = _event(event, EventOrigin.QUAKEML, where)
    return replace(made, quakeml=source_quakeml(item)) if item.focal_mechanisms else made


def _event(item: Mapping[str, Any], origin: EventOrigin, where: str) -> Event:
    values: dict[str, Any] = {}
    for name, value in item.items():
        field = _FIELD_OF.get(str(name).strip().lower())
        if field is None and origin is EventOrigin.INLINE:
            raise EventInputError(where, f"unknown entry {name!r}, expected {', '.join(_SPELLINGS)}.")
        if field is not None and value not in (None, ""):
            if field in values:
                raise EventInputError(where, f"{field} is given twice, once as {name!r}.")
            values[field] = value
    missing = [field for field in ("time", "lat", "lon") if field not in values]
    if missing:
        raise EventInputError(where, f"{' and '.join(missing)} missing, expected time, lat and lon.")
    time_ns = _time_ns(values["time"], where)
    lat = _number(values["lat"], "lat", where, -90.0, 90.0)
    lon = _number(values["lon"], "lon", where, -180.0, 360.0)
    # lists come from jobs, which are checked at submission; stored jobs of older versions must stay readable
    deepest = 1000.0 if origin is EventOrigin.INLINE else MOST_DEPTH_KM
    depth = _number(values["depth_km"], "depth_km", where, LEAST_DEPTH_KM, deepest) if "depth_km" in values else None
    mag = _number(values["mag"], "mag", where, LEAST_MAGNITUDE, MOST_MAGNITUDE) if "mag" in values else None
    return Event(
        id=str(values.get("id") or _made_id(time_ns, lat, lon, depth)),
        time_ns=time_ns,
        lat=lat,
        lon=lon,
        depth_km=depth,
        mag=mag,
        mag_type=values.get("mag_type"),
        origin=origin,
        quakeml=str(values.get("quakeml") or ""),
    )


def _made_id(time_ns: int, lat: float, lon: float, depth: float | None) -> str:
    text = f"{time_ns} {lat!r} {lon!r} {depth!r}"
    return f"ev{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _time_ns(value: Any, where: str) -> int:
    if isinstance(value, float) and math.isfinite(value):
        value = round(value, 6)  # a float epoch holds microseconds, not nanoseconds
    try:
        return moment_ns(value)
    except ValueError as error:
        raise EventInputError(where, f"time is {error}.") from None


def _number(value: Any, field: str, where: str, low: float, high: float) -> float:
    number = number_in(value, low, high)
    if number is None:
        raise EventInputError(where, f"{field} is {value!r}, expected a number from {low:g} to {high:g}.")
    return number
