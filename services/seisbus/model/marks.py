"""What decided the place of a window: the predicted arrival of a phase, or picks; or why it has no place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

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
    """An arrival that a person or a program picked.

    `time_ns`: nanoseconds since 1970; `score`: 0 to 1, None if it was not given; `polarity`: U (up), D (down) or "";
    `id`: as its source names it.
    """

    phase: str
    time_ns: int
    id: str = ""
    score: float | None = None
    polarity: str = ""


@dataclass(frozen=True, slots=True)
class StationPick:
    """A pick, with the codes of the channel where it was made and its event. A code or event that is not known is "";
    `chan` may be the beginning of a code."""

    pick: Pick
    net: str
    sta: str
    loc: str = ""
    chan: str = ""
    event: str = ""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Why a window could not be placed: its fate, a `Reason`, and a sentence."""

    fate: Fate
    reason: str
    detail: str


class PickAttributes(TypedDict):
    """One of several picks of a datum."""

    phase: str
    time: float  # epoch seconds
    id: NotRequired[str]
    score: NotRequired[float]
    polarity: NotRequired[str]


class MarkAttributes(TypedDict):
    """What a datum's document and Metadata say about the arrival or picks that placed its window. Times are epoch
    seconds."""

    phase_name: NotRequired[str]
    phase_time: NotRequired[float]
    # of a predicted arrival
    ray_parameter: NotRequired[float]  # s/degree
    incidence: NotRequired[float]  # degrees from the vertical, at the receiver
    takeoff: NotRequired[float]  # degrees from straight down, at the source
    phase_model: NotRequired[str]
    # of a pick; of several, of the first in time
    pick_time: NotRequired[float]
    pick_id: NotRequired[str]
    pick_score: NotRequired[float]
    pick_polarity: NotRequired[str]
    picks: NotRequired[list[PickAttributes]]  # all of them, if there are several


def mark_attributes(arrival: Arrival | None, picks: Sequence[Pick]) -> MarkAttributes:
    """The attributes for a datum's document and Metadata; what is not known is left out."""
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
