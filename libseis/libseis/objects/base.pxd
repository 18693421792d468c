cdef class DataState:
    cdef object _elog      # ErrorLogger; None until something is logged or the log is read
    cdef object _history   # HistoryState, or None while there is no history
    cdef list _gaps        # [(start, end)] in ns after the first sample, sorted, disjoint; or None
