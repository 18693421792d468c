"""Exports: the datasets that were built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from rich.console import RenderableType

from .. import views
from ..kind import CliKind, Limits

if TYPE_CHECKING:
    from ...client import Client, Job


class ExportView(CliKind):
    """Datasets."""

    def show(self, client: Client, job: Job, limits: Limits) -> Iterator[RenderableType]:
        """Where they are."""
        if built := client.datasets(job.id):
            yield views.datasets_table(built)

    def values(self, client: Client, job: Job, limits: Limits) -> Mapping[str, Any]:
        """The same as values."""
        return {"datasets": client.datasets(job.id)}


KIND: Final = ExportView()
