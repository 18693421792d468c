"""Make Seismograms of single channels (names of mspasspy.algorithms.bundle): grouping, choice of components, alignment.

Data that cannot be bundled come back as a dead Seismogram with the reason on its elog. Dead channels are ignored.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from libseis.codes import code, location
from libseis.enums import AtomicType, ErrorSeverity
from libseis.errors import MsPASSError, SampleError
from libseis.extras import extra
from libseis.mspass.algorithms.orientation import orientation
from libseis.objects.samples import has_gaps, samples
from libseis.objects.seismogram import Seismogram
from libseis.objects.seismogramensemble import SeismogramEnsemble
from libseis.objects.timebase import _BasicTimeSeries
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timeseriesensemble import TimeSeriesEnsemble
from libseis.signal.design import LANCZOS_WIDTH

with extra("obspy"):
    from obspy import Inventory
    from obspy.signal.interpolation import lanczos_interpolation

ALGORITHM = "bundle"
SORT_KEYS = ("net", "sta", "loc", "chan")


class Skew(StrEnum):
    """What happens if the components start apart by a part of a sample."""

    RECORD = "record"
    """samples stay, the offsets (s) go to the Metadata as component_skew"""
    RESAMPLE = "resample"
    """components are interpolated onto the times of the first"""


@dataclass(frozen=True, slots=True)
class Policy:
    """How components are brought together.

    `inventory` gives orientations that the Metadata do not have. `max_skew` (seconds, None: half a sample) is the
    largest allowed distance from the common sample grid. `skew` says what happens to smaller offsets.
    """

    inventory: Inventory | None = None
    max_skew: float | None = None
    skew: Skew = Skew.RECORD
    object_history: bool = False
    alg_id: str = "0"


def _code(d: TimeSeries, key: str) -> str:
    if not d.is_defined(key):
        return ""
    return location(d[key]) if key == "loc" else code(str(d[key]))


def _sensor(d: TimeSeries) -> tuple[str, str, str, str]:
    """The codes that a sensor's channels have in common: net, sta, loc and the first two letters of chan."""
    return _code(d, "net"), _code(d, "sta"), _code(d, "loc"), _code(d, "chan")[:2]


def _refuse(text: str, what: str) -> SampleError:
    return SampleError(text, ErrorSeverity.Invalid, what=what)


def _choose(members: Sequence[TimeSeries]) -> list[TimeSeries]:
    """One datum of each of exactly three channels, in the given order. If a channel has several, the one that starts
    nearest to the earliest start of all.
    """
    live = [d for d in members if d.live and d.npts > 0]
    channels = list(dict.fromkeys(_code(d, "chan") for d in live))
    if len(channels) != 3:
        named = ", ".join(channels) or "none"
        raise _refuse(f"a Seismogram needs live data of exactly 3 channels, found {len(channels)}: {named}", "chan")
    if len({_sensor(d) for d in live}) != 1:
        raise _refuse("the channels are of different sensors: net, sta, loc and the first two letters of chan", "chan")
    earliest = min(d.t0 for d in live)
    return [
        min((d for d in live if _code(d, "chan") == channel), key=lambda d: abs(d.t0 - earliest))
        for channel in channels
    ]


@dataclass(frozen=True, slots=True)
class _Alignment:
    """The common samples of three components: the `first` sample of each, their `count`, and the offsets that are left
    (s)."""

    first: tuple[int, ...]
    count: int
    offsets: tuple[float, ...]


def _align(components: Sequence[TimeSeries], max_skew: float | None) -> _Alignment:
    """The overlap of three components on the sample grid of the first."""
    head = components[0]
    if any(d.tref != head.tref for d in components):
        raise _refuse("the components have different time standards", "tref")
    longest = max(d.npts for d in components)
    if any(abs(d.dt - head.dt) * longest > 0.5 * head.dt for d in components):
        rates = ", ".join(f"{d.samprate():g}" for d in components)
        raise _refuse(f"the components have different sample rates: {rates} Hz", "dt")
    # if both clocks have integer times, their difference is used, because floats of epoch times would lose a
    # microsecond
    late = [(d.t0_ns - head.t0_ns) * 1e-9 for d in components]
    shifts = [round(seconds / head.dt) for seconds in late]
    begin = max(shifts)
    count = min(shift + d.npts for shift, d in zip(shifts, components, strict=True)) - begin
    if count <= 0:
        raise _refuse("the components have no time in common", "t0")
    offsets = tuple(seconds - shift * head.dt for seconds, shift in zip(late, shifts, strict=True))
    limit = 0.5 * head.dt if max_skew is None else max_skew
    # an offset of a nanosecond is rounding, and not skew
    worst = max(offsets, key=abs)
    if abs(worst) > limit + 1e-9:
        raise _refuse(f"the components are sampled {abs(worst):.6g} s apart, more than max_skew {limit:g} s", "t0")
    return _Alignment(tuple(begin - shift for shift in shifts), count, offsets)


