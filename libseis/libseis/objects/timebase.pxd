from libc.stdint cimport int64_t
from libseis.objects.clock cimport Clock
from libseis.objects.metadata cimport Metadata


cdef enum Written:
    WROTE_T0
    WROTE_DT
    WROTE_NPTS


cdef class _BasicTimeSeries(Metadata):
    cdef Clock _clock
    cdef Py_ssize_t _npts
    cdef double _t0shift           # seconds that ator subtracted, or 0
    cdef bint _t0shift_valid
    cdef bint _live
    cdef bint _relative

    cdef int _publish(self, Written what) except -1
    cdef int _resize(self, Py_ssize_t n) except -1
    cdef int _copy_base(self, _BasicTimeSeries source) except -1
    cdef tuple _base_state(self)
    cdef int _restore_base(self, tuple state) except -1


cdef Py_ssize_t sample_count(object n) except -1
