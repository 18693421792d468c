"""Index jobs at submission."""

from __future__ import annotations

from typing import Final

from ...archive.definition import archive_named
from ...model.kinds.index import IndexJob
from ..context import CallContext
from ..kind import ControlKind


class IndexControl(ControlKind[IndexJob]):
    """An archive whose indexes are to be read."""

    async def checked(self, context: CallContext, spec: IndexJob) -> tuple[IndexJob, list[str]]:
        """Check that this deployment has the archive."""
        archive_named(context.archives, spec.archive)
        return spec, []


KIND: Final = IndexControl()
