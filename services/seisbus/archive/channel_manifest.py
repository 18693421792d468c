"""The table by which an archive of station objects tells where each channel stands in them.

A row has object_path, version, offset and byte_count of one channel, named by network, station, location and channel.
"""

from __future__ import annotations

from dataclasses import dataclass

from libseis.codes import Channel, location
from seisbus.archive.keys import TableFormat
from seisbus.archive.oddities import Oddities
from seisbus.archive.tables import Row, read_table, require

_PLACES = ("object_path", "version", "offset", "byte_count")
_CODES = ("network", "station", "location", "channel")
COLUMNS = (*_PLACES, *_CODES)
# Beyond what a float64 of a pandas column holds exactly nothing is believed; no object is so large.
_MOST_BYTES = float(1 << 53)


@dataclass(frozen=True, slots=True)
class Placed:
    """A channel in bytes [start, end) of an object; `version` as the manifest has it, "" for none."""

    channel: Channel
    start: int
    end: int
    version: str


def read_channel_manifest(data: bytes, table: TableFormat, key: str, odd: Oddities) -> dict[str, list[Placed]]:
    """The channels of each object by the object's key, in order of offset.

    Rows that cannot be read go to `odd`. ArchiveFormatError, which names `key`, if it is not such a table.
    """
    found = read_table(data, table, key, COLUMNS, frozenset(COLUMNS), odd)
    require(found, [name for name in COLUMNS if name != "version"], key)
    placed: dict[str, list[Placed]] = {}
    for row in found.rows:
        try:
            one = _placed(row)
        except ValueError as error:
            odd.leave_out(str(error))
            continue
        placed.setdefault(_object_key(row.text("object_path")), []).append(one)
    return {name: sorted(rows, key=lambda row: row.start) for name, rows in placed.items()}


def _placed(row: Row) -> Placed:
    offset, count = (row.number_of(name, 0, _MOST_BYTES) for name in ("offset", "byte_count"))
    net, sta, loc, chan = (row.text(name) for name in _CODES)
    if offset is None or count is None or offset % 1 or count % 1 or not (net and sta and chan):
        raise ValueError(f"row {row.number} lacks a code, or a whole number as offset or byte_count")
    start = int(offset)
    return Placed(Channel(net, sta, location(loc), chan), start, start + int(count), row.text("version"))


def _object_key(path: str) -> str:
    """The key of an object by its path, which may be a URL with the bucket."""
    if path.startswith("s3://"):
        path = path.removeprefix("s3://").partition("/")[2]
    return path.lstrip("/")
