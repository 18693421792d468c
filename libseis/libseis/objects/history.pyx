"""ProcessingHistory: which data and which algorithm runs a datum came from, as a graph of nodes.

Nothing is recorded until an origin is set; until then a datum has one empty field for it. libseis.mspass.history_graph
reads and draws the graph. The parameters of an algorithm are stored once per run, outside the data.
"""

import uuid as _uuid

from libseis.enums import AtomicType, ErrorSeverity, ProcessingStatus

from libseis.objects.base cimport DataState
from libseis.objects.errorlogger cimport ErrorLogger
from libseis.objects.historystate cimport (
    HistoryState,
    copy_log_and_history,
    elog_of,
    log_and_history,
    restore_log_and_history,
    set_current,
    state_of,
)
from libseis.objects.nodedata cimport NodeData

cdef str UNDEFINED = "UNDEFINED"
cdef str SAVE_KEY = "NODEDATA_AT_SAVE"


cdef HistoryState other_state(object other):
    if not isinstance(other, ProcessingHistory):
        raise TypeError(f"a ProcessingHistory or a datum with one is wanted, not {type(other).__name__}")
    return state_of(other)


cdef int check_step(object algorithm, object algid, object kind, object status) except -1:
    if not (isinstance(algorithm, str) and isinstance(algid, str)):
        raise TypeError("the names of an algorithm and of its run must be str")
    if not isinstance(kind, AtomicType):
        raise TypeError(f"the type of a datum must be an AtomicType, not {type(kind).__name__}")
    if not isinstance(status, ProcessingStatus):
        raise TypeError(f"the new status must be a ProcessingStatus, not {type(status).__name__}")
    return 0


def rebuild_history(cls, state):
    """A ProcessingHistory of class `cls` from its pickled parts."""
    out = cls.__new__(cls)
    restore_log_and_history(out, state)
    return out


