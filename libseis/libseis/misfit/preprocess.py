"""Process standardized traces: clean, remove the response, rotate, filter, convolve with the source time function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from libseis.signal.design import FilterType

from ..obspy.inventories import normalised
from .config import Config, Processing
from .errors import MisfitError, Reason
from .response import remove_response

if TYPE_CHECKING:
    from obspy import Inventory, Stream

Samples = npt.NDArray[np.float64]

TAPER = 0.05  # of the trace at each end, Hann


def preprocess_stream(
    stream: Stream,
    config: Config,
    *,
    origin_s: float,
    inventory: Inventory | None = None,
    half_duration: float | None = None,
    back_azimuth: float | None = None,
    told: list[str] | None = None,
) -> Stream:
    """A processed copy of a stream of standardized traces.

    origin_s: seconds from the first sample to the origin. inventory: remove its response and, except with the
    processing `pyatoa`, rotate to Z, N, E by its orientations (observed only). half_duration: s, convolve with a
    Gaussian of that half width (synthetic only). back_azimuth: degrees, for components R and T. told: a list that gets
    complaints about the station metadata.
    """
    out = stream.copy()
    begin = _begin_as_pyatoa if config.processing is Processing.PYATOA else _begin_as_in_2022
    begin(out, config, origin_s, inventory, [] if told is None else told)
    if config.rotate_to_rtz:
        if back_azimuth is None:
            raise MisfitError("Rotation to R and T needs the coordinates of event and station.", Reason.NO_COORDINATES)
        if {"N", "E"} <= {trace.stats.channel[-1:] for trace in out}:
            out.rotate("NE->RT", back_azimuth=back_azimuth)
    for trace in out:
        if config.processing is not Processing.PYATOA or config.min_period or config.max_period:
            trace.data = clean(band_limited(trace.data, trace.stats.sampling_rate, config))
        if half_duration:
            wavelet = gaussian(half_duration, trace.stats.sampling_rate, config.processing)
            trace.data = np.convolve(trace.data, wavelet, mode="same")
    return out


def _begin_as_in_2022(
    stream: Stream, config: Config, origin_s: float, inventory: Inventory | None, told: list[str]
) -> None:
    """Clean, taper before the origin, and with an inventory remove the response, rotate and clean again; in place."""
    for trace in stream:
        data = clean(np.asarray(trace.data, dtype=np.float64))
        data = without_ramp(data)
        taper_ends(data, _left_taper(config, data.size, trace.stats.delta, origin_s), right=False)
        trace.data = data
    if inventory is None or not stream:
        return
    station = normalised(inventory, stream[0].stats.network, stream[0].stats.station)
    _remove_responses(stream, config, station, told)
    if _needs_rotation(stream):
        stream.rotate("->ZNE", inventory=station)
    for trace in stream:
        trace.data = clean(trace.data)


def _begin_as_pyatoa(
    stream: Stream, config: Config, origin_s: float, inventory: Inventory | None, told: list[str]
) -> None:
    """With an inventory, remove the response and then the mean, and taper both ends; in place."""
    if inventory is not None and stream:
        station = normalised(inventory, stream[0].stats.network, stream[0].stats.station)
        _remove_responses(stream, config, station, told)
    for trace in stream:
        data = np.array(trace.data, dtype=np.float64)
        data -= data.mean()
        taper_ends(data, TAPER)
        trace.data = data


def _remove_responses(stream: Stream, config: Config, station: Inventory, told: list[str]) -> None:
    if config.remove_response and not config.synthetics_only:
        for trace in stream:
            told += [f"{trace.id}: {text}" for text in remove_response(trace, station, config.unit_output)]


def clean(data: Samples) -> Samples:
    """A copy without the line through its ends and without its mean, tapered at both ends."""
    out = without_ramp(data)
    out -= out.mean()
    taper_ends(out, TAPER)
    return out


def without_ramp(data: Samples) -> Samples:
    """A copy without the line through the first and the last sample."""
    first, last = float(data[0]), float(data[-1])
    return data - (first + np.arange(data.size) * (last - first) / (data.size - 1))


def taper_ends(data: Samples, fraction: float, *, right: bool = True) -> None:
    """Taper `fraction` of the samples at each end (or the left one only) by half a Hann window, in place."""
    length = int(fraction * data.size)
    if length < 1:
        return
    rise = np.hanning(2 * length + 1)[:length]  # the window's top falls between the two halves
    data[:length] *= rise
    if right:
        data[data.size - length :] *= rise[::-1]


def band_limited(data: Samples, sampling_rate: float, config: Config) -> Samples:
    """Butterworth filter in both directions (no phase shift); a period of None leaves its side open."""
    from libseis.signal.operators import apply_filter, butterworth_sections

    longest, shortest = config.max_period, config.min_period
    for name, period in (("min_period", shortest), ("max_period", longest)):
        if period is not None and period <= 2 / sampling_rate:
            raise MisfitError(
                f"{name} {period:g} s cannot be had from {sampling_rate:g} Hz (shortest {2 / sampling_rate:g} s).",
                Reason.UNSUPPORTED_RATE,
            )
    corners = tuple(1 / period for period in (longest, shortest) if period is not None)
    if not corners:
        return data
    side = FilterType.LOWPASS if longest is None else FilterType.HIGHPASS
    kind = FilterType.BANDPASS if len(corners) == 2 else side
    sections = butterworth_sections(kind, config.filter_corners, corners, sampling_rate)
    return apply_filter(data, sections, zerophase=True)


def gaussian(half_duration: float, sampling_rate: float, processing: Processing) -> npt.NDArray[np.float64]:
    """A Gaussian source time function with sum 1, shape (2n,) as in Pyatoa or (2n+1,); n = half duration in samples.

    exp(-(t/w)^2) / (sqrt(pi) w), w = n/4. 2n taps have no centre, so that a convolution with them moves a trace by half
    a sample.
    """
    n = max(round(half_duration * sampling_rate), 1)
    last = n + 1 if processing is Processing.EXACT else n
    width = n / 4
    samples = np.arange(-n, last, dtype=np.float64)
    wavelet: npt.NDArray[np.float64] = np.exp(-((samples / width) ** 2)) / (np.sqrt(np.pi) * width)
    return wavelet


def _left_taper(config: Config, npts: int, dt: float, origin_s: float) -> float:
    if npts * TAPER * dt >= abs(origin_s):
        return TAPER
    if config.processing is Processing.PYATOA_2022:
        return abs(origin_s) / npts * dt
    return min(abs(origin_s) / (npts * dt), 0.5)


def _needs_rotation(stream: Stream) -> bool:
    """Whether a component letter means an unknown orientation, or is 1, 2 or 3."""
    return any(trace.stats.channel[-1:] in "123UVW" for trace in stream)
