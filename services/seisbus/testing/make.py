"""Make an archive in SCEDC layout in a folder: objects, indexes, catalogs, StationXML, and the truth.

The same spec always gives the same bytes. The other modules of this package make the parts.
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np

from seisbus.archive.definition import DayCut, load_archives
from seisbus.archive.keys import DayKey
from seisbus.testing import listings
from seisbus.testing.defects import DayPlan, identity_of, make_day
from seisbus.testing.event_files import event_bytes, event_traces, phase_text
from seisbus.testing.folder import Bucket
from seisbus.testing.listings import CatalogEntry, IndexRow
from seisbus.testing.manifest import DayFile, EventFile, Manifest, manifest_path, read_manifest, write_manifest
from seisbus.testing.real import add_real
from seisbus.testing.records import Encoding, Records, add_offset, concatenate, pack, stamp
from seisbus.testing.signal import SignalModel
from seisbus.testing.spec import ArchiveSpec, ArchiveSpecError, Defect, Quake
from seisbus.testing.stations import Channel, Station, plan_channels, stationxml

Progress = Callable[[str, int, int], None]
"""Called with the name of the current part, the number done, and the total."""


def make_archive(root: Path, spec: ArchiveSpec, progress: Progress | None = None) -> Manifest:
    """Make an archive and its truth; an archive of the same spec that exists already is kept.

    Parameters
    ----------
    root
        Folder: the bucket is in root/<bucket>, the truth in root/truth.
    spec
        What to make.
    progress
        Called with the progress of the work.

    Returns
    -------
    Manifest
        The manifest.

    Raises
    ------
    ArchiveSpecError
        The folder holds another archive.
    """
    if manifest_path(root).exists():
        found = read_manifest(root)
        # an archive of an older version, in which every channel had its own clock, is as good
        if found.spec not in (spec, replace(spec, skewed=True)):
            raise ArchiveSpecError(
                "root", f"{root} holds an archive of another spec; remove it or choose another folder."
            )
        return found
    bucket = Bucket(root / spec.bucket)
    if bucket.folder.exists() and any(bucket.folder.iterdir()):
        _refuse_foreign(root, bucket.folder)
    root.joinpath("truth").mkdir(parents=True, exist_ok=True)
    root.joinpath("truth", "unfinished").touch()
    manifest = _Maker(spec, bucket, root, progress or (lambda what, done, of: None)).make()
    write_manifest(root, manifest)
    root.joinpath("truth", "unfinished").unlink()
    return manifest


def _refuse_foreign(root: Path, folder: Path) -> None:
    # an archive that was not finished is made again; anything else in the folder is not ours
    if not root.joinpath("truth", "unfinished").exists():
        raise ArchiveSpecError("root", f"{folder} is not empty and no generated archive; choose another folder.")


@dataclass(frozen=True, slots=True)
class _Job:
    channel: Channel
    day: date
    defect: Defect | None


class _Maker:
    def __init__(self, spec: ArchiveSpec, bucket: Bucket, root: Path, progress: Progress) -> None:
        self.spec, self.bucket, self.root, self.progress = spec, bucket, root, progress
        self.model = SignalModel(spec.seed, spec.quakes)
        self.layout = load_archives()["local"].day_key
        self.template = lru_cache(maxsize=len(spec.mix) * (spec.templates or 1))(self._base_records)

    def make(self) -> Manifest:
        spec = self.spec
        channels = plan_channels(spec)
        files = self._day_files(channels)
        events, others = self._catalogs()
        others += self._stationxml(channels)
        notes: list[str] = []
        rows = {day: [row for file, row in self._rows(files, channels, day) if file.listed] for day in spec.days}
        if spec.real:
            real, real_rows, real_keys = add_real(self.bucket, self.root)
            files += real
            others += real_keys
            for file, row in zip(real, real_rows, strict=True):
                rows.setdefault(file.day, []).append(row)
            if not real:
                notes.append("No installed package ships real waveforms.")
        for day, listed in rows.items():
            others += listings.write_day_index(self.bucket, day, listed)
        others += listings.write_old_indexes(self.bucket, rows[spec.days[0]])
        return Manifest(spec, spec.bucket, tuple(files), tuple(events), tuple(sorted(others)), tuple(notes))

    def _day_files(self, channels: list[Channel]) -> list[DayFile]:
        jobs = list(self._jobs(channels))
        made: dict[int, DayFile] = {}
        # numpy and libmseed release the GIL in the work that matters here
        with ThreadPoolExecutor(max_workers=min(os.cpu_count() or 1, 8)) as pool:
            numbers = {pool.submit(self._make_file, job): number for number, job in enumerate(jobs)}
            for done, future in enumerate(as_completed(numbers), 1):
                made[numbers[future]] = future.result()
                self.progress("day files", done, len(jobs))
        return [made[number] for number in range(len(jobs))]

    def _jobs(self, channels: list[Channel]) -> Iterator[_Job]:
        placed = place_defects(self.spec, channels)
        for day in self.spec.days:
            for channel in channels:
                yield _Job(channel, day, placed.get(channel.number) if day == min(self.spec.days) else None)

    def _make_file(self, job: _Job) -> DayFile:
        channel, period = job.channel, job.channel.period_ns
        first, stop = (time_ns // period for time_ns in self.spec.cover(job.day))
        window = [time_ns // period for time_ns in self.spec.defect_window]
        rng = np.random.default_rng([self.spec.seed, 7, channel.number])
        plan = DayPlan(channel, first, stop, window[0], window[1], rng)

        def samples(start: int, count: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
            return self.model.samples(channel, start, count)

        made = make_day(plan, self._healthy(channel, job.day), samples, job.defect)
        key = self.layout.format(DayKey(channel.station.net, channel.station.sta, channel.loc, channel.chan, job.day))
        data, stored = made.data(), job.defect is not Defect.MISSING
        digest = self.bucket.put(key, data) if stored else hashlib.sha256(data).hexdigest()
        return DayFile(
            key=key,
            day=job.day,
            channel=channel.number,
            bytes=len(data),
            sha256=digest,
            defect=job.defect,
            stored=stored,
            listed=job.defect is not Defect.UNINDEXED,
            shift_ns=made.shift_ns,
            float32=made.float32,
            runs=tuple(made.runs),
            conflicts=tuple(
                (channel.phase_ns + low * period, channel.phase_ns + (high - 1) * period)
                for low, high in made.conflicts
            ),
            note=made.note,
        )

    def _healthy(self, channel: Channel, day: date) -> Records:
        """The stamped records of a day. Except for offset and headers, they depend only on the waveform."""
        first, stop = (time_ns // channel.period_ns for time_ns in self.spec.cover(day))
        if self.spec.day_cut is DayCut.RECORD:
            records = self._packed(channel, *self._whole_span(channel, day))
            records = records.take((records.first >= first) & (records.first < stop))
        else:
            records = self._packed(channel, first, stop)
        stamp(records, identity_of(channel), channel.period_ns, channel.phase_ns, Encoding.STEIM2)
        return records

    def _whole_span(self, channel: Channel, day: date) -> tuple[int, int]:
        """Sample indices of the unbroken days around `day`, which are packed as one."""
        low = high = day
        while low - timedelta(days=1) in self.spec.days:
            low -= timedelta(days=1)
        while high + timedelta(days=1) in self.spec.days:
            high += timedelta(days=1)
        return self.spec.cover(low)[0] // channel.period_ns, self.spec.cover(high)[1] // channel.period_ns

    def _packed(self, channel: Channel, first: int, stop: int) -> Records:
        plain = replace(channel, offset=0)
        if self.spec.templates is not None:
            # one channel for all channels that share this waveform
            plain = replace(plain, number=0, station=channel.heard_at, loc="", phase_ns=0)
            base = self.template(plain, first, stop)
        else:
            base = self._base_records(plain, first, stop)
        return add_offset(base, channel.offset)

    def _base_records(self, channel: Channel, first: int, stop: int) -> Records:
        samples = self.model.samples(channel, first, stop - first)
        # data centres cut days at the sample, which makes the first record short
        head = 36 + channel.waveform % 25
        return concatenate(
            pack(samples[:head], first, 512, Encoding.STEIM2),
            pack(samples[head:], first + head, 512, Encoding.STEIM2),
        )

    def _rows(self, files: list[DayFile], channels: list[Channel], day: date) -> Iterator[tuple[DayFile, IndexRow]]:
        for file in files:
            if file.day == day and file.channel is not None:
                channel = channels[file.channel]
                station = channel.station
                yield (
                    file,
                    IndexRow(
                        file.key.rpartition("/")[2],
                        station.net,
                        station.sta,
                        channel.chan,
                        channel.loc,
                        station.lat,
                        station.lon,
                        channel.rate,
                    ),
                )

    def _catalogs(self) -> tuple[list[EventFile], list[str]]:
        events, others = [], listings.write_old_catalog(self.bucket)
        entries: dict[int, list[CatalogEntry]] = defaultdict(list)
        for number, quake in enumerate(listings.EVENTS_2023):
            entry = CatalogEntry(quake)
            if number < 2:  # the last of them has no files, like many events
                entry, event, phase_key = self._event_file(quake, self.spec.event_traces if number == 0 else 6)
                events.append(event)
                others.append(phase_key)
                self.progress("event files", number + 1, 2)
            entries[quake.day.year].append(entry)
        for quake in self.spec.quakes:
            entries[quake.day.year].append(CatalogEntry(quake, geographic_type="t"))
        for year, listed in entries.items():
            listed += listings.background(self.spec.seed, year, 40)
            others += listings.write_catalog(self.bucket, year, listed)
        return events, others

    def _event_file(self, quake: Quake, count: int) -> tuple[CatalogEntry, EventFile, str]:
        traces = event_traces(self.spec, quake, count)
        data = event_bytes(traces)
        text, phases = phase_text(quake, traces)
        entry = CatalogEntry(quake, waveforms=len(traces), phases=phases)
        key, phase_key = (f"event_{kind}/{entry.folder}/{quake.evid}" for kind in ("waveforms", "phases"))
        digest = self.bucket.put(f"{key}.ms", data)
        self.bucket.put(f"{phase_key}.phase", text.encode())
        return entry, EventFile(f"{key}.ms", quake.evid, len(traces), len(data), digest), f"{phase_key}.phase"

    def _stationxml(self, channels: list[Channel]) -> list[str]:
        of_station: dict[Station, list[Channel]] = defaultdict(list)
        for channel in channels:
            of_station[channel.station].append(channel)
        keys = []
        for station, listed in of_station.items():
            keys.append(stationxml_key(station.net, station.sta))
            self.bucket.put(keys[-1], stationxml(station, listed).encode())
        return keys


def stationxml_key(net: str, sta: str) -> str:
    """The key of a station's StationXML: the archive's own network apart from all others."""
    folder = "CI" if net == "CI" else "unauthoritative-XML"
    return f"FDSNstationXML/{folder}/{net}_{sta}.xml"


def place_defects(spec: ArchiveSpec, channels: list[Channel]) -> dict[int, Defect]:
    """Which channel (by number) has which defect, spread over the sensors.

    Only channels whose records are seconds long can have them, and the first station stays whole.
    """
    # 40 Hz first: small files; at 1 Hz a record is ten minutes long, too coarse to place a defect
    able = [channel for channel in channels if channel.rate >= 20 and channel.station != channels[0].station]
    if len(able) < len(spec.defects):
        raise ArchiveSpecError(
            "channels", f"is {spec.channels}: {len(able)} of them can have a defect, {len(spec.defects)} are wanted."
        )
    preferred = sorted(able, key=lambda c: (c.rate != 40, c.number % 3 != c.number // 3 % 3, c.number))
    return {channel.number: defect for channel, defect in zip(preferred, spec.defects, strict=False)}
