"""The interface by which the command line shows a kind of job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rich.console import RenderableType

from ..model.stages import Stage

if TYPE_CHECKING:
    from ..client import Client, Job


@dataclass(frozen=True, slots=True)
class Limits:
    """How much `show` lists: channels of a table (0 means all) after the first `skip`, and stored waveforms."""

    channels: int
    files: int
    skip: int = 0

    @property
    def page(self) -> int:
        """The number of the page, with `channels` on each; 1 is the first."""
        return 1 + (self.skip // self.channels if self.channels else 0)


class CliKind:
    """One kind of job; a kind without a module here has its ledger and the reasons why something is not saved."""

    def title(self, job: Job) -> str:
        """What `jobs` prints beside the kind. The specification is not known in lists."""
        return job.title

    def show(self, client: Client, job: Job, limits: Limits) -> Iterator[RenderableType]:
        """What `show` prints below the ledger."""
        yield from ()

    def values(self, client: Client, job: Job, limits: Limits) -> Mapping[str, Any]:
        """What `show --json` adds to the ledger, by name."""
        return {}

    def awaits(self, job: Job) -> str:
        """The job for which this one waits, which is shown first; "" if there is none."""
        return ""


CLI: Final[Stage[CliKind]] = Stage("cli")
PLAIN: Final = CliKind()
