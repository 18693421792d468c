"""Scans at submission."""

from __future__ import annotations

from typing import Final

from ...model.kinds.scan import ScanJob
from ..archive_jobs import checked_windows
from ..context import CallContext
from ..kind import ControlKind


class ScanControl(ControlKind[ScanJob]):
    """Files to read whole."""

    async def checked(self, context: CallContext, spec: ScanJob) -> tuple[ScanJob, list[str]]:
        """Check its windows like those of any job."""
        return await checked_windows(context, spec)


KIND: Final = ScanControl()
