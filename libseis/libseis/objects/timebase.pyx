"""_BasicTimeSeries: the base class of all evenly sampled data: clock, length, live or dead, time standard."""

import operator as _operator

from numpy import bool_ as _bool_

from libseis.enums import ErrorSeverity, TimeReferenceType
from libseis.errors import TimeReferenceError

cimport numpy as cnp

from libc.math cimport INFINITY
from libseis.objects.clock cimport (
    clock_fill_axis,
    clock_init,
    clock_move,
    clock_restore,
    clock_sample,
    clock_set_dt,
    clock_set_rate,
    clock_set_t0,
    clock_set_t0_ns,
    clock_state,
    clock_time,
    clock_time_ns,
)
from libseis.objects.doublevector cimport new_vector

cnp.import_array()

cdef object _UTC = TimeReferenceType.UTC
cdef object _RELATIVE = TimeReferenceType.Relative
# A shift of more seconds than this counts as valid even without the mark (MsPASS's rule).
cdef double PLAUSIBLE_SHIFT = 100.0


cdef Py_ssize_t sample_count(object n) except -1:
    """`n` as a number of samples; TypeError if it is not a whole number >= 0."""
    if isinstance(n, bool) or not hasattr(n, "__index__"):
        raise TypeError(f"a number of samples must be an int, not {type(n).__name__}")
    number = _operator.index(n)
    if number < 0:
        raise TypeError(f"a number of samples must not be negative, but is {number}")
    if number >= 2**60:
        raise MemoryError(f"{number} samples are more than memory can hold")
    return number


