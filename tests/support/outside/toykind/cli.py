"""What `jobs` and `show` print of a toy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.console import RenderableType

from seisbus.cli.kind import CliKind, Limits
from seisbus.client import Client, Job


class ToyView(CliKind):
    """Shows the words of a job, and what was said."""

    def title(self, job: Job) -> str:
        """The title, marked as a toy."""
        return f"{job.title} (a toy)"

    def show(self, client: Client, job: Job, limits: Limits) -> Iterator[RenderableType]:
        """One line per outcome."""
        for outcome in client.outcomes(job.id):
            yield f"{outcome.subject.text}: {outcome.detail}"


KIND: Final = ToyView()
