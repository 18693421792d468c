"""Single components of Seismograms, arrival time windows, and automatic gain control."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from libseis.enums import ErrorSeverity
from libseis.errors import SampleError
from libseis.mspass.algorithms.window import WindowDataAtomic
from libseis.mspass.decorators import mspass_func_wrapper
from libseis.objects.kinds import ENSEMBLES
from libseis.objects.samples import samples
from libseis.objects.seismogram import Seismogram
from libseis.objects.seismogramensemble import SeismogramEnsemble
from libseis.objects.timebase import _BasicTimeSeries
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timeseriesensemble import TimeSeriesEnsemble
from libseis.objects.timewindow import TimeWindow


def _ExtractComponent(d: Seismogram, component: int) -> TimeSeries:
    """One component of a Seismogram; see ExtractComponent."""
    header = _BasicTimeSeries(d)
    header.npts = 0
    out = TimeSeries(header, d)
    out.load_history(d)
    for key in ("tmatrix", "cardinal", "orthogonal"):
        out.erase(key)
    if component not in (0, 1, 2):
        out.elog.log_error(
            "ExtractComponent", f"component must be 0, 1 or 2, found {component!r}", ErrorSeverity.Invalid
        )
        out.kill()
    if out.dead():
        out.sync_npts()
        return out
    out.adopt_data(np.array(samples(d)[component]))
    for key in ("chan", "channel_id"):
        if out.is_defined(key) and isinstance(out[key], list) and len(out[key]) == 3:
            out[key] = out[key][component]
    east, north, up = np.asarray(d.tmatrix)[component]
    length = math.sqrt(east**2 + north**2 + up**2)
    if length > 0.0:
        out["channel_hang"] = math.degrees(math.atan2(east, north)) % 360.0
        out["channel_vang"] = math.degrees(math.acos(max(-1.0, min(1.0, up / length))))
    return out


@mspass_func_wrapper
def ExtractComponent(
    data: Seismogram | SeismogramEnsemble,
    component: int,
    *,
    handles_ensembles: bool = True,
    checks_arg0_type: bool = True,
    handles_dead_data: bool = True,
) -> TimeSeries | TimeSeriesEnsemble:
    """Component 0, 1 or 2 as a TimeSeries, or of every member as a TimeSeriesEnsemble, with Metadata and history.

    channel_hang and channel_vang say where the component points. A dead Seismogram gives a dead, empty TimeSeries, a
    dead ensemble an empty dead one; so does another component number, with the reason. TypeError for other data.
    """
    if isinstance(data, Seismogram):
        return _ExtractComponent(data, component)
    if not isinstance(data, SeismogramEnsemble):
        raise TypeError(f"ExtractComponent only accepts Seismogram or SeismogramEnsemble, found {type(data).__name__}")
    out = TimeSeriesEnsemble(data._get_ensemble_md(), len(data.member))
    if data.dead():
        return out
    for member in data.member:
        out.member.adopt(_ExtractComponent(member, component))
    out.set_live()
    return out


@mspass_func_wrapper
def ArrivalTimeReference(data: Any, key: str, window: TimeWindow, *, handles_ensembles: bool = False) -> Any:
    """The window around an arrival, in seconds relative to it: `key` names the epoch time in the Metadata.

    Data without the key, or that do not cover the window, come back dead with the reason.
    """
    if isinstance(data, ENSEMBLES):
        raise TypeError("ArrivalTimeReference takes ensembles member by member only")
    arrival = data.get_double(key)
    relative = type(data)(data)
    relative.ator(arrival)
    return WindowDataAtomic(relative, window.start, window.end)


def agc(d: Seismogram, twin: float) -> TimeSeries:
    """Automatic gain control in place, over windows of `twin` seconds; the gains as a TimeSeries.

    The gain of a sample is the inverse of the root mean square of the components over the window centred on it
    (shortened at the ends), 0 where that is 0. SampleError (Invalid), with nothing changed, for a window or sample
    interval that is not finite and positive, and for empty data. Dead data stay as they are and give dead gains.
    """
    if not isinstance(d, Seismogram):
        raise TypeError(f"agc only accepts a Seismogram, found {type(d).__name__}")
    gains = TimeSeries(_BasicTimeSeries(d), d)
    if d.dead():
        return gains
    for name, value in (("twin", twin), ("dt", d.dt)):
        if not (math.isfinite(value) and value > 0.0):
            raise SampleError(
                f"agc: {name} must be finite and positive, found {value}", ErrorSeverity.Invalid, what=name
            )
    if d.npts == 0:
        raise SampleError("agc: the datum has no samples", ErrorSeverity.Invalid, what="npts")
    half = min(math.floor(math.floor(twin / d.dt + 0.5) / 2), (d.npts - 1) // 2)
    x = samples(d)
    # direct sums: running ones leave rounding noise where the data are zero, which the gain would blow up
    box = np.ones(2 * half + 1)
    energy = np.convolve(np.square(x).sum(axis=0), box, mode="full")[half : half + d.npts]
    count = np.convolve(np.ones(d.npts), box, mode="full")[half : half + d.npts]
    gain = np.zeros(d.npts)
    np.divide(1.0, np.sqrt(energy / (3.0 * count)), out=gain, where=energy > 0.0)
    x *= gain
    gains.adopt_data(gain)
    return gains