cdef class _BasicTimeSeries(Metadata):
    """The common part of all evenly sampled data: clock, length, life and time standard.

    New data are dead and Relative, with t0 = 0, dt = 1 s and npts = 0. Times are seconds: POSIX epoch seconds under
    UTC, seconds from a mark under Relative. Inside, the clock is integer nanoseconds and a rational rate
    (libseis.objects.clock).

    Parameters
    ----------
    source
        An object to copy.
    """

    def __cinit__(self):
        clock_init(&self._clock)
        self._relative = True

    def __init__(self, source=None, /):
        if source is None:
            return
        if not isinstance(source, _BasicTimeSeries):
            raise TypeError(f"_BasicTimeSeries copies a _BasicTimeSeries, not {type(source).__name__}")
        self._copy_base(source)

    cdef int _publish(self, Written what) except -1:
        return 0

    cdef int _resize(self, Py_ssize_t n) except -1:
        self._npts = n
        return 0

    cdef int _copy_base(self, _BasicTimeSeries source) except -1:
        self._clock = source._clock
        self._npts = source._npts
        self._t0shift = source._t0shift
        self._t0shift_valid = source._t0shift_valid
        self._live = source._live
        self._relative = source._relative
        return 0

    cdef tuple _base_state(self):
        return (clock_state(&self._clock), self._npts, self._t0shift, self._t0shift_valid,
                self._live, self._relative)

    cdef int _restore_base(self, tuple state) except -1:
        clock, self._npts, self._t0shift, self._t0shift_valid, self._live, self._relative = state
        clock_restore(&self._clock, clock)
        return 0

    def __deepcopy__(self, memo):
        cdef _BasicTimeSeries out = self.__class__.__new__(self.__class__)
        out._copy_metadata_deep(self, memo)
        out._copy_base(self)
        return out

    def __reduce_ex__(self, protocol):
        return self._reduced(rebuild_base, (self.__class__, self._md, self._changed, self._base_state()))

    # ---- length

    @property
    def npts(self):
        """Number of samples. Setting it makes that many new samples, all zero."""
        return self._npts

    @npts.setter
    def npts(self, n):
        self.set_npts(n)

    def set_npts(self, n, /):
        """Make a number of samples, all zero; the samples before are dropped.

        Parameters
        ----------
        n
            Number of samples.
        """
        self._resize(sample_count(n))
        self._publish(WROTE_NPTS)

    # ---- clock

    @property
    def t0(self):
        """Time of the first sample in seconds."""
        return self._clock.t0

    @t0.setter
    def t0(self, double t0):
        self.set_t0(t0)

    def set_t0(self, double t0, /):
        """Set the time of the first sample.

        Parameters
        ----------
        t0
            Time in seconds.
        """
        clock_set_t0(&self._clock, t0)
        self._publish(WROTE_T0)

    @property
    def t0_ns(self):
        """Time of the first sample in whole nanoseconds."""
        return clock_time_ns(&self._clock, 0)

    @t0_ns.setter
    def t0_ns(self, int64_t t0_ns):
        self.set_t0_ns(t0_ns)

    def set_t0_ns(self, int64_t t0_ns, /):
        """Set the time of the first sample exactly.

        Parameters
        ----------
        t0_ns
            Time in nanoseconds.
        """
        clock_set_t0_ns(&self._clock, t0_ns)
        self._publish(WROTE_T0)

    def starttime(self):
        """Return the time of the first sample in seconds."""
        return self._clock.t0

    @property
    def dt(self):
        """Sampling interval in seconds."""
        return self._clock.dt

    @dt.setter
    def dt(self, double dt):
        self.set_dt(dt)

    def set_dt(self, double dt, /):
        """Set the sampling interval; t0 stays.

        The rate becomes the fraction that the interval stands for.

        Parameters
        ----------
        dt
            Interval in seconds.
        """
        clock_set_dt(&self._clock, dt)
        self._publish(WROTE_DT)

    @property
    def rate_numerator(self):
        """Samples per second are rate_numerator / rate_denominator; 0 if dt does not stand for a fraction."""
        return self._clock.num

    @property
    def rate_denominator(self):
        """See rate_numerator."""
        return self._clock.den

    def set_rate(self, int64_t numerator, int64_t denominator=1, /):
        """Set the sampling rate exactly; t0 stays.

        Parameters
        ----------
        numerator
            Positive.
        denominator
            Positive; the rate is numerator / denominator samples per second.

        Raises
        ------
        MsPASSError
            A number is not positive.
        """
        clock_set_rate(&self._clock, numerator, denominator)
        self._publish(WROTE_DT)

    def samprate(self):
        """Return the samples per second, 1 / dt."""
        if self._clock.num:
            return (<object>self._clock.num) / (<object>self._clock.den)
        return INFINITY if self._clock.dt == 0.0 else 1.0 / self._clock.dt

    def time(self, long long i, /):
        """Return the time of a sample.

        Parameters
        ----------
        i
            Number of the sample, from 0; it may lie outside the data.

        Returns
        -------
        float
            Time in seconds, correctly rounded.
        """
        return clock_time(&self._clock, i)

    def time_ns(self, long long i, /):
        """Return the time of a sample in nanoseconds.

        Parameters
        ----------
        i
            Number of the sample, from 0; it may lie outside the data.

        Returns
        -------
        int
            Time in whole nanoseconds; exact if the interval is a whole number of them.

        Raises
        ------
        MsPASSError
            The time is outside 64 bits.
        """
        return clock_time_ns(&self._clock, i)

    def endtime(self):
        """Return the time of the last sample in seconds, or t0 - dt without samples."""
        return clock_time(&self._clock, self._npts - 1)

    def endtime_ns(self):
        """Return the time of the last sample in whole nanoseconds."""
        return clock_time_ns(&self._clock, self._npts - 1)

    def sample_number(self, double t, /):
        """Return the number of the sample nearest to a time.

        Parameters
        ----------
        t
            Time in seconds.

        Returns
        -------
        int
            The number, halves rounded away from zero; it may lie outside the data.
        """
        return clock_sample(&self._clock, t)

    def time_axis(self):
        """Return the times of all samples in seconds, shape (npts,).

        They are t0 + i dt in double precision. time(i) is correctly rounded; these may differ from it in the last
        place.
        """
        axis = new_vector(self._npts)
        clock_fill_axis(&self._clock, <double*>cnp.PyArray_DATA(<cnp.ndarray>axis), self._npts)
        return axis

    # ---- life

    @property
    def live(self):
        """True if the datum can be processed."""
        return self._live

    @live.setter
    def live(self, value):
        if not isinstance(value, (int, float, _bool_)):
            raise TypeError(f"live must be a bool, not {type(value).__name__}")
        self._live = bool(value)

    def dead(self):
        """Return whether the datum is dead."""
        return not self._live

    def kill(self):
        """Mark the datum dead: algorithms pass it through untouched."""
        self._live = False

    def set_live(self):
        """Mark the datum live."""
        self._live = True

    # ---- time standard

    @property
    def tref(self):
        """The time standard (TimeReferenceType)."""
        return _RELATIVE if self._relative else _UTC

    @tref.setter
    def tref(self, value):
        self.set_tref(value)

    def set_tref(self, value, /):
        """Set the time standard; the times stay as they are.

        Parameters
        ----------
        value
            The time standard.
        """
        if not isinstance(value, TimeReferenceType):
            raise TypeError(f"tref must be a TimeReferenceType, not {type(value).__name__}")
        self._relative = value is _RELATIVE

    def timetype(self):
        """Return the time standard."""
        return self.tref

    def time_is_UTC(self):
        """Return whether times are POSIX epoch seconds."""
        return not self._relative

    def time_is_relative(self):
        """Return whether times count from a mark."""
        return self._relative

    def ator(self, double tshift, /):
        """Change UTC times to Relative times; dead or Relative data are not changed.

        Parameters
        ----------
        tshift
            Epoch time (seconds) that becomes time zero.
        """
        if not self._live or self._relative:
            return
        clock_move(&self._clock, tshift, -1)
        self._relative = True
        self._t0shift = tshift
        self._t0shift_valid = True

    def rtoa(self):
        """Change Relative times back to UTC.

        Raises
        ------
        MsPASSError
            The epoch time of time zero is not known.
        """
        if not self._live or not self._relative:
            return
        if not (self._t0shift_valid or self._t0shift > PLAUSIBLE_SHIFT):
            raise TimeReferenceError(
                "rtoa cannot give UTC times: the time of the mark is not known; set it with force_t0_shift",
                method="rtoa",
            )
        clock_move(&self._clock, self._t0shift, 1)
        self._relative = False
        self._t0shift = 0.0
        self._t0shift_valid = False

    def shift(self, double dt, /):
        """Move time zero; UTC data become Relative to the new time zero.

        Parameters
        ----------
        dt
            Seconds by which time zero moves.

        Raises
        ------
        MsPASSError
            The epoch time of time zero is not known.
        """
        cdef double old = self._t0shift
        self.rtoa()
        self.ator(old + dt)

    def force_t0_shift(self, double t, /):
        """State the epoch time of time zero of Relative data.

        Parameters
        ----------
        t
            Epoch time in seconds.
        """
        self._t0shift = t
        self._t0shift_valid = True

    def get_t0shift(self):
        """Return the epoch time (seconds) of time zero, or 0 if it is not known."""
        return self._t0shift

    def shifted(self):
        """Return whether the epoch time of time zero is known."""
        return self._t0shift_valid

    def time_reference(self):
        """Return the epoch time (seconds) of time zero of Relative data.

        Raises
        ------
        MsPASSError
            The data are UTC, or the epoch time is not known.
        """
        if not self._relative:
            raise TimeReferenceError(
                "time_reference is for Relative data, but these are UTC", ErrorSeverity.Fatal, method="time_reference"
            )
        if not self._t0shift_valid:
            raise TimeReferenceError("the epoch time of time zero is not known; set it with force_t0_shift",
                                     method="time_reference")
        return self._t0shift


def rebuild_base(cls, values, changed, state):
    """A _BasicTimeSeries of class `cls` from its pickled parts."""
    cdef _BasicTimeSeries out = cls.__new__(cls)
    out._restore_metadata(values, changed)
    out._restore_base(state)
    return out
