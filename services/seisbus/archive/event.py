"""Event: time, place, magnitude and origin of one source."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from libseis.isotime import iso
from seisbus.errors import UserError


class EventInputError(UserError):
    """A list of events given by a user cannot be read; `where` names the file row or the list item."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"Cannot read events, {where}: {problem}")
        self.where = where
        self.problem = problem


class EventOrigin(StrEnum):
    """Where Seisbus got an event from."""

    CATALOG = "catalog"
    QUAKEML = "quakeml"
    CSV = "csv"
    INLINE = "inline"


@dataclass(frozen=True, slots=True)
class Event:
    """One source: epoch nanoseconds, degrees, kilometres below sea level.

    `quakeml` is a document of this event alone, kept if its source has more than fits here, such as a focal mechanism.
    """

    id: str
    time_ns: int
    lat: float
    lon: float
    depth_km: float | None
    mag: float | None
    mag_type: str | None
    origin: EventOrigin
    quakeml: str = ""

    def job_keys(self) -> dict[str, Any]:
        """The event as an item of `windows.events.list` in a job file, without `quakeml` and without unknown values."""
        keys = {
            "id": self.id,
            "time": iso(self.time_ns),
            "lat": self.lat,
            "lon": self.lon,
            "depth_km": self.depth_km,
            "mag": self.mag,
            "mag_type": self.mag_type,
        }
        return {key: value for key, value in keys.items() if value not in (None, "")}

    @property
    def time(self) -> float:
        """The origin time in epoch seconds."""
        return self.time_ns / 1e9
