"""What control does for a kind of job: it says everything that is wrong with a job before it starts, and estimates
it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Generic, TypeVar

from seis.control.v1 import control_pb2 as pb

from ..model.kind import Job
from ..model.stages import Stage
from ..store.documents import JobDocument
from .context import CallContext
from .start import start

J = TypeVar("J", bound=Job)


class ControlKind(Generic[J]):
    """One kind of job. If a kind has no module here, a valid job file is submitted without more checks."""

    async def checked(self, context: CallContext, spec: J) -> tuple[J, list[str]]:
        """The job as it will be stored, and sentences on what may fail for some of it; UserError if it cannot be run.

        UnknownArchiveError names the archives of this deployment.
        """
        return spec, []

    async def estimate(self, context: CallContext, spec: J) -> pb.Estimate:
        """What the job would take."""
        return pb.Estimate(basis=f"A job of kind {spec.kind} plans no windows.")

    def skips(self, spec: J) -> bool:
        """Whether what earlier jobs have saved is not made again."""
        return False

    async def already(self, context: CallContext, spec: J, but: str = "") -> pb.Already | None:
        """What earlier jobs, without the job `but`, have saved of the job; None if there is nothing to say."""
        return None

    async def submit(self, context: CallContext, spec: J, request_id: str, notes: Sequence[str]) -> JobDocument:
        """Write and announce the job. A repeat of `request_id` returns the job of the first call."""
        return await start(context, spec, request_id, notes)


CONTROL: Final[Stage[ControlKind[Any]]] = Stage("control")
PLAIN: Final = ControlKind[Any]()
