"""How a planned window ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final

from .shown import Shown


class Fate(StrEnum):
    """The five ends of a window; every planned window has exactly one."""

    SAVED = "saved"
    DEAD = "dead"
    MISSING = "missing"
    FAILED = "failed"
    CANCELLED = "cancelled"


RETRIABLE = (Fate.DEAD, Fate.MISSING, Fate.FAILED, Fate.CANCELLED)


class Reason(StrEnum):
    """Why a window of an archive's data is not saved, with the fate for each reason. The ledger stores these texts, so
    they must not change.

    Stations of misfit jobs have the reasons of `libseis.misfit.errors`; datasets and purges have `empty` and `in_use`.
    """

    fate: Fate

    def __new__(cls, value: str, fate: Fate) -> Reason:
        """Make a text that has a fate."""
        made = str.__new__(cls, value)
        made._value_, made.fate = value, fate
        return made

    # libseis.segments.CutReason
    NO_DATA = "no_data", Fate.DEAD
    NO_DATA_IN_WINDOW = "no_data_in_window", Fate.DEAD
    GAP = "gap", Fate.DEAD
    STARTS_LATE = "starts_late", Fate.DEAD
    ENDS_EARLY = "ends_early", Fate.DEAD
    OVERLAP_CONFLICT = "overlap_conflict", Fate.DEAD
    MIXED_RATES = "mixed_rates", Fate.DEAD
    # of the windower
    UNREADABLE = "unreadable", Fate.DEAD
    WRONG_CHANNEL = "wrong_channel", Fate.DEAD
    STEP_FAILED = "step_failed", Fate.DEAD
    # of the plan: the place of a window cannot be computed
    NO_SUCH_PHASE = "no_such_phase", Fate.DEAD
    NO_SOURCE_DEPTH = "no_source_depth", Fate.DEAD
    NO_COORDINATES = "no_coordinates", Fate.DEAD
    UNKNOWN_STATION = "unknown_station", Fate.MISSING
    # of its sensors
    NO_ORIENTATION = "no_orientation", Fate.DEAD
    EPOCH_CHANGE = "epoch_change", Fate.DEAD
    LEFT_HANDED = "left_handed", Fate.DEAD
    COPLANAR = "coplanar", Fate.DEAD
    TIME_BASES = "time_bases", Fate.DEAD
    SURPLUS_CHANNEL = "surplus_channel", Fate.DEAD
    # of the archive
    NOT_LISTED = "not_listed", Fate.MISSING
    NO_SUCH_KEY = "no_such_key", Fate.MISSING
    NOT_AVAILABLE = "not_available", Fate.MISSING
    ACCESS_DENIED = "access_denied", Fate.MISSING
    NO_CHANNEL = "no_channel", Fate.MISSING
    LACKS_COMPONENT = "lacks_component", Fate.MISSING
    # of the job
    DEAD_LETTER = "dead_letter", Fate.FAILED
    CANCELLED = "cancelled", Fate.CANCELLED
    JOB_FAILED = "job_failed", Fate.CANCELLED


_MISSING: Final[Mapping[str, str]] = {
    Reason.NOT_LISTED: "the archive's index or station metadata name it, but the archive's listing does not have it",
    Reason.NO_SUCH_KEY: "the archive has no such object",
    Reason.NOT_AVAILABLE: "the catalog names no waveform file for this event (NA)",
    Reason.ACCESS_DENIED: "the archive refuses to give the object",
}


def missing_detail(names: str, reason: str) -> str:
    """One sentence for the ledger: which objects (`names`) are missing, and why."""
    return f"{names}: {_MISSING.get(reason, reason)}."


# So many problems are in a sentence for the ledger; the datum's log has all of them.
_FIRST = 3


def unreadable_detail(names: str, size: int, problems: Sequence[str]) -> str:
    """One sentence for the ledger: how many bytes of which objects (`names`) could not be read, and the first
    problems."""
    amount = f"{size:,} bytes" if size else "its bytes"
    more = f" And {len(problems) - _FIRST:,} more problems." if len(problems) > _FIRST else ""
    return f"{names}: {amount} could not be read: {' '.join(problems[:_FIRST])}{more}"


@dataclass(frozen=True, slots=True)
class Ledger(Shown):
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

    def rows(self) -> Mapping[str, Any]:
        """The counts, without fates that no window has, and whether they add up."""
        counts = {name: count for name, count in self.counts().items() if count or name in ("planned", "saved")}
        return counts if self.balanced else {**counts, "without an outcome": self.planned - self.settled}

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
