"""What every format of a dataset has in common. Not thread safe; the builder calls one method at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from libseis.segments import Segment

from ...archive.events import Event
from ...model.task import Window
from ...store.documents import Document


@dataclass(frozen=True, slots=True)
class About:
    """What a dataset is of: its window in the ledger, and the event where it is of a known one."""

    window: Window
    event: Event | None


class Sink(ABC):
    """Takes waveforms in order of start, then station metadata, then is closed; nothing is durable before that.

    `problems` says in sentences what could not be kept as it was. OSError when the disk takes no more.
    """

    wants_stations = False

    def __init__(self) -> None:
        self.problems: list[str] = []

    @abstractmethod
    def add(self, document: Document, segment: Segment, site: Document | None) -> None:
        """One waveform, its wf document, and the station's epoch where it is known."""

    def add_station(self, inventory: Any) -> None:  # noqa: B027  # only some formats hold metadata
        """Metadata of one station, an obspy Inventory."""

    @abstractmethod
    def close(self) -> None:
        """Finish the file."""

    def abandon(self) -> None:
        """Release what is open after an error, in place of `close`; the caller throws away what was written."""
        self.close()
