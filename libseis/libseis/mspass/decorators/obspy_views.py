"""Decorators that hand obspy Traces and Streams to a function in place of data objects, and take the changes back.

The views carry all Metadata in `stats`; samples, sampling, start time and Metadata are taken back. What obspy does
not know (live, time standard, shift, elog, history, orientation) stays with the datum. With dead data, and ensembles
without a live member, the function is not called and the result is None. Dead members of a live ensemble are converted
too; empty ones are not, obspy can do nothing with them. Gaps are not seen by obspy: fill or split them first.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from libseis.extras import extra
from libseis.mspass.decorators.several import is_input_dead
from libseis.objects.dmatrix import dmatrix
from libseis.objects.doublevector import DoubleVector
from libseis.objects.kinds import Atomic, members_of
from libseis.objects.seismogram import Seismogram
from libseis.objects.seismogramensemble import SeismogramEnsemble
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timeseriesensemble import TimeSeriesEnsemble

with extra("obspy"):
    from obspy import Stream, Trace, UTCDateTime

STATS_NAMES = {"net": "network", "sta": "station", "loc": "location", "chan": "channel"}
"""Metadata names and the names that obspy uses for the same things."""

CLOCK_KEYS = frozenset({"npts", "delta", "sampling_rate", "starttime", "endtime"})
INDEX_KEY = "_seisbus_trace_index"

# UTCDateTime and its arithmetic are exact within these years; relative times of any size start from the epoch
EPOCH_RANGE = (-2.0e10, 2.0e10)


def _origin(d: Atomic) -> UTCDateTime:
    """The start time for obspy: the real one if it is an epoch time, otherwise 1970."""
    if d.time_is_UTC() and EPOCH_RANGE[0] < d.t0 < EPOCH_RANGE[1]:
        return UTCDateTime(ns=d.t0_ns)
    return UTCDateTime(ns=0)


def _same(a: Any, b: Any) -> bool:
    """Equality that never raises: arrays and other values that cannot be compared count as different."""
    try:
        return type(a) is type(b) and bool(a == b)
    except Exception:
        return False


def _stats(d: Atomic) -> dict[str, Any]:
    """The header of the view: Metadata under obspy's names, deep copied, with sampling and start time."""
    header = {
        STATS_NAMES.get(key, key): copy.deepcopy(d[key])
        for key in d.keys()  # noqa: SIM118 (iterating Metadata and its keys() are different things in MsPASS)
        if key not in CLOCK_KEYS and (key not in STATS_NAMES or isinstance(d[key], str))
    }
    calib = header.get("calib")
    if "calib" in header and not isinstance(calib, int | float):
        del header["calib"]  # Stats takes a number only
    header["delta"] = d.dt
    header["starttime"] = _origin(d)
    return header


def _take_header(d: Atomic, stats: Any) -> None:
    """Take Metadata, sampling and start time back from the header of a view."""
    shift_ns = stats.starttime.ns - _origin(d).ns
    if stats.delta != d.dt:
        d.dt = float(stats.delta)
    if shift_ns and d.time_is_UTC():
        d.set_t0_ns(d.t0_ns + shift_ns)
    elif shift_ns:
        d.t0 = d.t0 + shift_ns * 1e-9
    names = {obspy_name: key for key, obspy_name in STATS_NAMES.items()}
    # obspy notes its calls under `processing`. We have a history for that, so the key is kept only if the datum had it
    skip = CLOCK_KEYS | {INDEX_KEY} | (set() if d.is_defined("processing") else {"processing"})
    for name, value in stats.items():
        key = names.get(name, name)
        if name in skip or key in CLOCK_KEYS:
            continue
        if not d.is_defined(key) and (value == "" or (key == "calib" and value == 1.0)):
            continue  # a default of obspy that nobody set
        if key in STATS_NAMES and d.is_defined(key) and not isinstance(d[key], str) and value == "":
            continue  # a list of codes that was not shown
        if not (d.is_defined(key) and _same(d[key], value)):
            d[key] = value
    d["npts"], d["delta"], d["starttime"], d["endtime"] = d.npts, d.dt, d.t0, d.endtime()
    if d.is_defined("sampling_rate"):
        d["sampling_rate"] = 1.0 / d.dt


