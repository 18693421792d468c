from libseis.objects.coretimeseries cimport _CoreTimeSeries


cdef class TimeSeries(_CoreTimeSeries):
    cdef tuple _gap_offsets(self, object window)
    cdef tuple _gap_samples(self, tuple gap)
    cdef list _gap_spans(self)
