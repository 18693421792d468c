"""Station-component pairs of observed and synthetic traces, made from a few wavelets and noise.

The number of a pair alone decides it, and libseis is not used, so that the same traces can be made in an environment
with only numpy and obspy. This module does not know how windows are chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

EARTH_DEGREE_KM = 111.195
ORIGIN = 1_500_000_000.0


@dataclass(frozen=True)
class PairSpec:
    """One pair: geometry, sampling, filter band and how the observed trace differs from the synthetic one."""

    number: int
    distance_deg: float
    depth_km: float
    delta: float
    lead_s: float
    length_s: float
    min_period: float
    max_period: float
    noise: float
    shift_s: float
    scale: float

    @property
    def npts(self) -> int:
        """Samples of each trace."""
        return round(self.length_s / self.delta)


DISTANCES = (0.5, 1.0, 1.7, 2.5, 4.0, 6.0, 9.0, 13.0, 20.0, 30.0, 45.0, 60.0, 75.0, 90.0)
NOISES = (0.0, 0.01, 0.05, 0.2, 0.6)
SHIFTS = (0.0, 0.6, -1.3, 2.4, -4.2, 7.0)
DEPTHS = (8.0, 17.0, 35.0, 120.0, 420.0)
BANDS_NEAR = ((3.0, 12.0), (6.0, 25.0), (10.0, 30.0))
BANDS_FAR = ((17.0, 60.0), (25.0, 90.0), (40.0, 100.0))


def all_specs(count: int = 56) -> list[PairSpec]:
    """The first `count` pairs. Distances, depths, bands, noise, shifts and scales change with different periods."""
    specs = []
    for number in range(count):
        distance = DISTANCES[number % len(DISTANCES)]
        near = distance < 7.0
        low, high = (BANDS_NEAR if near else BANDS_FAR)[(number // 3) % 3]
        slowest = distance * EARTH_DEGREE_KM / 2.6
        specs.append(
            PairSpec(
                number=number,
                distance_deg=distance,
                depth_km=DEPTHS[(number // 2) % len(DEPTHS)],
                delta=(0.05, 0.1)[number % 2] if near else (0.5, 1.0)[number % 2],
                lead_s=(20.0, 45.0, 100.0)[number % 3],
                length_s=slowest + 8 * high + 100.0,
                min_period=low,
                max_period=high,
                noise=NOISES[number % len(NOISES)],
                shift_s=SHIFTS[(number // 2) % len(SHIFTS)],
                scale=(1.0, 0.6, 1.9, 4.5)[(number // 5) % 4],
            )
        )
    return specs


def make_pair(spec: PairSpec) -> tuple[Any, Any]:
    """Observed and synthetic obspy traces of a pair, band-passed (two corners, both ways)."""

    random = np.random.default_rng(1000 + spec.number)
    time = np.arange(spec.npts) * spec.delta - spec.lead_s
    body = 1000.0 * (1.0 - np.exp(-spec.distance_deg / 60.0))  # s, a rough travel-time curve of P
    distance_km = spec.distance_deg * EARTH_DEGREE_KM
    arrivals = [(body, 0.5), (1.75 * body, 0.8), (distance_km / 4.3, 0.7), (distance_km / 3.5, 1.0)]
    synthetic = np.zeros(spec.npts)
    observed = np.zeros(spec.npts)
    for order, (arrival, amplitude) in enumerate(arrivals):
        period = np.sqrt(spec.min_period * spec.max_period) * (0.8 + 0.25 * order)
        drift = spec.shift_s * (0.4 + 0.3 * order)
        synthetic += amplitude * _wavelet(time - arrival, period, chirp=order == 3)
        observed += spec.scale * amplitude * _wavelet(time - arrival - drift, period, chirp=order == 3)
    observed += spec.noise * np.abs(observed).max() * random.standard_normal(spec.npts)
    return _trace(observed, spec, "10", "HHZ"), _trace(synthetic, spec, "", "BXZ")


def make_event(spec: PairSpec) -> Any:
    """An obspy event at latitude 0, longitude 0."""
    from obspy import UTCDateTime
    from obspy.core.event import Event, Origin

    origin = Origin(time=UTCDateTime(ORIGIN), latitude=0.0, longitude=0.0, depth=spec.depth_km * 1000.0)
    return Event(origins=[origin], preferred_origin_id=origin.resource_id)


def make_inventory(spec: PairSpec) -> Any:
    """An obspy inventory with the station on the equator, `distance_deg` east of the event."""
    from obspy.core.inventory import Channel, Inventory, Network, Station

    place: dict[str, float] = {"latitude": 0.0, "longitude": spec.distance_deg, "elevation": 0.0}
    channels = [
        Channel("HHZ", "10", depth=0.0, azimuth=0.0, dip=-90.0, **place),
        Channel("BXZ", "", depth=0.0, azimuth=0.0, dip=-90.0, **place),
    ]
    station = Station("PAIR", channels=channels, **place)
    return Inventory(networks=[Network("XX", stations=[station])], source="pairs")


def _wavelet(time: npt.NDArray[np.float64], period: float, chirp: bool) -> npt.NDArray[np.float64]:
    """A Gaussian wave packet; a chirp has its long periods first, as a surface wave has."""
    width = period * (2.0 if chirp else 0.6)
    phase = 2 * np.pi * time / period * (1.0 + (0.15 * np.tanh(time / width) if chirp else 0.0))
    packet: npt.NDArray[np.float64] = np.exp(-((time / width) ** 2)) * np.cos(phase)
    return packet


def _trace(data: npt.NDArray[np.float64], spec: PairSpec, location: str, channel: str) -> Any:
    import obspy

    header = {
        "network": "XX",
        "station": "PAIR",
        "location": location,
        "channel": channel,
        "delta": spec.delta,
        "starttime": obspy.UTCDateTime(ORIGIN - spec.lead_s),
    }
    trace = obspy.Trace(data, header)
    trace.detrend("demean")
    trace.taper(0.05)
    trace.filter("bandpass", freqmin=1 / spec.max_period, freqmax=1 / spec.min_period, corners=2, zerophase=True)
    return trace
