"""Single components of Seismograms, arrival time windows, and automatic gain control."""

from __future__ import annotations

from typing import Any

from libseis.mspass.algorithms.window import WindowDataAtomic
from libseis.mspass.decorators import mspass_func_wrapper
from libseis.objects.kinds import ENSEMBLES
from libseis.objects.seismogram import Seismogram
from libseis.objects.seismogramensemble import SeismogramEnsemble
from libseis.objects.timebase import _BasicTimeSeries
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timeseriesensemble import TimeSeriesEnsemble
from libseis.objects.timewindow import TimeWindow
from libseis.signal.components import apply_gain_control, extract_component


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
        return extract_component(data, component)
    if not isinstance(data, SeismogramEnsemble):
        raise TypeError(f"ExtractComponent only accepts Seismogram or SeismogramEnsemble, found {type(data).__name__}")
    out = TimeSeriesEnsemble(data._get_ensemble_md(), len(data.member))
    if data.dead():
        return out
    for member in data.member:
        out.member.adopt(extract_component(member, component))
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
    if d.live:
        gains.adopt_data(apply_gain_control(d, twin))
    return gains
