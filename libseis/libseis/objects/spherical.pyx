"""SphericalCoordinate: a direction or point as radius, theta and phi."""

cimport cython

import numpy as _np

from libc.math cimport acos, atan2, cos, fabs, sin, sqrt


def rebuild_spherical(radius, theta, phi):
    """A SphericalCoordinate from its pickled fields."""
    cdef SphericalCoordinate out = SphericalCoordinate()
    out.radius, out.theta, out.phi = radius, theta, phi
    return out


@cython.final
cdef class SphericalCoordinate:
    """A direction or point: radius, theta and phi; all zero without an argument.

    theta is the angle (radians) from x3. phi is the angle (radians) from x1 towards x2, and 0 for a vertical direction.

    Parameters
    ----------
    source
        A SphericalCoordinate, which is copied, or a 3-vector (x1 east, x2 north, x3 up), which gives its direction with
        radius 1.

    Raises
    ------
    ValueError
        The vector does not have three finite numbers, or all are zero.
    """

    def __init__(self, source=None, /):
        cdef double a, b, c, length
        if source is None:
            return
        if isinstance(source, SphericalCoordinate):
            self.radius, self.theta, self.phi = source.radius, source.theta, source.phi
            return
        vector = _np.asarray(source, dtype=_np.float64)
        if vector.shape != (3,):
            raise ValueError(f"a direction is a vector of 3 numbers, not of shape {vector.shape}")
        a, b, c = vector
        length = sqrt(a * a + b * b + c * c)
        if not length > 0.0 or length > 1e300:
            raise ValueError(f"a direction needs three finite numbers that are not all zero, not {vector.tolist()}")
        self.radius = 1.0
        self.theta = acos(max(-1.0, min(1.0, c / length)))
        self.phi = atan2(b, a) if fabs(a) + fabs(b) > 0.0 else 0.0

    @property
    def unit_vector(self):
        """The direction as an array of shape (3,)."""
        return _np.array([cos(self.phi) * sin(self.theta), sin(self.phi) * sin(self.theta), cos(self.theta)])

    def __repr__(self):
        return f"SphericalCoordinate(radius={self.radius!r}, theta={self.theta!r}, phi={self.phi!r})"

    def __reduce__(self):
        return rebuild_spherical, (self.radius, self.theta, self.phi)
