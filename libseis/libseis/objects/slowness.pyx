"""SlownessVector: the horizontal slowness of a plane wave."""

cimport cython

from libc.math cimport M_PI, atan2, hypot

cdef double NEGLIGIBLE = 1e-12   # s/km; a wave at 1e12 km/s has no usable direction


@cython.final
cdef class SlownessVector:
    """The horizontal slowness of a plane wave.

    Parameters
    ----------
    ux
        Slowness to the east (s/km), or a SlownessVector, which is copied.
    uy
        Slowness to the north (s/km).
    az0
        Azimuth of a zero vector (radians).
    """

    def __init__(self, ux=0.0, uy=0.0, az0=0.0):
        if isinstance(ux, SlownessVector):
            self.ux, self.uy, self._azimuth0 = ux.ux, ux.uy, (<SlownessVector>ux)._azimuth0
        else:
            self.ux, self.uy, self._azimuth0 = ux, uy, az0

    def mag(self):
        """Return the magnitude in s/km."""
        return hypot(self.ux, self.uy)

    def azimuth(self):
        """Return the direction of propagation, radians clockwise from north, in (-pi, pi]."""
        if not hypot(self.ux, self.uy) > NEGLIGIBLE:
            return self._azimuth0
        return wrapped(M_PI / 2 - atan2(self.uy, self.ux))

    def baz(self):
        """Return the direction to the source, radians clockwise from north, in (-pi, pi]."""
        if not hypot(self.ux, self.uy) > NEGLIGIBLE:
            return wrapped(self._azimuth0 + M_PI)
        return wrapped(3 * M_PI / 2 - atan2(self.uy, self.ux))

    def __repr__(self):
        return f"SlownessVector({self.ux!r}, {self.uy!r}, {self._azimuth0!r})"

    def __reduce__(self):
        return SlownessVector, (self.ux, self.uy, self._azimuth0)


cdef double wrapped(double angle) noexcept:
    """`angle` in (-pi, pi], after at most two turns."""
    for _ in range(2):
        if angle > M_PI:
            angle -= 2 * M_PI
        elif angle <= -M_PI:
            angle += 2 * M_PI
    return angle
