"""Make the curves of phases with obspy's TauP. Only this module uses obspy, and only to make tables."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np

from ..extras import extra
from .curve import Floats, PhaseCurve

# Largest difference (s) between the cubic of a segment and a ray in its middle. If it is larger, more rays are traced.
_GOOD_ENOUGH: Final = 0.0005
# Sources in the crust, at the surface, above and below the discontinuities at 410 and 660 km.
_DEPTHS_KM: Final = (10.0, 0.0, 100.0, 500.0, 700.0)
_MOST_ROUNDS: Final = 5
# Number of rays traced between two samples with a caustic between them, and of refinements to find a ray.
_CLOSE: Final = 33
_ZOOMS: Final = 3
_NONE: Final = PhaseCurve(np.empty(0), np.empty(0), np.empty(0))


@lru_cache(maxsize=8)
def earth(model: str) -> Any:
    """obspy's TauModel of a name."""
    with extra("obspy"):
        from obspy.taup import TauPyModel

    return TauPyModel(model).model


@lru_cache(maxsize=8)
def _at_depth(model: str, depth_km: float) -> Any:
    return earth(model).depth_correct(depth_km)


def is_phase(model: str, phase: str) -> bool:
    """Whether a name is a phase at any source depth."""
    with extra("obspy"):
        from obspy.taup.helper_classes import TauModelError

    for depth in _DEPTHS_KM:
        try:
            _traced(model, phase, depth)
        except TauModelError:  # the legs do not meet for a source at this depth
            continue
        except (ValueError, IndexError, RuntimeError):
            return False
        return True
    return False


def build_curve(model: str, phase: str, depth_km: float) -> PhaseCurve:
    """The curve of a phase for a source depth; empty if the phase does not exist for this depth."""
    with extra("obspy"):
        from obspy.taup.helper_classes import TauModelError

    try:
        traced = _traced(model, phase, depth_km)
    except TauModelError:
        return _NONE
    if len(traced.dist) < 2:
        return _NONE
    samples = _refined(traced) if _is_ray(traced) else (traced.dist, traced.time, traced.ray_param)
    distance, time, ray_param = (np.ascontiguousarray(one, dtype=np.float64) for one in samples)
    if phase.endswith("kmps"):
        return PhaseCurve(distance, time, ray_param)
    radius, source = traced.tau_model.radius_of_planet, traced.source_depth
    velocities, down = traced.tau_model.s_mod.v_mod, traced.down_going
    at_source = velocities.evaluate_below if down[0] else velocities.evaluate_above
    at_receiver = velocities.evaluate_above if down[-1] else velocities.evaluate_below
    return PhaseCurve(
        distance,
        time,
        ray_param,
        incidence_slowness=radius / at_receiver(0.0, traced.legs[-2][0]).item(),
        takeoff_slowness=(radius - source) / at_source(source, phase[0]).item(),
        down_at_receiver=bool(down[-1]),
        up_at_source=not down[0],
    )


def _traced(model: str, phase: str, depth_km: float) -> Any:
    """obspy's SeismicPhase."""
    with extra("obspy"):
        from obspy.taup.seismic_phase import SeismicPhase

    return SeismicPhase(phase, _at_depth(model, depth_km))


def _is_ray(traced: Any) -> bool:
    """The curves of head, diffracted and surface waves, which are straight lines."""
    return not traced.head_or_diffract_seq and not traced.name.endswith("kmps") and len(traced.ray_param) > 2


