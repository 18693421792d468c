"""PhaseCurve: distance and time of one phase at one source depth, as functions of the ray parameter.

Times between two samples come from the cubic with the times of the samples and, since dt/dx = p, their slopes. A phase
may arrive several times at one distance (triplications), or not at all (shadow zones).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Index of the phase if none of the given phases exists.
NO_PHASE: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class PhaseCurve:
    """A phase for one source depth.

    Parameters
    ----------
    distance, time, ray_param
        Samples in order of the ray parameter, arrays of one length: radians, seconds, seconds per radian. Empty if the
        phase does not exist for this depth.
    incidence_slowness, takeoff_slowness
        Radius divided by velocity (s) of the first layer at the receiver and at the source. The sine of the angle is
        the ray parameter divided by it. 0 for a phase without such an angle (surface waves).
    down_at_receiver, up_at_source
        True if the ray comes from above, or leaves upwards; angles are counted from 180 degrees then.
    """

    distance: Floats
    time: Floats
    ray_param: Floats
    incidence_slowness: float = 0.0
    takeoff_slowness: float = 0.0
    down_at_receiver: bool = False
    up_at_source: bool = False

    def first(self, degrees: Floats) -> tuple[Floats, Floats]:
        """The earliest arrival at each distance.

        Parameters
        ----------
        degrees
            Distances from 0 to 180 degrees, shape (n,).

        Returns
        -------
        (ndarray, ndarray)
            Times in seconds after the origin, and ray parameters in seconds per radian, shape (n,); NaN where the phase
            does not arrive.
        """
        station, time, ray_param = self.arrivals(degrees)
        first = np.full(len(degrees), np.inf)
        np.minimum.at(first, station, time)
        of_first = np.full(len(degrees), np.nan)
        earliest = time == first[station]
        of_first[station[earliest]] = ray_param[earliest]
        first[np.isinf(first)] = np.nan
        return first, of_first

    def arrivals(self, degrees: Floats) -> tuple[NDArray[np.intp], Floats, Floats]:
        """Return all arrivals at some distances.

        Parameters
        ----------
        degrees
            Distances in degrees, shape (n,).

        Returns
        -------
        tuple[NDArray[np.intp], Floats, Floats]
            For each arrival the index of its distance, its time (s) and its ray parameter (s/radian).
        """
        x, t, p = self.distance, self.time, self.ray_param
        if len(x) < 2:
            return np.empty(0, dtype=np.intp), np.empty(0), np.empty(0)
        angle, of_station = _turns(degrees, float(x.max()))
        order = np.argsort(angle, kind="stable")
        angle, of_station = angle[order], of_station[order]
        # a repeated ray parameter is the edge of a shadow zone; only two samples are a head or diffracted wave
        real = np.flatnonzero((p[1:] != p[:-1]) | (len(x) == 2))
        low, high = np.minimum(x[real], x[real + 1]), np.maximum(x[real], x[real + 1])
        begin, end = np.searchsorted(angle, low, "left"), np.searchsorted(angle, high, "right")
        counts = end - begin
        at = np.repeat(real, counts)
        which = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(begin, counts)
        width = x[at + 1] - x[at]
        # a caustic can give two samples at one distance; either can be the arrival
        s = np.divide(angle[which] - x[at], width, out=np.zeros(len(at)), where=width != 0)
        slope0, slope1, rise = p[at] * width, p[at + 1] * width, t[at + 1] - t[at]
        square, cube = slope0 + slope1 - 2 * rise, 3 * rise - 2 * slope0 - slope1
        time = t[at] + s * (slope0 + s * (cube + s * square))
        with np.errstate(divide="ignore", invalid="ignore"):
            ray = (slope0 + s * (2 * cube + s * 3 * square)) / width
        ray = np.where(width != 0, ray, p[at])
        ray = np.clip(ray, np.minimum(p[at], p[at + 1]), np.maximum(p[at], p[at + 1]))
        return of_station[which], time, ray

    def incidence(self, ray_param: Floats) -> Floats:
        """Return the angles of rays at the receiver, from the vertical; rays from below have 0 to 90.

        Parameters
        ----------
        ray_param
            Ray parameters in s/radian.

        Returns
        -------
        Floats
            Angles in degrees.
        """
        return _angle(ray_param, self.incidence_slowness, over=self.down_at_receiver)

    def takeoff(self, ray_param: Floats) -> Floats:
        """Return the angles of rays at the source, from the downward vertical; upward rays have 90 to 180.

        Parameters
        ----------
        ray_param
            Ray parameters in s/radian.

        Returns
        -------
        Floats
            Angles in degrees.
        """
        return _angle(ray_param, self.takeoff_slowness, over=self.up_at_source)


@dataclass(frozen=True, slots=True, eq=False)
class PhaseArrivals:
    """One arrival at each of n distances; arrays of shape (n,).

    `phase` is the index of the phase in the given list. It is `NO_PHASE` if none of them arrives; the other values are
    NaN then. `time` is in seconds after the origin, `ray_param` in seconds per degree, `incidence` and `takeoff` in
    degrees.
    """

    phase: NDArray[np.intp]
    time: Floats
    ray_param: Floats
    incidence: Floats
    takeoff: Floats


def _turns(degrees: Floats, furthest: float) -> tuple[Floats, NDArray[np.intp]]:
    """The angles (radians) of all paths to each distance, up to the longest of the curve: the short way, the long way,
    and with whole turns; and the index of the distance for each angle."""
    short = np.radians(degrees)
    number = np.arange(len(degrees), dtype=np.intp)
    angles, numbers = [short], [number]
    longer = (degrees > 0) & (degrees < 180)  # at 0 and 180 degrees both ways are the same
    turn = 2 * np.pi
    while turn - np.pi <= furthest:
        angles += [turn - short[longer], turn + short]
        numbers += [number[longer], number]
        turn += 2 * np.pi
    return np.concatenate(angles), np.concatenate(numbers)


def _angle(ray_param: Floats, slowness: float, *, over: bool) -> Floats:
    if slowness == 0.0:
        return np.zeros_like(ray_param)
    angle: Floats = np.degrees(np.arcsin(np.clip(ray_param / slowness, -1.0, 1.0)))
    return 180.0 - angle if over else angle
