"""Makes windows and parts of the content of an object: an event file, or a station's day. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from libseis.codes import Channel, ChannelFilter, Sensor

from ..model.ids import window_id
from ..model.subject import Event
from ..model.task import Part, Task, Window
from ..planning.geography import preferred
from ..planning.plan import nominal_rate, sensors_of, split
from .chunks import Chunk

# So many parts of an event file are smaller than the others, each half as large as the next.
_SMALLER_PARTS: Final = 3


def expand(
    chunk: Chunk, task: Task, part_bytes: int, components: int = 1
) -> tuple[list[Window], list[Part], list[list[Channel]]]:
    """One window per channel that the task selects (or per sensor, with three `components`), in order of channel,
    divided into parts by bytes, with their channels. The first parts are smaller, so that the stages after this one
    begin sooner.

    If the template has no bounds, a window is all data of the channel, or the time that the channels of a sensor share.
    So ids depend only on the bytes of the file.
    """
    template, table = task.template, chunk.table
    assert template is not None  # event files are provisional
    windows: list[Window] = []
    parts: list[Part] = []
    sources: list[list[Channel]] = []
    size = 0
    end_ns = table.end_ns
    held: dict[Channel, _Held] = {}
    for number in sorted(range(len(table.channels)), key=lambda n: table.channels[n]):
        rows = table.rows[number][table.waveform[table.rows[number]]]
        if len(rows) and any(_selects(w.channel, table.channels[number]) for w in task.windows):
            span = int(table.start_ns[rows].min()), int(end_ns[rows].max())
            held[table.channels[number]] = _Held(*span, int(table.length[rows].sum()))
    for item, members in _items(held, components):
        found = [held[channel] for channel in members]
        first, last = max(one.start_ns for one in found), min(one.end_ns for one in found)
        if first > last:
            first, last = min(one.start_ns for one in found), max(one.end_ns for one in found)
        start = template.start_ns if template.start_ns is not None else first
        end = template.end_ns if template.end_ns is not None else last
        more = sum(one.size for one in found)
        if not parts or size + more > part_bytes >> max(0, _SMALLER_PARTS + 1 - len(parts)):
            parts.append(Part(len(windows), 0))
            sources.append([])
            size = 0
        identity = window_id(task.job, str(item), start, end, template.event)
        windows.append(Window(identity, item, start, end, True, Event(template.event)))
        parts[-1] = Part(parts[-1].first, parts[-1].count + 1)
        sources[-1] += members
        size += more
    return windows, parts, sources


@dataclass(frozen=True, slots=True)
class _Held:
    """What an object holds of a channel: the span of time, and the number of bytes of its records."""

    start_ns: int
    end_ns: int
    size: int


def _items(channels: Iterable[Channel], components: int) -> list[tuple[Channel, list[Channel]]]:
    """The items of the ledger with their channels, in order."""
    if components == 1:
        return [(channel, [channel]) for channel in sorted(channels)]
    return [(sensor.channel, members) for sensor, members in sorted(sensors_of(sorted(channels)).items())]


def expand_station(
    sources: Iterable[Channel],
    task: Task,
    components: int = 1,
    prefer: Sequence[str] = (),
    prefer_loc: Sequence[str] = (),
) -> tuple[list[Window], list[Part]]:
    """Every window of the task for each channel (or sensor) that it selects, in order. Each channel has one or more
    parts.

    The channels of the task's windows may be wildcards (as planned) or the found ones (a repeat of an expanded task);
    both give the same windows. `prefer` and `prefer_loc` choose among the channels, as in
    `planning.geography.preferred`.
    """
    windows: list[Window] = []
    parts: list[Part] = []
    if prefer or prefer_loc:
        sources = preferred(
            [c for c in set(sources) if any(_selects(w.channel, c) for w in task.windows)], prefer, prefer_loc
        )
    for item, members in _items(set(sources), components):
        mine = [
            replace(w, id=window_id(task.job, str(item), w.start_ns, w.end_ns, w.event), channel=item)
            for w in task.windows
            if any(_selects(w.channel, channel) for channel in members)
        ]
        if mine:
            lengths = [(w.end_ns - w.start_ns) / 1e9 for w in mine]
            rate = sum(nominal_rate(channel, None) for channel in members)
            parts += [Part(len(windows) + part.first, part.count) for part in split(lengths, rate)]
            windows += mine
    return windows, parts


def channels_of(windows: Iterable[Window], sources: Iterable[Channel], components: int) -> list[Channel]:
    """Those of the existing channels that windows are made of."""
    wanted = {window.channel for window in windows}
    if components == 1:
        return sorted(wanted)
    return sorted(source for source in sources if Sensor.of(source).channel in wanted)


def _selects(wanted: Channel, found: Channel) -> bool:
    """Whether a channel is the wanted one or fits its wildcards. An empty location means the blank one here.

    Plans of older versions name no channel of an event file; they mean all channels.
    """
    if wanted == Channel("", "", "", ""):
        return True
    return ChannelFilter(wanted.net, wanted.sta, wanted.loc, wanted.chan).matches(found)
