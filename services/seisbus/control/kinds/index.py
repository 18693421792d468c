"""Index jobs at submission."""

from __future__ import annotations

from typing import Final

from ...archive.definition import archive_named
from ...model.kinds.index import IndexJob
from ..context import CallContext
from ..kind import ControlKind


class IndexControl(ControlKind[IndexJob]):
    """An archive to bring in."""

    async def checked(self, context: CallContext, spec: IndexJob) -> tuple[IndexJob, list[str]]:
        """The archive must be one of this deployment."""
        archive_named(context.archives, spec.archive)
        return spec, []


KIND: Final = IndexControl()