def _aligned_rows(components: Sequence[TimeSeries], alignment: _Alignment, skew: Skew) -> list[NDArray[np.float64]]:
    rows = []
    for d, first, offset in zip(components, alignment.first, alignment.offsets, strict=True):
        x = samples(d)
        if skew is Skew.RESAMPLE and abs(offset) > 1e-9:
            # interpolation needs a sample on both sides of every wanted time; at the ends the outermost value is used
            # again
            padded = np.pad(x, 1, mode="edge")
            x = lanczos_interpolation(padded, offset - d.dt, d.dt, 0.0, d.dt, d.npts, a=LANCZOS_WIDTH, window="lanczos")
        rows.append(x[first : first + alignment.count])
    return rows


def _assemble(components: Sequence[TimeSeries], policy: Policy) -> Seismogram:
    """The Seismogram of three chosen components; SampleError if they do not fit together."""
    for d in components:
        if has_gaps(d):
            raise _refuse(f"{_code(d, 'chan')} has gaps; fill or split them first", "gaps")
    alignment = _align(components, policy.max_skew)
    axes = np.array([orientation(d, policy.inventory).vector() for d in components])
    if abs(np.linalg.det(axes)) < 1e-3:
        raise _refuse("the three axes lie in one plane: check hang and vang", "orientation")
    head = components[0]
    header = _BasicTimeSeries(head)
    header.npts = 0
    seismogram = Seismogram(header, head)
    seismogram.adopt_data(np.array(_aligned_rows(components, alignment, policy.skew), order="F"))
    seismogram.set_t0_ns(head.time_ns(alignment.first[0]))
    # on standard axes the matrix is the identity, and the flags must still say so
    seismogram.tmatrix = axes
    _merge_metadata(seismogram, components)
    if any(abs(offset) > 1e-9 for offset in alignment.offsets):
        seismogram["component_skew"] = [float(offset) for offset in alignment.offsets]
    for d in components:
        seismogram.elog += d.elog
    if policy.object_history:
        seismogram.new_ensemble_process(ALGORITHM, policy.alg_id, AtomicType.SEISMOGRAM, list(components))
    seismogram.set_live()
    return seismogram


def _merge_metadata(seismogram: Seismogram, components: Sequence[TimeSeries]) -> None:
    """chan and channel_id become lists in the order of the components. The orientation is left out, because the matrix
    has it."""
    for key in ("channel_hang", "channel_vang"):
        seismogram.erase(key)
    for key in ("chan", "channel_id"):
        if all(d.is_defined(key) for d in components):
            seismogram[key] = [d[key] for d in components]
        else:
            seismogram.erase(key)


def _dead(members: Sequence[TimeSeries], reason: str) -> Seismogram:
    """A dead, empty Seismogram with the Metadata and logs of all its channels."""
    dead = Seismogram()
    for d in reversed(members):
        for key in d.keys():  # noqa: SIM118 (Metadata has no items())
            dead[key] = d[key]
    for d in members:
        dead.elog += d.elog
    dead["npts"] = 0
    dead.elog.log_error(ALGORITHM, reason, ErrorSeverity.Invalid)
    dead.kill()
    return dead


def _BundleSEEDGroup(
    members: Sequence[TimeSeries], i0: int = 0, iend: int = 2, policy: Policy | None = None
) -> Seismogram:
    """Do the work of `BundleSEEDGroup`, without checks of the arguments.

    Parameters
    ----------
    members
        Channels of one sensor.
    i0
        Number of the first channel.
    iend
        Number of the last channel.
    policy
        What is done with duplicate channels and other special cases.

    Returns
    -------
    Seismogram
        The Seismogram; dead if the channels do not fit together.
    """
    group = members[i0 : iend + 1]
    try:
        return _assemble(_choose(group), Policy() if policy is None else policy)
    except MsPASSError as error:
        return _dead(group, error.message)


def _index(value: object) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | np.integer)


