"""_SampledSeries: the base class of one- and three-component data: samples, header sync, arithmetic, pickles."""

from pickle import PickleBuffer as _PickleBuffer

import numpy as _np

from libseis.errors import MetadataTypeError, SampleError
from libseis.objects.shown import series_html, series_text

from libc.math cimport fabs, isfinite, llround
from libseis.objects.clock cimport clock_set_dt, clock_set_t0
from libseis.objects.timebase cimport WROTE_DT, WROTE_NPTS, WROTE_T0, sample_count

cdef double GRID_TOLERANCE = 1e-6   # samples; grids closer than this are the same
cdef tuple T0_ALIASES = ("t0", "time")
cdef tuple DT_ALIASES = ("dt",)
cdef tuple NPTS_ALIASES = ("nsamp", "wfdisc.nsamp")


cdef int publish_header(_BasicTimeSeries target, Written what) except -1:
    """Write t0, dt or npts to Metadata, and to its aliases that are defined."""
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


cdef long long grid_offset(_BasicTimeSeries left, _BasicTimeSeries right) except? -9223372036854775807:
    """The sample of `left` at which `right` starts; both must have the same time standard, interval and grid."""
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
    if not fabs(offset) < 9e15:
        raise SampleError(f"start times {left._clock.t0} and {right._clock.t0} are too far apart", what="t0")
    if fabs(offset - llround(offset)) > GRID_TOLERANCE:
        raise SampleError(f"the samples lie {offset - llround(offset):.6f} of an interval apart; "
                          "only data on one grid can be combined", what="t0")
    return llround(offset)


cdef object samples_for_pickle(object data, int protocol):
    """A buffer of the samples; out-of-band if the pickler supports it."""
    if not (data.dtype == _np.float64 and (data.flags.c_contiguous or data.flags.f_contiguous)):
        data = _np.asarray(data, dtype=_np.float64, order="F")
    return _PickleBuffer(data) if protocol >= 5 else data.tobytes("A")


cdef object samples_from_pickle(object buffer, tuple shape):
    """The samples in `buffer` as a writable array; a copy only if the buffer is read-only."""
    if memoryview(buffer).nbytes:
        samples = _np.frombuffer(buffer, dtype=_np.float64)
        if not samples.flags.writeable:
            samples = samples.copy()
    else:
        samples = _np.empty(0)
    return samples.reshape(shape, order="F") if len(shape) > 1 else samples


