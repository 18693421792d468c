"""HistoryState: hold, copy and pickle the optional log and history of a datum, for the extension types.

ProcessingHistory decides what is recorded and when.
"""

cimport cython

from libseis.enums import ProcessingStatus

from libseis.objects.errorlogger cimport ErrorLogger


@cython.final
cdef class HistoryState:
    """The history of one datum; DataState holds it and ProcessingHistory changes it."""

    def __cinit__(self):
        self.current = NodeData()
        self.nodes = {}
        self.jobname = ""
        self.jobid = ""

    cdef HistoryState clone(self):
        cdef HistoryState out = HistoryState.__new__(HistoryState)
        out.current = NodeData(self.current)
        out.nodes = {uuid: list(inputs) for uuid, inputs in self.nodes.items()}
        out.jobname, out.jobid = self.jobname, self.jobid
        return out

    cdef bint empty(self):
        return self.current._status is ProcessingStatus.UNDEFINED and not self.nodes

    cdef int add(self, str uuid, NodeData node) except -1:
        cdef list inputs = self.nodes.setdefault(uuid, [])
        if node not in inputs:
            inputs.append(NodeData(node))
        return 0

    cdef int union(self, HistoryState other) except -1:
        for uuid, inputs in other.nodes.items():
            for node in inputs:
                self.add(uuid, node)
        return 0

    cdef tuple state(self):
        return self.jobname, self.jobid, self.current, self.nodes


cdef HistoryState state_of(DataState owner):
    if owner is None:
        raise TypeError("a datum is wanted, not None")
    if owner._history is None:
        owner._history = HistoryState.__new__(HistoryState)
    return <HistoryState>owner._history


cdef object elog_of(DataState owner):
    if owner is None:
        raise TypeError("a datum is wanted, not None")
    if owner._elog is None:
        owner._elog = ErrorLogger.__new__(ErrorLogger)
    return owner._elog


cdef int copy_log_and_history(DataState source, DataState target) except -1:
    target._elog = None if source._elog is None else (<ErrorLogger>source._elog)._clone()
    target._history = None if source._history is None else (<HistoryState>source._history).clone()
    return 0


cdef int append_log(DataState target, DataState source) except -1:
    """Append the log of `source` to that of `target`."""
    if source._elog is not None and target is not source:
        log = elog_of(target)
        log += source._elog
    return 0


cdef tuple log_and_history(DataState owner):
    """The parts of log and history that a pickle stores; (None, None) if there are none."""
    elog = owner._elog
    if elog is not None and not len(elog) and not elog.get_job_id():
        elog = None
    return elog, None if owner._history is None else (<HistoryState>owner._history).state()


cdef int restore_log_and_history(DataState owner, tuple state) except -1:
    cdef HistoryState history
    elog, past = state
    if owner is None or not (elog is None or isinstance(elog, ErrorLogger)):
        raise TypeError("these are not the parts of a pickled datum")
    owner._elog = elog
    if past is not None:
        if not (isinstance(past[2], NodeData) and isinstance(past[3], dict)):
            raise TypeError("these are not the parts of a pickled history")
        history = state_of(owner)
        history.jobname, history.jobid, history.current, history.nodes = past
    return 0


cdef int set_current(HistoryState state, object status, str uuid, object algorithm, object algid,
                     long long stage, object kind) except -1:
    cdef NodeData node = NodeData.__new__(NodeData)
    node._status, node.uuid, node.algorithm, node.algid = status, uuid, algorithm, algid
    node.stage, node._type = stage, kind
    state.current = node
    return 0


cdef Py_ssize_t log_size(DataState owner):
    """Bytes of log and history by MsPASS's estimate: 128 per log entry, 64 per history node."""
    cdef Py_ssize_t size = 0
    if owner._elog is not None:
        size += 128 * len(owner._elog)
    if owner._history is not None:
        size += 64 * sum([len(inputs) for inputs in (<HistoryState>owner._history).nodes.values()])
    return size
