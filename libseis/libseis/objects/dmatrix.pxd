cdef object zeros_matrix(Py_ssize_t rows, Py_ssize_t columns)
cdef object copy_matrix(object source)
