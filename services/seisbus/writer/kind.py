"""What the writer does for a kind of job: store what others made, or do itself what is all input and output."""

from __future__ import annotations

from typing import Any, Final, Generic, TypeVar

from ..app import ServiceKind, WriterContext
from ..model.kind import Job
from ..model.stages import Stage
from ..settings import WriterSettings

J = TypeVar("J", bound=Job)


class WriterKind(ServiceKind[WriterSettings], Generic[J]):
    """One kind of job."""

    async def unfinished(self, context: WriterContext, job: str, spec: J) -> set[str]:
        """Paths of datasets that writers which died may have left unfinished beside their places, for a purge."""
        return set()


WRITER: Final[Stage[WriterKind[Any]]] = Stage("writer")
NOTHING: Final = WriterKind[Any]()
