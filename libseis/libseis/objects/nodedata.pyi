from typing import final

from libseis.enums import AtomicType, ProcessingStatus

@final
class NodeData:
    status: ProcessingStatus
    uuid: str
    algorithm: str
    algid: str
    stage: int
    type: AtomicType
    def __init__(self, source: NodeData | None = None, /) -> None: ...
    def __hash__(self) -> int: ...
