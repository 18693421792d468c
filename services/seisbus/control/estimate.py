"""What a job would take, from the day files that the database knows; days not read are scaled from those that were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from seis.control.v1 import control_pb2 as pb

from ..model.job import JobSpec
from ..model.moments import iso
from ..store.documents import Document
from ..store.index import day_files, day_is_known
from .context import Context
from .spans import DayLoad, Load, load_of

# Days whose files are counted; the rest is scaled. A day of an archive takes about 0.1 s to read.
SAMPLED_DAYS: Final = 30
# Of the pipeline on two cores, from the benchmarks; an archive far away is slower.
BYTES_PER_SECOND: Final = 20e6
REQUESTS_PER_SECOND: Final = 40.0
# Steim2 of ordinary ground motion needs 1-2 bytes a sample, so float64 is about this much larger.
FLOAT64_GROWTH: Final = 6.0
# A range begins and ends at a record and needs a probe where the file's knots are not known yet.
RANGE_OVERHEAD_BYTES: Final = 64_000


@dataclass(slots=True)
class Holdings:
    """The matching day files of one day: how many, how many of them the archive does not hold, their bytes."""

    objects: int = 0
    missing: int = 0
    size: int = 0


@dataclass(slots=True)
class Totals:
    """Running sums of an estimate."""

    windows: float = 0.0
    objects: float = 0.0
    fetch_bytes: float = 0.0
    disk_bytes: float = 0.0
    missing: float = 0.0
    requests: float = 0.0

    def add(self, load: DayLoad, held: Holdings, growth: float) -> None:
        """Add one day of a job."""
        present = held.objects - held.missing
        self.windows += load.windows * held.objects
        self.missing += load.windows * held.missing
        self.objects += held.objects
        self.requests += present
        ranges = min(1.0, load.share) * held.size + present * RANGE_OVERHEAD_BYTES
        self.fetch_bytes += min(float(held.size), ranges)
        self.disk_bytes += load.share * held.size * growth

    def scaled(self, factor: float) -> Totals:
        """The same times a factor."""
        return Totals(
            windows=self.windows * factor,
            objects=self.objects * factor,
            fetch_bytes=self.fetch_bytes * factor,
            disk_bytes=self.disk_bytes * factor,
            missing=self.missing * factor,
            requests=self.requests * factor,
        )


async def estimate(context: Context, spec: JobSpec) -> pb.Estimate:
    """What `spec` would take; days beyond a sample of 30 known ones are scaled from it."""
    if spec.kind != "window":
        return pb.Estimate(basis=f"A job of kind {spec.kind} plans no windows.")
    load = await load_of(context.store, spec.archive, spec)
    if spec.inputs == "event_files":
        return event_estimate(load)
    known = [day for day in _spread(sorted(load.days)) if await _known(context, spec.archive, day)]
    holdings = {}
    for day in known:
        files = day_files(context.store, spec.archive, iso(day)[:10], spec.select.filter)
        holdings[day] = held_of([document async for document in files])
    return combine(load, holdings, growth_of(spec))


def growth_of(spec: JobSpec) -> float:
    """Stored bytes for a byte of miniSEED in the archive."""
    counts = spec.output.encoding == "miniseed" or (spec.output.encoding == "auto" and not spec.steps)
    return 1.0 if counts and spec.output.storage == "file" else FLOAT64_GROWTH


def held_of(files: Iterable[Document]) -> Holdings:
    """Sums over day_file documents; one that is indexed and not listed is not there."""
    held = Holdings()
    for document in files:
        held.objects += 1
        if document.get("listed") is False:
            held.missing += 1
        else:
            held.size += document.get("size") or 0
    return held


def event_estimate(load: Load) -> pb.Estimate:
    """Event files: their contents are known when they are read, so only their number is."""
    return pb.Estimate(
        objects=load.events,
        requests=load.events,
        hours=load.events / REQUESTS_PER_SECOND / 3600,
        basis=f"{load.events:,} event files; how many windows each holds is known when it is read.",
    )


def combine(load: Load, holdings: dict[int, Holdings], growth: float) -> pb.Estimate:
    """The figures of the days in `holdings`, scaled to all days of `load` by the windows they want."""
    total = Totals()
    for day, held in holdings.items():
        total.add(load.days[day], held, growth)
    unknown = len(load.days) - len(holdings)
    if load.days and not holdings:
        return pb.Estimate(
            days_estimated=unknown,
            basis=f"No day of the {unknown:,} concerned has been read yet, so nothing is known of their files; run "
            "`seisbus index sync`, or submit the job: planning reads them.",
        )
    if unknown:
        total = total.scaled(len(load.days) / len(holdings))
    seconds = max(total.fetch_bytes / BYTES_PER_SECOND, total.requests / REQUESTS_PER_SECOND)
    scaled = f", scaled to {len(load.days):,} days" if unknown else ""
    return pb.Estimate(
        windows=round(total.windows),
        objects=round(total.objects),
        requests=round(total.requests),
        fetch_bytes=round(total.fetch_bytes),
        disk_bytes=round(total.disk_bytes),
        hours=seconds / 3600,
        missing=round(total.missing),
        days_estimated=unknown,
        basis=f"From the files of {len(holdings):,} days{scaled}; at {BYTES_PER_SECOND / 1e6:.0f} MB/s and "
        f"{REQUESTS_PER_SECOND:.0f} requests/s, one request an object.",
    )


def _spread(days: list[int]) -> list[int]:
    """At most SAMPLED_DAYS of the days, evenly spread."""
    step = max(1, -(-len(days) // SAMPLED_DAYS))
    return days[::step]


async def _known(context: Context, archive: str, day: int) -> bool:
    return await day_is_known(context.store, archive, iso(day)[:10]) is not None
