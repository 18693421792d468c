"""Archive definitions: bucket, layout of keys, form of day files, limit of requests.

Definitions are data (archives.toml and a user's TOML of the same form). `objects` sends the requests.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from seisbus.archive.keys import KeyLayoutError, KeyTemplate
from seisbus.errors import NotFoundError, UserError


class ArchiveDefinitionError(UserError):
    """An archive definition is wrong or missing; `archive` and `source` (a file) say which."""

    def __init__(self, archive: str, source: str, problem: str) -> None:
        super().__init__(f"Archive {archive!r} in {source}: {problem}")
        self.archive = archive
        self.source = source
        self.problem = problem


class UnknownArchiveError(NotFoundError):
    """There is no archive with this name, or none that has this network."""

    def __init__(self, wanted: str, known: tuple[str, ...]) -> None:
        super().__init__(f"The archive {wanted} is not known; known are {', '.join(known)}.")
        self.wanted = wanted
        self.known = known


# as job files have it; queues with capitals are those of job kinds
_NAME = re.compile(r"[a-z0-9_-]{1,40}")
_SOME_DAY = date(2001, 1, 1)


class Auth(StrEnum):
    """Whether requests are signed with the caller's AWS credentials."""

    UNSIGNED = "unsigned"
    SIGNED = "signed"


class IndexSource(StrEnum):
    """How objects are listed: from index files of the archive, or by LIST requests."""

    FILES = "files"
    LISTING = "listing"


class ObjectUnit(StrEnum):
    """The content of one day object: a channel, or a station."""

    CHANNEL = "channel"
    STATION = "station"


class DayCut(StrEnum):
    """How a day ends: at the last sample before midnight, or at a record boundary near it."""

    SAMPLE = "sample"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class ArchiveDefinition:
    """One archive. `endpoint` None means AWS; `max_in_flight` limits the requests of all replicas together.

    `round_trip_bytes` is how many more bytes may be read to save a round trip; None: as measured.
    """

    name: str
    title: str
    bucket: str
    region: str | None
    endpoint: str | None
    auth: Auth
    index: IndexSource
    day_key: KeyTemplate
    event_key: KeyTemplate | None
    phase_key: KeyTemplate | None
    month_phase_key: KeyTemplate | None
    waveform_index_prefix: str | None
    catalog_index_prefix: str | None
    station_prefixes: tuple[str, ...]
    manifest_key: KeyTemplate | None
    object_unit: ObjectUnit
    day_cut: DayCut
    max_in_flight: int
    round_trip_bytes: int | None
    networks: tuple[str, ...]

    @property
    def lists_by_day(self) -> bool:
        """Whether one listing finds the objects of a day; else the network stands before the date in keys."""
        return f"{_SOME_DAY.year}" in self.day_key.prefix(day=_SOME_DAY)

    def at(self, endpoint: str) -> ArchiveDefinition:
        """The same archive served from another endpoint, such as ``http://127.0.0.1:8333``."""
        return replace(self, endpoint=endpoint)

    def event_waveform_key(self, prefix: str, filename: str) -> str | None:
        """The key of an event's waveform object; `prefix` with or without slashes at its ends."""
        return _event_file(self.event_key, prefix, filename)

    def event_phase_key(self, prefix: str, filename: str) -> str | None:
        """The key of an event's phase picks; None if the archive has none."""
        return _event_file(self.phase_key, prefix, filename)

    def phases_of_month(self, year: int, month: int) -> str | None:
        """The key of the phase picks of all events of a month; None if the archive has none."""
        if self.month_phase_key is None:
            return None
        return self.month_phase_key.fill({"year": f"{year:04d}", "month": f"{month:02d}"})


def _event_file(template: KeyTemplate | None, prefix: str, filename: str) -> str | None:
    if template is None:
        return None
    return template.fill({"prefix": prefix.strip("/"), "filename": filename})


def load_archives(extra: Path | None = None) -> Mapping[str, ArchiveDefinition]:
    """The packaged archives, and those of the TOML file `extra`, which may replace one by name.

    Raises ArchiveDefinitionError, which names the archive and the wrong entry.
    """
    packaged = resources.files("seisbus.archive").joinpath("archives.toml").read_text(encoding="utf-8")
    archives = _parse(packaged, "archives.toml")
    if extra is not None:
        try:
            text = extra.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ArchiveDefinitionError("*", str(extra), f"the file cannot be read ({error}).") from error
        archives |= _parse(text, str(extra))
    return archives


def archive_named(archives: Mapping[str, ArchiveDefinition], name: str) -> ArchiveDefinition:
    """The archive with a name; UnknownArchiveError lists the known ones."""
    if name not in archives:
        raise UnknownArchiveError(name, tuple(archives))
    return archives[name]


def _parse(text: str, source: str) -> dict[str, ArchiveDefinition]:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ArchiveDefinitionError("*", source, f"it is not TOML ({error}).") from error
    archives = {}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise ArchiveDefinitionError(name, source, "expected a table such as [name].")
        archives[name] = _Reader(name, source, table).definition()
    return archives


_Enum = TypeVar("_Enum", bound=StrEnum)


