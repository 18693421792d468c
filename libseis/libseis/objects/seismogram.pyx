"""Seismogram: three components of samples with header, transformation matrix, error log and history."""

import uuid as _uuid

from libseis.objects.bridge import to_obspy
from libseis.enums import AtomicType, ErrorSeverity
from libseis.objects.history import ProcessingHistory

from libseis.objects.historystate cimport (
    append_log,
    copy_log_and_history,
    elog_of,
    log_and_history,
    log_size,
    restore_log_and_history,
)
from libseis.objects.metadata cimport Metadata
from libseis.objects.sampled cimport _SampledSeries
from libseis.objects.timeseries cimport TimeSeries


def rebuild_seismogram(cls, state, extras):
    """A Seismogram of class `cls` from its pickled parts."""
    cdef Seismogram out = cls.__new__(cls)
    out._restore_seismogram(state)
    restore_log_and_history(out, extras)
    return out


cdef class Seismogram(_CoreSeismogram, ProcessingHistory):
    """Three components of samples with header, transformation matrix, error log and history.

    A Seismogram made of three TimeSeries takes over their logs. `+` and `-` of two Seismograms append the log of the
    right side.

    Parameters
    ----------
    source
        A number of samples, all zero; a Seismogram, which is copied deeply; or a Metadata (or dict) with delta and
        starttime, and perhaps tmatrix.
    metadata
        Header with delta and starttime, and perhaps tmatrix.
    load_data
        True to read the samples from the file that dir, dfile and foff name.
    core
        Data to copy; a history is started.
    algorithm
        Name of the algorithm that made the data.
    base
        Times and length of the new object.
    header
        A dict, which makes UTC data, or a Metadata.
    data
        Samples, shape (3, npts).
    components
        Three TimeSeries with channel_hang and channel_vang (degrees).
    component_to_clone
        Number of the component from which the Metadata are copied: 0, 1 or 2.
    jobname
        Name of the job; a history is started.
    jobid
        Id of the job's run.
    readername
        Name of the reader.
    algid
        Id of this run of the reader.

    Raises
    ------
    MsPASSError
        The header lacks a name, the samples cannot be read, or the components do not fit together.
    """

    def __init__(self, *args):
        if len(args) == 2 and isinstance(args[0], _CoreSeismogram) and isinstance(args[1], str):
            self._copy_sampled(args[0])
            self._start_history(args[1], None, "test", "test")
            return
        if len(args) == 5 and isinstance(args[0], Metadata):
            _CoreSeismogram.__init__(self, args[0])
            self._start_history(args[3], args[4], args[1], args[2])
            return
        _CoreSeismogram.__init__(self, *args)
        if len(args) == 1 and isinstance(args[0], Seismogram):
            copy_log_and_history(args[0], self)
        elif len(args) == 2 and isinstance(args[0], (list, tuple)):
            for component in args[0]:
                if isinstance(component, TimeSeries):
                    append_log(self, component)

    cdef int _copy_extras(self, _SampledSeries source) except -1:
        return copy_log_and_history(source, self)

    cdef int _start_history(self, object algorithm, object algid, object jobname, object jobid) except -1:
        uuid = str(_uuid.uuid4())
        self.set_jobname(jobname)
        self.set_jobid(jobid)
        self.set_as_origin(algorithm, uuid if algid is None else algid, uuid, AtomicType.SEISMOGRAM)
        return 0

    cdef int _complain(self, str message) except -1:
        elog_of(self).log_error("Seismogram", message, ErrorSeverity.Complaint)
        return 0

    cdef int _take_log(self, object other) except -1:
        if isinstance(other, Seismogram):
            append_log(self, other)
        return 0

    cdef object _plain_copy(self):
        return Seismogram(self)

    cdef object _result_with(self, object other):
        return Seismogram(self) if isinstance(other, Seismogram) else _CoreSeismogram(self)

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
        parts = self.__class__, self._seismogram_state(protocol), log_and_history(self)
        return self._reduced(rebuild_seismogram, parts)

    def __sizeof__(self):
        return _CoreSeismogram.__sizeof__(self) + log_size(self)

    def toStream(self, *args, **kwargs):
        """Convert to an obspy Stream, with libseis.obspy.converter.Seismogram2Stream.

        Parameters
        ----------
        *args
            Further arguments of that function.
        **kwargs
            Further arguments of that function.

        Returns
        -------
        Any
            The Stream, with one trace per component.
        """
        return to_obspy("Seismogram2Stream", self, *args, **kwargs)
