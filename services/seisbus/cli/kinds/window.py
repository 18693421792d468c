"""Window jobs: availability by channel and day, and where waveforms are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

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
            yield views.availability_table(rows, limits.channels or len(rows))
        if job.ledger.saved and limits.files:
            yield views.saved_table(client.waveforms(job=job.id, limit=limits.files), job.ledger.saved)


KIND: Final = WindowView()
