"""Convert data objects to obspy's Trace and Stream and back, with the function names of mspasspy.util.converter.

`attach` gives obspy's classes the methods toTimeSeries, toSeismogram, toTimeSeriesEnsemble and toSeismogramEnsemble.
obspy's objects have no place for error logs and histories, so these are lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from libseis.codes import location
from libseis.enums import ErrorSeverity
from libseis.errors import ItemError, MetadataKeyError, MsPASSError
from libseis.extras import extra
from libseis.objects.history import ProcessingHistory
from libseis.objects.metadata import Metadata
from libseis.objects.seismogram import Seismogram
from libseis.objects.seismogramensemble import SeismogramEnsemble
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timeseriesensemble import TimeSeriesEnsemble
from libseis.objects.timewindow import TimeWindow

with extra("obspy"):
    from obspy import Stream, Trace, UTCDateTime

__all__ = [
    "Metadata2dict",
    "Seismogram2Stream",
    "SeismogramEnsemble2Stream",
    "Stream2Seismogram",
    "Stream2SeismogramEnsemble",
    "Stream2TimeSeriesEnsemble",
    "TimeSeries2Trace",
    "TimeSeriesEnsemble2Stream",
    "Trace2TimeSeries",
    "attach",
    "dict2Metadata",
    "list2Ensemble",
    "post_ensemble_metadata",
]

ENSEMBLE_KEYS = "CONVERTER_ENSEMBLE_KEYS"
"""Name in the stats of each trace that holds the names of its ensemble's Metadata."""

OWN_ANGLES = "CONVERTER_OWN_ANGLES"
"""Name in the stats of each component for the values that a Seismogram itself has under the names in ANGLES."""

ANGLES = ("azimuth", "dip", "hang", "vang")
"""Names in the stats of a component for its orientation."""

_TO_OBSPY = {"net": "network", "sta": "station", "loc": "location", "chan": "channel"}
_FROM_OBSPY = {there: here for here, there in _TO_OBSPY.items()}
_SET_BY_OBSPY = frozenset({"npts", "delta", "sampling_rate", "starttime", "endtime", *_TO_OBSPY.values()})
_RATE_TOLERANCE = 1e-6  # relative; beyond it Metadata sampling_rate contradicts dt

_CARDINAL = ((90.0, 90.0), (0.0, 90.0), (0.0, 0.0))  # hang, vang of east, north, up in degrees


# --- one channel -----------------------------------------------------------------------------------------------------


def Trace2TimeSeries(trace: Trace, history: ProcessingHistory | None = None) -> TimeSeries:
    """Convert to a live TimeSeries in UTC with float64 samples.

    Metadata are the stats of the trace, with net, sta, loc and chan for obspy's long names, and starttime and endtime
    as epoch seconds; other values are the same objects. Masked samples become NaN and gaps of the datum, with Metadata
    has_gap and gaps (a list of starttime and endtime) and a complaint.

    Parameters
    ----------
    trace
        The Trace.
    history
        A history to copy.

    Returns
    -------
    TimeSeries
        The TimeSeries; dead if `trace.dead_mspass` is True.
    """
    values = dict(vars(trace.stats))
    for there, here in _FROM_OBSPY.items():
        values[here] = values.pop(there, "")
    values["loc"] = location(values["loc"])
    start = trace.stats.starttime
    values["starttime"] = start.timestamp
    values["endtime"] = trace.stats.endtime.timestamp
    data = trace.data
    if masked := np.ma.is_masked(data):
        data = np.ma.filled(data.astype(np.float64), np.nan)
    datum = TimeSeries(values, data)
    datum.set_t0_ns(start.ns)
    if masked:
        _note_gaps(datum, np.ma.getmaskarray(trace.data))
    if history is not None:
        datum.load_history(history)
    datum.live = not getattr(trace, "dead_mspass", False)
    return datum


