cdef void exchange_memory(object a, object b) noexcept
cdef int set_length(object vector, Py_ssize_t n) except -1
cdef object new_vector(Py_ssize_t n)
cdef object zeros_vector(Py_ssize_t n)
cdef object copy_vector(object source)
