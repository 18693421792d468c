from libseis.timebase cimport Written, _BasicTimeSeries


cdef class _CoreTimeSeries(_BasicTimeSeries):
    cdef object _data          # DoubleVector; its length may differ from npts until sync_npts()

    cdef int _copy_core(self, _CoreTimeSeries source) except -1
    cdef bint _build(self, tuple args) except -1
    cdef int _complain(self, str message) except -1
    cdef int _combine(self, object other, double sign) except -1
    cdef object _plain_result(self)
    cdef tuple _core_state(self, int protocol)


cdef object rebuild_samples(object buffer)
cdef int read_header(_BasicTimeSeries target) except -1
cdef int publish_header(_BasicTimeSeries target, Written what) except -1
cdef object samples_for_pickle(object data, int protocol)
cdef long long grid_offset(_BasicTimeSeries left, _BasicTimeSeries right) except? -9223372036854775807
