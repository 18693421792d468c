"""The channels of a sensor in a window."""

from __future__ import annotations

from dataclasses import dataclass, replace

from libseis.codes import Channel
from libseis.segments import Segment

from .packing import Taken


@dataclass(frozen=True, slots=True)
class Member:
    """A channel of which a window takes samples."""

    channel: Channel
    taken: Taken


def named(segment: Segment, channel: Channel) -> Segment:
    """A segment with the codes of its key: those of a sensor differ in the last letter alone, whatever headers say."""
    return segment if segment.channel == channel else replace(segment, channel=channel)
