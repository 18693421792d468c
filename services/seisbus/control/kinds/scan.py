"""Scans at submission."""

from __future__ import annotations

from typing import Final

from ...model.kinds.scan import ScanJob
from ..context import Context
from ..kind import ControlKind
from ..windows import checked_windows


class ScanControl(ControlKind[ScanJob]):
    """Files to read whole."""

    async def checked(self, context: Context, spec: ScanJob) -> tuple[ScanJob, list[str]]:
        """Its windows as those of any job."""
        return await checked_windows(context, spec)


KIND: Final = ScanControl()
