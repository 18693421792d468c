"""TimeSeries: one channel of samples with header, error log, processing history and gap list."""

import uuid as _uuid

import numpy as _np

from libseis.objects.bridge import to_obspy
from libseis.objects.doublevector import DoubleVector
from libseis.enums import AtomicType, ErrorSeverity, GapFill
from libseis.errors import SampleError
from libseis.objects.gaplist import GapStatistics, joined, overlapping
from libseis.objects.history import ProcessingHistory
from libseis.objects.timewindow import TimeWindow

from libc.math cimport ceil, floor, isfinite
from libc.stdint cimport int64_t
from libseis.objects.clock cimport clock_time, clock_time_ns, ns_to_seconds, seconds_to_ns
from libseis.objects.doublevector cimport copy_vector
from libseis.objects.historystate cimport (
    append_log,
    copy_log_and_history,
    elog_of,
    log_and_history,
    log_size,
    restore_log_and_history,
)
from libseis.objects.sampled cimport _SampledSeries


cdef double GAP_TOLERANCE = 1e-3   # of a sample; at high rates float epoch times are not more exact than this


def rebuild_time_series(cls, state, extras, gaps):
    """A TimeSeries of class `cls` from its pickled parts."""
    cdef TimeSeries out = cls.__new__(cls)
    out._restore_sampled(state, DoubleVector)
    restore_log_and_history(out, extras)
    out._gaps = gaps
    return out


