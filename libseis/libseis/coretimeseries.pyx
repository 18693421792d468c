"""_CoreTimeSeries: one channel of samples with its header; no error log, no history."""

from pickle import PickleBuffer as _PickleBuffer

import numpy as _np

from libseis.doublevector import DoubleVector
from libseis.enums import TimeReferenceType
from libseis.errors import MetadataTypeError, SampleError

from libc.math cimport fabs, isfinite, llround
from libseis.clock cimport clock_set_dt, clock_set_t0
from libseis.doublevector cimport copy_vector, zeros_vector
from libseis.metadata cimport Metadata
from libseis.timebase cimport WROTE_DT, WROTE_NPTS, WROTE_T0, sample_count

cdef double GRID_TOLERANCE = 1e-6   # samples; closer grids than this are the same
cdef tuple T0_ALIASES = ("t0", "time")
cdef tuple DT_ALIASES = ("dt",)
cdef tuple NPTS_ALIASES = ("nsamp", "wfdisc.nsamp")


cdef int publish_header(_BasicTimeSeries target, Written what) except -1:
    """Write t0, dt or npts to Metadata, and to the other names of it that are there."""
    cdef tuple aliases
    cdef object value
    if what == WROTE_T0:
        name, aliases, value = "starttime", T0_ALIASES, target._clock.t0
    elif what == WROTE_DT:
        name, aliases, value = "delta", DT_ALIASES, target._clock.dt
    else:
        name, aliases, value = "npts", NPTS_ALIASES, target._npts
    target._store(name, value)
    for alias in aliases:
        if alias in target._md:
            target._store(alias, value)
    return 0


cdef int read_header(_BasicTimeSeries target) except -1:
    """Set clock, length and time standard from the Metadata of `target`; returns 1 where the time
    standard's text is unknown and was taken for Relative."""
    cdef bint unknown = False
    cdef double dt = target.get_double("delta"), t0 = target.get_double("starttime")
    clock_set_dt(&target._clock, dt)
    clock_set_t0(&target._clock, t0)
    npts = target.get_long("npts") if "npts" in target._md else 0
    if npts < 0:
        raise MetadataTypeError(f"Metadata 'npts' = {npts} must not be negative", key="npts", wanted="npts >= 0",
                                found="int")
    target._relative = True
    if "time_standard" in target._md:
        standard = target.get_string("time_standard")
        target._relative = standard != "UTC"
        unknown = standard not in ("UTC", "Relative")
    if target._relative and "starttime_shift" in target._md:
        target.force_t0_shift(target.get_double("starttime_shift"))
    target._live = False
    target._resize(sample_count(npts))
    publish_header(target, WROTE_NPTS)
    return unknown


cdef long long grid_offset(_BasicTimeSeries left, _BasicTimeSeries right) except? -9223372036854775807:
    """The sample of `left` at which `right` starts; both must have one time standard, interval and grid."""
    cdef double a = left._clock.dt, b = right._clock.dt, offset
    if left._relative != right._relative:
        raise SampleError("data of different time standards (UTC and Relative) cannot be combined; "
                          "bring them to one with ator or rtoa", what="tref")
    if not (isfinite(a) and isfinite(b)) or a == 0.0 or fabs(a - b) > GRID_TOLERANCE * max(fabs(a), fabs(b)):
        raise SampleError(f"data of different sampling intervals ({a} s and {b} s) cannot be combined; "
                          "resample one of them", what="dt")
    if left._clock.t0_exact and right._clock.t0_exact and left._clock.num:
        difference = (<object>right._clock.t0_ns) - (<object>left._clock.t0_ns)
        offset = difference * (<object>left._clock.num) / ((<object>left._clock.den) * 1000000000)
    else:
        offset = (right._clock.t0 - left._clock.t0) / a
    if not fabs(offset) < 9.2e18:
        raise SampleError(f"start times {left._clock.t0} and {right._clock.t0} are too far apart", what="t0")
    if fabs(offset - llround(offset)) > GRID_TOLERANCE:
        raise SampleError(f"the samples lie {offset - llround(offset):.6f} of an interval apart; "
                          "only data on one grid can be combined", what="t0")
    return llround(offset)