def BundleSEEDGroup(
    d: TimeSeriesEnsemble | Sequence[TimeSeries],
    i0: int = 0,
    iend: int = 2,
    policy: Policy | None = None,
) -> Seismogram:
    """The Seismogram of members `i0` to `iend` (included), which must be channels of one sensor.

    Exactly three channels must be live (net, sta, loc and the first two letters of chan in common); of several data
    of a channel the one that starts nearest the earliest is taken. Rows follow the order given. They are cut to the
    time they have in common, on the sample grid of the first; orientation comes from channel_hang and channel_vang or
    the policy's inventory; chan (and channel_id) become lists, loc is kept. What does not fit gives a dead Seismogram
    with the reason, as does a component with gaps.

    TypeError when `d` is no TimeSeriesEnsemble, list or tuple of TimeSeries; ValueError for indices outside it.
    """
    if isinstance(d, TimeSeriesEnsemble):
        members = list(d.member)
    elif isinstance(d, list | tuple):
        members = list(d)
    else:
        raise TypeError(f"BundleSEEDGroup: arg0 must be a TimeSeriesEnsemble, list, or tuple, found {type(d).__name__}")
    if not all(isinstance(member, TimeSeries) for member in members):
        raise TypeError("BundleSEEDGroup: every input element must be a TimeSeries")
    if not (_index(i0) and _index(iend)):
        raise ValueError(f"BundleSEEDGroup: i0 and iend must be integers, found {i0!r} and {iend!r}")
    if not 0 <= i0 <= iend < len(members):
        raise ValueError(
            f"BundleSEEDGroup: the indices must satisfy 0 <= i0 <= iend < {len(members)}, found {i0} and {iend}"
        )
    if policy is None:
        return _BundleSEEDGroup(members, i0, iend)
    return _BundleSEEDGroup(members, i0, iend, policy)


def _sort_descending(ensemble: TimeSeriesEnsemble) -> None:
    """Sort the members in place by net, sta, loc, chan from high to low; undefined values are lowest."""

    def rank(d: TimeSeries) -> tuple[tuple[bool, str], ...]:
        # an undefined location counts as a blank one
        return tuple((key == "loc" or d.is_defined(key), _code(d, key)) for key in SORT_KEYS)

    ensemble.member.sort(key=rank, reverse=True)


def _bundle_sensor(members: list[TimeSeries], policy: Policy) -> list[Seismogram]:
    """All Seismograms of one sensor, whose channels may have several pieces each.

    Three pieces at a time are bundled, from the earliest on. The log of the last Seismogram names pieces that are left
    over.
    """
    made: list[Seismogram] = []
    rest = members
    while True:
        try:
            chosen = _choose(rest)
        except MsPASSError as error:
            if not made:
                return [_dead(members, error.message)]
            break
        try:
            made.append(_assemble(chosen, policy))
        except MsPASSError as error:
            made.append(_dead(chosen, error.message))
        rest = [d for d in rest if not any(d is c for c in chosen)]
    for d in rest:
        if d.live:
            made[-1].elog.log_error(
                ALGORITHM,
                f"{_code(d, 'chan')} from {d.t0} to {d.endtime()} was left out: it has no partners",
                ErrorSeverity.Complaint,
            )
    return made


def bundle_seed_data(ensemble: TimeSeriesEnsemble, policy: Policy | None = None) -> SeismogramEnsemble:
    """Make Seismograms from all sensors in an ensemble of single channels.

    The members are sorted in place, descending by net, sta, loc and chan. Channels with the same net, sta, loc and
    first two letters of chan belong together, so several sensors or rates of a station give several Seismograms.
    Components are Z, N, E and need rotate_to_standard. If the channels of a sensor come in pieces, each stretch of time
    gives one Seismogram. BundleSEEDGroup says how three channels become one Seismogram, and which results are dead. The
    result has the Metadata of the ensemble and is live if any member is live; the live flag of the input does not
    matter.

    Parameters
    ----------
    ensemble
        The channels.
    policy
        What is done with duplicate channels and other special cases.

    Returns
    -------
    SeismogramEnsemble
        The Seismograms.

    Raises
    ------
    MsPASSError
        `ensemble` is not a TimeSeriesEnsemble, or a member has no sta or chan (severity Invalid).
    """
    if not isinstance(ensemble, TimeSeriesEnsemble):
        raise MsPASSError(
            f"bundle_seed_data: arg0 must be a TimeSeriesEnsemble, found {type(ensemble).__name__}.",
            ErrorSeverity.Invalid,
        )
    for index, d in enumerate(ensemble.member):
        for key in ("sta", "chan"):
            if not d.is_defined(key):
                raise MsPASSError(
                    f"bundle_seed_data: member {index} has no {key} in its Metadata.", ErrorSeverity.Invalid
                )
    _sort_descending(ensemble)
    out = SeismogramEnsemble(ensemble._get_ensemble_md(), len(ensemble.member) // 3)
    for _, group in itertools.groupby(ensemble.member, key=_sensor):
        for seismogram in _bundle_sensor(list(group), Policy() if policy is None else policy):
            out.member.adopt(seismogram)
    out.set_live()
    return out
