cdef class ErrorLogger:
    cdef list _entries       # LogData
    cdef long long _job_id

    cdef ErrorLogger _clone(self)
