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
    """Return one component as a TimeSeries, with Metadata and history.

    channel_hang and channel_vang say where the component points. A dead Seismogram, or a component number that does not
    exist, gives a dead, empty TimeSeries; a dead ensemble gives an empty, dead ensemble.

    Parameters
    ----------
    data
        A Seismogram, or an ensemble of them.
    component
        0, 1 or 2.
    handles_ensembles
        Option of MsPASS's function wrapper.
    checks_arg0_type
        Option of MsPASS's function wrapper.
    handles_dead_data
        Option of MsPASS's function wrapper.

    Returns
    -------
    TimeSeries | TimeSeriesEnsemble
        The component; for an ensemble, an ensemble of the components.

    Raises
    ------
    TypeError
        `data` is something else.
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
    """Cut a window around an arrival, and make times relative to the arrival.

    Parameters
    ----------
    data
        A datum or an ensemble.
    key
        Metadata name of the arrival's epoch time (seconds).
    window
        Window in seconds relative to the arrival.
    handles_ensembles
        Option of MsPASS's function wrapper.

    Returns
    -------
    Any
        The window. Data without the key, or that do not cover the window, are dead and say why.
    """
    if isinstance(data, ENSEMBLES):
        raise TypeError("ArrivalTimeReference takes ensembles member by member only")
    arrival = data.get_double(key)
    relative = type(data)(data)
    relative.ator(arrival)
    return WindowDataAtomic(relative, window.start, window.end)


def agc(d: Seismogram, twin: float) -> TimeSeries:
    """Apply automatic gain control in place.

    The gain of a sample is the inverse of the root mean square of the components over the window around it (shorter at
    the ends), or 0 where that is 0. Dead data are not changed and give dead gains.

    Parameters
    ----------
    d
        The Seismogram.
    twin
        Length of the window in seconds.

    Returns
    -------
    TimeSeries
        The gain of each sample.

    Raises
    ------
    SampleError
        The window or the sampling interval is not finite and positive, or the data are empty (severity Invalid);
        nothing is changed.
    """
    if not isinstance(d, Seismogram):
        raise TypeError(f"agc only accepts a Seismogram, found {type(d).__name__}")
    gains = TimeSeries(_BasicTimeSeries(d), d)
    if d.live:
        gains.adopt_data(apply_gain_control(d, twin))
    return gains