class ProcessingHistory(DataState):
    """The history of a datum: which data and which runs of algorithms it comes from.

    The history is a graph of nodes by uuid: the entries under a uuid are the inputs of the datum with that uuid.
    Nothing is recorded before an origin is set.

    Parameters
    ----------
    source
        A ProcessingHistory, or a datum with one, which is copied.
    jobname
        Name of the job.
    jobid
        Id of the job's run.
    """

    __slots__ = ()

    def __init__(self, *args):
        cdef HistoryState state
        if len(args) == 1 and isinstance(args[0], ProcessingHistory):
            copy_log_and_history(args[0], self)
        elif len(args) == 2 and isinstance(args[0], str) and isinstance(args[1], str):
            state = state_of(self)
            state.jobname, state.jobid = args
        elif args:
            raise TypeError("ProcessingHistory takes (), (jobname, jobid) or another ProcessingHistory")

    @property
    def elog(self):
        """The ErrorLogger of the datum."""
        return elog_of(self)

    @elog.setter
    def elog(self, value):
        if not isinstance(value, ErrorLogger):
            raise TypeError(f"elog must be an ErrorLogger, not {type(value).__name__}")
        cdef DataState owner = self
        elog_of(owner)
        owner._elog = (<ErrorLogger>value)._clone()

    # ---- what it is

    def is_empty(self):
        """Return whether nothing is recorded: no status and no nodes."""
        return state_of(self).empty()

    def is_raw(self):
        """Return whether the datum is raw input."""
        return state_of(self).current._status is ProcessingStatus.RAW

    def is_origin(self):
        """Return whether the datum has no recorded past: it is raw, or was set as origin."""
        return state_of(self).current._status in (ProcessingStatus.RAW, ProcessingStatus.ORIGIN)

    def is_volatile(self):
        """Return whether the datum exists only in memory."""
        return state_of(self).current._status is ProcessingStatus.VOLATILE

    def is_saved(self):
        """Return whether the datum is saved in its present state."""
        return state_of(self).current._status is ProcessingStatus.SAVED

    def status(self):
        """Return the ProcessingStatus."""
        return state_of(self).current._status

    def stage(self):
        """Return the number of steps since the origin, or -1 without an origin."""
        return state_of(self).current.stage

    def number_of_stages(self):
        """Return the same as stage()."""
        return state_of(self).current.stage

    def id(self):
        """Return the uuid of the datum in its present state."""
        return state_of(self).current.uuid

    def created_by(self):
        """Return (algorithm, algid) of the step that made the datum."""
        cdef NodeData node = state_of(self).current
        return node.algorithm, node.algid

    def current_nodedata(self):
        """Return a copy of the node of the datum in its present state."""
        return NodeData(state_of(self).current)

    def get_nodes(self):
        """Return a dict: uuid -> list of NodeData, the inputs of that uuid."""
        return {uuid: [NodeData(node) for node in inputs] for uuid, inputs in state_of(self).nodes.items()}

    def inputs(self, uuid, /):
        """Return the inputs of a datum.

        Parameters
        ----------
        uuid
            The uuid of the datum.

        Returns
        -------
        list[NodeData]
            The nodes of its inputs.
        """
        return [NodeData(node) for node in state_of(self).nodes.get(uuid, ())]

    def number_inputs(self, uuid=None, /):
        """Return the number of inputs of a datum.

        Parameters
        ----------
        uuid
            The uuid of the datum; without it, the datum in its present state.

        Returns
        -------
        int
            The number of inputs.
        """
        cdef HistoryState state = state_of(self)
        return len(state.nodes.get(state.current.uuid if uuid is None else uuid, ()))

    # ---- job and identity

    def jobname(self):
        """Name of the job."""
        return state_of(self).jobname

    def jobid(self):
        """Id of the job's run."""
        return state_of(self).jobid

    def set_jobname(self, name, /):
        """Set the name of the job.

        Parameters
        ----------
        name
            The name.
        """
        state_of(self).jobname = name

    def set_jobid(self, jobid, /):
        """Set the id of the job's run.

        Parameters
        ----------
        jobid
            The id.
        """
        state_of(self).jobid = jobid

    def newid(self):
        """Give the datum a new uuid, and return it."""
        uuid = str(_uuid.uuid4())
        state_of(self).current.uuid = uuid
        return uuid

    def set_id(self, uuid, /):
        """Set the uuid of the datum.

        Parameters
        ----------
        uuid
            The uuid.
        """
        state_of(self).current.uuid = uuid

    # ---- recording

    def _complain(self, method, message):
        elog_of(self).log_error(f"ProcessingHistory::{method}", message, ErrorSeverity.Complaint)

    def set_as_origin(self, algorithm, algid, uuid, type, define_as_raw=False, /):
        """Start the history here, at stage 0. An earlier history is dropped and a Complaint says so.

        Parameters
        ----------
        algorithm
            Name of the algorithm that made the datum.
        algid
            Id of this run of the algorithm.
        uuid
            The uuid of the datum.
        type
            What the datum is.
        define_as_raw
            True for raw data.
        """
        status = ProcessingStatus.RAW if define_as_raw else ProcessingStatus.ORIGIN
        check_step(algorithm, algid, type, status)
        if not isinstance(uuid, str):
            raise TypeError("the uuid of a datum must be str")
        cdef HistoryState state = state_of(self)
        if state.nodes:
            self._complain("set_as_origin", "the history was not empty and is dropped; clear_history() first says "
                           "that this is meant")
            state.nodes = {}
        set_current(state, status, uuid, algorithm, algid, 0, type)

    def set_as_raw(self, algorithm, algid, uuid, type, /):
        """Start the history here, as raw data.

        Parameters
        ----------
        algorithm
            Name of the algorithm that made the datum.
        algid
            Id of this run of the algorithm.
        uuid
            The uuid of the datum.
        type
            What the datum is.
        """
        ProcessingHistory.set_as_origin(self, algorithm, algid, uuid, type, True)

    def new_map(self, algorithm, algid, type, /, *args):
        """Record a one-to-one step.

        If the history is empty, nothing is recorded except a Complaint.

        Parameters
        ----------
        algorithm
            Name of the algorithm.
        algid
            Id of this run of the algorithm.
        type
            What the datum is after the step.
        newstatus
            Its new status; VOLATILE by default.
        data_to_clone
            The history of this datum is copied first.

        Returns
        -------
        str
            The new uuid.
        """
        cloned = args[0] if args and isinstance(args[0], ProcessingHistory) else None
        rest = args[1:] if cloned is not None else args
        if len(rest) > 1:
            raise TypeError("new_map takes (algorithm, algid, type[, data_to_clone][, newstatus])")
        status = rest[0] if rest else ProcessingStatus.VOLATILE
        check_step(algorithm, algid, type, status)
        cdef DataState owner = self
        cdef HistoryState state = state_of(owner)
        if cloned is not None and cloned is not self:
            owner._history = state = state_of(cloned).clone()
        if state.empty():
            self._complain("new_map", f"{algorithm} ran on a datum without an origin; its history stays empty")
            return state.current.uuid
        before = state.current
        uuid = str(_uuid.uuid4())
        state.add(uuid, before)
        set_current(state, status, uuid, algorithm, algid, before.stage + 1, type)
        return uuid

    def map_as_saved(self, algorithm, algid, type, /):
        """Record that the datum was saved; its uuid becomes the fixed name of the saved node.

        Parameters
        ----------
        algorithm
            Name of the writer.
        algid
            Id of this run of the writer.
        type
            What was saved.

        Returns
        -------
        str
            The uuid.
        """
        check_step(algorithm, algid, type, ProcessingStatus.SAVED)
        cdef HistoryState state = state_of(self)
        if state.empty():
            self._complain("map_as_saved", f"{algorithm} saved a datum without an origin; its history stays empty")
            return state.current.uuid
        before = state.current
        state.add(SAVE_KEY, before)
        set_current(state, ProcessingStatus.SAVED, SAVE_KEY, algorithm, algid, before.stage + 1, type)
        return SAVE_KEY

    def new_ensemble_process(self, algorithm, algid, type, parents, create_newid=True, /):
        """Record a many-to-one step.

        The new stage is one above the highest stage of the parents. Parents without history are left out, with a
        Complaint.

        Parameters
        ----------
        algorithm
            Name of the algorithm.
        algid
            Id of this run of the algorithm.
        type
            What the datum is after the step.
        parents
            The inputs of the step.
        create_newid
            True to give the datum a new uuid.

        Returns
        -------
        str
            The uuid.
        """
        check_step(algorithm, algid, type, ProcessingStatus.VOLATILE)
        cdef HistoryState fresh = HistoryState.__new__(HistoryState), own = state_of(self), parent
        fresh.jobname, fresh.jobid = own.jobname, own.jobid
        uuid = str(_uuid.uuid4()) if create_newid else own.current.uuid
        cdef long long stage = -1
        for item in parents:
            parent = other_state(item)
            if parent.empty():
                self._complain("new_ensemble_process", f"an input of {algorithm} has no history and is left out")
                continue
            fresh.union(parent)
            fresh.add(uuid, parent.current)
            stage = max(stage, parent.current.stage)
        set_current(fresh, ProcessingStatus.VOLATILE, uuid, algorithm, algid, stage + 1, type)
        cdef DataState owner = self
        owner._history = fresh
        return uuid

    def add_one_input(self, data, /):
        """Add an input to the step that made this datum; an input without history gives a Complaint.

        Parameters
        ----------
        data
            The input.

        Raises
        ------
        ValueError
            The input is this datum itself.
        """
        cdef HistoryState state = state_of(self), other = other_state(data)
        if other.empty():
            self._complain("add_one_input", "the input has no history and is left out")
            return
        if other is state:
            raise ValueError("a datum cannot be an input of itself")
        state.union(other)
        state.add(state.current.uuid, other.current)
        state.current.stage = max(state.current.stage, other.current.stage + 1)

    def add_many_inputs(self, data, /):
        """Call add_one_input for each input.

        Parameters
        ----------
        data
            The inputs.
        """
        for item in data:
            ProcessingHistory.add_one_input(self, item)

    def _merge(self, data, /):
        """Add the nodes of another history; the inputs of the other datum become inputs of this one."""
        cdef HistoryState state = state_of(self), other = other_state(data)
        if other is state:
            return
        for uuid, inputs in other.nodes.items():
            for node in inputs:
                state.add(state.current.uuid if uuid == other.current.uuid else uuid, node)
        state.current.stage = max(state.current.stage, other.current.stage)

    def accumulate(self, algorithm, algid, type, data, /):
        """Record one step of a reduction (`self` + `data`).

        The graph is the same in any order of the steps.

        Parameters
        ----------
        algorithm
            Name of the algorithm.
        algid
            Id of this run of the algorithm.
        type
            What the data are.
        data
            The datum that was added.
        """
        check_step(algorithm, algid, type, ProcessingStatus.VOLATILE)
        cdef HistoryState state = state_of(self), other = other_state(data)
        if other.empty():
            self._complain("accumulate", f"an input of {algorithm} has no history and is left out")
            return
        if other is state:
            other = state.clone()
        made_here = state.current.algorithm == algorithm and state.current.algid == algid
        if not made_here:
            if state.empty():
                set_current(state, ProcessingStatus.VOLATILE, str(_uuid.uuid4()), algorithm, algid, 0, type)
            else:
                ProcessingHistory.new_map(self, algorithm, algid, type, ProcessingStatus.VOLATILE)
        if other.current.algorithm == algorithm and other.current.algid == algid:
            ProcessingHistory._merge(self, data)
        else:
            state.union(other)
            state.add(state.current.uuid, other.current)
            state.current.stage = max(state.current.stage, other.current.stage + 1)

    def clear_history(self):
        """Forget all nodes: status UNDEFINED, stage 0; the uuid stays."""
        cdef HistoryState state = state_of(self)
        state.nodes = {}
        set_current(state, ProcessingStatus.UNDEFINED, state.current.uuid, UNDEFINED, UNDEFINED, 0,
                    AtomicType.UNDEFINED)

    def __repr__(self):
        cdef HistoryState state = state_of(self)
        return (f"ProcessingHistory({{'jobname': {state.jobname!r}, 'jobid': {state.jobid!r}, "
                f"'current': {state.current}}})")

    def __copy__(self):
        return type(self)(self)

    def __deepcopy__(self, memo):
        return type(self)(self)

    def __reduce_ex__(self, protocol):
        return rebuild_history, (type(self), log_and_history(self))
