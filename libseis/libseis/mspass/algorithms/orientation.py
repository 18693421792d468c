"""The direction of a channel's axis, from Metadata or station metadata, and never from the letter of its code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from libseis.codes import Channel, code, location
from libseis.enums import ErrorSeverity
from libseis.errors import SampleError
from libseis.objects.timeseries import TimeSeries
from libseis.obspy.inventories import channels_of

if TYPE_CHECKING:
    from obspy import Inventory

# epochs that differ by less describe the same sensor twice
SAME_DEGREES = 0.1


@dataclass(frozen=True, slots=True)
class Orientation:
    """Azimuth from north and tilt from up of a sensor axis, degrees (MsPASS's hang and vang; vang = dip + 90)."""

    hang: float
    vang: float

    def vector(self) -> NDArray[np.float64]:
        """Unit vector (east, north, up), shape (3,), without rounding errors at multiples of 90 degrees."""
        azimuth, tilt = np.radians(self.hang), np.radians(self.vang)
        return np.round([np.sin(tilt) * np.sin(azimuth), np.sin(tilt) * np.cos(azimuth), np.cos(tilt)], 15) + 0.0

    def agrees(self, other: Orientation) -> bool:
        """True if the axes point the same way to a tenth of a degree."""
        return bool(self.vector() @ other.vector() > np.cos(np.radians(SAME_DEGREES)))


def _fail(d: TimeSeries, text: str) -> SampleError:
    name = ".".join(str(d[key]) if d.is_defined(key) else "" for key in ("net", "sta", "loc", "chan"))
    return SampleError(f"the orientation of {name} is not known: {text}", ErrorSeverity.Invalid, what="orientation")


def orientation(d: TimeSeries, inventory: Inventory | None = None) -> Orientation:
    """The orientation of a channel: channel_hang and channel_vang of its Metadata, or else from the epochs in
    `inventory`.

    SampleError (Invalid) if both lack it, or if the epochs that cover the data differ.
    """
    if d.is_defined("channel_hang") and d.is_defined("channel_vang"):
        return Orientation(d.get_double("channel_hang"), d.get_double("channel_vang"))
    if inventory is None:
        raise _fail(d, "the Metadata has no channel_hang and channel_vang, and no inventory was given")
    if d.time_is_relative():
        raise _fail(d, "the epoch of station metadata needs UTC times")
    net, sta, loc, chan = (d[key] if d.is_defined(key) else "" for key in ("net", "sta", "loc", "chan"))
    wanted = Channel(code(net), code(sta), location(loc), code(chan))
    found = [
        Orientation(float(epoch.element.azimuth), float(epoch.element.dip) + 90.0)
        for epoch in channels_of(inventory, wanted.net, wanted.sta)
        if epoch.channel == wanted
        and epoch.span.touches(d.t0_ns, d.endtime_ns())
        and epoch.element.azimuth is not None
        and epoch.element.dip is not None
    ]
    if not found:
        raise _fail(d, "the inventory has no epoch with azimuth and dip at that time")
    if not all(found[0].agrees(other) for other in found[1:]):
        raise _fail(d, "the sensor was moved within the data; cut them at the epoch change")
    return found[0]
