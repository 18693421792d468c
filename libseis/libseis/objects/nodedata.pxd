cdef class NodeData:
    cdef object _status              # ProcessingStatus
    cdef public str uuid
    cdef public str algorithm
    cdef public str algid
    cdef public long long stage
    cdef object _type                # AtomicType
