"""Helpers for ensembles and Metadata under the names of mspasspy.util.seismic.

Only the members count here: the ensemble's own live flag matters only if a function says so. Gaps are not looked at.
"""

from __future__ import annotations

import math
import pprint
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.objects.kinds import ENSEMBLES, Atomic, Ensemble, is_finite_real, members_of
from libseis.objects.metadata import Metadata
from libseis.objects.timewindow import TimeWindow

METRICS = ("inner", "outer", "median", "mean")


def number_live(ensemble: Ensemble) -> int:
    """Return the number of live members.

    Parameters
    ----------
    ensemble
        The ensemble.

    Returns
    -------
    int
        The number.

    Raises
    ------
    TypeError
        `ensemble` is not an ensemble.
    """
    if not isinstance(ensemble, ENSEMBLES):
        raise TypeError(f"number_live: illegal type for arg0={type(ensemble)}; it must be an ensemble")
    return sum(1 for member in ensemble.member if member.live)


def has_live_data(ensemble: Ensemble) -> bool:
    """Return whether any member is live.

    Parameters
    ----------
    ensemble
        The ensemble.

    Returns
    -------
    bool
        True if there is a live member.

    Raises
    ------
    TypeError
        `ensemble` is not an ensemble.
    """
    if not isinstance(ensemble, ENSEMBLES):
        raise TypeError(
            f"has_live_data: arg0 must be a TimeSeriesEnsemble or SeismogramEnsemble, found {type(ensemble).__name__}"
        )
    return any(member.live for member in ensemble.member)


def ensemble_time_range(ensemble: Ensemble, metric: str = "inner") -> TimeWindow:
    """Return the time span of the live members, in seconds of their own time base.

    Parameters
    ----------
    ensemble
        The ensemble.
    metric
        "inner" (the time that all members have), "outer" (from the first start to the last end), "median" or "mean" (of
        starts and ends).

    Returns
    -------
    TimeWindow
        The time span.

    Raises
    ------
    ValueError
        The metric is another one.
    TypeError
        `ensemble` is not an ensemble.
    MsPASSError
        All members are dead (severity Invalid).
    """
    if metric not in METRICS:
        raise ValueError(f"ensemble_time_range: metric must be one of {', '.join(METRICS)}, found {metric!r}")
    if not has_live_data(ensemble):
        raise MsPASSError("ensemble_time_range: the ensemble has no live member.", ErrorSeverity.Invalid)
    starts = [member.t0 for member in ensemble.member if member.live]
    ends = [member.endtime() for member in ensemble.member if member.live]
    pick: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
        "inner": (max, min),
        "outer": (min, max),
        "median": (np.median, np.median),
        "mean": (np.mean, np.mean),
    }
    start, end = pick[metric]
    return TimeWindow(float(start(starts)), float(end(ends)))


def sort_ensemble(
    ensemble: Ensemble, key: str, nullvalue: Any = 0.0, ascending: bool = True, drop_dead: bool = True
) -> Ensemble:
    """Make a new ensemble with copies of the members, sorted by a Metadata value.

    Members with equal values keep their order. The result has the Metadata of the input, and is live if any member is.

    Parameters
    ----------
    ensemble
        The ensemble.
    key
        Name of the value.
    nullvalue
        Value of members without the key.
    ascending
        False for descending order.
    drop_dead
        False to keep dead members, at the end.

    Returns
    -------
    Ensemble
        The new ensemble.

    Raises
    ------
    MsPASSError
        `ensemble` is not an ensemble (severity Fatal).
    TypeError
        Values cannot be compared.
    """
    if not isinstance(ensemble, ENSEMBLES):
        raise MsPASSError(
            f"sort_ensemble: arg0 must be a TimeSeriesEnsemble or SeismogramEnsemble, found {type(ensemble).__name__}.",
            ErrorSeverity.Fatal,
        )
    live = [member for member in ensemble.member if member.live]
    live.sort(key=lambda d: d[key] if d.is_defined(key) else nullvalue, reverse=not ascending)
    dead = [] if drop_dead else [member for member in ensemble.member if member.dead()]
    out = type(ensemble)(ensemble._get_ensemble_md(), len(live) + len(dead))
    for member in (*live, *dead):
        members_of(out).append(member)
    if live:
        out.set_live()
    return out


def _deviates(d: Atomic, dt_expected: float, cutoff: float) -> bool:
    return not (math.isfinite(d.dt) and d.dt > 0.0 and abs(d.dt - dt_expected) <= cutoff)


def regularize_sampling(
    ensemble: Ensemble, dt_expected: float, Nsamp: int = 10000, abort_on_error: bool = False
) -> Ensemble:
    """Kill the live members with another sampling interval, in place.

    A member passes if the clocks stay within half a sample over `Nsamp` samples. An ensemble without live members is
    killed; a dead ensemble is returned unchanged.

    Parameters
    ----------
    ensemble
        The ensemble.
    dt_expected
        The sampling interval in seconds.
    Nsamp
        Number of samples over which clocks are compared.
    abort_on_error
        True to change nothing and raise an error that names the first bad member.

    Returns
    -------
    Ensemble
        `ensemble` itself.

    Raises
    ------
    ValueError
        An argument makes no sense, or `abort_on_error` is True and a member does not pass.
    TypeError
        `ensemble` is not an ensemble.
    """
    if not isinstance(ensemble, ENSEMBLES):
        raise TypeError(f"regularize_sampling: arg0 must be an ensemble, found {type(ensemble).__name__}")
    if not is_finite_real(Nsamp) or not isinstance(Nsamp, int | np.integer) or Nsamp < 2:
        raise ValueError(f"regularize_sampling: Nsamp must be an integer >= 2, found {Nsamp!r}")
    if not is_finite_real(dt_expected) or dt_expected <= 0.0:
        raise ValueError(
            f"regularize_sampling: dt_expected must be a finite positive real number, found {dt_expected!r}"
        )
    if ensemble.dead():
        return ensemble
    cutoff = float(dt_expected) / (2 * (int(Nsamp) - 1))
    bad = [i for i, d in enumerate(members_of(ensemble)) if d.live and _deviates(d, dt_expected, cutoff)]
    for index in bad:
        member = ensemble.member[index]
        message = f"the sample interval {member.dt} s differs from the expected {dt_expected} s by more than {cutoff} s"
        if abort_on_error:
            raise ValueError(f"input ensemble has different sample rate: Member {index}: {message}")
        member.elog.log_error("regularize_sampling", message, ErrorSeverity.Invalid)
        member.kill()
    if bad and not has_live_data(ensemble):
        ensemble.elog.log_error(
            "regularize_sampling", f"no live member is sampled at {dt_expected} s", ErrorSeverity.Invalid
        )
        ensemble.kill()
    return ensemble


def print_metadata(d: Metadata | Mapping[str, Any], indent: int = 2) -> None:
    """Print Metadata, sorted and indented.

    Parameters
    ----------
    d
        A datum or a dict.
    indent
        Number of blanks.

    Raises
    ------
    TypeError
        `d` is something else.
    """
    if not isinstance(d, Metadata | Mapping):
        raise TypeError(
            f"print_metadata: arg0 must be a dictionary or a subclass of Metadata, found {type(d).__name__}"
        )
    print(pprint.pformat(dict(d), indent=indent))
