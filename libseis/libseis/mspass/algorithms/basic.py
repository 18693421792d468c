"""Time standard, coordinates, components and tapers: names of mspasspy.algorithms.basic and of
mspasspy.ccore.algorithms.basic.

Dead data pass unchanged. Gap lists are kept; rotations and tapers use the samples that fill a gap.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from numpy.typing import ArrayLike

from libseis.mspass.algorithms.bundle import _BundleSEEDGroup, _sort_descending, bundle_seed_data
from libseis.mspass.algorithms.components import ArrivalTimeReference, ExtractComponent, agc
from libseis.mspass.algorithms.merging import repair_overlaps, splice_segments
from libseis.mspass.algorithms.rotation import (
    free_surface_transformation,
    rotate,
    rotate_to_standard,
    transform,
    transform_to_LQT,
    transform_to_RTZ,
)
from libseis.mspass.algorithms.window import _WindowData
from libseis.mspass.decorators import mspass_func_wrapper
from libseis.objects.seismogram import Seismogram
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timeseriesensemble import TimeSeriesEnsemble
from libseis.objects.timewindow import TimeWindow
from libseis.signal.butterworth import Butterworth
from libseis.signal.components import extract_component
from libseis.signal.tapers import CosineTaper, LinearTaper, VectorTaper, _TopMute

__all__ = [
    "ArrivalTimeReference",
    "Butterworth",
    "CosineTaper",
    "ExtractComponent",
    "LinearTaper",
    "TimeWindow",
    "VectorTaper",
    "_BundleSEEDGroup",
    "_ExtractComponent",
    "_TopMute",
    "_WindowData",
    "_WindowData3C",
    "_bundle_seed_data",
    "agc",
    "ator",
    "cosine_taper",
    "free_surface_transformation",
    "linear_taper",
    "repair_overlaps",
    "rotate",
    "rotate_to_standard",
    "rtoa",
    "seed_ensemble_sort",
    "splice_segments",
    "transform",
    "transform_to_LQT",
    "transform_to_RTZ",
    "vector_taper",
]

_WindowData3C = _WindowData
_ExtractComponent = extract_component
_bundle_seed_data = bundle_seed_data

D = TypeVar("D", TimeSeries, Seismogram)


@mspass_func_wrapper
def ator(data: D, tshift: float | str, *, handles_ensembles: bool = False) -> D:
    """Change UTC data to Relative in place; Relative data are not changed.

    Parameters
    ----------
    data
        A datum or an ensemble.
    tshift
        Epoch time (seconds) that becomes time zero, or the Metadata name of it. Data without that name are killed.
    handles_ensembles
        Option of MsPASS's function wrapper.

    Returns
    -------
    D
        `data` itself.
    """
    data.ator(data.get_double(tshift) if isinstance(tshift, str) else tshift)
    return data


@mspass_func_wrapper
def rtoa(data: D, *, handles_ensembles: bool = False) -> D:
    """Change Relative data back to UTC in place; UTC data are not changed.

    Data are killed if the epoch time of time zero is not known.

    Parameters
    ----------
    data
        A datum or an ensemble.
    handles_ensembles
        Option of MsPASS's function wrapper.

    Returns
    -------
    D
        `data` itself.
    """
    data.rtoa()
    return data


@mspass_func_wrapper
def linear_taper(
    data: D, t0head: float, t1head: float, t1tail: float, t0tail: float, *, handles_ensembles: bool = False
) -> D:
    """Taper in place with straight ramps.

    The taper is zero before t0head, one from t1head to t1tail, and zero after t0tail.

    Parameters
    ----------
    data
        A datum or an ensemble.
    t0head
        Start of the first ramp in seconds.
    t1head
        End of the first ramp in seconds.
    t1tail
        Start of the last ramp in seconds.
    t0tail
        End of the last ramp in seconds.
    handles_ensembles
        Option of MsPASS's function wrapper.

    Returns
    -------
    D
        `data` itself.
    """
    LinearTaper(t0head, t1head, t1tail, t0tail).apply(data)
    return data


@mspass_func_wrapper
def cosine_taper(
    data: D, t0head: float, t1head: float, t1tail: float, t0tail: float, *, handles_ensembles: bool = False
) -> D:
    """Taper in place with cosine ramps.

    The taper is zero before t0head, one from t1head to t1tail, and zero after t0tail.

    Parameters
    ----------
    data
        A datum or an ensemble.
    t0head
        Start of the first ramp in seconds.
    t1head
        End of the first ramp in seconds.
    t1tail
        Start of the last ramp in seconds.
    t0tail
        End of the last ramp in seconds.
    handles_ensembles
        Option of MsPASS's function wrapper.

    Returns
    -------
    D
        `data` itself.
    """
    CosineTaper(t0head, t1head, t1tail, t0tail).apply(data)
    return data


@mspass_func_wrapper
def vector_taper(data: D, taper_array: ArrayLike, *, handles_ensembles: bool = False) -> D:
    """Multiply in place by one weight per sample; data with another number of samples are killed.

    Parameters
    ----------
    data
        A datum or an ensemble.
    taper_array
        The weights, shape (npts,).
    handles_ensembles
        Option of MsPASS's function wrapper.

    Returns
    -------
    D
        `data` itself.
    """
    weights: Iterable[Any] = taper_array  # type: ignore[assignment]
    VectorTaper(weights).apply(data)
    return data


def seed_ensemble_sort(ensemble: TimeSeriesEnsemble) -> None:
    """Sort the members in place, descending by net, sta, loc and chan.

    Parameters
    ----------
    ensemble
        The ensemble.

    Raises
    ------
    TypeError
        It is not a TimeSeriesEnsemble.
    """
    if not isinstance(ensemble, TimeSeriesEnsemble):
        raise TypeError(f"seed_ensemble_sort: arg0 must be a TimeSeriesEnsemble, found {type(ensemble).__name__}")
    _sort_descending(ensemble)
