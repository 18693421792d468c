"""Coordinate transformations of Seismograms as processing functions; the mathematics is the Seismogram's own."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any

from numpy.typing import ArrayLike

from libseis.errors import MsPASSError
from libseis.mspass.decorators import mspass_func_wrapper
from libseis.mspass.decorators.processing import CONTROL_NAMES
from libseis.objects.kinds import is_finite_real
from libseis.objects.seismogram import Seismogram
from libseis.objects.seismogramensemble import SeismogramEnsemble
from libseis.objects.slowness import SlownessVector
from libseis.objects.spherical import SphericalCoordinate


def _check(data: object, name: str) -> None:
    if not isinstance(data, Seismogram):
        raise TypeError(f"{name} only accepts Seismogram or SeismogramEnsemble, found {type(data).__name__}")


@mspass_func_wrapper
def rotate(
    data: Seismogram, rotate_param: float | Sequence[float] | SphericalCoordinate, *, handles_ensembles: bool = False
) -> Seismogram:
    """Rotate in place.

    Parameters
    ----------
    data
        A Seismogram or an ensemble.
    rotate_param
        An angle (radians, about the vertical), a unit vector or a SphericalCoordinate; see Seismogram.rotate.
    handles_ensembles
        Option of MsPASS's function wrapper.

    Returns
    -------
    Seismogram
        `data` itself.
    """
    _check(data, "rotate")
    data.rotate(rotate_param)
    return data


@mspass_func_wrapper
def rotate_to_standard(data: Seismogram, *, handles_ensembles: bool = False) -> Seismogram:
    """Rotate in place to east, north and up; data with a singular transformation matrix are killed.

    Parameters
    ----------
    data
        A Seismogram or an ensemble.
    handles_ensembles
        Option of MsPASS's function wrapper.

    Returns
    -------
    Seismogram
        `data` itself.
    """
    _check(data, "rotate_to_standard")
    data.rotate_to_standard()
    return data


@mspass_func_wrapper
def transform(data: Seismogram, matrix: ArrayLike, *, handles_ensembles: bool = False) -> Seismogram:
    """Multiply the components in place by a matrix.

    Parameters
    ----------
    data
        A Seismogram or an ensemble.
    matrix
        The matrix, shape (3, 3).
    handles_ensembles
        Option of MsPASS's function wrapper.

    Returns
    -------
    Seismogram
        `data` itself.
    """
    _check(data, "transform")
    data.transform(matrix)
    return data


@mspass_func_wrapper
def free_surface_transformation(
    data: Seismogram,
    uvec: SlownessVector,
    vp0: float | None = None,
    vs0: float | None = None,
    *,
    handles_ensembles: bool = False,
) -> Seismogram:
    """Remove the effect of the free surface in place; the components become transverse, SV and P.

    Data are killed if the wave is evanescent or the velocities are missing.

    Parameters
    ----------
    data
        A Seismogram or an ensemble.
    uvec
        Horizontal slowness (s/km).
    vp0
        P velocity at the surface (km/s); without it, vp0 of the Metadata.
    vs0
        S velocity at the surface (km/s); without it, vs0 of the Metadata.
    handles_ensembles
        Option of MsPASS's function wrapper.

    Returns
    -------
    Seismogram
        `data` itself.

    References
    ----------
    Kennett, B. L. N. (1991), The removal of free surface interactions from three-component seismograms, Geophys. J.
    Int. 104, 153-163.
    """
    _check(data, "free_surface_transformation")
    p_velocity = data.get_double("vp0") if vp0 is None else vp0
    s_velocity = data.get_double("vs0") if vs0 is None else vs0
    data.free_surface_transformation(uvec, p_velocity, s_velocity)
    return data


def _radians(angle: float, units: str) -> float:
    if units not in ("degrees", "radians"):
        raise ValueError(f"angle_units must be degrees or radians, found {units!r}")
    return math.radians(angle) if units == "degrees" else angle


def _rotation_angle(angle: float, is_backazimuth: bool) -> float:
    """The angle from east, counter-clockwise, of propagation from a back azimuth (both radians)."""
    return math.pi / 2 - (angle + math.pi) if is_backazimuth else angle


def _turn(data: Seismogram, algorithm: str, target: float | SphericalCoordinate) -> None:
    """Rotate from standard coordinates; an error, even a fatal one, is the datum's own trouble."""
    try:
        data.rotate_to_standard()
        data.rotate(target)
    except MsPASSError as error:
        data.elog.log_error(algorithm, error.message, error.severity)
        data.kill()


