"""Makes tasks of a day's files and windows. A task has one object, all windows wanted from it, and the neighbour
objects that these need; for a sensor, the objects of its channels.

A channel is planned if one of its files is known or expected on a day that the window touches. So data that were never
stored count as missing, and files that are in the listing but not in the index are found.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from libseis.codes import Channel, Sensor
from libseis.isotime import DAY_NS
from libseis.segments import Span

from ..model.ids import task_id, window_id
from ..model.outcome import Reason
from ..model.subject import Event
from ..model.task import ObjectRef, Part, Task, Window, WindowTemplate
from .knots import KnotTable
from .runs import KnownRun
from .windows import PlannedWindow

# The records of a part should fit into an inline message (7 MB), even at 4.4 bytes per sample, the worst case.
_PART_BYTES = 6_000_000
_BYTES_A_SAMPLE = 4.4
# One message is settled in one transaction, and each window's document goes to another page. The cache of the embedded
# database may not hold 2,900 unwritten pages: it stood still (docs/explanation/embedded_database.md).
_PART_WINDOWS = 500
# A 4096-byte Steim-2 record holds at most 63 frames x 15 words x 7 differences.
_SAMPLES_A_RECORD = 6615
# Nominal rates of the SEED band codes, the upper end of each (SEED manual 2.4, appendix A), samples per second.
_BAND_RATES = {"F": 5000.0, "G": 5000.0, "D": 1000.0, "C": 1000.0, "E": 250.0, "S": 80.0, "H": 250.0, "B": 80.0,
               "M": 10.0, "L": 1.0, "V": 0.1, "U": 0.01, "R": 0.001, "P": 0.0001}  # fmt: skip
_ASSUMED_RATE = 100.0
# In the code of a channel that stands for those of a station.
_WILD = frozenset("*?,")


@dataclass(frozen=True, slots=True)
class DayFile:
    """A file of one channel and day; `listed` is False if only an index or station metadata name it.

    `station`: a file with all channels of a station; then `channel` holds the selection of them, with wildcards. `runs`
    say where the channels of a station are in the file, if that is known. `others` are objects that hold records of the
    channel too, though their keys name another one.
    """

    channel: Channel
    key: str
    size: int
    etag: str
    listed: bool
    sampling_rate: float | None = None
    knots: KnotTable | None = None
    station: bool = False
    runs: tuple[KnownRun, ...] = ()
    others: tuple[DayFile, ...] = ()


DayFiles = Mapping[Channel, DayFile]
# Gives the nanoseconds of padding before and after the windows of a channel; the second argument is its slowest known
# rate.
PadOf = Callable[[Channel, float | None], tuple[int, int]]
# A window with the network and station that it has a channel of.
Placed = tuple[str, str, PlannedWindow]
# The windows of a channel on a home day.
WindowsOf = Callable[[Channel], Sequence[PlannedWindow]]


def no_pad(channel: Channel, rate: float | None) -> tuple[int, int]:
    """No padding for any channel."""
    return 0, 0


def nominal_rate(channel: Channel, sampling_rate: float | None) -> float:
    """Samples per second, from the index, otherwise the upper end of the band code."""
    if sampling_rate and sampling_rate > 0:
        return sampling_rate
    return _BAND_RATES.get(channel.chan[:1], _ASSUMED_RATE)


def edge_margin_ns(channel: Channel, sampling_rate: float | None, cut_at_record: bool) -> int:
    """How far into the neighbour's file the data of a day can reach: 0 if days are cut at the sample, otherwise the
    longest record, at most a day."""
    if not cut_at_record:
        return 0
    return min(DAY_NS, int(_SAMPLES_A_RECORD / nominal_rate(channel, sampling_rate) * 1e9))


def spans_of_object(spans: Sequence[Span], day_ns: int, margin_ns: int) -> tuple[Span, ...]:
    """Those of the spans of which a day's object can hold data, because a task needs its neighbours only for some of
    its windows."""
    low, high = day_ns - margin_ns, day_ns + DAY_NS + margin_ns
    return tuple(span for span in spans if span.end_ns >= low and span.start_ns < high)


def touched_days(start_ns: int, end_ns: int) -> range:
    """Days (from 1970) that the closed span touches."""
    return range(start_ns // DAY_NS, end_ns // DAY_NS + 1)


def plan_day(
    job: str,
    archive: str,
    shard: int,
    day: int,
    windows: Sequence[PlannedWindow],
    files: Callable[[int], DayFiles],
    *,
    cut_at_record: bool,
    pads: PadOf = no_pad,
    aimed: WindowsOf | None = None,
    components: int = 1,
    left: Callable[[Collection[Placed]], Iterable[tuple[Channel, Sequence[PlannedWindow]]]] | None = None,
) -> Iterator[Task]:
    """Tasks of one home day in order of channel, or of sensor if a datum has three `components`. Tasks for files of
    whole stations are provisional, with one entry per window, until a read tells the channels.

    `windows` are the windows of every channel. With `aimed`, which gives the windows of each channel, they are spans
    that hold all of these. Windows that could not be placed make a task of their own, without objects. `left` gets the
    windows that channels had, and returns those that no channel had.

    `files` gives the files of a day, also those that are only expected; it is called only for days that the windows
    (with pads and edge margins) touch. The numbers of tasks depend only on the arguments.
    """
    if not windows:
        return
    span = touched_days(min(w.start_ns for w in windows), max(_last_ns(w) for w in windows))
    by_day = {d: files(d) for d in span}
    channels = sorted({channel for known in by_day.values() for channel in known})
    placed: list[Placed] = []
    for number, (item, members) in enumerate(_items(channels, components)):
        wanted = windows if aimed is None else aimed(members[0])
        there = [
            w for w in wanted if any(c in by_day[d] for d in touched_days(w.start_ns, _last_ns(w)) for c in members)
        ]
        mine = [w for w in there if w.unplaced is None]
        if left is not None:
            placed += [(item.net, item.sta, w) for w in mine]
        if len(mine) < len(there):
            lost = [w for w in there if w.unplaced is not None]
            yield unplaced_task(task_id(job, shard, len(channels) + number), job, archive, item, lost)
        if not mine:
            continue
        first_files = [next(by_day[d][c] for d in span if c in by_day[d]) for c in members]
        station = any(by_day[d][c].station for d in span for c in members if c in by_day[d])
        reach = [pad_of(channel, mine, files, pads) for channel in members]
        before, after = max(pad[0] for pad in reach), max(pad[1] for pad in reach)
        objects: list[ObjectRef] = []
        for channel, file in zip(members, first_files, strict=True):
            margin = edge_margin_ns(channel, file.sampling_rate, cut_at_record)
            spans = [Span(w.start_ns - before - margin, _last_ns(w) + after + margin) for w in mine]
            objects += _objects(archive, channel, day, mine, spans, files)
        seconds = [(w.end_ns - w.start_ns + before + after) / 1e9 for w in mine]
        yield Task(
            id=task_id(job, shard, number),
            job=job,
            archive=archive,
            objects=tuple(objects),
            windows=tuple(_window(job, item, w) for w in mine),
            parts=split(seconds, sum(nominal_rate(file.channel, file.sampling_rate) for file in first_files)),
            template=WindowTemplate(None, None, "") if station else None,
            pad_before_ns=before,
            pad_after_ns=after,
        )
    for number, (item, without) in enumerate(left(placed) if left is not None else ()):
        yield unplaced_task(task_id(job, shard, 2 * len(channels) + number), job, archive, item, without)


def _window(job: str, channel: Channel, w: PlannedWindow) -> Window:
    identity = window_id(job, str(channel), w.start_ns, w.end_ns, w.event)
    return Window(
        identity, channel, w.start_ns, w.end_ns, w.inclusive_end, Event(w.event), arrival=w.arrival, picks=w.picks
    )


def unplaced_task(identity: str, job: str, archive: str, channel: Channel, windows: Sequence[PlannedWindow]) -> Task:
    """A task for windows that could not be placed, with the reason of each."""
    reasons = tuple(w.unplaced for w in windows if w.unplaced is not None)
    return Task(
        id=identity,
        job=job,
        archive=archive,
        objects=(),
        windows=tuple(_window(job, channel, w) for w in windows),
        parts=split([0.0] * len(windows), 0.0),
        unplaced=reasons,
    )


def _items(channels: Sequence[Channel], components: int) -> list[tuple[Channel, tuple[Channel, ...]]]:
    """The items of the ledger, each with the channels that it is made of: single channels, or sensors."""
    # files of stations: their channels are not known yet
    if components == 1 or any(_WILD.intersection(channel.chan) for channel in channels):
        return [(channel, (channel,)) for channel in channels]
    sensors = sensors_of(channels)
    return [(sensor.channel, tuple(sensors[sensor])) for sensor in sorted(sensors)]


def sensors_of(channels: Iterable[Channel]) -> dict[Sensor, list[Channel]]:
    """Channels by their sensor, in their order."""
    found: dict[Sensor, list[Channel]] = {}
    for channel in channels:
        found.setdefault(Sensor.of(channel), []).append(channel)
    return found


def _objects(
    archive: str,
    channel: Channel,
    home: int,
    windows: Sequence[PlannedWindow],
    spans: Sequence[Span],
    files: Callable[[int], DayFiles],
) -> Iterator[ObjectRef]:
    """The objects of a channel that can hold data of the spans, which are the windows with everything they need around
    them."""
    needed: dict[int, None] = {home: None}  # the object of the home day comes first
    for one in spans:
        needed.update(dict.fromkeys(touched_days(one.start_ns, one.end_ns)))
    touched = {d for w in windows for d in touched_days(w.start_ns, _last_ns(w))}
    for d in needed:
        for file in _and_others(files(d).get(channel)):
            if (ref := _object(archive, channel, d, file, spans, wanted=d in touched)) is not None:
                yield ref


def pad_of(
    channel: Channel, windows: Sequence[PlannedWindow], files: Callable[[int], DayFiles], pads: PadOf
) -> tuple[int, int]:
    """The padding of a channel's windows at its slowest rate on all days that the padded windows touch."""
    first, last = min(w.start_ns for w in windows), max(_last_ns(w) for w in windows)
    before = after = 0
    while True:
        known = [files(d)[channel].sampling_rate for d in touched_days(first - before, last + after)
                 if channel in files(d)]  # fmt: skip
        more = pads(channel, min(filter(None, known), default=None))
        if more[0] <= before and more[1] <= after:
            return before, after
        before, after = max(before, more[0]), max(after, more[1])


