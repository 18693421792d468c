"""Rotation matrices for three-component data; each row is the unit vector (east, north, up) of a new component.

Azimuths are degrees clockwise from north; a back azimuth points from the receiver to the source. As in SAC and obspy,
radial points away from the source, and transverse 90 degrees clockwise from radial, seen from above. So radial,
transverse and up are a left-handed system.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from libseis.enums import ErrorSeverity
from libseis.errors import MatrixError
from libseis.objects.seismogram import Seismogram

Matrix = NDArray[np.float64]

KM_PER_DEGREE = math.pi * 6371.0 / 180.0
"""Kilometres per degree at the surface of TauP's Earth; divide s/degree by it to get s/km."""

MOST_CONDITION = 1e3
"""Axes count as in one plane if the rotation to east, north and up multiplies noise by this."""


def turned_axes(angle: float) -> Matrix:
    """East, north and up, turned about the vertical by `angle` degrees clockwise seen from above; shape (3, 3)."""
    a = math.radians(angle)
    return np.array([[math.cos(a), -math.sin(a), 0.0], [math.sin(a), math.cos(a), 0.0], [0.0, 0.0, 1.0]])


def rtz_axes(back_azimuth: float) -> Matrix:
    """Radial, transverse and up for a back azimuth in degrees; shape (3, 3)."""
    b = math.radians(back_azimuth)
    return np.array([[-math.sin(b), -math.cos(b), 0.0], [-math.cos(b), math.sin(b), 0.0], [0.0, 0.0, 1.0]])


def lqt_axes(back_azimuth: float, incidence: float) -> Matrix:
    """L (along the ray), Q (across it in its plane) and T (transverse), as `obspy.signal.rotate.rotate_zne_lqt`.

    Parameters
    ----------
    back_azimuth : float
        Degrees.
    incidence : float
        Degrees between the ray and the vertical; 0 for a vertical ray.

    Returns
    -------
    array of float64, shape (3, 3)
    """
    radial, transverse, up = rtz_axes(back_azimuth)
    i = math.radians(incidence)
    return np.array([math.sin(i) * radial + math.cos(i) * up, math.sin(i) * up - math.cos(i) * radial, transverse])


def free_surface_matrix(back_azimuth: float, slowness: float, vp: float, vs: float) -> Matrix:
    """East, north, up at the free surface to the upgoing waves P, SV and SH (Kennett, 1991, GJI 104, equation 13).

    Parameters
    ----------
    back_azimuth : float
        Degrees.
    slowness : float
        Horizontal slowness, s/km.
    vp, vs : float
        Velocities below the surface, km/s.

    Returns
    -------
    array of float64, shape (3, 3)
        An upgoing P wave of amplitude 1 comes out as (1, 0, 0).

    Raises
    ------
    MatrixError
        Where a wave of that slowness does not travel upwards as P and S.
    """
    if not slowness * max(vp, vs) < 1.0:
        raise MatrixError(
            f"no wave of slowness {slowness:.6g} s/km comes from below at vp {vp:g} and vs {vs:g} km/s",
            ErrorSeverity.Invalid,
        )
    radial, transverse, up = rtz_axes(back_azimuth)
    p2 = slowness * slowness
    q_p, q_s = math.sqrt(1.0 / vp**2 - p2), math.sqrt(1.0 / vs**2 - p2)
    half = 0.5 - vs * vs * p2
    return np.array(
        [
            (slowness * vs * vs / vp) * radial + half / (vp * q_p) * up,
            half / (vs * q_s) * radial - slowness * vs * up,
            0.5 * transverse,
        ]
    )


def check_axes(matrix: Matrix, what: str) -> None:
    """Raise MatrixError if three axes are (nearly) in one plane, so that the rotation would amplify noise too much."""
    values = np.linalg.svd(matrix, compute_uv=False) if np.isfinite(matrix).all() else np.zeros(3)
    if not values[-1] * MOST_CONDITION > values[0]:
        raise MatrixError(f"{what} is singular: its three axes lie in one plane", ErrorSeverity.Invalid, shape=(3, 3))


def to_standard(d: Seismogram) -> None:
    """Rotate a Seismogram to east, north and up; MatrixError if its axes are in one plane."""
    if not d.orthogonal():
        check_axes(d.tmatrix, "the matrix of the components")
    d.rotate_to_standard()
