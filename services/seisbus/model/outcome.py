"""How a planned window ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final


class Fate(StrEnum):
    """The five ends of a window; every planned window has exactly one."""

    SAVED = "saved"
    DEAD = "dead"
    MISSING = "missing"
    FAILED = "failed"
    CANCELLED = "cancelled"


RETRIABLE = (Fate.DEAD, Fate.MISSING, Fate.FAILED, Fate.CANCELLED)

_MISSING = {
    "not_listed": "the archive's index or station metadata name it, but the archive's listing does not have it",
    "no_such_key": "the archive has no such object",
    "not_available": "the catalog names no waveform file for this event (NA)",
    "access_denied": "the archive refuses to give the object",
}


def missing_detail(names: str, reason: str) -> str:
    """One sentence for the ledger: `names` (objects) are missing for a `reason`."""
    return f"{names}: {_MISSING.get(reason, reason)}."


# Reason of a dead window whose object has bytes that could not be read; an object without any data is `no_data`.
UNREADABLE: Final = "unreadable"
# Problems in a sentence for the ledger; the datum's log has all of them.
_FIRST = 3


def unreadable_detail(names: str, size: int, problems: Sequence[str]) -> str:
    """One sentence for the ledger: so many bytes of `names` (objects) could not be read, and the first problems."""
    amount = f"{size:,} bytes" if size else "its bytes"
    more = f" And {len(problems) - _FIRST:,} more problems." if len(problems) > _FIRST else ""
    return f"{names}: {amount} could not be read: {' '.join(problems[:_FIRST])}{more}"


@dataclass(frozen=True, slots=True)
class Ledger:
    """Windows planned and windows by fate."""

    planned: int = 0
    saved: int = 0
    dead: int = 0
    missing: int = 0
    failed: int = 0
    cancelled: int = 0

    @property
    def settled(self) -> int:
        """Windows that have an outcome."""
        return self.saved + self.dead + self.missing + self.failed + self.cancelled

    @property
    def balanced(self) -> bool:
        """Whether planned = saved + dead + missing + failed + cancelled."""
        return self.planned == self.settled

    def counts(self) -> dict[str, int]:
        """The fields by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


class JobState(StrEnum):
    """Life of a job."""

    SUBMITTED = "submitted"
    PLANNING = "planning"
    RUNNING = "running"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def closed(self) -> bool:
        """Whether nothing more will happen unless the user asks for a retry."""
        return self in (JobState.COMPLETED, JobState.CANCELLED, JobState.FAILED)