def _to_trace(d: TimeSeries) -> Trace:
    return Trace(data=np.array(d.data, dtype=np.float64), header=_stats(d))


def _from_trace(d: TimeSeries, trace: Trace) -> None:
    d.data = DoubleVector(np.asarray(trace.data, dtype=np.float64))
    d.sync_npts()
    _take_header(d, trace.stats)


def _to_traces(d: Seismogram) -> list[Trace]:
    header = _stats(d)
    return [Trace(data=np.array(row, dtype=np.float64), header=copy.deepcopy(header)) for row in np.asarray(d.data)]


def _check_components(traces: Sequence[Trace]) -> None:
    if len(traces) != 3 or len({len(trace) for trace in traces}) != 1:
        sizes = [len(trace) for trace in traces]
        raise ValueError(f"Processed Stream: expected three components of equal length for a Seismogram, found {sizes}")


def _from_traces(d: Seismogram, traces: Sequence[Trace]) -> None:
    d.data = dmatrix(np.array([trace.data for trace in traces], dtype=np.float64))
    d.sync_npts()
    _take_header(d, traces[0].stats)


class _View:
    """The obspy form of one argument. `check` raises before anything is taken back, so `take_back` cannot fail."""

    form: Trace | Stream

    def check(self) -> None:
        """ValueError when the form can no longer be mapped to the datum."""

    def take_back(self) -> None:
        raise NotImplementedError


class _TraceView(_View):
    def __init__(self, d: TimeSeries) -> None:
        self.d = d
        self.form = _to_trace(d)

    def take_back(self) -> None:
        _from_trace(self.d, self.form)


class _SeismogramView(_View):
    def __init__(self, d: Seismogram) -> None:
        self.d = d
        self.form = Stream(_to_traces(d))

    def check(self) -> None:
        _check_components(self.form.traces)

    def take_back(self) -> None:
        _from_traces(self.d, self.form.traces)


class _EnsembleView(_View):
    """All non-empty members in one Stream, with `width` traces each. Traces that a function appends become members."""

    def __init__(self, ensemble: TimeSeriesEnsemble | SeismogramEnsemble, width: int) -> None:
        self.ensemble = ensemble
        self.width = width
        self.shown = [index for index, member in enumerate(ensemble.member) if member.npts > 0]
        traces: list[Trace] = []
        for index in self.shown:
            member = ensemble.member[index]
            traces += [_to_trace(member)] if isinstance(member, TimeSeries) else _to_traces(member)
        for index, trace in enumerate(traces):
            trace.stats[INDEX_KEY] = index
        self.form = Stream(traces)

    def check(self) -> None:
        traces = self.form.traces
        count = len(self.shown) * self.width
        indices = [trace.stats.get(INDEX_KEY) for trace in traces]
        known = [index for index in indices if index is not None]
        if known != list(range(count)) or indices[:count] != known:
            raise ValueError(
                f"Processed Stream: the member count or order changed: expected {count} traces in their order, "
                f"found {indices}"
            )
        if (len(traces) - count) % self.width:
            raise ValueError(
                f"Processed Stream: member count: {len(traces) - count} traces were appended, "
                f"expected a multiple of {self.width}"
            )
        if self.width == 3:
            for start in range(0, len(traces), 3):
                _check_components(traces[start : start + 3])

    def take_back(self) -> None:
        traces = self.form.traces
        for position, index in enumerate(self.shown):
            group = traces[position * self.width : (position + 1) * self.width]
            member = self.ensemble.member[index]
            if isinstance(member, TimeSeries):
                _from_trace(member, group[0])
            else:
                _from_traces(member, group)
        # imported here, because the converter's module imports this one's objects
        from libseis.obspy.converter import Stream2Seismogram, Trace2TimeSeries

        for start in range(len(self.shown) * self.width, len(traces), self.width):
            if self.width == 1:
                members_of(self.ensemble).append(Trace2TimeSeries(traces[start]))
            else:
                members_of(self.ensemble).append(Stream2Seismogram(Stream(traces[start : start + 3]), cardinal=True))


