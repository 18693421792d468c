"""Update Metadata that describe the samples after a step has changed the samples.

The clock of a datum updates npts, delta, sampling_rate and, in UTC, starttime. A step on the axes changes only the
matrix of a Seismogram; here its entry tmatrix gets the new axes, and the entry `axes` keeps those of the sensor.
"""

from __future__ import annotations

from typing import Final

from libseis.objects.kinds import Atomic
from libseis.objects.seismogram import Seismogram

AXES: Final = "axes"
"""Metadata of a Seismogram that was rotated: where the sensor's channels point, nine numbers row by row."""


def follow(d: Atomic) -> None:
    """Update the entries that a live datum has. No entry is added except `axes`."""
    if isinstance(d, Seismogram) and d.is_defined("tmatrix"):
        mine = d.tmatrix.ravel().tolist()
        if (said := d["tmatrix"]) != mine:
            if not d.is_defined(AXES):
                d[AXES] = said
            d["tmatrix"] = mine
        for key, value in (("cardinal", d.cardinal()), ("orthogonal", d.orthogonal())):
            if d.is_defined(key):
                d[key] = value
    for key, end in (("starttime", d.t0), ("endtime", d.endtime())):
        if d.is_defined(key) and d[key] != end:
            d[key] = end
    if d.is_defined("time_standard"):
        d["time_standard"] = "UTC" if d.time_is_UTC() else "Relative"
    if d.is_defined("t0_ns") and d.time_is_UTC():
        d["t0_ns"] = d.t0_ns
