from libseis.objects.timebase cimport Written, _BasicTimeSeries


cdef class _SampledSeries(_BasicTimeSeries):
    cdef object _data       # DoubleVector or dmatrix; may differ from npts until sync_npts()

    cdef int _copy_body(self, _SampledSeries source) except -1
    cdef int _copy_extras(self, _SampledSeries source) except -1
    cdef int _copy_sampled(self, _SampledSeries source) except -1
    cdef object _deep_copy(self, dict memo)
    cdef int _complain(self, str message) except -1
    cdef int _take_log(self, object other) except -1
    cdef bint _same_kind(self, object other)
    cdef object _plain_copy(self)
    cdef object _result_with(self, object other)
    cdef int _combine(self, object other, double sign) except -1
    cdef int _read_header(self) except -1
    cdef tuple _sampled_state(self, int protocol)
    cdef int _restore_sampled(self, tuple state, object cls) except -1


cdef int publish_header(_BasicTimeSeries target, Written what) except -1
