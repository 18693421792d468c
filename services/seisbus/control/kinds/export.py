"""Exports at submission."""

from __future__ import annotations

from typing import Final

from ...model.kinds.export import ExportJob
from ...store.jobs import standing_job
from ..context import CallContext
from ..evaluations import check_evaluations
from ..kind import ControlKind
from ..selection import check_stored


class ExportControl(ControlKind[ExportJob]):
    """Datasets of stored waveforms."""

    async def checked(self, context: CallContext, spec: ExportJob) -> tuple[ExportJob, list[str]]:
        """Check that its jobs exist, fit into one dataset, and have stored something."""
        if spec.export.job:
            await standing_job(context.store, spec.export.job)
        await check_evaluations(context, spec.export.misfit)
        await check_stored(context, spec)
        return spec, []


KIND: Final = ExportControl()
