"""_CoreSeismogram: three components of samples with header and transformation matrix; no log, no history."""

import os as _os

import numpy as _np

from libseis.objects.dmatrix import dmatrix
from libseis.errors import MatrixError, MetadataKeyError, SampleError

cimport numpy as cnp

from libc.math cimport M_PI, cos, fabs, sin
from libc.string cimport memcpy
from libseis.objects.clock cimport clock_set_dt, clock_set_t0
from libseis.objects.coretimeseries cimport _CoreTimeSeries
from libseis.objects.dmatrix cimport copy_matrix, zeros_matrix
from libseis.objects.metadata cimport Metadata
from libseis.objects.rotation cimport (
    direction,
    free_surface,
    invert3,
    matrix_of_nine,
    multiply3,
    nearly_identity,
    transform_samples,
)
from libseis.objects.sampled cimport _SampledSeries, publish_header
from libseis.objects.slowness cimport SlownessVector
from libseis.objects.spherical cimport SphericalCoordinate
from libseis.objects.timebase cimport WROTE_DT, WROTE_NPTS, WROTE_T0, _BasicTimeSeries

cnp.import_array()

cdef double[9] IDENTITY = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]
cdef double NO_SLOWNESS = 1e-12    # s/km; below this a wave counts as vertical


def rebuild_core_seismogram(cls, state):
    """A _CoreSeismogram of class `cls` from its pickled parts."""
    cdef _CoreSeismogram out = cls.__new__(cls)
    out._restore_seismogram(state)
    return out


