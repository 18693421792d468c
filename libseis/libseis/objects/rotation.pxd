cdef void multiply3(double* a, double* b, double* out) noexcept nogil
cdef void transform_samples(double* a, double* samples, Py_ssize_t n) noexcept nogil
cdef bint nearly_identity(double* a) noexcept nogil
cdef int invert3(double* a, double* out) except -1
cdef int matrix_of_nine(object source, double* out) except -1
cdef void direction(double azimuth, double tilt, double* out) noexcept nogil
cdef int free_surface(double ux, double uy, double vp, double vs, double* out) except -1
