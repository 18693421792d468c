from libseis.objects.metadata cimport Metadata


cdef class _BasicSpectrum(Metadata):
    cdef double _df, _f0, _dt      # Hz, Hz, s of the parent data
    cdef Py_ssize_t _parent_npts
    cdef bint _live


cdef class PowerSpectrum(_BasicSpectrum):
    cdef object _spectrum          # DoubleVector
    cdef public str spectrum_type
