from libseis.objects.metadata cimport Metadata


cdef class EnsembleBase(Metadata):
    cdef object _member     # TimeSeriesVector or SeismogramVector
    cdef bint _live

    cdef int _copy_ensemble(self, EnsembleBase source) except -1