def _last_ns(window: PlannedWindow) -> int:
    """Last instant that belongs to a window."""
    return window.end_ns if window.inclusive_end else window.end_ns - 1


def _and_others(file: DayFile | None) -> tuple[DayFile | None, ...]:
    return (None,) if file is None else (file, *file.others)


def _object(
    archive: str, channel: Channel, day: int, file: DayFile | None, spans: Sequence[Span], *, wanted: bool
) -> ObjectRef | None:
    """The reference to a day's file. A missing file matters only on days that the windows themselves touch."""
    if file is not None and file.listed:
        ref = ObjectRef(archive, file.key, file.size, file.etag, day * DAY_NS, channel)
        if file.runs:
            return replace(ref, runs=tuple(run.around(spans) for run in file.runs))
        if file.knots is None:
            return ref
        knots = tuple((knot.offset, knot.time_ns) for knot in file.knots.around(spans))
        return replace(ref, knots=knots, ordered=file.knots.ordered)
    if not wanted:
        return None
    key = file.key if file is not None else ""
    return ObjectRef(archive, key, day_ns=day * DAY_NS, channel=channel, missing=Reason.NOT_LISTED.value)


def split(seconds: Sequence[float], rate: float) -> tuple[Part, ...]:
    """Divide windows into runs whose records fit into one message. A single window may be larger; it travels as a
    claim."""
    parts: list[Part] = []
    first, size = 0, 0.0
    for number, length in enumerate(seconds):
        more = length * rate * _BYTES_A_SAMPLE
        if number > first and (size + more > _PART_BYTES or number - first == _PART_WINDOWS):
            parts.append(Part(first, number - first))
            first, size = number, 0.0
        size += more
    return (*parts, Part(first, len(seconds) - first))


def plan_event(
    job: str,
    archive: str,
    number: int,
    event: str,
    time_ns: int,
    key: str,
    span: tuple[int, int] | None,
    wanted: Channel,
) -> Task:
    """The provisional task of one event file. It has one entry in the ledger until the first read tells its channels.

    Its windows are cut to `span` (ns), or are whole channels if that is None. The codes of `wanted` are the job's
    selection, with wildcards and alternatives.
    """
    return Task(
        id=task_id(job, 0, number),
        job=job,
        archive=archive,
        objects=(ObjectRef(archive, key, missing="" if key else Reason.NOT_AVAILABLE.value),),
        windows=(Window(window_id(job, key, time_ns, time_ns, event), wanted, time_ns, time_ns, True, Event(event)),),
        parts=(Part(0, 1),),
        template=WindowTemplate(None if span is None else span[0], None if span is None else span[1], event),
    )
