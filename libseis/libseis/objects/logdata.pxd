cdef class LogData:
    cdef public long long job_id
    cdef public long long p_id       # process that logged the entry
    cdef public str algorithm
    cdef public str message
    cdef object _badness             # ErrorSeverity

    cdef int _copy(self, LogData source) except -1