cdef object samples_for_pickle(object data, int protocol):
    """A buffer of the samples: out-of-band where the pickler wants it so."""
    if not (data.dtype == _np.float64 and (data.flags.c_contiguous or data.flags.f_contiguous)):
        data = _np.asarray(data, dtype=_np.float64, order="F" if data.ndim == 2 else "C")
    return _PickleBuffer(data) if protocol >= 5 else data.tobytes("A")


cdef object rebuild_samples(object buffer):
    """The samples in `buffer` as a writable 1-d array, without a copy where the buffer is writable."""
    samples = _np.frombuffer(buffer, dtype=_np.float64) if memoryview(buffer).nbytes else _np.empty(0)
    return samples if samples.flags.writeable else samples.copy()


def rebuild_core_time_series(cls, state):
    """A _CoreTimeSeries of class `cls` from its pickled parts."""
    cdef _CoreTimeSeries out = cls.__new__(cls)
    out._md, out._changed, base, buffer = state
    out._restore_base(base)
    out._data = rebuild_samples(buffer).view(DoubleVector)
    return out


cdef class _CoreTimeSeries(_BasicTimeSeries):
    """Samples of one channel, `data` of shape (npts,), at t0 + i dt seconds.

    `()`, `(npts)` zeros, `(_CoreTimeSeries)` a deep copy, `(_BasicTimeSeries, Metadata)`,
    `(Metadata)` which needs delta and starttime, `(dict, array)` which is UTC. New data are dead.
    The setters of t0, dt and npts write starttime, delta and npts to the Metadata; not the other way round.
    """

    def __cinit__(self):
        self._data = None

    def __init__(self, *args):
        if not self._build(args):
            raise TypeError(f"{self.__class__.__name__} cannot be made of "
                            f"({', '.join([a.__class__.__name__ for a in args])}); wanted are (), (npts), a copy, "
                            "(_BasicTimeSeries, Metadata), (Metadata) or (dict, array)")

    cdef bint _build(self, tuple args) except -1:
        """Make the object from constructor arguments; False where they fit no form."""
        cdef Py_ssize_t n = len(args)
        first = args[0] if n else None
        if n == 0:
            self._data = zeros_vector(0)
            publish_header(self, WROTE_DT)
            publish_header(self, WROTE_T0)
            publish_header(self, WROTE_NPTS)
            self._changed.clear()
        elif n == 1 and isinstance(first, _CoreTimeSeries):
            self._copy_core(first)
        elif n == 1 and isinstance(first, (Metadata, dict)):
            self._copy_metadata(first if isinstance(first, Metadata) else Metadata(first))
            if read_header(self):
                self._complain(f"time_standard '{self._md['time_standard']}' is neither UTC nor Relative; "
                               "taken as Relative")
        elif n == 1 and hasattr(first, "__index__"):
            self.set_npts(first)
        elif n == 2 and isinstance(first, _BasicTimeSeries) and isinstance(args[1], Metadata):
            self._copy_metadata(args[1])
            self._copy_base(first)
            self._data = zeros_vector(self._npts)
        elif n == 2 and isinstance(first, (dict, Metadata)):
            self._copy_metadata(first if isinstance(first, Metadata) else Metadata(first))
            clock_set_dt(&self._clock, self.get_double("delta"))
            clock_set_t0(&self._clock, self.get_double("starttime"))
            self._relative = False
            self._data = copy_vector(args[1])
            self.sync_npts()
        else:
            return False
        return True

    cdef int _complain(self, str message) except -1:
        """A complaint about the datum; Core objects have nowhere to keep one."""
        return 0

    cdef int _copy_core(self, _CoreTimeSeries source) except -1:
        self._copy_metadata(source)
        self._copy_base(source)
        self._data = copy_vector(source._data)
        return 0

    cdef int _publish(self, Written what) except -1:
        return publish_header(self, what)

    cdef int _resize(self, Py_ssize_t n) except -1:
        self._data = zeros_vector(n)
        self._npts = n
        self._gaps = None
        return 0

    @property
    def data(self):
        """The samples: a DoubleVector, that is a numpy float64 array of shape (npts,) on this object's memory.

        Assigning copies the numbers of any 1-d array; npts follows with sync_npts().
        """
        return self._data

    @data.setter
    def data(self, values):
        self._data = copy_vector(values)

    def adopt_data(self, values, /):
        """Take over a writable, contiguous 1-d float64 array as `data` without a copy, and its length as npts.

        The caller must not use the array afterwards. Other arrays are copied.
        """
        if (type(values) in (_np.ndarray, DoubleVector) and values.ndim == 1 and values.dtype == _np.float64
                and values.flags.carray):
            self._data = values.view(DoubleVector)
        else:
            self._data = copy_vector(values)
        self.sync_npts()

    def sync_npts(self):
        """Set npts, and its Metadata, to the length of `data`."""
        self._npts = len(self._data)
        self._publish(WROTE_NPTS)

    # ---- arithmetic on the common time span

    cdef int _combine(self, object other, double sign) except -1:
        """self += sign * other where both have samples; length, t0 and Metadata stay."""
        cdef _CoreTimeSeries right = other
        if not right._live:
            return 0
        cdef long long offset = grid_offset(self, right)
        cdef long long first = max(0, offset), stop = min(<long long>len(self._data), offset + <long long>len(right._data))
        if first >= stop:
            return 0
        mine = _np.asarray(self._data)[first:stop]
        theirs = _np.asarray(right._data)[first - offset:stop - offset]
        if sign > 0:
            _np.add(mine, theirs, out=mine)
        else:
            _np.subtract(mine, theirs, out=mine)
        return 0

    cdef object _plain_result(self):
        return _CoreTimeSeries(self)

    def __iadd__(self, other):
        if not isinstance(other, _CoreTimeSeries):
            return NotImplemented
        self._combine(other, 1.0)
        return self

    def __isub__(self, other):
        if not isinstance(other, _CoreTimeSeries):
            return NotImplemented
        self._combine(other, -1.0)
        return self

    def __add__(self, other):
        if not isinstance(other, _CoreTimeSeries):
            return NotImplemented
        out = self._plain_result() if isinstance(other, self._plain_class()) else _CoreTimeSeries(self)
        out += other
        return out

    def __sub__(self, other):
        if not isinstance(other, _CoreTimeSeries):
            return NotImplemented
        out = self._plain_result() if isinstance(other, self._plain_class()) else _CoreTimeSeries(self)
        out -= other
        return out

    def _plain_class(self):
        return _CoreTimeSeries

    def __imul__(self, factor):
        cdef double number = factor
        _np.multiply(self._data, number, out=self._data)
        return self

    def __itruediv__(self, divisor):
        cdef double number = divisor
        _np.divide(self._data, number, out=self._data)
        return self

    def __mul__(self, factor):
        cdef double number = factor
        out = self._plain_result()
        out *= number
        return out

    def __rmul__(self, factor):
        return self * factor

    def __truediv__(self, divisor):
        cdef double number = divisor
        out = self._plain_result()
        out /= number
        return out

    def __neg__(self):
        return self * -1.0

    # ---- copies, pickles, size

    def __deepcopy__(self, memo):
        cdef _CoreTimeSeries out = self.__class__.__new__(self.__class__)
        out._copy_core(self)
        out._copy_metadata_deep(self, memo)
        return out

    cdef tuple _core_state(self, int protocol):
        return self._md, self._changed, self._base_state(), samples_for_pickle(self._data, protocol)

    def __reduce_ex__(self, protocol):
        return rebuild_core_time_series, (self.__class__, self._core_state(protocol))

    def __sizeof__(self):
        # MsPASS's estimate, less the 16 bytes that sys.getsizeof adds for the garbage collector.
        return 432 + 8 * len(self._data) + 24 * len(self._md) + 8 * len(self._changed)
