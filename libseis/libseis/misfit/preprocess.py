"""From standardized traces to comparable ones: clean, response, rotation, band, source time function, in this order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .config import Config, Processing
from .errors import MisfitError, Reason
from .response import remove_response

if TYPE_CHECKING:
    from obspy import Inventory, Stream

TAPER = 0.05  # of the trace at each end, Hann


def preprocess_stream(
    stream: Stream,
    config: Config,
    *,
    origin_s: float,
    inventory: Inventory | None = None,
    half_duration: float | None = None,
    back_azimuth: float | None = None,
) -> Stream:
    """A processed copy of a stream of standardized traces.

    origin_s: seconds from the first sample to the origin. inventory: remove its response and rotate to Z, N, E by its
    orientations (observed only). half_duration: s, convolve with a Gaussian of that half width (synthetic only).
    back_azimuth: degrees, for components R and T.
    """
    out = stream.copy()
    _clean(out)
    out.detrend("simple")
    for trace in out:
        trace.taper(_left_taper(config, trace.stats.npts, trace.stats.delta, origin_s), side="left")
    if inventory is not None:
        if config.remove_response and not config.synthetics_only:
            for trace in out:
                remove_response(trace, inventory, config.unit_output)
        if _needs_rotation(out):
            out.rotate("->ZNE", inventory=inventory)
        _clean(out)
    if config.rotate_to_rtz:
        if back_azimuth is None:
            raise MisfitError("Rotation to R and T needs the coordinates of event and station.", Reason.NO_COORDINATES)
        if {"N", "E"} <= {trace.stats.channel[-1:] for trace in out}:
            out.rotate("NE->RT", back_azimuth=back_azimuth)
    _filter(out, config)
    _clean(out)
    if half_duration:
        for trace in out:
            wavelet = gaussian(half_duration, trace.stats.sampling_rate, config.processing)
            trace.data = np.convolve(trace.data, wavelet, mode="same")
    return out


def gaussian(half_duration: float, sampling_rate: float, processing: Processing) -> npt.NDArray[np.float64]:
    """A Gaussian source time function of unit sum; shape (2n,) as Pyatoa's or (2n+1,), n = half duration in samples.

    exp(-(t/w)^2) / (sqrt(pi) w), w = n/4. 2n taps have no centre: convolved with them, a trace moves by half a sample.
    """
    n = max(round(half_duration * sampling_rate), 1)
    last = n if processing is Processing.PYATOA_2022 else n + 1
    width = n / 4
    samples = np.arange(-n, last, dtype=np.float64)
    wavelet: npt.NDArray[np.float64] = np.exp(-((samples / width) ** 2)) / (np.sqrt(np.pi) * width)
    return wavelet


def _clean(stream: Stream) -> None:
    stream.detrend("simple")
    stream.detrend("demean")
    stream.taper(TAPER)


def _left_taper(config: Config, npts: int, dt: float, origin_s: float) -> float:
    if npts * TAPER * dt >= abs(origin_s):
        return TAPER
    if config.processing is Processing.PYATOA_2022:
        return abs(origin_s) / npts * dt
    return min(abs(origin_s) / (npts * dt), 0.5)


def _needs_rotation(stream: Stream) -> bool:
    """Whether a component is one of the letters that stand for an unknown orientation, or 1, 2, 3."""
    return any(trace.stats.channel[-1:] in "123UVW" for trace in stream)


def _filter(stream: Stream, config: Config) -> None:
    kind = {"corners": config.filter_corners, "zerophase": True}
    if config.min_period is not None and config.max_period is not None:
        stream.filter("bandpass", freqmin=1 / config.max_period, freqmax=1 / config.min_period, **kind)
    elif config.min_period is not None:
        stream.filter("lowpass", freq=1 / config.min_period, **kind)
    elif config.max_period is not None:
        stream.filter("highpass", freq=1 / config.max_period, **kind)