cdef class _CoreSeismogram(_SampledSeries):
    """Three components of samples, without an error log and without history.

    `data` has shape (3, npts) in Fortran order; sample i is at t0 + i dt seconds. The components are east, north and up
    times the transformation matrix `tmatrix`. Without arguments the object is empty. New data are dead.

    Parameters
    ----------
    source
        A number of samples, all zero; an object of this class, which is copied deeply; or a Metadata (or dict) with
        delta and starttime, and perhaps tmatrix.
    metadata
        Header with delta and starttime, and perhaps tmatrix.
    load_data
        True to read the samples from the file that dir, dfile and foff name.
    base
        Times and length of the new object.
    header
        A dict, which makes UTC data, or a Metadata.
    data
        Samples, shape (3, npts).
    components
        Three _CoreTimeSeries with channel_hang and channel_vang (degrees).
    component_to_clone
        Number of the component from which the Metadata are copied: 0, 1 or 2.

    Raises
    ------
    MsPASSError
        The header lacks a name, the samples cannot be read, or the components do not fit together.
    """

    def __cinit__(self):
        memcpy(self._tm, IDENTITY, sizeof(IDENTITY))
        self._cardinal = self._orthogonal = True

    def __init__(self, *args):
        if not self._build(args):
            raise TypeError(f"{self.__class__.__name__} cannot be made of "
                            f"({', '.join([a.__class__.__name__ for a in args])}); wanted are (), (npts), a copy, "
                            "(_BasicTimeSeries, Metadata), (Metadata[, load_data]), (dict, array) or "
                            "(three TimeSeries, component_to_clone)")

    cdef bint _build(self, tuple args) except -1:
        """Make the object from constructor arguments; False if they fit no form of the constructor."""
        cdef Py_ssize_t n = len(args)
        first = args[0] if n else None
        if n == 0:
            self._data = zeros_matrix(0, 0)
            publish_header(self, WROTE_DT)
            publish_header(self, WROTE_T0)
            publish_header(self, WROTE_NPTS)
            self._forget_changes()
        elif n == 1 and isinstance(first, _CoreSeismogram):
            self._copy_sampled(first)
        elif isinstance(first, (Metadata, dict)) and (n == 1 or (n == 2 and isinstance(args[1], bool))):
            self._copy_metadata(first if isinstance(first, Metadata) else Metadata(first))
            self._read_header()
            self._read_tmatrix()
            if n == 2 and args[1]:
                self._read_file()
        elif n == 1 and hasattr(first, "__index__"):
            self.set_npts(first)
        elif n == 2 and isinstance(first, _BasicTimeSeries) and isinstance(args[1], Metadata):
            self._copy_metadata(args[1])
            self._copy_base(first)
            self._resize(self._npts)
            self._read_tmatrix()
        elif n == 2 and isinstance(first, (dict, Metadata)):
            self._copy_metadata(first if isinstance(first, Metadata) else Metadata(first))
            clock_set_dt(&self._clock, self.get_double("delta"))
            clock_set_t0(&self._clock, self.get_double("starttime"))
            self._relative = False
            self._data = copy_matrix(args[1])
            if self._data.shape[0] != 3:
                raise MatrixError(f"the samples of a Seismogram have shape (3, npts), not {self._data.shape}",
                                  shape=self._data.shape)
            self._read_tmatrix()
            self.sync_npts()
        elif n == 2 and hasattr(args[1], "__index__") and hasattr(first, "__len__"):
            self._from_components(first, args[1])
        else:
            return False
        return True

    cdef int _copy_body(self, _SampledSeries source) except -1:
        cdef _CoreSeismogram other = source
        self._copy_base(source)
        self._data = copy_matrix(source._data)
        memcpy(self._tm, other._tm, sizeof(IDENTITY))
        self._cardinal, self._orthogonal = other._cardinal, other._orthogonal
        return 0

    cdef int _resize(self, Py_ssize_t n) except -1:
        self._data = zeros_matrix(3, n) if n else zeros_matrix(0, 0)
        self._npts = n
        return 0

    cdef bint _same_kind(self, object other):
        return isinstance(other, _CoreSeismogram)

    cdef object _plain_copy(self):
        return _CoreSeismogram(self)

    cdef int _combine(self, object other, double sign) except -1:
        # As in MsPASS, adding to a dead Seismogram does nothing, but subtracting works for a dead one too.
        if sign > 0.0 and not self._live:
            return 0
        return _SampledSeries._combine(self, other, sign)

    # ---- construction

    cdef int _read_tmatrix(self) except -1:
        if "tmatrix" in self._md:
            matrix_of_nine(self._md["tmatrix"], self._tm)
            self._cardinal = self._orthogonal = nearly_identity(self._tm)
        return 0

    cdef int _read_file(self) except -1:
        """Read 3 npts native float64, time-interleaved, from dir/dfile at byte foff."""
        path = _os.path.join(self.get_string("dir"), self.get_string("dfile"))
        offset = self.get_long("foff") if "foff" in self._md else 0
        try:
            samples = _np.fromfile(path, dtype=_np.float64, count=3 * self._npts, offset=offset)
        except (OSError, ValueError) as error:
            raise SampleError(f"cannot read samples from {path}: {error}", what="dfile") from error
        if len(samples) != 3 * self._npts:
            raise SampleError(f"{path} holds {len(samples)} of the {3 * self._npts} samples wanted from byte {offset}",
                              what="dfile")
        self._data = samples.reshape((3, self._npts), order="F").view(dmatrix)
        self._live = True
        return 0

    cdef int _from_components(self, object components, object clone) except -1:
        """Join three channels over the time that all have; a channel's samples are shifted by half a sample at most."""
        cdef _CoreTimeSeries model, part
        cdef Py_ssize_t i, n
        cdef long long first, start, stop
        if len(components) != 3 or not all([isinstance(c, _CoreTimeSeries) for c in components]):
            raise SampleError("a Seismogram is made of exactly three TimeSeries", what="components")
        if not 0 <= clone < 3:
            raise SampleError(f"component_to_clone is {clone}; 0, 1 or 2 is wanted", what="component_to_clone")
        model = components[clone]
        self._copy_metadata(model)
        self._copy_base(model)
        for i, part in enumerate(components):
            for key in ("channel_hang", "channel_vang"):
                if key not in part._md:
                    raise MetadataKeyError(f"component {i} has no {key}; orientation is never guessed", key=key)
            direction(part.get_double("channel_hang"), part.get_double("channel_vang"), &self._tm[3 * i])
            n = max(len(part._data), len(model._data))
            if not fabs(part._clock.dt - model._clock.dt) * n <= model._clock.dt / 2:
                raise SampleError(f"component {i} has dt {part._clock.dt}, component {clone} {model._clock.dt}: they "
                                  "drift apart by more than half a sample", what="dt")
            if part._relative != model._relative:
                raise SampleError(f"components {i} and {clone} have different time standards", what="tref")
        start, stop = 0, len(model._data)
        firsts = []
        for part in components:
            first = model.sample_number(part._clock.t0)
            firsts.append(first)
            start = max(start, first)
            stop = min(stop, first + <long long>len(part._data))
        if start >= stop:
            raise SampleError("the three components have no common time span", what="components")
        self._data = zeros_matrix(3, stop - start)
        for i, part in enumerate(components):
            first = start - firsts[i]
            _np.asarray(self._data)[i, :] = _np.asarray(part._data)[first:first + stop - start]
        if start > 0:
            clock_set_t0(&self._clock, model.time(start))
            publish_header(self, WROTE_T0)
        self.sync_npts()
        self.erase("channel_hang")
        self.erase("channel_vang")
        self._cardinal = self._orthogonal = nearly_identity(self._tm)
        self._live = True
        return 0

    # ---- samples

    @property
    def data(self):
        """The samples: a dmatrix (a numpy float64 array) of shape (3, npts) in Fortran order.

        It is this object's memory; assigning copies any 2-d array; npts follows with sync_npts().
        """
        return self._data

    @data.setter
    def data(self, values):
        self._data = copy_matrix(values)

    def adopt_data(self, values, /):
        """Use an array as `data` without a copy, and set npts to its number of columns.

        The caller must not use the array afterwards.

        Parameters
        ----------
        values
            Samples, shape (3, npts), float64, writable and in Fortran order; other arrays are copied.
        """
        if (type(values) in (_np.ndarray, dmatrix) and values.ndim == 2 and values.dtype == _np.float64
                and values.flags.f_contiguous and values.flags.behaved):
            self._data = values.view(dmatrix)
        else:
            self._data = copy_matrix(values)
        self.sync_npts()

    def sync_npts(self):
        """Set npts, and its Metadata, to the number of columns of `data`."""
        self._npts = self._data.columns()
        self._publish(WROTE_NPTS)

    # ---- transformations

    @property
    def tmatrix(self):
        """The transformation matrix: a new array of shape (3, 3).

        Assigning takes arrays of shape (3,3), (9,), (1,9), (9,1), a list of 9 or 3 lists of 3, and writes
        Metadata tmatrix as a flat list of 9.
        """
        return _np.array([self._tm[i] for i in range(9)]).reshape(3, 3)

    @tmatrix.setter
    def tmatrix(self, value):
        cdef double[9] a
        matrix_of_nine(value, a)
        self._set_tmatrix(a)
        self._store("tmatrix", [a[i] for i in range(9)])

    cdef int _set_tmatrix(self, double* a) except -1:
        memcpy(self._tm, a, sizeof(IDENTITY))
        self._cardinal = self._orthogonal = nearly_identity(self._tm)
        return 0

    def set_transformation_matrix(self, value, /):
        """Set `tmatrix`, without changing the samples.

        Parameters
        ----------
        value
            The matrix, in any form that `tmatrix` takes.

        Returns
        -------
        bool
            Whether the components are cardinal.

        Raises
        ------
        MsPASSError
            The value is not a 3 x 3 matrix of numbers.
        """
        self.tmatrix = value
        return self._cardinal

    def cardinal(self):
        """True where the components are east, north and up."""
        return self._cardinal

    def orthogonal(self):
        """True where the components are known to be orthogonal."""
        return self._orthogonal

    cdef bint _idle(self) except -1:
        """True if there are no samples to transform. It also checks the shape of the samples."""
        if not self._live or not self._data.size:
            return True
        data = self._data
        if not (data.ndim == 2 and data.shape[0] == 3 and data.dtype == _np.float64 and data.flags.f_contiguous
                and data.flags.behaved):
            raise MatrixError(f"data must be a writable float64 array of shape (3, npts) in Fortran order, not "
                              f"{data.shape} of {data.dtype}", shape=data.shape)
        return False

    cdef int _apply(self, double* a) except -1:
        """data = a . data and tmatrix = a . tmatrix; the caller must set the flags."""
        cdef double[9] product
        cdef cnp.ndarray data = self._data
        cdef double* samples = <double*>cnp.PyArray_DATA(data)
        cdef Py_ssize_t n = cnp.PyArray_DIM(data, 1)
        with nogil:
            transform_samples(a, samples, n)
        multiply3(a, self._tm, product)
        memcpy(self._tm, product, sizeof(IDENTITY))
        return 0

    def rotate(self, by, /):
        """Rotate the components; dead data stay as they are.

        Parameters
        ----------
        by
            A number is an angle (radians) in the horizontal plane, counter-clockwise: x1' = cos x1 + sin x2. A
            SphericalCoordinate or a 3-vector (east, north, up) is the direction of a ray: after rotate_to_standard, the
            components become transverse, radial and longitudinal.

        Raises
        ------
        TypeError
            `by` is of another type.
        """
        cdef double[9] a
        cdef SphericalCoordinate ray
        if isinstance(by, bool) or isinstance(by, (str, bytes)):
            raise TypeError(f"rotate wants an angle, a SphericalCoordinate or a 3-vector, not {type(by).__name__}")
        if isinstance(by, SphericalCoordinate):
            ray = by
        elif _np.ndim(by) == 0:
            angle = float(by)
            if not self._idle():
                a = [cos(angle), sin(angle), 0.0, -sin(angle), cos(angle), 0.0, 0.0, 0.0, 1.0]
                self._apply(a)
                self._cardinal = False
            return
        else:
            ray = SphericalCoordinate(by)
        if self._idle():
            return
        self.rotate_to_standard()
        cdef double theta = ray.theta, phi = ray.phi
        if theta == M_PI:
            a = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, -1.0]
        else:
            if theta < 0.0:
                theta, phi = -theta, phi + M_PI
            elif theta > M_PI:
                theta, phi = 2 * M_PI - theta, phi + M_PI
            a = [sin(phi), -cos(phi), 0.0,
                 cos(phi) * cos(theta), sin(phi) * cos(theta), -sin(theta),
                 cos(phi) * sin(theta), sin(phi) * sin(theta), cos(theta)]
        self._apply(a)
        self._cardinal = False
        self._orthogonal = True

    def transform(self, matrix, /):
        """Multiply the samples and `tmatrix` by a matrix: data = matrix . data, tmatrix = matrix . tmatrix.

        Parameters
        ----------
        matrix
            Anything of shape (3, 3).

        Raises
        ------
        ValueError
            The matrix has another shape.
        """
        cdef double[9] a
        values = _np.asarray(matrix, dtype=_np.float64)
        if values.shape != (3, 3):
            raise ValueError(f"a transformation matrix has shape (3, 3), not {values.shape}")
        matrix_of_nine(values, a)
        if self._idle():
            return
        self._apply(a)
        self._cardinal = self._orthogonal = nearly_identity(self._tm)

    def turn(self, axes, /):
        """Rotate to new axes, as `transform` does; `orthogonal()` gives the same as before.

        Parameters
        ----------
        axes
            The new axes as rows, shape (3, 3), orthonormal; they may be left-handed.

        Raises
        ------
        MsPASSError
            The matrix is not orthonormal or does not have this shape.
        """
        cdef double[9] a
        values = _np.asarray(axes, dtype=_np.float64)
        if values.shape != (3, 3) or not _np.allclose(values @ values.T, _np.eye(3), atol=1e-9):
            raise MatrixError("the rows of a rotation matrix are three orthonormal vectors", shape=values.shape)
        matrix_of_nine(values, a)
        if self._idle():
            return
        self._apply(a)
        self._cardinal = nearly_identity(self._tm)
        self._orthogonal = self._orthogonal or self._cardinal

    def rotate_to_standard(self):
        """Bring the components back to east, north and up.

        Raises
        ------
        MsPASSError
            `tmatrix` is singular.
        """
        cdef double[9] inverse
        cdef int i, j
        if self._idle() or self._cardinal:
            return
        if self._orthogonal:
            for i in range(3):
                for j in range(3):
                    inverse[3 * i + j] = self._tm[3 * j + i]
        else:
            invert3(self._tm, inverse)
        self._apply(inverse)
        memcpy(self._tm, IDENTITY, sizeof(IDENTITY))
        self._cardinal = self._orthogonal = True

    def free_surface_transformation(self, SlownessVector uvec not None, double vp0, double vs0, /):
        """Remove the effect of the free surface.

        The components must be east, north and up; they become transverse, SV and P. Vertical incidence changes nothing.

        Parameters
        ----------
        uvec
            Horizontal slowness (s/km).
        vp0
            P velocity at the surface (km/s).
        vs0
            S velocity at the surface (km/s).

        Raises
        ------
        MsPASSError
            The wave is evanescent, or a number is not finite.

        References
        ----------
        Kennett, B. L. N. (1991), The removal of free surface interactions from three-component seismograms, Geophys. J.
        Int. 104, 153-163.
        """
        cdef double[9] a
        if self._idle() or uvec.mag() < NO_SLOWNESS:
            return
        free_surface(uvec.ux, uvec.uy, vp0, vs0, a)
        self._apply(a)
        self._cardinal = self._orthogonal = False

    # ---- pickles, size

    cdef tuple _seismogram_state(self, int protocol):
        return (self._sampled_state(protocol), tuple([self._tm[i] for i in range(9)]), self._cardinal, self._orthogonal)

    cdef int _restore_seismogram(self, tuple state) except -1:
        sampled, matrix, self._cardinal, self._orthogonal = state
        self._restore_sampled(sampled, dmatrix)
        matrix_of_nine(matrix, self._tm)
        return 0

    def __reduce_ex__(self, protocol):
        return self._reduced(rebuild_core_seismogram, (self.__class__, self._seismogram_state(protocol)))

    def __sizeof__(self):
        # MsPASS's estimate, minus the 16 bytes that sys.getsizeof adds for the garbage collector.
        return 536 + 8 * self._data.size + 24 * len(self._md) + 8 * len(self._changed)
