"""What a window was laid by: the predicted arrival of a phase, or picks; and why one could not be laid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from .outcome import Fate


@dataclass(frozen=True, slots=True)
class Arrival:
    """A predicted arrival.

    `time_ns`: nanoseconds since 1970; `ray_parameter`: seconds per degree; `incidence` (at the receiver, from the
    vertical) and `takeoff` (at the source, from straight down): degrees; `model`: the Earth model.
    """

    phase: str
    time_ns: int
    ray_parameter: float
    incidence: float
    takeoff: float
    model: str


@dataclass(frozen=True, slots=True)
class Pick:
    """An arrival that somebody, or some program, picked.

    `time_ns`: nanoseconds since 1970; `score`: 0 to 1, None if it was not given; `polarity`: U (up), D (down) or "";
    `id`: as its source names it.
    """

    phase: str
    time_ns: int
    id: str = ""
    score: float | None = None
    polarity: str = ""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Why a window could not be laid: its fate, a `Reason`, and a sentence."""

    fate: Fate
    reason: str
    detail: str


class PickAttributes(TypedDict, total=False):
    """One of several picks of a datum."""

    phase: str
    time: float  # epoch seconds
    id: str
    score: float
    polarity: str


class MarkAttributes(TypedDict, total=False):
    """What stands on a datum of what its window was laid by; times are epoch seconds."""

    phase_name: str
    phase_time: float
    # of a predicted arrival
    ray_parameter: float  # s/degree
    incidence: float  # degrees from the vertical, at the receiver
    takeoff: float  # degrees from straight down, at the source
    phase_model: str
    # of a pick; of several, of the first in time
    pick_time: float
    pick_id: str
    pick_score: float
    pick_polarity: str
    picks: list[PickAttributes]  # all of them, where there are several


def mark_attributes(arrival: Arrival | None, picks: Sequence[Pick]) -> MarkAttributes:
    """What stands on a datum, in its document and its Metadata; what is not known is left out."""
    found: MarkAttributes = {}
    put_marks(found, arrival, picks)
    return found


def put_marks(found: MarkAttributes, arrival: Arrival | None, picks: Sequence[Pick]) -> None:
    """Put the attributes into a document."""
    if arrival is not None:
        found["phase_name"], found["phase_time"] = arrival.phase, arrival.time_ns / 1e9
        found["ray_parameter"], found["phase_model"] = arrival.ray_parameter, arrival.model
        found["incidence"], found["takeoff"] = arrival.incidence, arrival.takeoff
    if picks:
        first = _of_pick(min(picks, key=lambda pick: pick.time_ns))
        found["phase_name"], found["phase_time"], found["pick_time"] = first["phase"], first["time"], first["time"]
        if "id" in first:
            found["pick_id"] = first["id"]
        if "score" in first:
            found["pick_score"] = first["score"]
        if "polarity" in first:
            found["pick_polarity"] = first["polarity"]
    if len(picks) > 1:
        found["picks"] = [_of_pick(pick) for pick in picks]


def _of_pick(pick: Pick) -> PickAttributes:
    found: PickAttributes = {"phase": pick.phase, "time": pick.time_ns / 1e9}
    if pick.id:
        found["id"] = pick.id
    if pick.score is not None:
        found["score"] = pick.score
    if pick.polarity:
        found["polarity"] = pick.polarity
    return found