def _decorator(kind: type, view_class: Callable[[Any], _View]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if is_input_dead(*args, **kwargs):
                return None
            views: list[tuple[Any, _View]] = []

            def show(value: Any) -> Any:
                if not isinstance(value, kind):
                    return value
                view = view_class(value)
                views.append((value, view))
                return view.form

            shown_args = [show(value) for value in args]
            shown_kwargs = {key: show(value) for key, value in kwargs.items()}
            result = function(*shown_args, **shown_kwargs)
            for _, view in views:
                view.check()
            for _, view in views:
                view.take_back()
            for datum, view in views:
                if result is view.form:
                    return datum
            return result

        return wrapper

    return decorate


def timeseries_as_trace(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give TimeSeries arguments to a function as Traces; a Trace that it returns becomes its datum again.

    Parameters
    ----------
    function
        The function.

    Returns
    -------
    Callable[..., Any]
        A function of TimeSeries. It returns None, and calls nothing, if an argument is dead.
    """
    return _decorator(TimeSeries, _TraceView)(function)


def seismogram_as_stream(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give Seismogram arguments to a function as Streams of three Traces.

    Parameters
    ----------
    function
        The function.

    Returns
    -------
    Callable[..., Any]
        A function of Seismograms. It raises ValueError, and changes nothing, if the Streams no longer have three Traces
        of equal length afterwards.
    """
    return _decorator(Seismogram, _SeismogramView)(function)


def timeseries_ensemble_as_stream(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give TimeSeriesEnsemble arguments to a function as Streams; Traces that it appends become members.

    Parameters
    ----------
    function
        The function.

    Returns
    -------
    Callable[..., Any]
        A function of ensembles. It raises ValueError, and changes nothing, if Traces were removed, copied or reordered.
    """
    return _decorator(TimeSeriesEnsemble, lambda d: _EnsembleView(d, 1))(function)


def seismogram_ensemble_as_stream(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give SeismogramEnsemble arguments to a function as Streams with three Traces per member.

    Parameters
    ----------
    function
        The function.

    Returns
    -------
    Callable[..., Any]
        A function of ensembles. It raises ValueError, and changes nothing, if Traces were removed, copied or reordered.
    """
    return _decorator(SeismogramEnsemble, lambda d: _EnsembleView(d, 3))(function)


def _copy_into(target: Atomic, source: Atomic) -> None:
    target.npts = source.npts
    target.data[...] = source.data
    target.dt = source.dt
    target.tref = source.tref
    target.t0 = source.t0
    target.live = source.live
    for key in source.keys():  # noqa: SIM118 (iterating Metadata and its keys() are different things in MsPASS)
        target[key] = source[key]


def timeseries_copy_helper(ts1: TimeSeries, ts2: TimeSeries) -> None:
    """Copy samples, sampling, time, live flag and Metadata into another TimeSeries.

    It keeps its own elog and history.

    Parameters
    ----------
    ts1
        The TimeSeries that is changed.
    ts2
        The TimeSeries to copy.
    """
    _copy_into(ts1, ts2)


def seismogram_copy_helper(seis1: Seismogram, seis2: Seismogram) -> None:
    """Copy samples, sampling, time, orientation, live flag and Metadata into another Seismogram.

    Parameters
    ----------
    seis1
        The Seismogram that is changed.
    seis2
        The Seismogram to copy.
    """
    _copy_into(seis1, seis2)
    seis1.tmatrix = seis2.tmatrix


def _copy_members(target: Any, source: Any) -> None:
    target.member.clear()
    for member in source.member:
        target.member.append(member)
    for key in source.keys():  # noqa: SIM118 (iterating Metadata and its keys() are different things in MsPASS)
        target[key] = source[key]
    target.live = source.live


def timeseries_ensemble_copy_helper(es1: TimeSeriesEnsemble, es2: TimeSeriesEnsemble) -> None:
    """Replace the members of an ensemble by copies of the members of another one, and add its Metadata.

    Parameters
    ----------
    es1
        The ensemble that is changed.
    es2
        The ensemble to copy.
    """
    _copy_members(es1, es2)


def seismogram_ensemble_copy_helper(es1: SeismogramEnsemble, es2: SeismogramEnsemble) -> None:
    """Replace the members of an ensemble by copies of the members of another one, and add its Metadata.

    Parameters
    ----------
    es1
        The ensemble that is changed.
    es2
        The ensemble to copy.
    """
    _copy_members(es1, es2)
