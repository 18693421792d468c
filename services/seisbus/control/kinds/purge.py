"""Purges at submission."""

from __future__ import annotations

from typing import Final

from ...errors import JobFileError
from ...model.kinds.purge import PurgeJob
from ..context import CallContext
from ..kind import ControlKind


class PurgeControl(ControlKind[PurgeJob]):
    """Jobs to remove; made by the call PurgeJobs alone, which needs an operator."""

    async def checked(self, context: CallContext, spec: PurgeJob) -> tuple[PurgeJob, list[str]]:
        """Never submitted as a job file."""
        raise JobFileError("Job file: kind purge is not submitted; use `seisbus purge`, which needs an operator.")


KIND: Final = PurgeControl()
