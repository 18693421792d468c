"""Stage A: the short- to long-term average ratio of the synthetic's envelope, its maxima and its minima."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

LONG_TERM_FACTOR = 12.0  # the long-term window is 12 periods, eq. 2 of the paper
NOISE_FLOOR = 1e-5  # part of the largest envelope; it keeps the ratio defined if the synthetic is silent
LEAD_IN = 1000  # number of samples of this floor that both averages include before the trace begins


def envelope(data: Samples) -> Samples:
    """Modulus of the analytic signal of a trace (npts,)."""
    from scipy.signal import hilbert

    modulus: Samples = np.abs(hilbert(data))
    return modulus


def sta_lta(envelope_of_synthetic: Samples, dt: float, min_period: float) -> Samples:
    """E(t) = S(t) / L(t) of an envelope (npts,), eqs. 1-3 of the paper.

    S and L decay by 10^(-dt/T) and 10^(-dt/12T) per sample, where T is the shortest period in s. Both begin with
    samples of a quiet noise floor, so that the ratio does not start with a spike.
    """
    from scipy.signal import lfilter

    short = 10.0 ** (-dt / min_period)
    long = 10.0 ** (-dt / (LONG_TERM_FACTOR * min_period))
    floor = NOISE_FLOOR * float(envelope_of_synthetic.max())
    if floor == 0.0:
        return np.zeros_like(envelope_of_synthetic)
    signal = envelope_of_synthetic + floor
    averages = []
    for decay in (short, long):
        led_in = floor * (1.0 - decay**LEAD_IN) / (1.0 - decay)
        averages.append(lfilter([1.0], [1.0, -decay], signal, zi=[decay * led_in])[0])
    ratio: Samples = averages[0] / averages[1]
    return ratio


def extrema(ratio: Samples) -> tuple[Indices, Indices]:
    """Indices of the local maxima and of the local minima. A flat top or bottom gives its first sample."""
    slope = np.sign(np.diff(ratio))
    moving = np.flatnonzero(slope)
    turns = np.diff(slope[moving])
    first = moving[:-1] + 1
    return first[turns < 0], first[turns > 0]
