"""Window jobs at submission."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from seis.control.v1 import control_pb2 as pb

from ...model.kinds.window import WindowJob
from ...store.documents import JobDocument
from ..already import already, existing_notes
from ..archive_jobs import check_number, checked_cuts
from ..context import CallContext
from ..estimate import estimate
from ..kind import ControlKind


class WindowControl(ControlKind[WindowJob]):
    """Windows to store."""

    async def checked(self, context: CallContext, spec: WindowJob) -> tuple[WindowJob, list[str]]:
        """The job with its events inline, and notes on steps that lack something and on windows that are made again."""
        spec, notes = await checked_cuts(context, spec)
        return spec, notes + await existing_notes(context, spec)

    async def estimate(self, context: CallContext, spec: WindowJob) -> pb.Estimate:
        """The estimate, from the day files that the database knows."""
        return await estimate(context, spec)

    def skips(self, spec: WindowJob) -> bool:
        """As the job says."""
        return spec.skips

    async def already(self, context: CallContext, spec: WindowJob, but: str = "") -> pb.Already | None:
        """What earlier jobs saved with the same recipe and data_tag."""
        return await already(context, spec, but)

    async def submit(self, context: CallContext, spec: WindowJob, request_id: str, notes: Sequence[str]) -> JobDocument:
        """Submit the job, unless it asks for more windows than one job may."""
        await check_number(context, spec)
        return await super().submit(context, spec, request_id, notes)


KIND: Final = WindowControl()
