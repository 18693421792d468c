from libseis.objects.base cimport DataState
from libseis.objects.nodedata cimport NodeData


cdef class HistoryState:
    cdef NodeData current      # the datum as it is now
    cdef dict nodes            # uuid -> list of NodeData, the inputs of that uuid
    cdef str jobname
    cdef str jobid

    cdef HistoryState clone(self)
    cdef bint empty(self)
    cdef int add(self, str uuid, NodeData node) except -1
    cdef int union(self, HistoryState other) except -1
    cdef tuple state(self)


cdef HistoryState state_of(DataState owner)
cdef object elog_of(DataState owner)
cdef int copy_log_and_history(DataState source, DataState target) except -1
cdef int append_log(DataState target, DataState source) except -1
cdef tuple log_and_history(DataState owner)
cdef int restore_log_and_history(DataState owner, tuple state) except -1
cdef Py_ssize_t log_size(DataState owner)
cdef int set_current(HistoryState state, object status, str uuid, object algorithm, object algid,
                     long long stage, object kind) except -1
