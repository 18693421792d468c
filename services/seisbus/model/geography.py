"""Geography in job files: areas, distances and directions by which stations and events are chosen."""

from __future__ import annotations

import re
from typing import Annotated, Final, NamedTuple, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from .fields import Model

_EXTENT: Final = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(deg|degrees?|km)\s*", re.ASCII)
_LEAST_CORNERS: Final = 3


class Extent(NamedTuple):
    """A length on the Earth: a number of degrees on a sphere, or of kilometres on the ellipsoid."""

    number: float
    km: bool

    def __str__(self) -> str:
        return f"{self.number:.12g}{'km' if self.km else 'deg'}"


def extent(value: object) -> Extent:
    """`30deg` or `500km`; ValueError for anything else, a number without its unit among it."""
    if isinstance(value, Extent):
        return value
    found = _EXTENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{value!r} is not a distance; write degrees or kilometres, such as 30deg or 500km")
    number, km = float(found[1]), found[2] == "km"
    if number > (_FURTHEST_KM if km else 180):
        raise ValueError(f"{value!r} is farther than the antipode, which is 180deg or {_FURTHEST_KM:g}km away")
    return Extent(number, km)


_FURTHEST_KM: Final = 20040.0

Distance = Annotated[Extent, BeforeValidator(extent), PlainSerializer(str, return_type=str)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=360)]
Degrees = Annotated[float, Field(ge=0, le=360)]


class Box(Model):
    """From west to east and from south to north, edges included; across the date line where `west` is the larger."""

    south: Latitude
    north: Latitude
    west: Longitude
    east: Longitude

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.south > self.north:
            raise ValueError(f"south {self.south:g} is north of north {self.north:g}; exchange them")
        return self


class Circle(Model):
    """All places up to `radius` from a centre, edge included."""

    lat: Latitude
    lon: Longitude
    radius: Distance


class Within(Model):
    """One area: `box`, `circle` or `polygon`. A polygon has corners [lat, lon], joined by lines that are straight in
    latitude and longitude."""

    box: Box | None = None
    circle: Circle | None = None
    polygon: tuple[tuple[Latitude, Longitude], ...] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [name for name in ("box", "circle", "polygon") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"exactly one of box, circle and polygon is needed; found {' and '.join(given) or 'none'}")
        if self.polygon is not None and len(set(self.polygon)) < _LEAST_CORNERS:
            raise ValueError(f"a polygon needs three corners [lat, lon] or more; found {len(set(self.polygon))}")
        return self


class DistanceRange(Model):
    """Distances from `min` to `max`, both included, each in degrees or kilometres."""

    min: Distance | None = None
    max: Distance | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("min or max is needed, such as {min: 30deg, max: 95deg}")
        if self.min and self.max and self.min.km == self.max.km and self.min.number > self.max.number:
            raise ValueError(f"min {self.min} is larger than max {self.max}; exchange them")
        return self


class AzimuthRange(Model):
    """Directions clockwise from `min` to `max`, degrees from north, both included; over north where `min` is larger."""

    min: Degrees
    max: Degrees


class Range(Model):
    """Numbers from `min` to `max`, both included."""

    min: float | None = None
    max: float | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("min or max is needed")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min:g} is larger than max {self.max:g}; exchange them")
        return self

    def holds(self, number: float | None) -> bool:
        """Whether a number lies in the range; False if it is not known."""
        if number is None:
            return False
        return (self.min is None or number >= self.min) and (self.max is None or number <= self.max)
