from libseis.objects.coreseismogram cimport _CoreSeismogram


cdef class Seismogram(_CoreSeismogram):
    cdef int _start_history(self, object algorithm, object algid, object jobname, object jobid) except -1
