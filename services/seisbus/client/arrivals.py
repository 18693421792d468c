"""Predicted arrivals on the time axes of drawn data, for the source and the distance of each datum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from libseis.objects.thinning import Floats

from ..extras import extra
from .section import PlotError, distance_of, label_of, value_of


@dataclass(frozen=True, slots=True)
class Predicted:
    """The times of a phase at each datum.

    phase: its name. times: seconds on the time axis of the datum (since 1970, or since its reference), shape (n,), NaN
    if it does not arrive. one_source: whether all data belong to one event, so that the times make a curve.
    """

    phase: str
    times: Floats
    one_source: bool


def predicted(members: Sequence[Any], phases: Sequence[str], model: str = "iasp91") -> list[Predicted]:
    """The first arrival of each phase at each datum, by obspy's TauP. Raises PlotError if a datum lacks a needed value.

    A datum needs its coordinates, and `source_lat`, `source_lon`, `source_depth` (km), `source_time` (epoch seconds).
    """
    if not phases:
        return []
    with extra("obspy"):
        from libseis.traveltimes import MODELS, PhaseNameError, TravelTimes
    if model not in MODELS:
        raise PlotError(f"{model!r} is no Earth model; expected one of {', '.join(MODELS)}.")
    degrees = np.array([_needed(member, "coordinates", distance_of(member)) for member in members])
    depths = [float(_needed(member, "source_depth", value_of(member, "source_depth"))) for member in members]
    origins = [float(_needed(member, "source_time", value_of(member, "source_time"))) for member in members]
    zeros = [0.0 if member.time_is_UTC() else member.time_reference() for member in members]
    starts = np.array(origins) - np.array(zeros)
    at_depth: dict[float, list[int]] = defaultdict(list)
    for number, depth in enumerate(depths):
        at_depth[depth].append(number)
    times = np.full((len(phases), len(members)), np.nan)
    tables = TravelTimes(model)
    try:
        for depth, numbers in at_depth.items():
            for row, curve in zip(times, tables.curves(phases, depth), strict=True):
                row[numbers] = curve.first(degrees[numbers])[0]
    except PhaseNameError as error:
        raise PlotError(str(error)) from None
    one_source = len(at_depth) == len(set(origins)) == 1
    return [Predicted(phase, row + starts, one_source) for phase, row in zip(phases, times, strict=True)]


def _needed(member: Any, what: str, value: Any) -> Any:
    if value is None:
        raise PlotError(f"Predicted arrivals need {what} of receiver and source; {label_of(member)} lacks that.")
    return value
