"""The 3 x 3 matrix algebra of three-component data: products, inverse, directions, the free surface.

Matrices are 9 doubles, row-major; samples are time-interleaved (3 x n in Fortran order).
"""

import numpy as _np

from libseis.errors import MatrixError

from libc.math cimport M_PI, fabs, fmod, isfinite, sin, sqrt

import cython


cdef void multiply3(double* a, double* b, double* out) noexcept nogil:
    """out = a . b; out must not be a or b."""
    cdef int i, j
    for i in range(3):
        for j in range(3):
            out[3 * i + j] = a[3 * i] * b[j] + a[3 * i + 1] * b[3 + j] + a[3 * i + 2] * b[6 + j]


cdef void transform_samples(double* a, double* samples, Py_ssize_t n) noexcept nogil:
    """samples = a . samples, in place."""
    cdef double a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4], a5 = a[5], a6 = a[6], a7 = a[7], a8 = a[8]
    cdef double x, y, z
    cdef Py_ssize_t i
    for i in range(n):
        x = samples[3 * i]
        y = samples[3 * i + 1]
        z = samples[3 * i + 2]
        samples[3 * i] = a0 * x + a1 * y + a2 * z
        samples[3 * i + 1] = a3 * x + a4 * y + a5 * z
        samples[3 * i + 2] = a6 * x + a7 * y + a8 * z


cdef bint nearly_identity(double* a) noexcept nogil:
    """True if every element equals the identity's after four decimals, without rounding (MsPASS's test)."""
    cdef int i
    for i in range(9):
        if not fabs(a[i]) < 2.0:
            return False
        if <int>(a[i] * 10000.0) != (10000 if i % 4 == 0 else 0):
            return False
    return True


cdef int invert3(double* a, double* out) except -1:
    """out = inverse of a, by LU factorization with row exchange; MatrixError if a is singular."""
    try:
        inverse = _np.linalg.inv(_np.array([a[i] for i in range(9)]).reshape(3, 3))
    except _np.linalg.LinAlgError as error:
        raise MatrixError("LU factorization failed: the transformation matrix is singular, so the components "
                          "cannot be brought back to east, north and up", shape=(3, 3)) from error
    if not _np.isfinite(inverse).all():
        raise MatrixError("LU factorization failed: the transformation matrix is not finite", shape=(3, 3))
    for i in range(9):
        out[i] = inverse[i // 3, i % 3]
    return 0


cdef int matrix_of_nine(object source, double* out) except -1:
    """Read a 3 x 3 matrix: an array of shape (3,3), (9,), (1,9) or (9,1), a list of 9, or 3 lists of 3."""
    cdef int i
    if isinstance(source, (list, tuple)):
        try:
            shape = _np.shape(source)
        except ValueError:   # rows of different lengths
            shape = ()
        if shape not in ((9,), (3, 3)):
            forms = "a 3x3 list of list" if len(source) == 3 else "a list of 9 floats or a 3x3 list of list"
            raise MatrixError(f"tmatrix should be {forms}", shape=shape)
    elif isinstance(source, _np.ndarray):
        if source.shape not in ((3, 3), (9,), (1, 9), (9, 1)):
            raise MatrixError(f"tmatrix should be a 3x3 matrix, not of shape {source.shape}", shape=source.shape)
    else:
        raise MatrixError(f"tmatrix's type is not recognized: {type(source).__name__}; an array or a list is wanted")
    try:
        numbers = _np.asarray(source)
        if numbers.dtype.kind not in "biuf":
            raise ValueError("not numeric")
        numbers = numbers.astype(_np.float64).ravel()
    except (TypeError, ValueError) as error:
        raise MatrixError("the elements of tmatrix should be float", shape=(3, 3)) from error
    for i in range(9):
        out[i] = numbers[i]
    return 0


cdef void direction(double azimuth, double tilt, double* out) noexcept nogil:
    """Unit vector (east, north, up) of azimuth (degrees from north) and tilt (degrees from up).

    Quarter turns are exact, so that standard components are exactly cardinal.
    """
    cdef double horizontal = sine(tilt)
    out[0] = sine(azimuth) * horizontal
    out[1] = sine(azimuth + 90.0) * horizontal
    out[2] = sine(tilt + 90.0)


@cython.cdivision(True)
cdef double sine(double degrees) noexcept nogil:
    cdef double rest = fmod(degrees, 360.0)
    if rest < 0.0:
        rest += 360.0
    if rest == 0.0 or rest == 180.0:
        return 0.0
    if rest == 90.0:
        return 1.0
    if rest == 270.0:
        return -1.0
    return sin(rest * M_PI / 180.0)


cdef int free_surface(double ux, double uy, double vp, double vs, double* out) except -1:
    """The free surface transformation of (east, north, up) into transverse, SV and P (Kennett, 1991, GJI 104).

    p is the slowness, q_p and q_s are the vertical slownesses. Row 1 has 1/2 for transverse. Row 2 has (1/2 - vs^2 p^2)
    / (vs q_s) for radial and p vs^2 / vp for up. Row 3 has -p vs for radial and (1/2 - vs^2 p^2) / (vp q_p) for up. The
    off-diagonal terms are as in MsPASS (see DEVIATIONS.md).
    """
    cdef double p = sqrt(ux * ux + uy * uy)
    cdef double p2 = p * p
    cdef double east = ux / p, north = uy / p
    if not (isfinite(p) and isfinite(vp) and isfinite(vs) and vp > 0.0 and vs > 0.0):
        raise MatrixError(f"slowness {p} s/km and velocities {vp} and {vs} km/s must be finite, velocities positive")
    if 1.0 / p < vp or 1.0 / p < vs or p * vp == 1.0 or p * vs == 1.0:
        raise MatrixError(f"the apparent velocity {1.0 / p} km/s is below vp0 {vp} or vs0 {vs} km/s: the wave is "
                          "evanescent and has no free surface transformation")
    cdef double q_p = sqrt(1.0 / (vp * vp) - p2), q_s = sqrt(1.0 / (vs * vs) - p2)
    cdef double half = 0.5 - vs * vs * p2
    cdef double radial_s = half / (vs * q_s), up_s = p * vs * vs / vp
    cdef double radial_p = -p * vs, up_p = half / (vp * q_p)
    out[0], out[1], out[2] = 0.5 * north, -0.5 * east, 0.0
    out[3], out[4], out[5] = radial_s * east, radial_s * north, up_s
    out[6], out[7], out[8] = radial_p * east, radial_p * north, up_p
    return 0
