cdef class TimeWindow:
    cdef public double start    # seconds
    cdef public double end      # seconds
