"""Object keys of the archives: make a key from a template, and read a key back.

A `DayKey` names the content of a continuous waveform object, an `IndexKey` an index file. `definition` says which
template an archive uses. Only the archive knows whether an object exists.
"""

from __future__ import annotations

import re
import string
from calendar import isleap
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from libseis.codes import location
from seisbus.errors import UserError


class KeyLayoutError(UserError):
    """An object key cannot be made: a code is empty, too long or has a character that SEED does not allow."""

    def __init__(self, template: str, field: str, value: object, expected: str) -> None:
        super().__init__(f"Cannot make a key after {template!r}: {field} is {value!r}, expected {expected}.")
        self.template = template
        self.field = field
        self.value = value


# FDSN source identifiers allow up to 8 characters, and a dash in network and station; SEED 2, 5, 2 and 3.
# A dash separates location from channel in GeoNet's keys, so these two must not hold one.
_CODES = {
    "net": re.compile(r"[A-Za-z0-9-]{1,8}"),
    "sta": re.compile(r"[A-Za-z0-9-]{1,8}"),
    "loc": re.compile(r"[A-Za-z0-9]{0,8}"),
    "chan": re.compile(r"[A-Za-z0-9]{1,8}"),
}


@dataclass(frozen=True, slots=True, order=True)
class DayKey:
    """One day object: a channel, or with `loc` and `chan` None a station with all its channels.

    A blank location is "". `version` is EarthScope's "#n" suffix, or None without one.
    """

    net: str
    sta: str
    loc: str | None
    chan: str | None
    day: date
    version: int | None = None


@dataclass(frozen=True)
class _Field:
    name: str
    width: int | None  # None: as long as the code is; else filled with "_"


class KeyTemplate:
    """A key layout such as ``{net:_<2}{sta:_<5}{chan:_<3}{loc:_<2}_{year}{doy}.ms`` and its inverse.

    `format` and `parse` are exact inverses on every key that the layout can hold.
    """

    FIELDS = frozenset({"net", "sta", "loc", "chan", "year", "month", "day", "doy", "version", "prefix", "filename"})

    def __init__(self, template: str) -> None:
        self.template = template
        self._parts: list[str | _Field] = []
        for literal, name, spec, conversion in string.Formatter().parse(template):
            if literal:
                self._parts.append(literal)
            if name is not None:
                self._parts.append(self._field(name, spec or "", conversion))

    def _field(self, name: str, spec: str, conversion: str | None) -> _Field:
        if name not in self.FIELDS:
            raise KeyLayoutError(self.template, "field", name, f"one of {', '.join(sorted(self.FIELDS))}")
        if not spec and conversion is None:
            return _Field(name, None)
        match = re.fullmatch(r"_<([1-9])", spec)
        if match is None or conversion is not None:
            raise KeyLayoutError(self.template, name, spec, "a fill and a width such as '_<5'")
        return _Field(name, int(match[1]))

    def __repr__(self) -> str:
        return f"KeyTemplate({self.template!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KeyTemplate) and self.template == other.template

    def __hash__(self) -> int:
        return hash(self.template)

    @cached_property
    def fields(self) -> frozenset[str]:
        """The names of the fields in the template."""
        return frozenset(part.name for part in self._parts if isinstance(part, _Field))

    def format(self, key: DayKey) -> str:
        """The object key of `key`; for a station layout the object that holds the channel.

        Raises KeyLayoutError for a code that is empty, too long for its fixed width, or not allowed in SEED.
        """
        values = _date_values(key.day)
        values["version"] = f"#{key.version}" if key.version is not None else ""
        loc = None if key.loc is None else location(key.loc)
        for name, code in (("net", key.net), ("sta", key.sta), ("loc", loc), ("chan", key.chan)):
            if name not in self.fields:
                continue
            if code is None or _CODES[name].fullmatch(code) is None:
                raise KeyLayoutError(self.template, name, code, "a SEED code of letters and digits")
            values[name] = code
        return self.fill(values)

    def fill(self, values: dict[str, str]) -> str:
        """The template with its fields filled from `values`, which must have every field."""
        return "".join(part if isinstance(part, str) else self._text(part, values) for part in self._parts)

    def _text(self, part: _Field, values: dict[str, str]) -> str:
        value = values[part.name]
        if part.width is None:
            return value
        if len(value) > part.width:
            raise KeyLayoutError(self.template, part.name, value, f"at most {part.width} characters")
        return value.ljust(part.width, "_")

    def prefix(self, *, day: date | None = None, net: str | None = None, sta: str | None = None) -> str:
        """The longest listing prefix that the known values determine: the template up to its first unknown field.

        Codes with wildcards are unknown and must be given as None.
        """
        known: dict[str, str] = {}
        if day is not None:
            known |= _date_values(day)
        if net is not None:
            known["net"] = net
        if sta is not None:
            known["sta"] = sta
        text = ""
        for part in self._parts:
            if isinstance(part, _Field) and part.name not in known:
                break
            text += part if isinstance(part, str) else self._text(part, known)
        return text

    def day_folder(self, day: date) -> str:
        """The folder of a day's objects, for a layout whose folders depend only on the date."""
        folder = KeyTemplate(self.template.rpartition("/")[0] + "/")
        return folder.fill(_date_values(day))

    def parse(self, key: str) -> DayKey | None:
        """The inverse of `format`; None if `key` is not a day object of this layout."""
        values = self.match(key)
        if values is None:
            return None
        if (day := _date_of(values)) is None:
            return None
        if any(name in values and code.fullmatch(values[name]) is None for name, code in _CODES.items()):
            return None
        version = values.get("version", "")
        return DayKey(
            values["net"],
            values["sta"],
            values.get("loc"),
            values.get("chan"),
            day,
            int(version[1:]) if version else None,
        )

    def match(self, key: str) -> dict[str, str] | None:
        """The field texts of a key without their fill characters; None if the layout does not fit."""
        found = self._pattern.fullmatch(key)
        if found is None:
            return None
        values = found.groupdict()
        for part in self._parts:
            if isinstance(part, _Field) and part.width is not None:
                values[part.name] = values[part.name].rstrip("_")
        return values

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        patterns = {
            "year": r"\d{4}",
            "month": r"\d{2}",
            "day": r"\d{2}",
            "doy": r"\d{3}",
            "loc": r"[A-Za-z0-9]*",
            "version": r"(?:\#[1-9][0-9]*)?",
            "prefix": r".+",
            "filename": r"[^/]+",
        }
        seen: set[str] = set()
        text = ""
        for part in self._parts:
            if isinstance(part, str):
                text += re.escape(part)
            elif part.name in seen:
                text += f"(?P={part.name})"
            else:
                seen.add(part.name)
                inner = patterns.get(part.name, r"[A-Za-z0-9-]+?")
                if part.width is not None:
                    inner = f"[A-Za-z0-9_-]{{{part.width}}}"
                text += f"(?P<{part.name}>{inner})"
        return re.compile(text)