class _Reader:
    """Reads the entries of one TOML table one by one, so that each error names its entry."""

    def __init__(self, name: str, source: str, table: dict[str, Any]) -> None:
        self._name, self._source, self._table = name, source, dict(table)

    def definition(self) -> ArchiveDefinition:
        if _NAME.fullmatch(self._name) is None:
            raise self._wrong("expected a name of at most 40 lower-case letters, digits, _ and -.")
        bucket = self._required("bucket")
        definition = ArchiveDefinition(
            name=self._name,
            title=self._text("title") or self._name,
            bucket=bucket,
            region=self._text("region"),
            endpoint=self._endpoint(),
            auth=self._choice("auth", Auth, Auth.UNSIGNED),
            index=self._choice("index", IndexSource, IndexSource.LISTING),
            day_key=self._day_key(),
            event_key=self._template("event_key", {"prefix", "filename"}),
            phase_key=self._template("phase_key", {"prefix", "filename"}),
            month_phase_key=self._template("month_phase_key", {"year", "month"}),
            waveform_index_prefix=self._text("waveform_index_prefix"),
            catalog_index_prefix=self._text("catalog_index_prefix"),
            station_prefixes=self._texts("station_prefixes"),
            manifest_key=self._manifest_key(),
            object_unit=self._choice("object_unit", ObjectUnit, ObjectUnit.CHANNEL),
            day_cut=self._choice("day_cut", DayCut, DayCut.RECORD),
            max_in_flight=self._number("max_in_flight", 1) or 16,
            round_trip_bytes=self._number("round_trip_bytes", 0),
            networks=self._texts("networks"),
        )
        if self._table:
            raise self._wrong(f"unknown entry {sorted(self._table)[0]!r}.")
        if definition.index is IndexSource.FILES and definition.waveform_index_prefix is None:
            raise self._wrong("index = 'files' needs waveform_index_prefix.")
        channel = definition.object_unit is ObjectUnit.CHANNEL
        if ({"chan", "loc"} <= definition.day_key.fields) != channel:
            raise self._wrong("object_unit 'channel' needs {chan} and {loc} in day_key, 'station' neither.")
        if channel and definition.manifest_key is not None:
            raise self._wrong("manifest_key is for objects of stations; object_unit is 'channel'.")
        if definition.index is IndexSource.LISTING and not definition.networks and not definition.lists_by_day:
            raise self._wrong(
                "networks is missing: in day_key the network stands before the date, so Seisbus can only "
                "list the folders of networks that it knows."
            )
        return definition

    def _wrong(self, problem: str) -> ArchiveDefinitionError:
        return ArchiveDefinitionError(self._name, self._source, problem)

    def _text(self, entry: str) -> str | None:
        value = self._table.pop(entry, None)
        if value is not None and not isinstance(value, str):
            raise self._wrong(f"{entry} is {value!r}, expected a text.")
        return value

    def _endpoint(self) -> str | None:
        url = self._text("endpoint")
        if url is not None and not url.startswith(("http://", "https://")):
            raise self._wrong(f"endpoint is {url!r}, expected a URL such as https://s3.example.org.")
        return url

    def _required(self, entry: str) -> str:
        value = self._text(entry)
        if not value:
            raise self._wrong(f"the entry {entry!r} is missing.")
        return value

    def _texts(self, entry: str) -> tuple[str, ...]:
        value = self._table.pop(entry, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong(f"{entry} is {value!r}, expected a list of texts.")
        return tuple(value)

    def _choice(self, entry: str, kind: type[_Enum], default: _Enum) -> _Enum:
        value = self._table.pop(entry, default)
        if value not in list(kind):
            raise self._wrong(f"{entry} is {value!r}, expected one of {', '.join(kind)}.")
        return kind(value)

    def _number(self, entry: str, least: int) -> int | None:
        value = self._table.pop(entry, None)
        if value is not None and (type(value) is not int or value < least):
            raise self._wrong(f"{entry} is {value!r}, expected a whole number of at least {least}.")
        return value

    def _template(self, entry: str, fields: set[str]) -> KeyTemplate | None:
        text = self._text(entry)
        if text is None:
            return None
        try:
            template = KeyTemplate(text)
        except (KeyLayoutError, ValueError) as error:
            raise self._wrong(f"{entry} is {text!r}: {error}") from error
        if not fields <= template.fields:
            raise self._wrong(f"{entry} is {text!r}, expected the fields {', '.join(sorted(fields))} in it.")
        return template

    def _manifest_key(self) -> KeyTemplate | None:
        template = self._template("manifest_key", {"year", "doy"})
        if template is not None and not template.fields <= {"net", "year", "doy"}:
            raise self._wrong(f"manifest_key is {template.template!r}, expected no fields but net, year and doy in it.")
        if template is not None and not template.template.endswith((".csv", ".parquet")):
            raise self._wrong(f"manifest_key is {template.template!r}, expected a name that ends in .csv or .parquet.")
        return template

    def _day_key(self) -> KeyTemplate:
        template = self._template("day_key", {"net", "sta", "year"})
        if template is None:
            raise self._wrong("the entry 'day_key' is missing.")
        if "doy" not in template.fields and not {"month", "day"} <= template.fields:
            raise self._wrong(f"day_key is {template.template!r}, expected {{doy}}, or {{month}} and {{day}}, in it.")
        return template
