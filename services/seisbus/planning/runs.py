"""Where the channels of a station's object are believed to be: each is a run of its bytes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from libseis.codes import Channel
from libseis.segments import Span

from ..model.task import ChannelRun
from .knots import KnotTable


@dataclass(frozen=True, slots=True)
class KnownRun:
    """A channel in bytes [start, end) of an object, with what is known of its records."""

    channel: Channel
    start: int
    end: int
    knots: KnotTable

    def around(self, spans: Sequence[Span]) -> ChannelRun:
        """The run as a task has it, with the knots around each span."""
        knots = tuple((knot.offset, knot.time_ns) for knot in self.knots.around(spans))
        return ChannelRun(self.channel, self.start, self.end, knots, self.knots.ordered)


def tiled(ranges: Sequence[tuple[int, int]], size: int) -> bool:
    """Whether ranges, in order, fill [0, size) without a hole and without an overlap."""
    at = 0
    for start, end in ranges:
        if start != at or end <= start:
            return False
        at = end
    return at == size and size > 0
