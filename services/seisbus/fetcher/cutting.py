"""Which records of an object's bytes travel on: those that overlap a window. Pure; knows nothing of S3 or the bus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from libseis.mseed import RecordTable, frame, overlapping
from libseis.segments import SourceId, Span
from numpy.typing import NDArray

from ..model.channel import Channel
from ..model.ids import window_id
from ..model.task import Part, Window, WindowTemplate


@dataclass(frozen=True, slots=True)
class Selection:
    """Records of one object for one part: their bytes and the ranges [start, end) of the object they stood in."""

    records: bytes
    ranges: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Framed:
    """An object's bytes with the records found in them, and what was wrong with the rest, one sentence each."""

    data: bytes
    table: RecordTable
    problems: tuple[str, ...]


def framed(data: bytes) -> Framed:
    """Find the records of an object (CPU only; safe in a thread)."""
    table = frame(data)
    return Framed(data, table, tuple(problem.message for problem in table.problems))


def spans_of(windows: Sequence[Window], pad_before_ns: int, pad_after_ns: int) -> list[Span]:
    """What the windows need of the data, pads included."""
    return [Span(w.start_ns - pad_before_ns, w.end_ns + pad_after_ns) for w in windows]


def select(found: Framed, spans: Sequence[Span], sources: Sequence[SourceId] | None = None) -> Selection:
    """Records that any span needs, of the given channels (all when None), in file order."""
    mask = overlapping(found.table, spans)
    if sources is not None:
        numbers = [n for n, source in enumerate(found.table.sources) if source in sources]
        mask &= np.isin(found.table.source, numbers)
    return _taken(found, mask)


def _taken(found: Framed, mask: NDArray[np.bool_]) -> Selection:
    """Bytes of the chosen records; runs of neighbours are copied at once."""
    starts = found.table.offset[mask]
    if len(starts) == 0:
        return Selection(b"", ())
    ends = starts + found.table.length[mask]
    breaks = np.flatnonzero(starts[1:] != ends[:-1]) + 1
    first = starts[np.concatenate(([0], breaks))]
    last = ends[np.concatenate((breaks - 1, [len(ends) - 1]))]
    view = memoryview(found.data)
    records = b"".join(view[a:b] for a, b in zip(first.tolist(), last.tolist(), strict=True))
    ranges = tuple(int(edge) for pair in zip(first.tolist(), last.tolist(), strict=True) for edge in pair)
    return Selection(records, ranges)


def expand(
    found: Framed, job: str, template: WindowTemplate, part_bytes: int
) -> tuple[list[Window], list[Part], list[list[SourceId]]]:
    """What an event file turned out to hold: a window a channel, in order of channel, split into parts by bytes.

    Without bounds in the template a window is the channel's whole data; its ids depend on the file's bytes alone.
    """
    table = found.table
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
