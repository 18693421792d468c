"""Coordinate transformations of Seismograms as processing functions; the mathematics is the Seismogram's own."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any

from numpy.typing import ArrayLike

from libseis.enums import ErrorSeverity
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
        # "received invalid type" is what MsPASS's users look for
        raise TypeError(
            f"{name} received invalid type {type(data).__name__}; it only accepts Seismogram or SeismogramEnsemble"
        )


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


def _number(data: Seismogram, given: float | None, key: str) -> float:
    """A given value, or that of the Metadata; MsPASSError if there is none."""
    if given is not None:
        return given
    if not data.is_defined(key):
        raise MsPASSError(f"required Metadata attribute {key} is not defined - datum killed", ErrorSeverity.Invalid)
    return data.get_double(key)


@mspass_func_wrapper
def free_surface_transformation(
    data: Any,
    uvec: SlownessVector | None = None,
    vp0: float | None = None,
    vs0: float | None = None,
    ux_key: str = "ux",
    uy_key: str = "uy",
    vp0_key: str = "vp0",
    vs0_key: str = "vs0",
    *,
    handles_ensembles: bool = True,
    handles_dead_data: bool = True,
) -> Any:
    """Remove the effect of the free surface in place; the components become transverse, SV and P.

    What is not given as an argument comes from the Metadata. Data are killed if the wave is evanescent or a value is
    missing.

    Parameters
    ----------
    data
        A Seismogram or an ensemble. An ensemble with one `uvec` for all its members gets a Complaint.
    uvec
        Horizontal slowness (s/km); without it, ux and uy of the Metadata.
    vp0
        P velocity at the surface (km/s); without it, vp0 of the Metadata.
    vs0
        S velocity at the surface (km/s); without it, vs0 of the Metadata.
    ux_key
        Metadata name of the slowness to the east.
    uy_key
        Metadata name of the slowness to the north.
    vp0_key
        Metadata name of the P velocity.
    vs0_key
        Metadata name of the S velocity.
    handles_ensembles
        Option of MsPASS's function wrapper.
    handles_dead_data
        Option of MsPASS's function wrapper; live members of an ensemble that is marked dead are processed.

    Returns
    -------
    Any
        `data` itself.

    References
    ----------
    Kennett, B. L. N. (1991), The removal of free surface interactions from three-component seismograms, Geophys. J.
    Int. 104, 153-163.
    """
    if isinstance(data, SeismogramEnsemble):
        if uvec is not None:
            data.elog.log_error(
                "free_surface_transformation",
                "One slowness vector is used for all members; that fits only an event recorded by a small array",
                ErrorSeverity.Complaint,
            )
        for member in data.member:
            free_surface_transformation(member, uvec, vp0, vs0, ux_key, uy_key, vp0_key, vs0_key)
        if not any(member.live for member in data.member):
            data.kill()
        return data
    _check(data, "free_surface_transformation")
    if data.dead():
        return data
    slowness = uvec
    if slowness is None:
        slowness = SlownessVector(_number(data, None, ux_key), _number(data, None, uy_key))
    data.free_surface_transformation(slowness, _number(data, vp0, vp0_key), _number(data, vs0, vs0_key))
    return data


def _radians(data: Seismogram, angle: float, units: str, algorithm: str) -> float:
    """An angle in radians; other units than degrees and radians count as radians, and the elog says so."""
    if units == "degrees":
        return math.radians(angle)
    if units != "radians":
        data.elog.log_error(
            algorithm, f"Illegal value for angle_units argument={units} assuming radians", ErrorSeverity.Complaint
        )
    return angle


def _azimuth_angle(data: Seismogram, key: str, is_backazimuth: bool) -> float:
    """The angle (radians) from east, counter-clockwise, of propagation; the Metadata are in degrees."""
    angle = math.radians(_number(data, None, key))
    return math.pi / 2 - (angle + math.pi) if is_backazimuth else angle


def _turn(data: Seismogram, algorithm: str, target: float | SphericalCoordinate) -> None:
    """Rotate from standard coordinates. An error, even a fatal one, concerns only this datum."""
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
        Metadata name of the back azimuth from north (degrees), or of `phi` itself (degrees) if `key_is_backazimuth` is
        False.
    phi
        Angle of the radial direction from east, counter-clockwise. It goes before the Metadata.
    angle_units
        Units of `phi`: "degrees" or "radians". Others count as radians, with a Complaint.
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
        angle = _azimuth_angle(data, key, key_is_backazimuth)
    else:
        angle = _radians(data, phi, angle_units, "transform_to_RTZ")
    _turn(data, "transform_to_RTZ", angle)
    return data


def _angle_pair(function: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse an incomplete or impossible pair phi, theta before looking at the datum."""
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
    """Rotate in place to ray coordinates L, Q and T, in this order; they are a right-handed system.

    L is longitudinal: along the ray. Q is across it in the vertical plane of the ray: at a steep ray in the direction
    of propagation. T is transverse: horizontal, to the left of the direction of propagation, seen from above.

    Parameters
    ----------
    data
        A Seismogram or an ensemble.
    seaz_key
        Metadata name of the back azimuth from north (degrees), or of `phi` itself (degrees) if `key_is_backazimuth` is
        False.
    ema_key
        Metadata name of the angle between L and up (degrees).
    phi
        Angle of the ray from east, counter-clockwise; give both `phi` and `theta`, or neither. They go before the
        Metadata.
    theta
        Angle of the ray from up.
    angle_units
        Units of `phi` and `theta`: "degrees" or "radians". Others count as radians, with a Complaint.
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
        ray.phi = _azimuth_angle(data, seaz_key, key_is_backazimuth)
        ray.theta = math.radians(_number(data, None, ema_key))
    else:
        ray.phi = _radians(data, phi, angle_units, "transform_to_LQT")
        ray.theta = math.radians(theta) if angle_units == "degrees" else theta
    _turn(data, "transform_to_LQT", ray)
    if data.live:
        # Seismogram.rotate gives transverse, radial and longitudinal
        data.transform([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])
    return data