def _note_gaps(datum: TimeSeries, mask: np.ndarray[Any, Any]) -> None:
    """Record gaps and a complaint where samples were masked."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.view(np.int8), [0])))).reshape(-1, 2)
    spans = [TimeWindow(datum.time(int(a)), datum.time(int(b) - 1)) for a, b in edges]
    for span in spans:
        datum.add_gap(span)
    datum["has_gap"] = True
    datum["gaps"] = [{"starttime": span.start, "endtime": span.end} for span in spans]
    datum.elog.log_error(
        "Trace2TimeSeries",
        f"{int(mask.sum())} masked samples in {len(edges)} gaps are NaN now; fill or split them before processing.",
        ErrorSeverity.Complaint,
    )


def TimeSeries2Trace(ts: TimeSeries) -> Trace:
    """Convert to a Trace with a copy of the samples.

    Stats are the Metadata, with net, sta, chan and loc also under obspy's names. As in MsPASS, sampling_rate of `ts` is
    set to 1/dt, with a complaint if it was different. Times of Relative data count from 1970.

    Parameters
    ----------
    ts
        The TimeSeries.

    Returns
    -------
    Trace
        The Trace; an empty one with `dead_mspass` True for dead data.
    """
    if ts.dead():
        return _dead_trace()
    _sync_sampling_rate(ts)
    return _trace(ts, np.array(ts.data, np.float64))


def _sync_sampling_rate(datum: Any) -> None:
    rate = datum.samprate()
    if "sampling_rate" in datum and abs(datum["sampling_rate"] - rate) > _RATE_TOLERANCE * rate:
        datum.elog.log_error(
            "TimeSeries2Trace",
            f"Metadata sampling_rate {datum['sampling_rate']} contradicts the interval {datum.dt} s; it is {rate} now.",
            ErrorSeverity.Complaint,
        )
    datum["sampling_rate"] = rate


def _trace(datum: Any, data: Any) -> Trace:
    """A live trace of `data` with the header of `datum`."""
    header: dict[str, Any] = {}
    for key, value in datum.todict().items():
        if key in _SET_BY_OBSPY or (key == "calib" and not isinstance(value, int | float)):
            continue  # obspy derives these; it accepts only a number for calib
        header[key] = value
        if key in _TO_OBSPY:
            header[_TO_OBSPY[key]] = location(value) if key == "loc" else value
    header["delta"] = datum.dt
    header["starttime"] = UTCDateTime(ns=datum.t0_ns)
    trace = Trace(data=data, header=header)
    trace.dead_mspass = False
    return trace


def _dead_trace() -> Trace:
    trace = Trace()
    trace.dead_mspass = True
    return trace


def Stream2TimeSeriesEnsemble(stream: Stream) -> TimeSeriesEnsemble:
    """Convert every trace, in order, to a member; the ensemble is live if any member is.

    Parameters
    ----------
    stream
        The traces; Metadata of the ensemble come from ENSEMBLE_KEYS.

    Returns
    -------
    TimeSeriesEnsemble
        The ensemble.
    """
    ensemble = TimeSeriesEnsemble()
    for trace in stream:
        ensemble.adopt(Trace2TimeSeries(trace))
    _take_ensemble_metadata(ensemble)
    return ensemble


def TimeSeriesEnsemble2Stream(ensemble: TimeSeriesEnsemble) -> Stream:
    """Convert every member, in order, to a trace; dead members become empty traces.

    Parameters
    ----------
    ensemble
        The ensemble.

    Returns
    -------
    Stream
        The traces, each with the Metadata of the ensemble (see ENSEMBLE_KEYS).
    """
    stream = Stream([TimeSeries2Trace(member) for member in ensemble.member])
    _give_ensemble_metadata(ensemble, stream)
    return stream


def _give_ensemble_metadata(ensemble: Any, stream: Stream) -> None:
    values = ensemble.todict()
    if values:
        for trace in stream:
            trace.stats.update(
                {**{k: v for k, v in values.items() if k not in _SET_BY_OBSPY}, ENSEMBLE_KEYS: [*values]}
            )


def _take_ensemble_metadata(ensemble: Any) -> None:
    """Undo `_give_ensemble_metadata`; make the ensemble live if a member is."""
    for number, member in enumerate(ensemble.member):
        if ENSEMBLE_KEYS in member:
            if number == 0:
                for key in member[ENSEMBLE_KEYS]:
                    if key in member:
                        ensemble[key] = member[key]
            member.erase(ENSEMBLE_KEYS)
    ensemble.set_live()


# --- three components ------------------------------------------------------------------------------------------------


def Stream2Seismogram(
    st: Stream, master: int = 0, cardinal: bool = False, azimuth: str = "azimuth", dip: str = "dip"
) -> Seismogram:
    """Convert three traces to a Seismogram; it is dead if any trace is dead.

    Parameters
    ----------
    st
        Exactly three traces.
    master
        Number of the trace from which the Metadata come, but for where it points (azimuth, dip, hang and vang): the
        transformation matrix says that of all three.
    cardinal
        True if the traces are east, north and up, in this order.
    azimuth
        Name in stats of the degrees from north.
    dip
        Name in stats of the degrees down from the horizontal (SEED; -90 is up).

    Returns
    -------
    Seismogram
        The Seismogram.

    Raises
    ------
    AssertionError
        There are not exactly three traces.
    RuntimeError
        An orientation is missing.
    """
    if len(st) != 3:
        raise AssertionError(f"A Seismogram is made of 3 traces; the stream has {len(st)}.")
    components = [Trace2TimeSeries(trace) for trace in st]
    pointed = not cardinal or all("azimuth" in component and "dip" in component for component in components)
    for component, (east_hang, east_vang) in zip(components, _CARDINAL, strict=True):
        if cardinal:
            component["channel_hang"], component["channel_vang"] = east_hang, east_vang
        elif azimuth in component and dip in component:
            component["channel_hang"] = component.get_double(azimuth)
            component["channel_vang"] = component.get_double(dip) + 90.0
        else:
            raise RuntimeError(
                f"Trace {component['chan']!r} lacks {azimuth!r} or {dip!r} in stats; set them, or say cardinal=True."
            )
    if pointed:
        _drop_angles(components, azimuth, dip)
    if not all(component.live for component in components):
        dead = Seismogram()
        for key, value in components[master].todict().items():
            dead[key] = value
        return dead
    return Seismogram(components, master)


def _drop_angles(components: Sequence[TimeSeries], azimuth: str, dip: str) -> None:
    """Erase the orientations of single components, and restore the values that the Seismogram had under these names."""
    for component in components:
        for key in {*ANGLES, azimuth, dip}:
            component.erase(key)
        if OWN_ANGLES in component:
            for key, value in component[OWN_ANGLES].items():
                component[key] = value
            component.erase(OWN_ANGLES)


def Seismogram2Stream(
    sg: Seismogram,
    chanmap: Sequence[str] = ("E", "N", "Z"),
    hang: Sequence[float] | None = None,
    vang: Sequence[float] | None = None,
) -> Stream:
    """Convert to three traces with copies of the components.

    Stats hang (degrees from north) and vang (degrees from up) give the orientation; azimuth and dip give it in SEED's
    convention. Stream2Seismogram restores the values that `sg` itself has under these names.

    Parameters
    ----------
    sg
        The Seismogram.
    chanmap
        Channel codes of the components.
    hang
        Horizontal angles in degrees; without them, those of the transformation matrix.
    vang
        Vertical angles in degrees; without them, those of the transformation matrix.

    Returns
    -------
    Stream
        The traces; three empty ones with `dead_mspass` for dead data.
    """
    if sg.dead():
        return Stream([_dead_trace() for _ in range(3)])
    _sync_sampling_rate(sg)
    own_hang, own_vang = _orientation(sg.tmatrix)
    own = {key: sg[key] for key in ANGLES if key in sg}
    stream = Stream()
    for row, code in enumerate(chanmap):
        trace = _trace(sg, np.array(sg.data[row], np.float64))
        trace.stats.channel = trace.stats["chan"] = code
        trace.stats["hang"] = own_hang[row] if hang is None else hang[row]
        trace.stats["vang"] = own_vang[row] if vang is None else vang[row]
        trace.stats["azimuth"], trace.stats["dip"] = trace.stats["hang"], trace.stats["vang"] - 90.0
        if own:
            trace.stats[OWN_ANGLES] = own
        stream.append(trace)
    return stream


def _orientation(tmatrix: np.ndarray[Any, Any]) -> tuple[list[float], list[float]]:
    """hang and vang in degrees of the rows (east, north, up) of a transformation matrix."""
    east, north, up = tmatrix.T
    hang = np.degrees(np.arctan2(east, north)) % 360.0
    vang = np.degrees(np.arctan2(np.hypot(east, north), up))
    hang[np.hypot(east, north) == 0.0] = 0.0
    return hang.tolist(), vang.tolist()


def Stream2SeismogramEnsemble(stream: Stream) -> SeismogramEnsemble:
    """Convert every three traces, in order, to a Seismogram.

    Azimuth and dip in stats give the orientation; without them the traces are east, north and up. Members do not keep
    the orientations of single components, see Stream2Seismogram.

    Parameters
    ----------
    stream
        The traces.

    Returns
    -------
    SeismogramEnsemble
        The Seismograms.

    Raises
    ------
    ValueError
        The number of traces is not a multiple of three.
    """
    if len(stream) % 3:
        raise ValueError(
            f"Seismograms take three traces each; their number must be divisible by 3, found {len(stream)}."
        )
    ensemble = SeismogramEnsemble()
    for first in range(0, len(stream), 3):
        group = Stream(stream.traces[first : first + 3])
        told = all("azimuth" in trace.stats and "dip" in trace.stats for trace in group)
        ensemble.adopt(Stream2Seismogram(group, cardinal=not told))
    _take_ensemble_metadata(ensemble)
    return ensemble


def SeismogramEnsemble2Stream(ensemble: SeismogramEnsemble) -> Stream:
    """Convert each member to three traces, in order.

    Parameters
    ----------
    ensemble
        The ensemble.

    Returns
    -------
    Stream
        The traces, each with the Metadata of the ensemble (see ENSEMBLE_KEYS).
    """
    stream = Stream([trace for member in ensemble.member for trace in Seismogram2Stream(member)])
    _give_ensemble_metadata(ensemble, stream)
    return stream


# --- Metadata and ensembles ------------------------------------------------------------------------------------------


def dict2Metadata(d: dict[Any, Any]) -> Metadata:
    """Make Metadata from a dict; keys become text.

    Parameters
    ----------
    d
        The dict.

    Returns
    -------
    Metadata
        The Metadata.
    """
    return Metadata(d)


def Metadata2dict(md: Metadata) -> dict[str, Any]:
    """Return names and values as a dict, sorted by name.

    Parameters
    ----------
    md
        The Metadata.

    Returns
    -------
    dict[str, Any]
        The dict.
    """
    values: dict[str, Any] = md.todict()
    return values


def list2Ensemble(
    data: Iterable[TimeSeries | Seismogram], keys: Iterable[str] | None = None
) -> TimeSeriesEnsemble | SeismogramEnsemble:
    """Make an ensemble of copies; it is live if any member is.

    Parameters
    ----------
    data
        All TimeSeries or all Seismograms.
    keys
        Names to copy from the Metadata of the first member to the ensemble; without it, all of them. Names that the
        member does not have are left out, with a Complaint.

    Returns
    -------
    TimeSeriesEnsemble | SeismogramEnsemble
        The ensemble.

    Raises
    ------
    ItemError
        The types are mixed or other ones, or there are no data and so the kind of ensemble is not known (a MsPASSError
        of severity Fatal, and a TypeError).
    """
    members = list(data)
    kinds = {type(member).__name__ for member in members}
    ensemble: Any
    if members and all(isinstance(member, TimeSeries) for member in members):
        ensemble = TimeSeriesEnsemble()
    elif members and all(isinstance(member, Seismogram) for member in members):
        ensemble = SeismogramEnsemble()
    else:
        found = " and ".join(sorted(kinds)) or "nothing"
        raise ItemError(f"An ensemble is made of TimeSeries only or of Seismograms only; the list holds {found}.")
    for member in members:
        ensemble.append(member)
    ensemble.set_live()
    for key in members[0].keys() if keys is None else keys:
        if key in members[0]:
            ensemble[key] = members[0][key]
        else:
            ensemble.elog.log_error(
                "list2Ensemble", f"key: {key!r} not found in the first element", ErrorSeverity.Complaint
            )
    made: TimeSeriesEnsemble | SeismogramEnsemble = ensemble
    return made


def post_ensemble_metadata(
    ens: TimeSeriesEnsemble | SeismogramEnsemble,
    keys: Iterable[str] = (),
    check_all_members: bool = False,
    clean_members: bool = False,
) -> None:
    """Copy values from the first live member to the ensemble; nothing is done without a live member.

    Parameters
    ----------
    ens
        The ensemble.
    keys
        Names to copy.
    check_all_members
        True if all live members must have the same values.
    clean_members
        True to erase the names from the members; only with `check_all_members`.

    Raises
    ------
    MsPASSError
        `ens` is not an ensemble, a name is missing or values differ (severity Invalid); nothing is changed.
    """
    if not isinstance(ens, TimeSeriesEnsemble | SeismogramEnsemble):
        raise ItemError(
            f"post_ensemble_metadata: Illegal data received; it must be an ensemble, found {type(ens).__name__}.",
            ErrorSeverity.Invalid,
        )
    live = [member for member in ens.member if member.live]
    names = list(keys)
    values: dict[str, Any] = {}
    for key in names:
        for number, member in enumerate(live if check_all_members else live[:1]):
            if key not in member:
                text = f"Live member {number} has no Metadata {key!r}: Cannot post to ensemble what is not there."
                raise MetadataKeyError(text, ErrorSeverity.Invalid, key=key)
            if values.setdefault(key, member[key]) != member[key]:
                text = f"Metadata {key!r} is {values[key]!r} in one live member and {member[key]!r} in another."
                raise MsPASSError(text, ErrorSeverity.Invalid)
    for key, value in values.items():
        ens[key] = value
    if check_all_members and clean_members and live:
        for member in ens.member:
            for key in names:
                member.erase(key)


def attach() -> None:
    """Give obspy's classes the conversions as methods, under MsPASS's names."""
    Trace.toTimeSeries = Trace2TimeSeries
    Stream.toSeismogram = Stream2Seismogram
    Stream.toTimeSeriesEnsemble = Stream2TimeSeriesEnsemble
    Stream.toSeismogramEnsemble = Stream2SeismogramEnsemble
