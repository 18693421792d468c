"""Resampling onto a grid with a fractional delay: any ratio of rates, any phase of the data. Pure functions on arrays.

One kernel serves all ratios: a Kaiser-windowed sinc, zero phase, flat to 0.8 of the lower Nyquist frequency and 90 dB
down from it (Oppenheim & Schafer, section 7.6), placed at the exact time of every new sample. Ratios of small whole
numbers repeat a few phases of it and run as a polyphase filter; other ones read it from a fine table.
"""

from __future__ import annotations

import functools
import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from libseis.extras import extra
from libseis.isotime import SECOND_NS
from libseis.signal.design import LANCZOS_WIDTH, RESAMPLING_BETA, RESAMPLING_CUTOFF, RESAMPLING_HALF_LENGTH

with extra("obspy"):
    from scipy import signal

Samples = NDArray[np.float64]

# A polyphase filter has 2 * 32 * max(up, down) taps; up to here making them costs less than the samples of a minute
_LARGEST_RATIO = 2_000

# Phases of the table between two samples. Between them the kernel is taken as straight: its second derivative is at
# most pi**2 / 3 of its peak, so that a tap is wrong by (pi**2 / 3) / 8 / 2048**2 = 1e-7 of it
_PHASES = 2_048

# Values gathered at a time: 4 MB stay in the caches
_GATHERED = 2**19


def grid_index(t0_ns: int, rate: Fraction) -> tuple[int, bool]:
    """The first multiple of the sample interval at or after a time in ns, and whether the time is on it.

    Grid times in ns are rounded, so a time within 1 ns of one is on it.
    """
    position = Fraction(t0_ns, SECOND_NS) * rate
    nearest = round(position)
    if abs(position - nearest) <= rate / SECOND_NS:
        return nearest, True
    return math.ceil(position), False


def grid_time_ns(index: int, rate: Fraction) -> int:
    """Time of a multiple of the sample interval, in ns, rounded half to even."""
    return round(index * SECOND_NS / rate)


def resample(x: Samples, t0_ns: int, old: Fraction, new: Fraction) -> tuple[Samples, int]:
    """The samples on the grid of `new` (samples a second) through time 0, and the number of the first one on it.

    `x` has shape (npts,) or (3, npts), its first sample stands at `t0_ns`, its rate is `old`. All new samples whose
    times lie within the data are made (none when no grid time does). Beyond its ends the data are continued by
    odd reflection, so that an offset or a trend makes no step there; samples nearer to an end than half the kernel
    (`design.kernel_seconds`) feel it.
    """
    first, on_grid = grid_index(t0_ns, new)
    # where the first new sample stands, in old sample intervals after x[0]
    start = Fraction(0) if on_grid else (first / new - Fraction(t0_ns, SECOND_NS)) * old
    step = old / new
    # the last sample may be a rounded ns off as the first may
    count = (x.shape[-1] - 1 - start + old / SECOND_NS) // step + 1
    if count <= 0:
        return np.empty((*x.shape[:-1], 0)), first
    if on_grid and step == 1:
        return x[..., :count].copy(order="F"), first
    room = math.ceil(RESAMPLING_HALF_LENGTH * max(step, Fraction(1))) + 1
    widths = [(0, 0)] * (x.ndim - 1) + [(room, room)]
    padded = np.pad(x, widths, mode="reflect", reflect_type="odd") if x.shape[-1] > 1 else np.pad(x, widths, "edge")
    make = _polyphase if max(step.numerator, step.denominator) <= _LARGEST_RATIO else _table
    return make(padded, start + room, step, count), first


