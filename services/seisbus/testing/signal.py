"""The samples of a generated channel in counts: noise, which is louder at some hours, and earthquakes.

A pure function of (seed, channel, sample index): any stretch can be made again, and two stretches agree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from seisbus.testing.spec import NS, Quake
from seisbus.testing.stations import Channel, Station

# First arrivals (s) of P and S by distance (degrees) for a source at 10 km, from IASP91 (Kennett and
# Engdahl 1991, doi:10.1111/j.1365-246X.1991.tb06724.x); beyond 98 degrees the last slope goes on.
_DEGREES = (0, 0.5, 1, 2, 3, 5, 8, 12, 16, 20, 25, 30, 40, 50, 60, 70, 80, 90, 98, 180)
_P = (1.7, 9.7, 19.2, 33.8, 47.6, 75.1, 116.3, 171.1, 225.1, 272.7, 323.9, 368.7, 454.7, 534.3, 606.7,
      671.8, 729.6, 779.7, 816.2, 1181.2)  # fmt: skip
_S = (3.0, 16.8, 33.2, 59.8, 84.5, 133.9, 207.9, 306.1, 403.6, 498.5, 588.9, 667.6, 821.1, 965.8, 1100.0,
      1223.0, 1334.2, 1432.9, 1502.9, 2202.9)  # fmt: skip
_KM_PER_DEGREE = 111.19

# The wave trains are computed on this grid (s) and interpolated; it is fine enough for their highest frequency, 1.5 Hz.
_STEP = 0.1
_TELESEISM_SECONDS, _LOCAL_SECONDS = 7200, 900
# The body waves of a near earthquake are larger than the relation for surface waves says, and larger than the noise.
_LOCAL_GAIN = 300.0


@dataclass(frozen=True, slots=True)
class SignalModel:
    """Everything that determines the samples, besides the channel."""

    seed: int
    quakes: tuple[Quake, ...]

    def samples(self, channel: Channel, first: int, count: int) -> npt.NDArray[np.int32]:
        """Samples first .. first + count - 1 of the channel, in counts, its offset included.

        Sample i is i periods after 1970 plus the channel's phase.
        """
        out = np.empty(count, np.int32)
        pool = _noise_pool(self.seed, channel.period_ns)
        period = len(pool) // 2
        shift = channel.waveform * 7919 * 41  # far apart in the pool, so that channels differ
        per_hour = 3600 * NS // channel.period_ns
        ramp = np.arange(per_hour, dtype=np.float32) / np.float32(per_hour)
        at = first
        while at < first + count:
            hour, inside = divmod(at, per_hour)
            size = min(per_hour - inside, first + count - at)
            low, high = self._level(channel, hour), self._level(channel, hour + 1)
            start = (at + shift) % period
            level = low + (high - low) * ramp[inside : inside + size]
            np.rint(pool[start : start + size] * level, out=out[at - first : at - first + size], casting="unsafe")
            at += size
        for quake in self.quakes:
            self._add_train(out, channel, first, quake)
        out += np.int32(channel.offset)
        return out

    def _level(self, channel: Channel, hour: int) -> np.float32:
        """Noise amplitude at a full hour: quiet nights, louder days, and one hour of storm per day."""
        day, hour_of_day = divmod(hour, 24)
        levels = _day_levels(self.seed, channel.period_ns, channel.waveform, day)
        return np.float32(levels[hour_of_day])

    def _add_train(self, out: npt.NDArray[np.int32], channel: Channel, first: int, quake: Quake) -> None:
        period = channel.period_ns
        start = quake.time_ns // period
        if start >= first + len(out) or start + _TELESEISM_SECONDS * NS // period <= first:
            return
        train = _wave_train(self.seed, quake, channel.heard_at, channel.chan[2], channel.waveform)
        low, high = max(start, first), min(start + round((len(train) - 1) * _STEP) * NS // period, first + len(out))
        if low >= high:
            return
        at = np.arange(low - start, high - start, dtype=np.float64) * (period / NS / _STEP)
        values = np.interp(at, np.arange(len(train)), train)
        out[low - first : high - first] += np.rint(values).astype(np.int32)


@lru_cache(maxsize=8)
def _noise_pool(seed: int, period_ns: int) -> npt.NDArray[np.float32]:
    """Coloured noise of unit level, twice in a row so that any stretch of one period is contiguous.

    A microseism peak near 0.17 Hz over a flat floor whose differences set the bits a sample costs.
    """
    size = 2**18 if period_ns >= NS // 4 else 2**20
    rng = np.random.default_rng([seed, 2, period_ns])
    white = rng.standard_normal(size)
    spectrum = np.fft.rfft(white)
    frequency = np.fft.rfftfreq(size, period_ns / NS)
    micro = np.exp(-0.5 * ((np.log(np.maximum(frequency, 1e-6)) - math.log(0.17)) / 0.35) ** 2)
    shaped = np.fft.irfft(spectrum * micro, size)
    shaped *= 150.0 / max(float(np.std(shaped)), 1e-9)
    pool = (shaped + rng.standard_normal(size) * 13.0).astype(np.float32)
    return np.concatenate([pool, pool])


@lru_cache(maxsize=4096)
def _day_levels(seed: int, period_ns: int, waveform: int, day: int) -> tuple[float, ...]:
    rng = np.random.default_rng([seed, 3, period_ns, waveform, day])
    hours = np.arange(24)
    # louder in the local day of California (16-02 UTC); the storm hour costs about twice the mean in bytes
    octaves = 1.1 * np.sin((hours - 14) / 24 * 2 * np.pi) + rng.normal(0, 0.3, 24) - 1.0
    octaves[int(rng.integers(10, 23))] += 8.0
    return tuple(float(level) for level in 2.0**octaves)


def distance_degrees(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance on a sphere, degrees (haversine)."""
    p1, p2, dlon = math.radians(lat1), math.radians(lat2), math.radians(lon2 - lon1)
    a = math.sin((p2 - p1) / 2) ** 2 + math.cos(p1) * math.cos(p2) * math.sin(dlon / 2) ** 2
    return math.degrees(2 * math.asin(min(1.0, math.sqrt(a))))


