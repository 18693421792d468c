"""Copy a folder of real miniSEED files into an archive in SCEDC layout: records unchanged, one object per channel.

The key comes from the file's name if that is in SCEDC form, else from its headers. Only headers are read here, not
samples.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import astuple, dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from libseis.codes import Channel
from libseis.mseed import frame
from libseis.mseed.table import NO_RATE
from seisbus.archive.definition import load_archives
from seisbus.archive.keys import DayKey, KeyLayoutError, KeyTemplate
from seisbus.archive.oddities import ArchiveFormatError, Oddities
from seisbus.archive.stations import read_stationxml
from seisbus.testing.folder import Bucket
from seisbus.testing.listings import IndexRow, write_day_index
from seisbus.testing.make import Progress, stationxml_key
from seisbus.testing.manifest import DayFile, Manifest, manifest_path, write_manifest
from seisbus.testing.spec import NS, ArchiveSpecError

_BUCKET = "scedc-pds"
_LAYOUT = load_archives()["local"].day_key
_NAME = KeyTemplate(_LAYOUT.template.rpartition("/")[2])


def import_folder(source: Path, root: Path, progress: Progress | None = None) -> Manifest:
    """Lays out the miniSEED and StationXML files below `source` under `root`, and indexes them.

    Files that are neither are left out; the manifest's notes say which and why. A file of several channels becomes one
    object per channel, because a key names a channel and jobs select by it. Files of one channel and day become one
    object. A file of several days gets the key of the day with most of its records, and a note.

    Raises ArchiveSpecError if `source` has no miniSEED, or `root` has an archive already.
    """
    if not source.is_dir():
        raise ArchiveSpecError("from-folder", f"{source} is not a folder.")
    bucket = Bucket(root / _BUCKET)
    if manifest_path(root).exists() or (bucket.folder.exists() and any(bucket.folder.iterdir())):
        raise ArchiveSpecError("root", f"{root} holds an archive already; choose another folder.")
    paths = sorted(path for path in source.rglob("*") if path.is_file())
    if root.resolve().is_relative_to(source.resolve()):
        raise ArchiveSpecError("root", f"{root} lies inside {source}; choose a folder outside of it.")
    work = _Import(bucket)
    for done, path in enumerate(paths, 1):
        work.add_file(path.relative_to(source).as_posix(), path)
        if progress:
            progress("files", done, len(paths))
    if not work.files:
        raise ArchiveSpecError("from-folder", f"{source} holds no miniSEED file.")
    manifest = work.finish()
    write_manifest(root, manifest)
    return manifest


@dataclass(frozen=True, slots=True)
class _Content:
    """The contents of a file from its headers: channels in order, the span, the day and rate of most records."""

    channels: tuple[Channel, ...]
    start_ns: int
    end_ns: int
    day: date
    rate: float
    foreign: int  # bytes that do not belong to a record


class _Import:
    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._places: dict[tuple[str, str], tuple[float, float]] = {}
        self._origin: dict[str, str] = {}
        self._rates: dict[str, tuple[DayKey, float | None]] = {}
        self._numbers: dict[str, int] = {}
        self._others: list[str] = []
        self._notes: list[str] = []
        self.files: list[DayFile] = []

    def add_file(self, name: str, path: Path) -> None:
        """Import one file of the source, by its name below it; a bad file does not affect the others."""
        try:
            data = path.read_bytes()
        except OSError as error:
            self._notes.append(f"{name}: left out, it cannot be read ({error.strerror}).")
            return
        try:
            self.add(name, data)
        except OSError:  # of the archive's folder
            raise
        except Exception as error:  # a bad file does not affect the others
            self._notes.append(f"{name}: left out, {type(error).__name__}: {error}")

    def add(self, name: str, data: bytes) -> None:
        """The bytes of one file."""
        if name.lower().endswith(".xml"):
            self._add_stationxml(name, data)
        elif len(parts := by_channel(data)) > 1:
            self._notes.append(f"{name}: it holds {len(parts)} channels, each became an object of its own.")
            for channel, records in parts.items():
                self._add_one(f"{name} ({channel})", records, None)
        else:
            self._add_one(name, data, _NAME.parse(name.rpartition("/")[2]))

    def _add_one(self, name: str, data: bytes, named: DayKey | None) -> None:
        content = read_headers(data)
        if content is None and named is None:
            self._notes.append(f"{name}: left out, it holds no miniSEED record.")
            return
        day_key = named or _key_of(content)
        if day_key is None:
            self._notes.append(f"{name}: left out, its channel codes do not fit a key in SCEDC form.")
            return
        try:
            key = _LAYOUT.format(day_key)
        except KeyLayoutError as error:
            self._notes.append(f"{name}: left out, {error.message}")
            return
        if note := _remark(content):
            self._notes.append(f"{name}: {note}")
        if (known := self._origin.get(key)) is None:
            self._origin[key] = name
            self._rates[key] = (day_key, content.rate if content else None)
            self._numbers[key] = len(self.files)
            digest = self._bucket.put(key, data)
            self.files.append(DayFile(key, day_key.day, None, len(data), digest, note=note or f"from {name}"))
            return
        there = self._bucket.get(key)
        if data in there:
            self._notes.append(f"{name}: left out, {known} has the key {key} already, with the same bytes.")
            return
        self._notes.append(f"{name}: {known} has the key {key} already; its records were put behind the others.")
        file = self.files[self._numbers[key]]
        digest = self._bucket.put(key, there + data)
        self.files[self._numbers[key]] = replace(
            file, bytes=len(there) + len(data), sha256=digest, note=f"{file.note}; {note or f'from {name}'}"
        )

    def _add_stationxml(self, name: str, data: bytes) -> None:
        odd = Oddities(name)
        try:
            sites = read_stationxml(data, name, odd).sites
        except ArchiveFormatError as error:
            self._notes.append(f"{name}: left out, {error.problem}")
            return
        if odd:
            self._notes.append(odd.note)
        if not sites:
            self._notes.append(f"{name}: left out, it is StationXML without a station.")
            return
        for site in sites:
            self._places[site.net, site.sta] = (site.lat, site.lon)
        # every station's key has the whole document, so that each is found by its name
        for net, sta in dict.fromkeys((site.net, site.sta) for site in sites):
            self._others.append(stationxml_key(net, sta))
            self._bucket.put(self._others[-1], data)

    def finish(self) -> Manifest:
        """The indexes of all days, and the manifest."""
        rows: dict[date, list[IndexRow]] = defaultdict(list)
        for key, (day_key, rate) in self._rates.items():
            lat, lon = self._places.get((day_key.net, day_key.sta), (None, None))
            rows[day_key.day].append(
                IndexRow(
                    key.rpartition("/")[2],
                    day_key.net,
                    day_key.sta,
                    day_key.chan or "",
                    day_key.loc or "",
                    lat,
                    lon,
                    rate,
                )
            )
        for day, listed in sorted(rows.items()):
            self._others += write_day_index(self._bucket, day, listed)
        return Manifest(None, _BUCKET, tuple(self.files), (), tuple(self._others), tuple(self._notes))


def by_channel(data: bytes) -> dict[Channel, bytes]:
    """The bytes of each channel of a file, in file order. Bytes that are not a record stay after the record before
    them."""
    table = frame(data)
    order = np.argsort(table.offset, kind="stable")
    edges = [0, *(int(table.offset[i]) for i in order[1:]), len(data)]
    found: dict[Channel, list[bytes]] = {}
    for i, start, end in zip(order, edges, edges[1:], strict=False):
        found.setdefault(table.channels[int(table.channel[i])], []).append(data[start:end])
    return {channel: b"".join(parts) for channel, parts in found.items()}


def _key_of(content: _Content | None) -> DayKey | None:
    if content is None:
        return None
    net, sta, loc, chan = astuple(content.channels[0])
    fits = net and sta and len(net) <= 2 and len(sta) <= 5 and len(chan) == 3 and len(loc) <= 2
    return DayKey(net, sta, loc, chan, content.day) if fits else None


def _remark(content: _Content | None) -> str:
    if content is None:
        return "it holds no miniSEED record; laid out by its name."
    remarks = []
    if len(content.channels) > 1:
        remarks.append(f"it holds {len(content.channels)} channels")
    if content.end_ns - content.start_ns > 90_000 * NS:  # a day and an hour
        remarks.append(f"it spans {(content.end_ns - content.start_ns) / (86400 * NS):.1f} days")
    if content.foreign:
        remarks.append(f"{content.foreign:,} of its bytes do not belong to a miniSEED record")
    return f"{'; '.join(remarks)}; left as it is under one key." if remarks else ""


def read_headers(data: bytes) -> _Content | None:
    """What the headers of the records in `data` say; None without records.

    Day and rate are those of most records, so that a single odd header does not move a file.
    """
    table = frame(data)
    rows = np.flatnonzero(table.waveform) if table.waveform.any() else np.arange(len(table))
    if not len(rows):
        return None
    channels = dict.fromkeys(table.channels[int(number)] for number in table.channel[rows])
    # the day in which most of the record lies: a file that was cut at a record may begin seconds before midnight
    days = Counter(((table.start_ns[rows] + table.end_ns[rows]) // 2 // (86400 * NS)).tolist())
    rates = Counter(number for number in table.rate[rows].tolist() if number != NO_RATE)
    return _Content(
        tuple(channels),
        int(table.start_ns[rows].min()),
        int(table.end_ns[rows].max()),
        date(1970, 1, 1) + timedelta(days=days.most_common(1)[0][0]),
        table.rates[rates.most_common(1)[0][0]].hz if rates else 0.0,
        sum(problem.length for problem in table.problems),
    )
