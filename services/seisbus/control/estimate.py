"""Estimates what a job would take, from the day files that the database knows. Other days are scaled from these."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

from libseis.codes import Channel, Sensor
from libseis.isotime import DAY_NS
from libseis.segments import Span
from seis.control.v1 import control_pb2 as pb

from ..app.aiming import Places, Thinning, aims_of
from ..app.events import origins_of
from ..app.picks import given_picks
from ..model.archivejob import ArchiveJob
from ..model.marks import StationPick
from ..planning.aims import Aims, DayAims
from ..planning.extents import ROUND_TRIP_BYTES, merged
from ..planning.plan import touched_days
from ..planning.ranges import SMALL_BYTES
from ..planning.windows import Origin, PlannedWindow
from ..store.documents import DayFileDocument
from .context import CallContext
from .known_days import KnownDays, spread
from .selection import day_name

# The files of so many days are counted, and the rest is scaled. It takes about 0.1 s to read a day of an archive.
SAMPLED_DAYS: Final = 30
# So many days are named one by one.
NAMED_DAYS: Final = 4
# The pipeline on two cores with the archive on the same machine; an archive far away is slower.
BYTES_PER_SECOND: Final = 20e6
REQUESTS_PER_SECOND: Final = 40.0
# What the range reader needs for a file that it has not seen before (measured, see planning.ranges). If most of an
# object is wanted, it is read whole.
RANGE_GROWTH: Final = 1.2
RANGE_REQUESTS: Final = 2.8
MOSTLY: Final = 0.7
# Steim2 needs 1 to 2 bytes per sample of ordinary ground motion, so float64 is larger by about this factor.
FLOAT64_GROWTH: Final = 6.0


@dataclass(frozen=True, slots=True)
class Load:
    """What a job wants of one channel on one home day: windows, their length in days, the day objects that they touch,
    and the spans of time that they cover, in order."""

    windows: int
    days_of_data: float
    objects: int
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Holdings:
    """The matching day files of one day: how many, how many of them the archive does not hold, their bytes.

    `large` and `large_size` are the number and bytes of files that are worth reading by ranges; `known` of them were
    read before. `items` is the number of sensors, and `absent` is how many of these lack channels; None if the items
    are channels.
    """

    files: int
    missing: int
    size: int
    large: int = 0
    large_size: int = 0
    known: int = 0
    items: int | None = None
    absent: int | None = None


@dataclass(slots=True)
class Totals:
    """Sums over home days."""

    windows: float = 0.0
    missing: float = 0.0
    objects: float = 0.0
    requests: float = 0.0
    fetch_bytes: float = 0.0
    disk_bytes: float = 0.0

    def add(self, load: Load, held: Holdings, growth: float, *, ranges: bool) -> None:
        """Add one home day, assuming that its neighbours are similar. `ranges` says whether parts of objects may be
        read."""
        requests, spared = float(load.objects * (held.files - held.missing)), 0.0
        if ranges and held.large and load.objects:
            read = stretches(load.spans, held.large_size / held.large)
            share = sum(one.end_ns - one.start_ns for one in read) / DAY_NS / load.objects
            if share <= MOSTLY:
                a_stretch = held.known + (held.large - held.known) * RANGE_REQUESTS
                requests += max(len(read), load.objects) * a_stretch - load.objects * held.large
                spared = held.large_size * (1 - min(1.0, RANGE_GROWTH * share))
        self.windows += load.windows * (held.files if held.items is None else held.items)
        self.missing += load.windows * (held.missing if held.absent is None else held.absent)
        self.objects += load.objects * held.files
        self.requests += requests
        self.fetch_bytes += load.objects * (held.size - spared)
        self.disk_bytes += load.days_of_data * held.size * growth

    def scaled(self, factor: float) -> Totals:
        """These sums, multiplied by a factor."""
        return Totals(**{field.name: getattr(self, field.name) * factor for field in fields(self)})


async def estimate(context: CallContext, spec: ArchiveJob, *, read: bool = True) -> pb.Estimate:
    """What `spec` would take. At most 30 days are looked at, and the rest is scaled from them.

    With `read`, some of the days that the database does not know are read from the archive: UnavailableError when it
    cannot be reached, AccessError when it refuses.
    """
    origins = await origins_of(context.store, spec)
    if spec.inputs == "event_files":
        return event_estimate(len(origins))
    picks = await asyncio.to_thread(given_picks, spec)
    if picks is None and spec.windows.picks is not None:
        return pb.Estimate(basis="The archive's phase files are read when the job is planned; nothing is known before.")
    known = KnownDays(context, spec)
    aims = await known_aims(context, spec, origins, known, picks or (), read=read)
    days = aims.home_days()
    await known.load(spread(days, SAMPLED_DAYS), read=read)
    total = Totals()
    places = Places(context.store, spec.archive)
    growth, ranges, components = growth_of(spec), spec.verify == "ranges", spec.recipe().components
    for day in known.days:
        documents = known(day) or []
        if not aims.by_channel:
            total.add(load_of(aims.reach(day)), held_of(documents, components), growth, ranges=ranges)
            continue
        aimed = await aimed_of(aims, day, documents, places)
        for of_item in by_item(documents, components):
            windows = aimed(Channel.of_document(of_item[0]))
            placed = [window for window in windows if window.unplaced is None]
            total.add(load_of(placed), held_of(of_item, components), growth, ranges=ranges)
            total.windows += len(windows) - len(placed)
    found = summary(total, len(known.days), len(days))
    for name, text in bases_of(spec, days, known, growth, ranges=ranges).items():
        found.bases[name] = text
    return found


async def known_aims(
    context: CallContext,
    spec: ArchiveJob,
    origins: list[Origin],
    known: KnownDays | None = None,
    picks: Sequence[StationPick] = (),
    *,
    read: bool = False,
) -> Aims:
    """The aims of a job; if stations are to be thinned out, by the days that are known."""
    aims = await asyncio.to_thread(aims_of, spec, origins, None, picks)
    if spec.select.spacing is None:
        return aims
    known = known or KnownDays(context, spec)
    thinning, places = Thinning(spec.select.spacing), Places(context.store, spec.archive)
    days = spread(aims.home_days(), SAMPLED_DAYS)
    await known.load(days, read=read)
    for day in days:
        documents = known(day) or []
        sizes = {Channel.of_document(document): int(document["size"]) for document in documents}
        thinning.add(await aimed_of(aims, day, documents, places), sizes)
    return await asyncio.to_thread(aims_of, spec, origins, thinning.stations(), picks)


def bases_of(spec: ArchiveJob, days: Sequence[int], known: KnownDays, growth: float, *, ranges: bool) -> dict[str, str]:
    """A phrase on how each figure of an estimate is made."""
    if not known.days:
        return {"days": days_text(days)}
    read, of = len(known.days), len(days)
    files = sum(len(known(day) or ()) for day in known.days)
    scaled = f"; those of {read:,} days, times {of / read:.3g}" if read < of else ""
    seen = "the database"
    if known.from_archive:
        seen = "the archive's index and listing" if len(known.from_archive) == read else "database and archive"
    return {
        "days": days_text(days),
        "windows": f"of {files:,} files that fit select, by {seen}{scaled}",
        "objects": f"files that the windows touch{scaled}",
        "requests": f"one per object, {RANGE_REQUESTS:g} per large one that was not read before (parts are read)"
        if ranges
        else "one per object, since verify is full",
        "fetch_bytes": "sizes by the listing; of large files the parts that hold windows"
        if ranges
        else "sizes by the listing",
        "disk_bytes": "as compressed as the archive has them"
        if growth == 1.0
        else f"{growth:g} times the archive's bytes, as float64",
        "hours": f"at {BYTES_PER_SECOND / 1e6:.0f} MB/s and {REQUESTS_PER_SECOND:.0f} requests/s, an archive nearby on "
        "two cores",
    }


def days_text(days: Sequence[int]) -> str:
    """The days by name; of many, the first and the last."""
    names = [day_name(day) for day in days]
    return ", ".join(names) if len(names) <= NAMED_DAYS else f"{', '.join(names[:2])}, ... to {names[-1]}"


async def aimed_of(aims: Aims, day: int, documents: list[DayFileDocument], places: Places) -> DayAims:
    """What a job wants of each channel on a day."""
    channels = {Channel.of_document(document) for document in documents}
    if aims.by_place:
        await places.load(channels)
    await asyncio.to_thread(aims.warm, day)
    return aims.of_day(day, channels, places.epochs)


def load_of(windows: Iterable[PlannedWindow]) -> Load:
    """Sums over the windows of a home day."""
    wanted = list(windows)
    spans = merged([Span(window.start_ns, window.end_ns) for window in wanted])
    touched = {day for w in wanted for day in touched_days(w.start_ns, w.end_ns - (not w.inclusive_end))}
    return Load(len(wanted), sum(w.end_ns - w.start_ns for w in wanted) / DAY_NS, len(touched), spans)


def stretches(spans: Iterable[Span], size: float) -> list[Span]:
    """The stretches of day objects of `size` bytes that are read together: near spans become one, as in the range
    reader."""
    near_ns = ROUND_TRIP_BYTES / size * DAY_NS
    found: list[Span] = []
    for span in spans:
        if found and span.start_ns - found[-1].end_ns <= near_ns:
            found[-1] = Span(found[-1].start_ns, span.end_ns)
        else:
            found.append(span)
    return found


def by_item(documents: Sequence[DayFileDocument], components: int) -> Iterable[Sequence[DayFileDocument]]:
    """The files of each item of the ledger: one for a channel, several for a sensor."""
    if components == 1:
        return [[document] for document in documents]
    found: dict[Sensor, list[DayFileDocument]] = {}
    for document in documents:
        found.setdefault(Sensor.of(Channel.of_document(document)), []).append(document)
    return found.values()


def held_of(files: Iterable[DayFileDocument], components: int = 1) -> Holdings:
    """Sums over day_file documents. A file that is indexed but not listed counts as absent, and so does a sensor with
    fewer than three `components`."""
    documents = list(files)
    present = [document for document in documents if document["listed"]]
    size = sum(int(document["size"]) for document in present)
    large = [document for document in present if int(document["size"]) > SMALL_BYTES]
    known = sum(bool(document.get("knots")) and document.get("knots_etag") == document["etag"] for document in large)
    large_size = sum(int(document["size"]) for document in large)
    found = Holdings(len(documents), len(documents) - len(present), size, len(large), large_size, known)
    if components == 1:
        return found
    there = Counter(Sensor.of(Channel.of_document(document)) for document in present)
    sensors = {Sensor.of(Channel.of_document(document)) for document in documents}
    return replace(found, items=len(sensors), absent=sum(there[sensor] < components for sensor in sensors))


def growth_of(spec: ArchiveJob) -> float:
    """Stored bytes per byte of miniSEED in the archive."""
    if spec.output.storage != "file" or spec.recipe().components > 1:
        return FLOAT64_GROWTH
    if spec.output.encoding == "miniseed" or (spec.output.encoding != "float64" and not spec.steps):
        return 1.0
    return FLOAT64_GROWTH / 2 if spec.output.encoding == "float32" else FLOAT64_GROWTH


def event_estimate(events: int) -> pb.Estimate:
    """Event files: only their number is known before they are read."""
    return pb.Estimate(
        objects=events,
        requests=events,
        hours=events / REQUESTS_PER_SECOND / 3600,
        basis=f"{events:,} event files; how many windows each holds is known when it is read.",
    )


def summary(total: Totals, known: int, days: int) -> pb.Estimate:
    """The figures of `known` days, scaled to `days`."""
    if not known:
        return pb.Estimate(
            days_estimated=days,
            days=days,
            basis=f"None of the {days:,} days concerned has been read yet, so nothing is known of their files; "
            "submit the job, planning reads them.",
        )
    if not total.windows:
        looked = f"{known:,} of {days:,} {'day was' if days == 1 else 'days were'} looked at"
        return pb.Estimate(
            days_estimated=days - known,
            days=days,
            basis=f"{looked}, and no file there fits select and has a window. `seisbus stations ARCHIVE` lists "
            "channels, `seisbus index files ARCHIVE DAY` the files of a day.",
        )
    total = total.scaled(days / known)
    seconds = max(total.fetch_bytes / BYTES_PER_SECOND, total.requests / REQUESTS_PER_SECOND)
    scaled = f", scaled to {days:,} days" if days > known else ""
    return pb.Estimate(
        windows=round(total.windows),
        objects=round(total.objects),
        requests=round(total.requests),
        fetch_bytes=round(total.fetch_bytes),
        disk_bytes=round(total.disk_bytes),
        hours=seconds / 3600,
        missing=round(total.missing),
        days_estimated=days - known,
        days=days,
        basis=f"From the files of {known:,} {'day' if known == 1 else 'days'}{scaled}; "
        f"at {BYTES_PER_SECOND / 1e6:.0f} MB/s and {REQUESTS_PER_SECOND:.0f} requests/s.",
    )
