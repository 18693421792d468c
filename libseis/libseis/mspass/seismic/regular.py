"""Bring the members of an ensemble to one sampling interval and one time span, in place."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from libseis.mspass.algorithms.resample import ScipyDecimator, ScipyResampler, resample
from libseis.objects.kinds import ENSEMBLES, Atomic, Ensemble, is_finite_real, members_of
from libseis.objects.samples import replace_samples, samples

GRID_ALIGNMENTS = ("snap", "interpolate")
_ON_GRID = 1e-6
"""Samples whose times differ by less than this share of the interval are at the same time."""


def _need_ensemble(ens: object, function: str) -> None:
    if not isinstance(ens, ENSEMBLES):
        raise TypeError(
            f"{function}: the argument must be a TimeSeriesEnsemble or SeismogramEnsemble, found {type(ens).__name__}"
        )


def _live(ens: Ensemble) -> list[Any]:
    return [member for member in ens.member if member.live]


def resample_ensemble(ens: Ensemble, dt: float | None = None) -> Ensemble:
    """Resample all live members in place.

    Parameters
    ----------
    ens
        The ensemble.
    dt
        Sampling interval in seconds; that of the first live member by default.

    Returns
    -------
    Ensemble
        `ens` itself.

    Raises
    ------
    TypeError
        `ens` is not an ensemble.
    ValueError
        `dt` is not a finite positive number; nothing is changed.
    """
    _need_ensemble(ens, "resample_ensemble")
    live = _live(ens)
    if dt is None:
        if not live:
            return ens
        dt = live[0].dt
    if not is_finite_real(dt) or dt <= 0.0:
        raise ValueError(f"resample_ensemble: dt must be a finite positive number of seconds, found {dt!r}")
    rate = 1.0 / dt
    members = members_of(ens)
    for i, member in enumerate(members):
        if member.live and abs(member.dt - dt) > 1e-9 * dt:
            made = resample(member, ScipyDecimator(rate), ScipyResampler(rate))
            if made is not member:
                members[i] = made
            members[i]["sampling_rate"] = rate
    return ens


def regularize_ensemble(
    ens: Ensemble, regularizer: Callable[[Any], Any] | None = None, grid_alignment: str = "snap"
) -> Ensemble:
    """Cut all live members to the time that they have in common, ends included, in place.

    Samples are at the times of the first live member's. Dead members are not changed.

    Parameters
    ----------
    ens
        The ensemble.
    regularizer
        A function of a member that gives the regular one; it is used in place of all this.
    grid_alignment
        What becomes of members whose samples are at other times: "snap" moves their times to the nearest ones,
        "interpolate" computes samples linearly.

    Returns
    -------
    Ensemble
        `ens` itself.

    Raises
    ------
    TypeError
        `ens` is not an ensemble.
    ValueError
        The members have no common sampling interval or no common time, or `grid_alignment` has another value; nothing
        is changed.
    """
    _need_ensemble(ens, "regularize_ensemble")
    members = members_of(ens)
    if regularizer is not None:
        for i, member in enumerate(list(members)):
            made = regularizer(member)
            if made is not member:
                members[i] = made
        return ens
    if grid_alignment not in GRID_ALIGNMENTS:
        raise ValueError(
            f"regularize_ensemble: grid_alignment must be one of {', '.join(GRID_ALIGNMENTS)}, found {grid_alignment!r}"
        )
    live = _live(ens)
    if not live:
        return ens
    origin, dt = live[0].t0, live[0].dt
    if any(abs(member.dt - dt) > _ON_GRID * dt for member in live):
        raise ValueError("regularize_ensemble: the members have no common sample interval; see resample_ensemble")
    # numbers of the samples of the grid that each member has
    offsets = [(member.t0 - origin) / dt for member in live]
    nearest = [math.floor(offset + 0.5) for offset in offsets]
    if grid_alignment == "snap":
        firsts, lasts = nearest, [n + m.npts - 1 for n, m in zip(nearest, live, strict=True)]
    else:
        firsts = [math.ceil(offset - _ON_GRID) for offset in offsets]
        lasts = [math.floor(offset + m.npts - 1 + _ON_GRID) for offset, m in zip(offsets, live, strict=True)]
    first, last = max(firsts), min(lasts)
    if first > last:
        raise ValueError("regularize_ensemble: the members have no common time interval")
    for member, offset, near in zip(live, offsets, nearest, strict=True):
        _put_on_grid(member, offset, near, first, last, interpolate=grid_alignment == "interpolate")
        member.t0 = origin + first * dt
    return ens


def _put_on_grid(d: Atomic, offset: float, near: int, first: int, last: int, *, interpolate: bool) -> None:
    """Replace the samples by those with the numbers first ... last of a grid on which the datum starts at `offset`."""
    x = samples(d)
    if not interpolate or abs(offset - near) <= _ON_GRID:
        replace_samples(d, np.array(x[..., first - near : last - near + 1], order="F"))
        return
    at = np.arange(first, last + 1) - offset
    rows = np.atleast_2d(x)
    made = np.array([np.interp(at, np.arange(d.npts), row) for row in rows], order="F")
    replace_samples(d, made[0] if x.ndim == 1 else made)
