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
    """A segment with the codes of its key in place of its headers' codes, because the codes of a sensor's channels must
    differ in the last letter only."""
    return segment if segment.channel == channel else replace(segment, channel=channel)
