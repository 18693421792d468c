"""NodeData: one step in the history of a datum."""

cimport cython

from libseis.enums import AtomicType, ProcessingStatus


@cython.final
cdef class NodeData:
    """A node of the history graph: one step in the history of a datum.

    Attributes: status (ProcessingStatus), uuid of the datum after the step, algorithm and algid of the step, stage
    (number of steps since the origin), type (AtomicType) of the datum.

    Parameters
    ----------
    source
        A NodeData, which is copied.
    """

    def __cinit__(self):
        self._status = ProcessingStatus.UNDEFINED
        self.uuid = "UNDEFINED"
        self.algorithm = "UNDEFINED"
        self.algid = "UNDEFINED"
        self.stage = -1
        self._type = AtomicType.UNDEFINED

    def __init__(self, source=None, /):
        if source is None:
            return
        if not isinstance(source, NodeData):
            raise TypeError(f"NodeData copies a NodeData, not {type(source).__name__}")
        self.status, self.uuid, self.algorithm = source.status, source.uuid, source.algorithm
        self.algid, self.stage, self.type = source.algid, source.stage, source.type

    @property
    def status(self):
        """Status of the datum after the step (ProcessingStatus)."""
        return self._status

    @status.setter
    def status(self, value):
        if not isinstance(value, ProcessingStatus):
            raise TypeError(f"status must be a ProcessingStatus, not {value.__class__.__name__}")
        self._status = value

    @property
    def type(self):
        """Type of the datum (AtomicType)."""
        return self._type

    @type.setter
    def type(self, value):
        if not isinstance(value, AtomicType):
            raise TypeError(f"type must be an AtomicType, not {value.__class__.__name__}")
        self._type = value

    def __eq__(self, other):
        if not isinstance(other, NodeData):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self):
        return hash(self._key())

    def _key(self):
        return self._status, self.uuid, self.algorithm, self.algid, self.stage, self._type

    def __str__(self):
        return (f"{{'status': {self._status}, 'uuid': {self.uuid!r}, 'algorithm': {self.algorithm!r}, "
                f"'algid': {self.algid!r}, 'stage': {self.stage}, 'type': {self._type}}}")

    def __repr__(self):
        return f"NodeData({self})"

    def __reduce__(self):
        return rebuild_nodedata, self._key()


def rebuild_nodedata(status, uuid, algorithm, algid, stage, type):
    """A NodeData from its pickled fields."""
    cdef NodeData node = NodeData.__new__(NodeData)
    node._status, node.uuid, node.algorithm, node.algid = status, uuid, algorithm, algid
    node.stage, node._type = stage, type
    return node