cdef class TimeSeries(_CoreTimeSeries, ProcessingHistory):
    """Samples of one channel with header, error log, processing history and gaps.

    `+` and `-` of two TimeSeries append the log of the right side.

    Parameters
    ----------
    source
        A number of samples, all zero; a TimeSeries, which is copied deeply; or a Metadata (or dict) with delta and
        starttime.
    core
        Data to copy; a history is started.
    algorithm
        Name of the algorithm that made the data.
    base
        Times and length of the new object.
    metadata
        Header of the new object.
    header
        A dict, which makes UTC data, or a Metadata.
    data
        Samples, shape (npts,).

    Raises
    ------
    MsPASSError
        The header lacks a name, or the samples do not fit.
    """

    def __init__(self, *args):
        if len(args) == 2 and isinstance(args[0], _CoreTimeSeries) and isinstance(args[1], str):
            self._copy_sampled(args[0])
            uuid = str(_uuid.uuid4())
            self.set_jobname("test")
            self.set_jobid("test")
            self.set_as_origin(args[1], uuid, uuid, AtomicType.TIMESERIES)
            return
        _CoreTimeSeries.__init__(self, *args)
        if len(args) == 1 and isinstance(args[0], TimeSeries):
            self._copy_extras(args[0])

    cdef int _copy_extras(self, _SampledSeries source) except -1:
        copy_log_and_history(source, self)
        self._gaps = None if source._gaps is None else list(source._gaps)
        return 0

    cdef int _complain(self, str message) except -1:
        elog_of(self).log_error("TimeSeries", message, ErrorSeverity.Complaint)
        return 0

    cdef int _take_log(self, object other) except -1:
        if isinstance(other, TimeSeries):
            append_log(self, other)
        return 0

    cdef object _plain_copy(self):
        return TimeSeries(self)

    cdef object _result_with(self, object other):
        return TimeSeries(self) if isinstance(other, TimeSeries) else _CoreTimeSeries(self)

    # ---- gaps

    cdef tuple _gap_offsets(self, object window):
        """A TimeWindow as (start, end) in ns after the first sample."""
        cdef int64_t start = 0, end = 0, t0 = 0
        if not isinstance(window, TimeWindow):
            raise TypeError(f"a gap is a TimeWindow, not {type(window).__name__}")
        if not window.start <= window.end:
            raise SampleError(f"a gap must end after it starts, but goes from {window.start} to {window.end}",
                              what="gap")
        seconds_to_ns(max(-9e9, min(9e9, window.start)), &start)
        seconds_to_ns(max(-9e9, min(9e9, window.end)), &end)
        seconds_to_ns(self._clock.t0, &t0)
        if self._clock.t0_exact:
            t0 = self._clock.t0_ns
        return (<object>start) - (<object>t0), (<object>end) - (<object>t0)

    cdef tuple _gap_samples(self, tuple gap):
        """The first sample in a gap and the one after the last, within the data."""
        cdef double period = self._clock.dt * 1e9
        cdef double n = len(self._data)
        if not (isfinite(period) and period > 0.0):
            raise SampleError(f"gaps need a positive sampling interval, not {self._clock.dt} s", what="dt")
        cdef double first = max(0.0, min(n, ceil(<double>gap[0] / period - GAP_TOLERANCE)))
        cdef double stop = max(first, min(n, floor(<double>gap[1] / period + GAP_TOLERANCE) + 1.0))
        return <Py_ssize_t>first, <Py_ssize_t>stop

    cdef list _gap_spans(self):
        """[(first sample, one after the last)] of each run of missing samples, in order; runs do not touch."""
        out = []
        for gap in self._gaps or []:
            first, stop = self._gap_samples(gap)
            if out and first <= out[-1][1]:
                out[-1] = out[-1][0], max(stop, out[-1][1])
            elif first < stop:
                out.append((first, stop))
        return out

    @property
    def gaps(self):
        """The gaps in time order (list of TimeWindow), from the first missing sample to the last.

        They move with the samples when the time standard or t0 changes; set_npts removes them.
        """
        if not self._gaps:
            return []
        out = []
        for start, end in self._gaps:
            if self._clock.t0_exact and abs(self._clock.t0_ns + start) < 2**63 and abs(self._clock.t0_ns + end) < 2**63:
                out.append(TimeWindow(ns_to_seconds(self._clock.t0_ns + start), ns_to_seconds(self._clock.t0_ns + end)))
            else:
                out.append(TimeWindow(self._clock.t0 + start * 1e-9, self._clock.t0 + end * 1e-9))
        return out

    def get_gaps(self):
        """Return the gaps in time order, as the property `gaps`."""
        return self.gaps

    def add_gap(self, window, /):
        """Record that samples are missing; gaps that overlap are joined.

        Parameters
        ----------
        window
            Time of the missing samples, both ends included.
        """
        self._gaps = joined(self._gaps or [], *self._gap_offsets(window))

    def has_gap(self, when=None, /):
        """Return whether there is a gap.

        Parameters
        ----------
        when
            A time (seconds) that must lie in the gap, or a window that it must overlap; without it, any gap counts.

        Returns
        -------
        bool
            True if there is such a gap.
        """
        if when is None:
            return bool(self._gaps)
        if not isinstance(when, TimeWindow):
            when = TimeWindow(when, when)
        return bool(overlapping(self._gaps or [], *self._gap_offsets(when)))

    def is_gap(self, double t, /):
        """Return whether a time lies in a gap.

        Parameters
        ----------
        t
            Time in seconds.

        Returns
        -------
        bool
            True if the time lies in a gap.
        """
        return self.has_gap(t)

    def number_gaps(self):
        """Return the number of gaps."""
        return len(self._gaps or [])

    def clear_gaps(self):
        """Forget all gaps; the samples stay."""
        self._gaps = None

    def gap_statistics(self):
        """Return the statistics of the gaps; n missing samples last n dt."""
        lengths = [stop - first for first, stop in self._gap_spans()]
        total = sum(lengths)
        return GapStatistics(
            number=self.number_gaps(), seconds=total * self._clock.dt, longest=max(lengths, default=0) * self._clock.dt,
            samples=total, fraction=total / len(self._data) if len(self._data) else 0.0,
        )

    def fill_gaps(self, method="zero", /):
        """Write samples into the gaps.

        A line goes from the last sample before the gap to the first sample after it; at an end of the data, the value
        of the nearest sample is held. Zeros and lines remove the gaps, and an Informational entry says so. NaN keeps
        them on record.

        Parameters
        ----------
        method
            A GapFill, or its text "zero", "linear" or "nan".
        """
        method = GapFill(method)
        samples = _np.asarray(self._data)
        spans = self._gap_spans()
        for first, stop in spans:
            if method is GapFill.NAN:
                samples[first:stop] = _np.nan
            elif method is GapFill.ZERO or stop - first == len(samples):
                samples[first:stop] = 0.0
            else:
                before = samples[first - 1] if first > 0 else samples[stop]
                after = samples[stop] if stop < len(samples) else before
                samples[first:stop] = _np.linspace(before, after, stop - first + 2)[1:-1]
        if self._gaps and method is not GapFill.NAN:
            filled = sum([stop - first for first, stop in spans])
            what = f"{len(self._gaps)} gap(s), {filled} samples, filled ({method.value})"
            elog_of(self).log_verbose("fill_gaps", what)
            self._gaps = None

    def split_gaps(self):
        """Return the parts between gaps as new TimeSeries, in time order, each with Metadata, log and history."""
        cdef Py_ssize_t at = 0, n = len(self._data)
        out = []
        for first, stop in [*self._gap_spans(), (n, n)]:
            if first > at:
                out.append(self._stretch(at, first))
            at = max(at, stop)
        return out

    def _stretch(self, Py_ssize_t first, Py_ssize_t stop, /):
        """A copy with the samples from `first` up to, but without, `stop`, and without gaps."""
        if not 0 <= first <= stop <= len(self._data):
            raise IndexError(f"samples {first} to {stop} are not within the {len(self._data)} samples")
        cdef TimeSeries piece = TimeSeries.__new__(TimeSeries)
        piece._copy_metadata(self)
        piece._copy_base(self)
        copy_log_and_history(self, piece)
        if self._clock.t0_exact and self._clock.num:
            piece.set_t0_ns(clock_time_ns(&self._clock, first))
        else:
            piece.set_t0(clock_time(&self._clock, first))
        piece._data = copy_vector(_np.asarray(self._data)[first:stop])
        piece.sync_npts()
        return piece

    cdef int _combine(self, object other, double sign) except -1:
        """After an addition the sum has the gaps of both sides."""
        _CoreTimeSeries._combine(self, other, sign)
        if isinstance(other, TimeSeries) and (<TimeSeries>other)._gaps and (<TimeSeries>other)._live:
            span = TimeWindow(self._clock.t0, max(self._clock.t0, self.endtime()))
            for gap in other.gaps:
                if gap.start <= span.end and gap.end >= span.start:
                    self.add_gap(gap)
        return 0

    # ---- history, copies, pickles

    def load_history(self, history, /):
        """Replace history and error log by copies of another's.

        Parameters
        ----------
        history
            A ProcessingHistory, or a datum with one.
        """
        if not isinstance(history, ProcessingHistory):
            raise TypeError(f"load_history wants a ProcessingHistory, not {type(history).__name__}")
        copy_log_and_history(history, self)

    def __reduce_ex__(self, protocol):
        parts = self.__class__, self._sampled_state(protocol), log_and_history(self), self._gaps
        return self._reduced(rebuild_time_series, parts)

    def __sizeof__(self):
        return _CoreTimeSeries.__sizeof__(self) + log_size(self)

    def toTrace(self, *args, **kwargs):
        """Convert to an obspy Trace, with libseis.obspy.converter.TimeSeries2Trace.

        Parameters
        ----------
        *args
            Further arguments of that function.
        **kwargs
            Further arguments of that function.

        Returns
        -------
        Any
            The Trace.
        """
        return to_obspy("TimeSeries2Trace", self, *args, **kwargs)
