"""What all formats of datasets have in common. It is not thread safe: the builder calls one method at a time."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from libseis.isotime import iso
from libseis.segments import Segment

from ...archive.event import Event
from ...model.task import Window
from ...store.documents import (
    AdjointSourceDocument,
    MisfitWindowDocument,
    RejectedWindowDocument,
    SiteDocument,
    WaveformDocument,
)

if TYPE_CHECKING:
    from libseis.misfit import Config


Attached = Mapping[str, Any]
"""Ids and values of a waveform's source and receiver by MsPASS's names; what is not known is not in it."""
NOTHING: Final[Attached] = {}


@dataclass(frozen=True, slots=True)
class About:
    """What a dataset is about: its window in the ledger, and its event if that is known."""

    window: Window
    event: Event | None


@dataclass(frozen=True, slots=True)
class Measured:
    """A station in a misfit job: its epoch (None if it is not known), windows by component, adjoint sources, synthetics
    with their units and tag, and, if they were asked for, rejected windows, one document per component.
    """

    net: str
    sta: str
    site: SiteDocument | None
    windows: Mapping[str, Sequence[MisfitWindowDocument]]
    sources: Sequence[AdjointSourceDocument]
    synthetics: Sequence[tuple[Segment, str]] = ()
    synthetic_tag: str = ""
    rejected: Sequence[RejectedWindowDocument] = ()


class LoggedWaveform(WaveformDocument):
    """A waveform with the sentences of its error log."""

    elog: list[str]


class Draft(ABC):
    """A dataset that is being written. It takes waveforms in order of start, then station metadata, then measurements,
    and is closed.

    Nothing is durable before that. `problems` has sentences on what could not be kept as it was. `empty` says that
    there was nothing for this format, and `nothing` what is lacking. OSError if the disk is full.
    """

    wants_samples = True
    wants_stations = False
    empty = False
    nothing = "None of the waveforms fits this format."

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._log: list[str] = []

    def _tell(self, document: LoggedWaveform, segment: Segment, **where: str) -> None:
        """Keep a waveform's error log for the file beside a format that has no place for logs."""
        channel = segment.channel
        about = {
            **where,
            "channel": str(channel),
            "starttime": iso(segment.t0_ns),
            "window": document.get("window", ""),
        }
        self._log += [json.dumps({**about, "message": text}) for text in document.get("elog") or ()]

    def _write_log(self, path: Path) -> None:
        """Write the file with error logs, one JSON object per line, if there are any."""
        if self._log:
            path.write_text("".join(f"{line}\n" for line in self._log))

    @abstractmethod
    def add(self, document: LoggedWaveform, segment: Segment, attached: Attached) -> None:
        """One waveform: its document, its samples, and what is attached to it (`model.normalized.VALUES`)."""

    def add_station(self, inventory: Any) -> None:  # noqa: B027  # only some formats hold metadata
        """Metadata of one station, an obspy Inventory."""

    def add_config(self, config: Config) -> None:  # noqa: B027  # only some formats hold it
        """The settings of the misfit job whose measurements follow."""

    def add_measurement(self, measured: Measured) -> None:  # noqa: B027  # only some formats hold it
        """Add the results of a misfit job for one station."""

    @abstractmethod
    def close(self) -> None:
        """Finish the file."""

    def abandon(self) -> None:
        """Release what is open after an error, in place of `close`; the caller throws away what was written."""
        self.close()
