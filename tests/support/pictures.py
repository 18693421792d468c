"""Data for pictures that are the same on every machine, and the comparison of a picture with the one that was kept."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imread
from PIL import Image

from libseis.geodetics import distance_degrees
from libseis.traveltimes import TravelTimes
from support.data_objects import ensemble, seismogram, time_series

WRITE = "SEISBUS_WRITE_BASELINES"
"""Environment variable: pictures are written in place of being compared."""

_DPI = 50  # wide enough to see each trace, small enough for a repository
_COLOURS = 256  # of a file, which keeps it small
# Grey levels of 255, root of the mean square over a picture. Other versions of matplotlib and of its fonts' renderer
# move edges by parts of a pixel, which is less; a trace or a label that is missing is more.
_TOLERANCE = 4.0

ORIGIN = 1_528_160_000.0
QUAKE = {
    "source_time": ORIGIN, "source_lat": 38.3, "source_lon": 142.4, "source_depth": 30.0, "source_magnitude": 6.8,
}  # fmt: skip
NEAR = {**QUAKE, "source_lat": 34.41, "source_lon": -119.19, "source_depth": 4.8, "source_magnitude": 5.1}
STATIONS = {
    "ALP": (34.69, -118.30), "BZN": (33.49, -116.67), "COR": (44.59, -123.30), "HRV": (42.51, -71.56),
    "ANMO": (34.95, -106.46), "COLA": (64.87, -147.86), "DUG": (40.20, -112.81), "KIP": (21.42, -158.01),
}  # fmt: skip
CLOSE = {"ALP": (34.69, -118.30), "BZN": (33.49, -116.67), "CIA": (33.40, -118.41), "SBC": (34.44, -119.71)}


def place(sta: str, near: bool = False) -> dict[str, Any]:
    """The Metadata of a station and of the event."""
    lat, lon = (CLOSE if near else STATIONS)[sta]
    return {"net": "CI", "sta": sta, "site_lat": lat, "site_lon": lon, **(NEAR if near else QUAKE)}


def arrivals(sta: str) -> tuple[float, float]:
    """Seconds from the origin to P and S."""
    degrees = np.array([distance_degrees(*STATIONS[sta], QUAKE["source_lat"], QUAKE["source_lon"])])
    p, s = TravelTimes("iasp91").curves(["P", "S"], QUAKE["source_depth"])
    return float(p.first(degrees)[0][0]), float(s.first(degrees)[0][0])


def pulse(seconds: Any, width: float) -> Any:
    """Ricker's wavelet around 0."""
    squared = (seconds / width) ** 2
    return (1 - 2 * squared) * np.exp(-squared)


def traces() -> Any:
    """A minute's steps of half an hour at each station: P and, twice as large, S where iasp91 has them."""
    times = np.arange(1800.0)
    made = []
    for number, sta in enumerate(STATIONS):
        p, s = arrivals(sta)
        samples = (1 + number) * (pulse(times - p, 9.0) + 2 * pulse(times - s, 15.0) + 0.05 * np.sin(times / 7))
        made.append(time_series(1800, 1.0, ORIGIN, 1e-6 * samples, units="m/s", **place(sta)))
    return ensemble(*made)


def sensors() -> Any:
    """The seconds around P on three components, with times after P, and a conversion later."""
    times = 0.1 * np.arange(400) - 10
    made = []
    for number, sta in enumerate(STATIONS):
        conversion = pulse(times - 3.5 - 0.1 * number, 0.5)
        data = np.stack([0.4 * pulse(times, 0.5) + 0.25 * conversion, 0.02 * np.sin(times), pulse(times, 0.5)])
        member = seismogram(400, 0.1, ORIGIN + arrivals(sta)[0] - 10, data, units="m/s", **place(sta))
        member["chan"] = ["BHE", "BHN", "BHZ"]
        member["time_reference"], member["phase_name"] = "phase", "P"
        member.ator(ORIGIN + arrivals(sta)[0])
        made.append(member)
    return ensemble(*made)


def chirp() -> Any:
    """Ten minutes of a wave from 0.5 to 8 Hz, with a quiet minute."""
    times = 0.05 * np.arange(12_000)
    samples = np.sin(2 * np.pi * (0.5 * times + 7.5 * times**2 / 1200))
    samples[(times > 300) & (times < 360)] *= 0.05
    return time_series(12_000, 0.05, ORIGIN, samples, units="m/s", net="CI", sta="ALP")


def drawn(draw: Callable[[], Figure]) -> Any:
    """The pixels of a picture, drawn with matplotlib's own settings and fonts; shape (height, width, 3), 0 to 255."""
    with mpl.rc_context():
        mpl.rcdefaults()
        figure = draw()
        figure.set_dpi(_DPI)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def difference(pixels: Any, other: Any) -> float:
    """Root of the mean square of the difference; infinite for other sizes."""
    if pixels.shape != other.shape:
        return float("inf")
    return float(np.sqrt(np.mean((pixels.astype(float) - other) ** 2)))


def assert_as_kept(draw: Callable[[], Figure], kept: Path, other: Path) -> None:
    """The picture is that of `kept`, within the tolerance; else it is written to `other`. With WRITE it is kept."""
    pixels = drawn(draw)
    if os.environ.get(WRITE):
        kept.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels).quantize(_COLOURS, dither=Image.Dither.NONE).save(kept, optimize=True)
        return
    was = np.rint(imread(kept)[..., :3] * 255)
    found = difference(pixels, was)
    if found > _TOLERANCE:
        Image.fromarray(pixels).save(other)
    assert found <= _TOLERANCE, f"{other} is not {kept}: {found:.1f} grey levels; `make baselines` keeps the new one"
