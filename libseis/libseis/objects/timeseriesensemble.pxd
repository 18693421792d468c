from libseis.objects.ensemblebase cimport EnsembleBase


cdef class CoreTimeSeriesEnsemble(EnsembleBase):
    pass


cdef class TimeSeriesEnsemble(CoreTimeSeriesEnsemble):
    pass