def _kernel(offset: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """The kernel at offsets counted in old samples; `scale` is the slower rate over the old one."""
    u = offset * scale
    inside = np.abs(u) <= RESAMPLING_HALF_LENGTH
    root = np.sqrt(np.where(inside, 1.0 - (u / RESAMPLING_HALF_LENGTH) ** 2, 0.0))
    window = np.i0(RESAMPLING_BETA * root) / np.i0(RESAMPLING_BETA)
    values: NDArray[np.float64] = RESAMPLING_CUTOFF * scale * np.sinc(RESAMPLING_CUTOFF * u) * window * inside
    return values


def _polyphase(x: Samples, start: Fraction, step: Fraction, count: int) -> Samples:
    """New sample m stands `start + m * step` old samples after x[0]; `step = down / up` repeats its phases."""
    up, down = step.denominator, step.numerator
    scale = min(1.0, up / down)
    reach = math.ceil(RESAMPLING_HALF_LENGTH / scale)
    before = int(start) - reach
    # upfirdn gives sum over k of x[k] * taps[m * down - k * up]; as many outputs are dropped as keep the taps causal
    ahead = (start - before) * up
    dropped = math.ceil((ahead + reach * up) / down)
    taps = _taps(up, ahead - dropped * down, scale, reach)
    y: Samples = signal.upfirdn(taps, np.ascontiguousarray(x[..., before:]), up, down, axis=-1)
    return np.asarray(y[..., dropped : dropped + count], order="F")


@functools.lru_cache(maxsize=64)
def _taps(up: int, offset: Fraction, scale: float, reach: int) -> NDArray[np.float64]:
    """The kernel every `1 / up` old samples from `offset` of those on, to its end; each phase has a sum of one."""
    length = math.ceil(reach * up - offset) + 1
    taps = _kernel((float(offset) + np.arange(length)) / up, scale)
    for phase in range(min(up, length)):
        taps[phase::up] /= taps[phase::up].sum()
    taps.flags.writeable = False
    return taps


def _table(x: Samples, start: Fraction, step: Fraction, count: int) -> Samples:
    """As `_polyphase`, for ratios that do not repeat: each new sample takes its kernel from a table of phases."""
    scale = min(1.0, float(1 / step))
    reach = math.ceil(RESAMPLING_HALF_LENGTH / scale)
    kernels = _kernels(scale, reach)
    phases = len(kernels) - 1
    windows = np.lib.stride_tricks.sliding_window_view(x, 2 * reach, axis=-1)
    y = np.empty((*x.shape[:-1], count), order="F")
    chunk = max(1, _GATHERED // (2 * reach))
    for first in range(0, count, chunk):
        size = min(chunk, count - first)
        exact = start + first * step  # no rounding adds up over a long record
        whole = int(exact)
        position = float(exact - whole) + float(step) * np.arange(size)
        below = np.floor(position)
        share = (position - below) * phases
        row = np.minimum(share.astype(np.intp), phases - 1)
        share = (share - row)[:, None]
        kernel = kernels[row]
        kernel += share * (kernels[row + 1] - kernel)
        index = whole + below.astype(np.intp) - reach + 1
        y[..., first : first + size] = np.einsum("...mk,mk->...m", windows[..., index, :], kernel)
    return y


@functools.lru_cache(maxsize=8)
def _kernels(scale: float, reach: int) -> NDArray[np.float64]:
    """The taps of new samples that stand 0, 1/n ... 1 old samples after x[reach - 1] of 2 * reach ones."""
    phases = max(16, math.ceil(_PHASES * scale))
    behind = np.arange(reach - 1, -reach - 1, -1)
    kernels = _kernel(np.linspace(0.0, 1.0, phases + 1)[:, None] + behind, scale)
    kernels /= kernels.sum(axis=1, keepdims=True)
    kernels.flags.writeable = False
    return kernels


def interpolate(x: Samples, old_dt: float, new_dt: float, method: str) -> Samples:
    """Samples every `new_dt` seconds from the first one on, by obspy's interpolation; nothing is filtered before.

    Parameters
    ----------
    x : array of float64
        Shape (npts,) or (3, npts), every `old_dt` seconds.
    old_dt, new_dt : float
        Seconds.
    method : str
        One of `design.INTERPOLATIONS`.

    Returns
    -------
    array of float64
        All new samples that lie within the data.
    """
    with extra("obspy"):
        from obspy.signal import interpolation

    # the last sample may be a rounding error beyond the data, which the kernels refuse
    count = math.floor((x.shape[-1] - 1) * old_dt / new_dt * (1.0 + 1e-12)) + 1
    head, tail = (0.0, old_dt), (0.0, new_dt, count)
    rows = []
    for row in np.ascontiguousarray(np.atleast_2d(x)):
        if method == "lanczos":
            # obspy wants a sample on both sides of each new one
            padded = np.pad(row, 1, mode="edge")
            rows.append(interpolation.lanczos_interpolation(padded, -old_dt, old_dt, *tail, a=LANCZOS_WIDTH))
        elif method == "weighted_average_slopes":
            rows.append(interpolation.weighted_average_slopes(row, *head, *tail))
        else:
            rows.append(interpolation.interpolate_1d(row, *head, *tail, type=method))
    y: Samples = np.asfortranarray(np.array(rows)) if x.ndim == 2 else np.array(rows[0])
    return y
