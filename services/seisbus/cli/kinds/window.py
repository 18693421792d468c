"""Window jobs: availability by channel and day, and where waveforms are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from rich.console import RenderableType

from .. import views
from ..kind import CliKind, Limits

if TYPE_CHECKING:
    from ...client import Client, Job


class WindowView(CliKind):
    """Windows of an archive's data."""

    def show(self, client: Client, job: Job, limits: Limits) -> Iterator[RenderableType]:
        """Tables of channels and of stored waveforms."""
        if rows := client.availability(job.id):
            yield views.availability_table(rows, limits.channels or len(rows), limits.page)
        if job.ledger.saved and limits.files:
            yield views.saved_table(client.waveforms(job=job.id, limit=limits.files), job.ledger.saved)

    def values(self, client: Client, job: Job, limits: Limits) -> Mapping[str, Any]:
        """Rows of channels and days, and documents of stored waveforms."""
        stored = client.waveforms(job=job.id, limit=limits.files) if job.ledger.saved and limits.files else []
        return {"availability": client.availability(job.id), "waveforms": stored}


KIND: Final = WindowView()
