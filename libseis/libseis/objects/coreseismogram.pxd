from libseis.objects.sampled cimport _SampledSeries


cdef class _CoreSeismogram(_SampledSeries):
    cdef double[9] _tm       # transformation matrix, row-major: data = tm . (east, north, up)
    cdef bint _cardinal
    cdef bint _orthogonal

    cdef bint _build(self, tuple args) except -1
    cdef int _from_components(self, object components, object clone) except -1
    cdef int _read_file(self) except -1
    cdef int _read_tmatrix(self) except -1
    cdef bint _idle(self) except -1
    cdef int _apply(self, double* a) except -1
    cdef int _set_tmatrix(self, double* a) except -1
    cdef tuple _seismogram_state(self, int protocol)
    cdef int _restore_seismogram(self, tuple state) except -1