cdef class _SampledSeries(_BasicTimeSeries):
    """Samples with time along the last axis of `data`; base of _CoreTimeSeries and _CoreSeismogram.

    Parameters
    ----------
    *args
        Values of one of the forms that the derived classes describe.
    """

    cdef int _copy_body(self, _SampledSeries source) except -1:
        """Copy everything except Metadata, log, history and gaps."""
        raise NotImplementedError

    cdef int _copy_extras(self, _SampledSeries source) except -1:
        """Copy log, history and gaps; does nothing for Core objects, which have none."""
        return 0

    cdef int _copy_sampled(self, _SampledSeries source) except -1:
        """Copy everything except log, history and gaps; the values of Metadata are shared."""
        self._copy_metadata(source)
        return self._copy_body(source)

    cdef object _deep_copy(self, dict memo):
        """A copy that shares nothing."""
        cdef _SampledSeries out = self.__class__.__new__(self.__class__)
        out._copy_metadata_deep(self, memo)
        out._copy_body(self)
        out._copy_extras(self)
        return out

    cdef int _complain(self, str message) except -1:
        """Log a complaint about the datum; does nothing for Core objects, which have no log."""
        return 0

    cdef int _take_log(self, object other) except -1:
        """Append the log of `other`; does nothing for Core objects, which have no log."""
        return 0

    cdef bint _same_kind(self, object other):
        """True if `other` can be added to this datum."""
        return False

    cdef object _plain_copy(self):
        """A copy as the library's class, also from a subclass."""
        raise NotImplementedError

    cdef object _result_with(self, object other):
        """The copy that an operation with `other` starts from."""
        return self._plain_copy()

    # ---- header

    cdef int _publish(self, Written what) except -1:
        return publish_header(self, what)

    cdef int _read_header(self) except -1:
        """Set clock, length (samples zero) and time standard from the Metadata; the result is dead."""
        cdef double dt = self.get_double("delta"), t0 = self.get_double("starttime")
        clock_set_dt(&self._clock, dt)
        clock_set_t0(&self._clock, t0)
        npts = self.get_long("npts") if "npts" in self._md else 0
        if npts < 0:
            raise MetadataTypeError(f"Metadata 'npts' = {npts} must not be negative", key="npts",
                                    wanted="npts >= 0", found="int")
        self._relative = True
        if "time_standard" in self._md:
            standard = self.get_string("time_standard")
            self._relative = standard != "UTC"
            if standard not in ("UTC", "Relative"):
                self._complain(f"time_standard '{standard}' is neither UTC nor Relative; taken as Relative")
        if self._relative and "starttime_shift" in self._md:
            self.force_t0_shift(self.get_double("starttime_shift"))
        self._live = False
        self._resize(sample_count(npts))
        publish_header(self, WROTE_NPTS)
        return 0

    # ---- arithmetic on the common time span

    cdef int _combine(self, object other, double sign) except -1:
        """self += sign * other over the time that both have; length, t0 and Metadata stay."""
        cdef _SampledSeries right = other
        if not right._live:
            return 0
        cdef long long offset = grid_offset(self, right)
        ours, theirs = _np.asarray(self._data), _np.asarray(right._data)
        if ours.shape[:-1] != theirs.shape[:-1]:
            raise SampleError(f"samples of shapes {ours.shape} and {theirs.shape} cannot be combined", what="data")
        cdef long long first = max(0, offset)
        cdef long long stop = min(<long long>ours.shape[-1], offset + <long long>theirs.shape[-1])
        if first >= stop:
            return 0
        ours, theirs = ours[..., first:stop], theirs[..., first - offset:stop - offset]
        (_np.add if sign > 0 else _np.subtract)(ours, theirs, out=ours)
        return 0

    def __iadd__(self, other):
        if not self._same_kind(other):
            return NotImplemented
        self._combine(other, 1.0)
        self._take_log(other)
        return self

    def __isub__(self, other):
        if not self._same_kind(other):
            return NotImplemented
        self._combine(other, -1.0)
        self._take_log(other)
        return self

    def __add__(self, other):
        if not self._same_kind(other):
            return NotImplemented
        out = self._result_with(other)
        out += other
        return out

    def __sub__(self, other):
        if not self._same_kind(other):
            return NotImplemented
        out = self._result_with(other)
        out -= other
        return out

    def __imul__(self, double factor):
        _np.multiply(self._data, factor, out=self._data)
        return self

    def __itruediv__(self, double divisor):
        _np.divide(self._data, divisor, out=self._data)
        return self

    def __mul__(self, double factor):
        out = self._plain_copy()
        out *= factor
        return out

    def __rmul__(self, double factor):
        return self * factor

    def __truediv__(self, double divisor):
        out = self._plain_copy()
        out /= divisor
        return out

    def __neg__(self):
        return self * -1.0

    # ---- copies, pickles

    def __repr__(self):
        return series_text(self)

    def _repr_html_(self):
        return series_html(self)

    def __deepcopy__(self, memo):
        return self._deep_copy(memo)

    cdef tuple _sampled_state(self, int protocol):
        return (self._md, self._changed, self._base_state(), self._data.shape,
                samples_for_pickle(self._data, protocol))

    cdef int _restore_sampled(self, tuple state, object cls) except -1:
        values, changed, base, shape, buffer = state
        self._restore_metadata(values, changed)
        self._restore_base(base)
        self._data = samples_from_pickle(buffer, shape).view(cls)
        return 0
