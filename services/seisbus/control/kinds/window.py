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
        """Events inline; notes on steps that lack something, and on windows that are not skipped."""
        spec, notes = await checked_cuts(context, spec)
        return spec, notes + await existing_notes(context, spec)

    async def estimate(self, context: CallContext, spec: WindowJob) -> pb.Estimate:
        """From the day files that the database knows."""
        return await estimate(context, spec)

    async def already(self, context: CallContext, spec: WindowJob) -> pb.Already | None:
        """By the same recipe, under the same data_tag."""
        return await already(context, spec)

    async def submit(self, context: CallContext, spec: WindowJob, request_id: str, notes: Sequence[str]) -> JobDocument:
        """Refused where it asks for more windows than one job may."""
        await check_number(context, spec)
        return await super().submit(context, spec, request_id, notes)


KIND: Final = WindowControl()
