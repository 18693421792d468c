"""What an object turned out to hold, an event file or a station's day, as windows and parts. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from libseis.codes import Channel, ChannelFilter

from ..model.ids import window_id
from ..model.subject import Event
from ..model.task import Part, Task, Window
from ..planning.plan import nominal_rate, split
from .chunks import Chunk


def expand(chunk: Chunk, task: Task, part_bytes: int) -> tuple[list[Window], list[Part], list[list[Channel]]]:
    """A window a channel that the task selects, in order of channel, split into parts by bytes, with their channels.

    Without bounds in the template a window is the channel's whole data; its ids depend on the file's bytes alone.
    """
    template, table = task.template, chunk.table
    assert template is not None  # event files are provisional
    windows: list[Window] = []
    parts: list[Part] = []
    sources: list[list[Channel]] = []
    size = 0
    end_ns = table.end_ns
    for number in sorted(range(len(table.channels)), key=lambda n: table.channels[n]):
        rows = (table.channel == number) & table.waveform
        channel = table.channels[number]
        if not rows.any() or not any(_selects(w.channel, channel) for w in task.windows):
            continue
        start = template.start_ns if template.start_ns is not None else int(table.start_ns[rows].min())
        end = template.end_ns if template.end_ns is not None else int(end_ns[rows].max())
        more = int(table.length[rows].sum())
        if not parts or size + more > part_bytes:
            parts.append(Part(len(windows), 0))
            sources.append([])
            size = 0
        identity = window_id(task.job, str(channel), start, end, template.event)
        windows.append(Window(identity, channel, start, end, True, Event(template.event)))
        parts[-1] = Part(parts[-1].first, parts[-1].count + 1)
        sources[-1].append(channel)
        size += more
    return windows, parts, sources


def expand_station(sources: Iterable[Channel], task: Task) -> tuple[list[Window], list[Part]]:
    """Every window of the task for each channel that it selects, in order of channel, one part per channel or more.

    The channels of the task's windows may be wildcards (as planned) or the found ones (a repeat of an expanded task);
    both give the same windows.
    """
    windows: list[Window] = []
    parts: list[Part] = []
    for channel in sorted(set(sources)):
        mine = [
            replace(w, id=window_id(task.job, str(channel), w.start_ns, w.end_ns, w.event), channel=channel)
            for w in task.windows
            if _selects(w.channel, channel)
        ]
        if mine:
            lengths = [(w.end_ns - w.start_ns) / 1e9 for w in mine]
            parts += [
                Part(len(windows) + part.first, part.count) for part in split(lengths, nominal_rate(channel, None))
            ]
            windows += mine
    return windows, parts


def _selects(wanted: Channel, found: Channel) -> bool:
    """Whether a channel is the wanted one, or fits its wildcards (an empty location is a blank one here).

    Plans of older versions name no channel of an event file; they mean all channels.
    """
    if wanted == Channel("", "", "", ""):
        return True
    return ChannelFilter(wanted.net, wanted.sta, wanted.loc, wanted.chan).matches(found)