@mspass_func_wrapper
def transform_to_RTZ(
    data: Any,
    key: str = "seaz",
    phi: float | None = None,
    angle_units: str = "degrees",
    key_is_backazimuth: bool = True,
    *,
    handles_ensembles: bool = False,
) -> Any:
    """Rotate in place to radial, transverse and up; data without an angle are killed.

    Parameters
    ----------
    data
        A Seismogram or an ensemble.
    key
        Metadata name of the back azimuth from north, or of `phi` itself if `key_is_backazimuth` is False.
    phi
        Angle of the radial direction from east, counter-clockwise.
    angle_units
        "degrees" or "radians".
    key_is_backazimuth
        Whether `key` is a back azimuth.
    handles_ensembles
        Option of MsPASS's function wrapper.

    Returns
    -------
    Any
        `data` itself.
    """
    if isinstance(data, SeismogramEnsemble):
        for member in data.member:
            transform_to_RTZ(member, key, phi, angle_units, key_is_backazimuth)
        return data
    _check(data, "transform_to_RTZ")
    if phi is None:
        angle = _rotation_angle(_radians(data.get_double(key), angle_units), key_is_backazimuth)
    else:
        angle = _radians(phi, angle_units)
    _turn(data, "transform_to_RTZ", angle)
    return data


def _angle_pair(function: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse an incomplete or senseless pair phi, theta before the datum is looked at."""
    signature = inspect.signature(function)
    unchecked = [name for name in CONTROL_NAMES if name not in signature.parameters]

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        own = {name: value for name, value in kwargs.items() if name not in unchecked}
        given = signature.bind(*args, **own).arguments
        pair = {name: given.get(name) for name in ("phi", "theta")}
        if any(value is not None for value in pair.values()):
            for name, value in pair.items():
                if not is_finite_real(value):
                    raise TypeError(
                        "transform_to_LQT: phi and theta must both be finite numbers or both be None, "
                        f"found {name}={value!r}"
                    )
        return function(*args, **kwargs)

    return wrapper


@_angle_pair
@mspass_func_wrapper
def transform_to_LQT(
    data: Any,
    seaz_key: str = "seaz",
    ema_key: str = "ema",
    phi: float | None = None,
    theta: float | None = None,
    angle_units: str = "degrees",
    key_is_backazimuth: bool = True,
    *,
    handles_ensembles: bool = False,
) -> Any:
    """Rotate in place to ray coordinates: transverse, radial and longitudinal (see Seismogram.rotate).

    Parameters
    ----------
    data
        A Seismogram or an ensemble.
    seaz_key
        Metadata name of the back azimuth from north, or of `phi` itself if `key_is_backazimuth` is False.
    ema_key
        Metadata name of the angle from up.
    phi
        Angle of the ray from east, counter-clockwise; give both `phi` and `theta`, or neither.
    theta
        Angle of the ray from up.
    angle_units
        "degrees" or "radians".
    key_is_backazimuth
        Whether `seaz_key` is a back azimuth.
    handles_ensembles
        Option of MsPASS's function wrapper.

    Returns
    -------
    Any
        `data` itself.

    Raises
    ------
    TypeError
        Only one of the two angles is given, or a value is not a finite number.
    """
    if isinstance(data, SeismogramEnsemble):
        for member in data.member:
            transform_to_LQT(member, seaz_key, ema_key, phi, theta, angle_units, key_is_backazimuth)
        return data
    _check(data, "transform_to_LQT")
    ray = SphericalCoordinate()
    ray.radius = 1.0
    if phi is None or theta is None:
        ray.phi = _rotation_angle(_radians(data.get_double(seaz_key), angle_units), key_is_backazimuth)
        ray.theta = _radians(data.get_double(ema_key), angle_units)
    else:
        ray.phi, ray.theta = _radians(phi, angle_units), _radians(theta, angle_units)
    _turn(data, "transform_to_LQT", ray)
    return data
