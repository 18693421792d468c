"""The directions of a station's channels, from the epochs of its StationXML and never from the letters of codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from libseis.codes import Channel, Sensor
from libseis.mspass.algorithms.orientation import Orientation

from ..model.normalized import Receiver
from ..model.outcome import Reason

# Third letters of the codes of one sensor, in the order in which its axes are right-handed (SEED manual 2.4, appendix
# A: 1 and 2 stand for N and E where they do not point there). In all groups except the last one, the last axis is the
# vertical.
_RIGHT_HANDED: Final = ("ENZ", "21Z", "213", "UVW")
# If the volume of the unit vectors is smaller, two axes are parallel, allowing for errors in station metadata.
_FLAT: Final = 1e-3


class OrientationError(Exception):
    """A sensor cannot make a Seismogram. `reason` is for the ledger, `detail` is a sentence."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Orientations:
    """The orientations of a station's channels by time."""

    def __init__(self, receivers: Mapping[Channel, Sequence[Receiver]]) -> None:
        """`receivers`: the epochs of the channels."""
        self._epochs = receivers

    def channels(self, sensor: Sensor, first_ns: int, last_ns: int) -> list[Channel]:
        """The channels of a sensor that existed in a span of time, in order."""
        return sorted(
            channel
            for channel, epochs in self._epochs.items()
            if Sensor.of(channel) == sensor and any(epoch.span.touches(first_ns, last_ns) for epoch in epochs)
        )

    def orientation(self, channel: Channel, first_ns: int, last_ns: int) -> Orientation:
        """The orientation of a channel from the first sample to the last.

        OrientationError if it is not known, or if the sensor was turned in this time.
        """
        there = [epoch for epoch in self._epochs.get(channel, ()) if epoch.span.touches(first_ns, last_ns)]
        found = [Orientation(e.hang, e.vang) for e in there if e.hang is not None and e.vang is not None]
        if not there:
            lacks = "no epoch of that time" if channel in self._epochs else "no such channel"
            raise OrientationError(
                Reason.NO_ORIENTATION,
                f"The orientation of {channel} is not known: the archive's station metadata have {lacks}.",
            )
        if len(found) < len(there):
            raise OrientationError(
                Reason.NO_ORIENTATION,
                f"The orientation of {channel} is not known: its station metadata state no azimuth or no dip.",
            )
        if not all(found[0].agrees(other) for other in found[1:]):
            told = ", then ".join(_text(orientation) for orientation in found)
            raise OrientationError(
                Reason.EPOCH_CHANGE,
                f"The sensor of {channel} was turned within the window: {told}; cut windows at the change of epoch.",
            )
        return found[0]


def matrix_of(channels: Sequence[Channel], orientations: Sequence[Orientation]) -> tuple[NDArray[np.float64], str]:
    """The transformation matrix of a sensor's axes, shape (3, 3), one row (east, north, up) per channel; and a sentence
    about it, "" if nothing is odd.

    OrientationError if the axes lie in one plane, or are mirrored. A vertical that counts down as positive is not taken
    as a mirrored axis: this is how station metadata tell its polarity.
    """
    axes = np.array([orientation.vector() for orientation in orientations])
    sensor = Sensor.of(channels[0])
    told = "; ".join(f"{c.chan} {_text(o)}" for c, o in zip(channels, orientations, strict=True))
    if abs(np.linalg.det(axes)) < _FLAT:
        raise OrientationError(Reason.COPLANAR, f"The axes of {sensor} lie in one plane, by its metadata: {told}.")
    order = _right_handed(channels)
    if not order or np.linalg.det(axes[order]) > 0:
        return axes, ""
    last = order[-1]
    if channels[last].chan[-1:] not in ("Z", "3") or axes[last, 2] >= 0:
        raise OrientationError(
            Reason.LEFT_HANDED,
            f"The axes of {sensor} are left-handed, by its metadata: {told}; a polarity or two channels are mixed up.",
        )
    return axes, f"{channels[last].chan} counts down as positive ({told}); the transformation matrix says so, too."


def _right_handed(channels: Sequence[Channel]) -> list[int]:
    """The order in which the channels' axes should be right-handed; empty for letters without an order in SEED."""
    letters = [channel.chan[-1:] for channel in channels]
    wanted = next((order for order in _RIGHT_HANDED if set(order) == set(letters)), "")
    return [letters.index(letter) for letter in wanted]


def _text(orientation: Orientation) -> str:
    return f"azimuth {orientation.hang:g}°, dip {orientation.vang - 90.0:g}°"


def absent(known: Sequence[Channel], described: Sequence[Channel]) -> str:
    """The channels that a sensor lacks, according to station metadata, otherwise according to the letters that go
    together."""
    if more := [channel.chan for channel in described if channel not in known]:
        return ", ".join(more)
    if not known:
        return ""
    code, letters = known[0].chan[:2], {channel.chan[-1:] for channel in known}
    choices = [
        " and ".join(f"{code}{letter}" for letter in sorted(set(order) - letters))
        for order in _RIGHT_HANDED
        if letters < set(order)
    ]
    return ", or ".join(dict.fromkeys(choices))
