"""What the writer does for a kind of job: it stores what other services made, or does work that is mostly input and
output."""

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
        """For a purge: paths of datasets beside which a writer that died may have left unfinished ones."""
        return set()


WRITER: Final[Stage[WriterKind[Any]]] = Stage("writer")
NOTHING: Final = WriterKind[Any]()
