from libseis.objects.ensemblebase cimport EnsembleBase


cdef class CoreSeismogramEnsemble(EnsembleBase):
    pass


cdef class SeismogramEnsemble(CoreSeismogramEnsemble):
    pass
