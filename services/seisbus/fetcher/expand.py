"""What an event file turned out to hold, as windows and parts. Pure."""

from __future__ import annotations

from libseis.segments import SourceId

from ..model.channel import Channel
from ..model.ids import window_id
from ..model.task import Part, Window, WindowTemplate
from .chunks import Chunk


def expand(
    chunk: Chunk, job: str, template: WindowTemplate, part_bytes: int
) -> tuple[list[Window], list[Part], list[list[SourceId]]]:
    """A window a channel, in order of channel, split into parts by bytes, with the channels of each part.

    Without bounds in the template a window is the channel's whole data; its ids depend on the file's bytes alone.
    """
    table = chunk.table
    windows: list[Window] = []
    parts: list[Part] = []
    sources: list[list[SourceId]] = []
    size = 0
    end_ns = table.end_ns
    for number in sorted(range(len(table.sources)), key=lambda n: table.sources[n]):
        rows = (table.source == number) & table.waveform
        if not rows.any():
            continue
        source = table.sources[number]
        channel = Channel(source.net, source.sta, source.loc, source.chan)
        start = template.start_ns if template.start_ns is not None else int(table.start_ns[rows].min())
        end = template.end_ns if template.end_ns is not None else int(end_ns[rows].max())
        more = int(table.length[rows].sum())
        if not parts or size + more > part_bytes:
            parts.append(Part(len(windows), 0))
            sources.append([])
            size = 0
        windows.append(
            Window(window_id(job, str(channel), start, end, template.event), channel, start, end, True, template.event)
        )
        parts[-1] = Part(parts[-1].first, parts[-1].count + 1)
        sources[-1].append(source)
        size += more
    return windows, parts, sources
