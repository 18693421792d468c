"""Purges at submission."""

from __future__ import annotations

from typing import Final

from ...errors import JobFileError
from ...model.kinds.purge import PurgeJob
from ..context import CallContext
from ..kind import ControlKind


class PurgeControl(ControlKind[PurgeJob]):
    """Jobs to remove. Only the call PurgeJobs makes such a job, and it needs an operator."""

    async def checked(self, context: CallContext, spec: PurgeJob) -> tuple[PurgeJob, list[str]]:
        """Refuse the job file."""
        raise JobFileError("Job file: kind purge is not submitted; use `seisbus purge`, which needs an operator.")


KIND: Final = PurgeControl()
