"""Travel times of all phases in a 1-D Earth, with caches of TauP models, source depths and distances.

obspy's TauP (Crotwell et al. 1999) computes them. Most of its time goes into splitting the model at the source depth
and preparing some fifty phases; this is done once per event and cached.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

TABLE_MARGIN_S = 5.0  # a refined time may be this much before the tabulated times of its phase


@dataclass(frozen=True, slots=True)
class PhaseArrival:
    """One arrival: the phase's name and its time in seconds after the origin."""

    name: str
    time: float


@lru_cache(maxsize=8)
def _model(name: str) -> Any:
    from obspy.taup import TauPyModel

    return TauPyModel(name).model


@lru_cache(maxsize=32)
def _phases_at_depth(model: str, depth_km: float) -> Any:
    from obspy.taup.taup_time import TauPTime

    phases = TauPTime(_model(model), ["ttall"], depth_km, 0.0)
    phases.depth_correct(depth_km, 0.0)
    phases.recalc_phases()
    return phases


@lru_cache(maxsize=65536)
def phase_arrivals(
    model: str, depth_km: float, distance_deg: float, latest: float = math.inf
) -> tuple[PhaseArrival, ...]:
    """All arrivals at a distance up to `latest` s after the origin, in order of time; empty if there is none.

    `model` is a name that obspy knows (ak135, iasp91, prem …), `depth_km` the source depth below the surface (a
    source above it counts as at the surface), `distance_deg` the angular distance. Phases that do not arrive before
    `latest` at any distance are not traced, which saves most of the time for a short trace.
    """
    calculator = _phases_at_depth(model, max(depth_km, 0.0))
    early = [p for p in calculator.phases if len(p.time) and float(min(p.time)) - TABLE_MARGIN_S <= latest]
    found = [arrival for phase in early for arrival in phase.calc_time(distance_deg)]
    arrivals = (PhaseArrival(a.name, float(a.time)) for a in sorted(found, key=lambda a: a.time))
    return tuple(arrival for arrival in arrivals if arrival.time <= latest)


def first_arrivals(arrivals: tuple[PhaseArrival, ...]) -> dict[str, float]:
    """Times of the first direct P and S waves, if they exist; `arrivals` are in order of time."""
    first: dict[str, float] = {}
    for arrival in arrivals:
        wave = arrival.name[0].upper()
        if wave in "PS" and not set(arrival.name[1:]) - set("ngbdif"):
            first.setdefault(wave, arrival.time)
    return first


def clear_cache() -> None:
    """Forget every travel time, to measure a cold start; the Earth models stay."""
    phase_arrivals.cache_clear()
    _phases_at_depth.cache_clear()
