"""Make a small archive to practise on: 20 broadband stations, most of them turned, and 30 earthquakes in two days.

    python practice_archive.py FOLDER

Seisbus' generator makes the day files (noise at 10 Hz), the index and the StationXML. Into the day files go a P wave
(or Pdiff, PKIKP) at the time that obspy.taup predicts, its conversion to S at a Moho 32 km deep, and an S wave: ground
velocity along east, north and up, as sensors see it that point elsewhere.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import obspy
from obspy.geodetics import gps2dist_azimuth, locations2degrees
from obspy.taup import TauPyModel

from seisbus.testing import ENZ, ArchiveSpec, Axis, Mount, RateShare, make_archive
from seisbus.testing.stations import Channel, Station, plan_channels

EVENTS = Path(__file__).with_name("events.csv")
PHASES = ("P", "Pdiff", "PKIKP")
COUNTS = 6e8  # a metre a second, in the band of the waves
PULSE_HZ = 0.8
MOHO_KM, VP, VS = 32.0, 6.3, 3.6
CONVERTED = 0.3  # amplitude of the conversion on the radial component, over that of P on the vertical

_UP = Axis("Z", 0.0, -90.0)
_BOREHOLE = Mount((Axis("1", 37.5, 0.0), Axis("2", 127.5, 0.0), _UP))
_GALPERIN = Mount((Axis("U", 90.0, -35.2644), Axis("V", 330.0, -35.2644), Axis("W", 210.0, -35.2644)))
SPEC = ArchiveSpec(
    days=(date(2018, 6, 5), date(2018, 6, 6)),
    channels=60,
    mix=(RateShare(10, "B", 1.0),),
    hours=(0.0, 7.0),
    templates=12,
    quakes=(),
    real=False,
    mounts=(Mount(ENZ), _BOREHOLE, _GALPERIN, _BOREHOLE) * 5,
)


@dataclass(frozen=True)
class Event:
    """A row of events.csv."""

    time: obspy.UTCDateTime
    lat: float
    lon: float
    depth_km: float
    mag: float

    @property
    def peak(self) -> float:
        """Ground velocity of P, metres a second."""
        return 1e-6 * 10 ** (self.mag - 6.5)


@dataclass(frozen=True)
class Wave:
    """What arrives at a station: its name, the time (epoch seconds) and the ground velocity east, north and up."""

    name: str
    time: float
    motion: np.ndarray


def events() -> list[Event]:
    """The earthquakes of events.csv."""
    with EVENTS.open() as file:
        return [
            Event(obspy.UTCDateTime(row["time"]), *(float(row[key]) for key in ("lat", "lon", "depth_km", "mag")))
            for row in csv.DictReader(file)
        ]


def waves(event: Event, station: Station, model: TauPyModel) -> Iterator[Wave]:
    """The waves of an earthquake at a station."""
    degrees = locations2degrees(event.lat, event.lon, station.lat, station.lon)
    back_azimuth = np.radians(gps2dist_azimuth(event.lat, event.lon, station.lat, station.lon)[2])
    radial = -np.array([np.sin(back_azimuth), np.cos(back_azimuth), 0.0])  # away from the source
    transverse = np.array([radial[1], -radial[0], 0.0])  # 90 degrees clockwise from it
    up = np.array([0.0, 0.0, 1.0])
    for phase in PHASES:
        if found := model.get_travel_times(event.depth_km, degrees, [phase]):
            first = found[0]
            slope = np.tan(np.radians(first.incident_angle))
            slowness = first.ray_param_sec_degree / 111.19
            late = MOHO_KM * (np.sqrt(VS**-2 - slowness**2) - np.sqrt(VP**-2 - slowness**2))
            start = event.time.timestamp + first.time
            yield Wave(phase, start, event.peak * (up + slope * radial))
            yield Wave("Ps", start + late, event.peak * CONVERTED * radial)
            break
    if degrees < 98 and (found := model.get_travel_times(event.depth_km, degrees, ["S"])):
        yield Wave("S", event.time.timestamp + found[0].time, 2 * event.peak * (radial + 0.7 * transverse - 0.3 * up))


def pulse(seconds: np.ndarray) -> np.ndarray:
    """Ricker's wavelet around 0."""
    squared = (np.pi * PULSE_HZ * seconds) ** 2
    return (1 - 2 * squared) * np.exp(-squared)


def axis_of(channel: Channel) -> np.ndarray:
    """Where a channel points: east, north, up."""
    azimuth, dip = np.radians(channel.axis.azimuth or 0.0), np.radians(channel.axis.dip or 0.0)
    return np.array([np.cos(dip) * np.sin(azimuth), np.cos(dip) * np.cos(azimuth), -np.sin(dip)])


def add_waves(path: Path, channel: Channel, arriving: list[Wave]) -> None:
    """Add what a channel sees of the waves to a day file."""
    stream = obspy.read(path, format="MSEED")
    for trace in stream:
        trace.stats.starttime -= trace.stats.starttime.ns % 100_000_000 / 1e9  # channels of a sensor share a clock
        times = trace.times() + trace.stats.starttime.timestamp
        for wave in arriving:
            low, high = np.searchsorted(times, [wave.time - 3, wave.time + 3])
            seen = COUNTS * (axis_of(channel) @ wave.motion) * pulse(times[low:high] - wave.time)
            trace.data[low:high] += np.rint(seen).astype(np.int32)
    stream.write(path, format="MSEED", encoding="STEIM2", reclen=512)


def make(root: Path) -> Path:
    """Make the archive in a folder; the folder of its bucket."""
    manifest = make_archive(root, SPEC)
    bucket = root / manifest.bucket
    channels = plan_channels(SPEC)
    model = TauPyModel("iasp91")
    quakes = events()
    arriving = {
        station: [wave for event in quakes for wave in waves(event, station, model)]
        for station in {channel.station for channel in channels}
    }
    for file in manifest.files:
        if file.channel is not None:
            channel = channels[file.channel]
            add_waves(bucket / file.key, channel, arriving[channel.station])
    return bucket


if __name__ == "__main__":
    print(f"The archive is in {make(Path(sys.argv[1]))}.")