def _refined(traced: Any) -> tuple[Floats, Floats, Floats]:
    """obspy's samples with more rays between them, until the cubic between each two neighbours is accurate.

    obspy searches an arrival between two samples whose distances enclose the given one. The curve does the same, and
    the added rays never make an arrival that obspy does not find.
    """
    x, t, p = traced.dist, traced.time, traced.ray_param
    todo = p[1:] != p[:-1]
    for _ in range(_MOST_ROUNDS):
        at = np.flatnonzero(todo)
        if not len(at):
            break
        middle = (p[at] + p[at + 1]) / 2
        x_middle, t_middle = _shoot(traced, middle)
        inside = (x_middle - x[at]) * (x[at + 1] - x_middle) >= 0
        bad = inside & (np.abs(_cubic(PhaseCurve(x, t, p), at, x_middle) - t_middle) > _GOOD_ENOUGH)
        rays = np.array([x_middle, t_middle, middle])
        new = {int(at[number]): rays[:, number : number + 1] for number in np.flatnonzero(bad)}
        for i in at[~inside]:
            new[int(i)] = _behind_caustic(traced, x[i : i + 2], p[i : i + 2])
        parts, flags = [], []
        for i in range(len(x)):
            more = new.get(i, np.empty((3, 0)))
            parts += [np.array([[x[i]], [t[i]], [p[i]]]), more]
            flags += [more.shape[1] > 0] * (1 + more.shape[1])
        x, t, p = np.concatenate(parts, axis=1)
        todo = np.array(flags[:-1], dtype=bool) & (p[1:] != p[:-1]) & (x[1:] != x[:-1])
    return x, t, p


def _behind_caustic(traced: Any, x: Floats, p: Floats) -> Floats:
    """Samples (3, n) of rays between two samples with a caustic between them. The part of the curve beyond the
    distances of the two is left out; the first and last rays are at these distances."""
    ray_params = np.linspace(p[0], p[1], _CLOSE)
    distance, time = _shoot(traced, ray_params)
    distance[0], distance[-1] = x
    forth = np.sign(x[1] - x[0])
    if forth == 0:
        return np.empty((3, 0))
    first = int(np.flatnonzero((distance[:-1] - x[0]) * forth <= 0)[-1])
    last = first + 1 + int(np.flatnonzero((distance[first + 1 :] - x[1]) * forth >= 0)[0])
    inner = np.array([distance, time, ray_params])[:, first + 1 : last]
    parts = [inner]
    if first > 0:
        parts.insert(0, _at_distance(traced, x[0], ray_params[first], ray_params[first + 1]))
    if last < _CLOSE - 1:
        parts.append(_at_distance(traced, x[1], ray_params[last - 1], ray_params[last]))
    return np.concatenate(parts, axis=1)


def _at_distance(traced: Any, x: float, low: float, high: float) -> Floats:
    """The ray (3, 1) that arrives at a distance, between two ray parameters whose rays enclose it."""
    for _ in range(_ZOOMS):
        ray_params = np.linspace(low, high, _CLOSE)
        distance, time = _shoot(traced, ray_params)
        beyond = distance > x
        at = int(np.flatnonzero(beyond != beyond[0])[0]) if (beyond != beyond[0]).any() else _CLOSE - 1
        low, high = ray_params[at - 1], ray_params[at]
    return np.array([[x], [time[at] + ray_params[at] * (x - distance[at])], [ray_params[at]]])


def _cubic(curve: PhaseCurve, at: np.ndarray[Any, Any], x: Floats) -> Floats:
    """Times of the segments `at` at the distances `x`."""
    width = curve.distance[at + 1] - curve.distance[at]
    s = (x - curve.distance[at]) / np.where(width == 0, 1.0, width)
    slope0, slope1 = curve.ray_param[at] * width, curve.ray_param[at + 1] * width
    rise = curve.time[at + 1] - curve.time[at]
    times: Floats = curve.time[at] + s * (
        slope0 + s * (3 * rise - 2 * slope0 - slope1 + s * (slope0 + slope1 - 2 * rise))
    )
    return times


def _shoot(traced: Any, ray_params: Floats) -> tuple[Floats, Floats]:
    """Distances and times of the rays with these parameters, like obspy's shoot_ray, but for all at once."""
    model = traced.tau_model
    distance, time = np.zeros(len(ray_params)), np.zeros(len(ray_params))
    for wave, passes in zip((True, False), traced.calc_branch_mult(model), strict=True):
        for number in np.flatnonzero(passes):
            branch = model.get_tau_branch(number, wave)
            top = model.s_mod.layer_number_below(branch.top_depth, wave)
            bottom = model.s_mod.layer_number_above(branch.bot_depth, wave)
            found = branch.calc_time_dist(model.s_mod, top, bottom, ray_params, allow_turn_in_layer=True)
            distance += passes[number] * found["dist"]
            time += passes[number] * found["time"]
    return distance, time
