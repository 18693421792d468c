"""Misfit jobs: total misfits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from rich.console import RenderableType

from .. import views
from ..kind import CliKind, Limits

if TYPE_CHECKING:
    from ...client import Client, Job


class MisfitView(CliKind):
    """Measurements."""

    def show(self, client: Client, job: Job, limits: Limits) -> Iterator[RenderableType]:
        """One row per event and evaluation."""
        if totals := client.misfits(job.id):
            yield views.misfits_table(totals)

    def awaits(self, job: Job) -> str:
        """The job that stores the observed waveforms."""
        return str(job.spec["misfit"]["observed"]["job"])

    def values(self, client: Client, job: Job, limits: Limits) -> Mapping[str, Any]:
        """The same as values."""
        return {"misfits": client.misfits(job.id)}


KIND: Final = MisfitView()
