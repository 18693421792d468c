"""What a plan is made from: the events of a job and the files of its days, read from archives and the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from libseis.codes import Channel, ChannelFilter
from libseis.epochs import of_document
from libseis.isotime import DAY_NS

from ..app import IndexerContext
from ..app.aiming import Places, Thinning, left_out_note
from ..app.days import day_of
from ..app.events import JobEvents, inline_source, origins_of
from ..archive.definition import ArchiveDefinition, ObjectUnit
from ..errors import UserError
from ..model.archivejob import ArchiveJob
from ..model.job import HasSpec
from ..planning.aims import Aims
from ..planning.knots import KnotTable
from ..planning.plan import DayFile, DayFiles, PadOf
from ..planning.runs import KnownRun
from ..planning.windows import Origin, PlannedWindow
from ..store import index
from ..store.collections import SOURCE
from ..store.documents import ChannelDocument, DayFileDocument
from .days import ensure_day
from .documents import inline_document

# The job's document holds its events: about 60 bytes each, and a document has at most 16 MB.
MAX_EVENTS = 100_000


async def resolve_events(context: IndexerContext, spec: ArchiveJob) -> list[Origin]:
    """Origins of the events that a job names, in order of time. UserError when there are no events or too many."""
    if spec.windows.events is None:
        return []
    found = await origins_of(context.store, spec)
    if not found:
        raise UserError("The event query selects no event; widen its time span or magnitudes, or sync the index.")
    if len(found) > MAX_EVENTS:
        raise UserError(f"The event query selects {len(found)} events; at most {MAX_EVENTS} fit one job, split it.")
    return found


async def keep_sources(context: IndexerContext, job: HasSpec) -> None:
    """Write the events that stand in a job itself, in a list or with its picks, into `source`."""
    given = JobEvents(job).all()
    await index.upsert(
        context.store, SOURCE, (inline_document(event, inline_source(event).source_id) for event in given)
    )


async def thinned_stations(
    context: IndexerContext, archive: ArchiveDefinition, spec: ArchiveJob, aims: Aims
) -> tuple[list[str], list[str]]:
    """Thin out the stations that a job selects. Where two are too close, the one with more bytes of selected channels
    in the archive, over all days of the job, stays. Returns the stations (NET.STA) that stay, and complaints about
    stations without a known place."""
    assert spec.select.spacing is not None
    found = Thinning(spec.select.spacing)
    places = Places(context.store, archive.name)
    files = DayFilesCache(context, archive, spec)
    for day in aims.home_days():
        await files.load(range(day, day + 1))
        await places.load(files(day))
        sizes = {channel: file.size for channel, file in files(day).items()}
        found.add(aims.of_day(day, sizes, places.epochs), sizes)
    return found.stations(), left_out_note(found.without_place)


class DayFilesCache:
    """Files of the days that a plan is working on, by channel. Earlier days are forgotten, so memory stays bounded."""

    def __init__(
        self, context: IndexerContext, archive: ArchiveDefinition, spec: ArchiveJob, *, stated_rates: bool = False
    ) -> None:
        """`stated_rates`: take rates from station metadata where the index has no rate."""
        self._context = context
        self._archive = archive
        self._spec = spec
        self._days: dict[int, DayFiles] = {}
        self._reach = (0, 0)  # of the widest pads so far
        self._stated_rates = stated_rates
        self._epochs: dict[tuple[str, str], list[ChannelDocument]] | None = None
        self.notes: list[str] = []  # what was odd about the days, until somebody takes it

    def __call__(self, day: int) -> DayFiles:
        """Files of a loaded day."""
        return self._days.get(day, {})

    async def load_padded(self, windows: Sequence[PlannedWindow], pads: PadOf, *, margin_days: int) -> None:
        """Load the days that the windows reach with the pads of all channels, and `margin_days` before and after."""
        first, last = min(w.start_ns for w in windows), max(w.end_ns for w in windows)
        before, after = self._reach
        while True:
            await self.load(range((first - before) // DAY_NS - margin_days, (last + after) // DAY_NS + margin_days + 1))
            files = [file for day in self._days.values() for file in day.values()]
            wanted = [pads(channel, rate) for channel, rate in {(f.channel, f.sampling_rate) for f in files}]
            more = max((p[0] for p in wanted), default=0), max((p[1] for p in wanted), default=0)
            if more[0] <= before and more[1] <= after:
                return
            before, after = self._reach = max(before, more[0]), max(after, more[1])

    async def load(self, days: range) -> None:
        """Load these days and forget all others."""
        self._days = {day: files for day, files in self._days.items() if day in days}
        for day in days:
            if day not in self._days:
                self.notes += await ensure_day(self._context, self._archive, day)
                self._days[day] = await self._read(day)

    async def _read(self, day: int) -> DayFiles:
        store, wanted = self._context.store, self._spec.select.filter
        files: dict[Channel, DayFile] = {}
        # earlier reads found these channels in objects whose keys name other channels
        held: dict[Channel, list[DayFile]] = {}
        station = self._archive.object_unit is ObjectUnit.STATION
        async for document in index.day_files(store, self._archive.name, day_of(day).isoformat(), wanted):
            channel = Channel.of_document(document)
            if station:  # only the first read tells its channels
                channel = Channel(channel.net, channel.sta, wanted.loc, wanted.chan or "*")
            found = DayFile(
                channel,
                document["key"],
                document["size"],
                document["etag"],
                document["listed"],
                document["sampling_rate"] or await self._stated_rate(channel, day),
                _knots(document),
                station,
                _runs(document) if station else (),
            )
            if document.get("held_by"):
                held.setdefault(channel, []).append(found)
            else:
                files[channel] = found
        for channel, others in held.items():
            first, *rest = [files[channel], *others] if channel in files else others
            files[channel] = replace(first, others=tuple(rest))
        if self._spec.expect == "stations":
            start, end = day * DAY_NS, (day + 1) * DAY_NS
            async for epoch in index.channel_epochs(store, self._archive.name, wanted):
                channel = Channel(epoch["net"], epoch["sta"], epoch["loc"], epoch["chan"])
                if of_document(epoch).overlaps(start, end) and channel not in files:
                    files[channel] = DayFile(channel, "", 0, "", False, epoch["sample_rate"])
        return files

    async def _stated_rate(self, channel: Channel, day: int) -> float | None:
        """The lowest rate (Hz) that station metadata state for a channel on a day, or for the selected channels of a
        station."""
        if not self._stated_rates:
            return None
        if self._epochs is None:
            self._epochs = {}
            async for epoch in index.channel_epochs(self._context.store, self._archive.name, self._spec.select.filter):
                self._epochs.setdefault((epoch["net"], epoch["sta"]), []).append(epoch)
        wanted = ChannelFilter(channel.net, channel.sta, channel.loc, channel.chan)
        start, end = day * DAY_NS, (day + 1) * DAY_NS
        rates = [
            epoch["sample_rate"]
            for epoch in self._epochs.get((channel.net, channel.sta), ())
            if wanted.matches(Channel(epoch["net"], epoch["sta"], epoch["loc"], epoch["chan"]))
            and of_document(epoch).overlaps(start, end)
        ]
        return min(filter(None, rates), default=None)


def _runs(document: DayFileDocument) -> tuple[KnownRun, ...]:
    """Where the channels of a station's object stand, if that was learned from the version that is there now."""
    if document.get("runs_etag") != document["etag"]:
        return ()
    return tuple(
        KnownRun(
            Channel.parse(run["channel"]),
            run["start"],
            run["end"],
            KnotTable.unpacked(run["knots"], ordered=run["ordered"]),
        )
        for run in document.get("runs", ())
    )


def _knots(document: DayFileDocument) -> KnotTable | None:
    """What earlier reads learned, if it was from the version that is there now."""
    if not document.get("knots") or document.get("knots_etag") != document["etag"]:
        return None
    return KnotTable.unpacked(document["knots"], ordered=document.get("ordered", False))