def _date_values(day: date) -> dict[str, str]:
    return {
        "year": f"{day.year:04d}",
        "month": f"{day.month:02d}",
        "day": f"{day.day:02d}",
        "doy": f"{day.timetuple().tm_yday:03d}",
    }


def _date_of(values: dict[str, str]) -> date | None:
    """The day that a key's fields name by day of the year, or by month and day; None if they name none, or two."""
    year = int(values["year"])
    if year < 1:
        return None
    if "doy" in values:
        doy = int(values["doy"])
        if not 1 <= doy <= 365 + isleap(year):
            return None
        day = date(year, 1, 1) + timedelta(days=doy - 1)
    else:
        try:
            day = date(year, int(values["month"]), int(values["day"]))
        except ValueError:
            return None
    named = _date_values(day)
    return day if all(values.get(name, text) == text for name, text in named.items()) else None


class IndexKind(StrEnum):
    """What an index file lists; the values are the archive's folder names."""

    WAVEFORMS = "continuous_waveforms"
    CATALOG = "earthquake_catalogs"


class TableFormat(StrEnum):
    """How a table is written."""

    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class IndexKey:
    """An index file's key in parts: one day of waveforms, or one year of a catalog (`yrday`, `day` None)."""

    key: str
    kind: IndexKind
    format: TableFormat
    year: int
    yrday: str | None
    day: int | None
    filename: str

    @property
    def date(self) -> date | None:
        """The UTC day of a waveform index."""
        return None if self.day is None else date(self.year, 1, 1) + timedelta(days=self.day - 1)


_INDEX_KEY = re.compile(
    r"(?P<kind>continuous_waveforms|earthquake_catalogs)/index/(?P<format>csv|parquet)"
    r"/year=(?P<year>\d{4})(?:/year_doy=(?P<yrday>(?P=year)_(?P<doy>\d{3})))?/(?P<filename>[^/]+)"
)


def parse_index_key(key: str) -> IndexKey | None:
    """The parts of an index file's key (SCEDC's hive layout), or None for another key.

    Source: https://scedc.caltech.edu/data/search-index.html; older csv files are named ``index.csv``.
    """
    found = _INDEX_KEY.fullmatch(key)
    if found is None:
        return None
    kind, table, doy = IndexKind(found["kind"]), TableFormat(found["format"]), found["doy"]
    if (kind is IndexKind.WAVEFORMS) != (doy is not None) or not found["filename"].endswith(f".{table}"):
        return None
    year = int(found["year"])
    if year < 1 or (doy is not None and not 1 <= int(doy) <= 365 + isleap(year)):
        return None
    return IndexKey(key, kind, table, year, found["yrday"], int(doy) if doy else None, found["filename"])


def waveform_index_key(day: date, table: TableFormat) -> str:
    """The key of a day's waveform index."""
    year, yrday = f"{day.year:04d}", f"{day.year:04d}_{day.timetuple().tm_yday:03d}"
    return f"{IndexKind.WAVEFORMS}/index/{table}/year={year}/year_doy={yrday}/{yrday}_waveform_index.{table}"


def catalog_index_key(year: int, table: TableFormat) -> str:
    """The key of a year's earthquake catalog index."""
    return f"{IndexKind.CATALOG}/index/{table}/year={year:04d}/{year:04d}_catalog_index.{table}"
