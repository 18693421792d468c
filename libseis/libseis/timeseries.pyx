"""TimeSeries: one channel of samples with header, error log, processing history and gap list."""

import uuid as _uuid

from libseis.doublevector import DoubleVector
from libseis.enums import AtomicType, ErrorSeverity
from libseis.history import ProcessingHistory

from libseis.history cimport append_log, copy_log_and_history, elog_of, log_and_history, log_size, restore_log_and_history


def rebuild_time_series(cls, state, extras, gaps):
    """A TimeSeries of class `cls` from its pickled parts."""
    cdef TimeSeries out = cls.__new__(cls)
    out._restore_sampled(state, DoubleVector)
    restore_log_and_history(out, extras)
    out._gaps = gaps
    return out


cdef class TimeSeries(_CoreTimeSeries, ProcessingHistory):
    """A _CoreTimeSeries with `elog`, history and gaps; constructors as there, and `(_CoreTimeSeries, algorithm)`
    which starts a history. `+` and `-` of two TimeSeries append the right side's log.
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

    cdef int _copy_extras(self, TimeSeries source) except -1:
        """Copy log, history and gaps."""
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

    def load_history(self, history, /):
        """Replace history and error log by copies of another's."""
        if not isinstance(history, ProcessingHistory):
            raise TypeError(f"load_history wants a ProcessingHistory, not {type(history).__name__}")
        copy_log_and_history(history, self)

    def __deepcopy__(self, memo):
        cdef TimeSeries out = _CoreTimeSeries.__deepcopy__(self, memo)
        out._copy_extras(self)
        return out

    def __reduce_ex__(self, protocol):
        return rebuild_time_series, (self.__class__, self._sampled_state(protocol), log_and_history(self), self._gaps)

    def __sizeof__(self):
        return _CoreTimeSeries.__sizeof__(self) + log_size(self)

    def toTrace(self, *args, **kwargs):
        """This datum as an obspy Trace: libseis.converter.TimeSeries2Trace."""
        from libseis.converter import TimeSeries2Trace

        return TimeSeries2Trace(self, *args, **kwargs)