def arrivals(quake: Quake, station: Station) -> tuple[float, float, float]:
    """Distance in degrees, and P and S travel times in seconds."""
    degrees = distance_degrees(quake.lat, quake.lon, station.lat, station.lon)
    return degrees, float(np.interp(degrees, _DEGREES, _P)), float(np.interp(degrees, _DEGREES, _S))


# by component: P, S and surface waves
_WEIGHTS = {"Z": (1.0, 0.4, 1.0), "N": (0.4, 1.0, 0.7), "E": (0.3, 0.9, 0.8)}


@lru_cache(maxsize=64)
def _wave_train(seed: int, quake: Quake, station: Station, component: str, waveform: int) -> npt.NDArray[np.float64]:
    """The ground motion from the origin time on, on the 10 Hz grid, in counts: P, S, and surface waves."""
    degrees, p_time, s_time = arrivals(quake, station)
    rng = np.random.default_rng([seed, 4, quake.time_ns % 2**32, waveform])
    seconds = _TELESEISM_SECONDS if degrees > 10 else _LOCAL_SECONDS
    time = np.arange(int(seconds / _STEP) + 1, dtype=np.float64) * _STEP
    train = np.zeros(len(time))
    # the surface-wave magnitude relation, 1.66 log10 of the distance, with a gain for broadband counts
    peak = 10 ** (quake.mag - 1.66 * math.log10(degrees + 0.2) - 2.0)
    if degrees <= 10:
        peak *= _LOCAL_GAIN
    p_weight, s_weight, surface_weight = _WEIGHTS.get(component, (0.5, 0.5, 0.5))
    duration = 4.0 + 2.0 ** (quake.mag - 4.0)
    for onset, weight, corner in ((p_time, 0.25 * p_weight, 1.2), (s_time, 0.5 * s_weight, 0.5)):
        train += _burst(rng, time, onset, 0.05 * duration + 0.5, duration, corner) * (weight * peak)
    if degrees > 10:
        km = degrees * _KM_PER_DEGREE
        for period in (16.0, 20.0, 25.0, 32.0, 40.0):
            speed = 2.9 + 0.9 * (period - 16.0) / 24.0  # km/s: long periods first, as continental Rayleigh waves
            arrival = km / speed
            envelope = np.exp(-0.5 * ((time - arrival) / (3.0 * period + 0.02 * arrival)) ** 2)
            phase = rng.uniform(0, 2 * np.pi)
            train += 0.4 * surface_weight * peak * envelope * np.sin(2 * np.pi * time / period + phase)
    return train


def _burst(
    rng: np.random.Generator, time: npt.NDArray[np.float64], onset: float, rise: float, decay: float, corner: float
) -> npt.NDArray[np.float64]:
    """A body wave: random phases below `corner` Hz under a quick rise and a slow decay."""
    since = np.maximum(time - onset, 0.0)
    envelope = (1.0 - np.exp(-since / rise)) * np.exp(-since / decay)
    carrier = np.zeros(len(time))
    for frequency in np.geomspace(corner / 8, corner, 8):
        carrier += np.sin(2 * np.pi * frequency * since + rng.uniform(0, 2 * np.pi))
    burst: npt.NDArray[np.float64] = envelope * carrier / math.sqrt(8)
    return burst
