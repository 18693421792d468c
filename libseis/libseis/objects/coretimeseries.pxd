from libseis.objects.sampled cimport _SampledSeries


cdef class _CoreTimeSeries(_SampledSeries):
    cdef bint _build(self, tuple args) except -1
