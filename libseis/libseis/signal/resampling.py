"""Resample arrays to another rate on a given time grid, for any ratio of rates and any start time.

All ratios use the same kernel: a zero-phase sinc with a Kaiser window, flat to 0.8 of the lower Nyquist frequency and
90 dB down from that frequency on (Oppenheim & Schafer, section 7.6). It is centred at the exact time of each new
sample. Ratios of small whole numbers need only a few phases of the kernel and run as a polyphase filter; other ratios
read the kernel from a fine table.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from libseis.extras import extra
from libseis.isotime import SECOND_NS
from libseis.signal.design import LANCZOS_WIDTH, RESAMPLING_BETA, RESAMPLING_CUTOFF, RESAMPLING_HALF_LENGTH
from libseis.signal.fourier import folded

with extra("obspy"):
    from scipy import fft, signal

Samples = NDArray[np.float64]

# A polyphase filter has 2 * 32 * max(up, down) taps; up to this number they cost less than the samples of a minute
_LARGEST_RATIO = 2_000

# Phases of the table between two samples. The kernel is interpolated linearly between phases. Its second derivative is
# at most pi**2 / 3 of its peak, so that a tap is wrong by at most (pi**2 / 3) / 8 / 2048**2 = 1e-7 of the peak
_PHASES = 2_048

# Number of values that are gathered at once; 4 MB fit the caches
_GATHERED = 2**19

# New samples and filter length in one block: many short FFTs of one length are faster than one long FFT, and faster
# than a sum of products for each sample. With few new samples this is not faster.
_BLOCK = 1_024
_FEW = 512
# Each phase of the kernel needs one inverse FFT; with more phases, sums of products are as fast
_MOST_PHASES = 8
# Input samples of the blocks that are processed at once: 1 MB
_AT_ONCE = 2**17


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


@dataclass(frozen=True, slots=True)
class NewGrid:
    """The positions of new samples: the number of the first one on the grid of the new rate, its distance from the
    first old sample and the distance between two (both in old samples), and how many are within the data.
    """

    first: int
    start: Fraction
    step: Fraction
    count: int

    @classmethod
    def of(cls, npts: int, t0_ns: int, old: Fraction, new: Fraction) -> NewGrid:
        """For `npts` samples from `t0_ns` on, at rates in samples per second."""
        first, on_grid = grid_index(t0_ns, new)
        # time of the first new sample after x[0], in old sample intervals
        start = Fraction(0) if on_grid else (first / new - Fraction(t0_ns, SECOND_NS)) * old
        step = old / new
        # like the first sample, the last one may be off by a nanosecond, because of rounding
        count = (npts - 1 - start + old / SECOND_NS) // step + 1
        return cls(first, start, step, max(count, 0))

    @property
    def unchanged(self) -> bool:
        """Whether the new samples are the same as the old ones."""
        return not self.start and self.step == 1


def resample(x: Samples, t0_ns: int, old: Fraction, new: Fraction) -> tuple[Samples, int]:
    """The samples on the grid of `new` (samples per second) through time 0, and the first one's number on the grid.

    `x` has shape (npts,) or (3, npts), its first sample is at `t0_ns`, its rate is `old`. The result has all grid times
    within the data. The data are extended at both ends by odd reflection, so that an offset or a trend does not cause a
    step there. This affects samples that are nearer to an end than half the kernel (`design.kernel_seconds`).
    """
    grid = NewGrid.of(x.shape[-1], t0_ns, old, new)
    step, count = grid.step, grid.count
    if not count:
        return np.empty((*x.shape[:-1], 0)), grid.first
    if grid.unchanged:
        return x[..., :count].copy(order="F"), grid.first
    room = math.ceil(RESAMPLING_HALF_LENGTH * max(step, Fraction(1))) + 1
    make = _polyphase if max(step.numerator, step.denominator) <= _LARGEST_RATIO else _table
    return make(_reflected(x, room), grid.start + room, step, count), grid.first


@dataclass(frozen=True, slots=True)
class KernelGain:
    """The filter for a rate that is divided by `down`, as a gain.

    Its output at old sample m * down is new sample m, which is `start` old samples later.
    """

    start: Fraction
    down: int

    def spectrum(self, length: int, dt: float) -> NDArray[np.complex128]:
        """The gain at the frequencies of a real FFT of `length` old samples."""
        scale = 1.0 / self.down
        reach = math.ceil(RESAMPLING_HALF_LENGTH / scale)
        before = math.floor(self.start) - reach
        ahead = self.start - before
        dropped = math.ceil((ahead + reach) / self.down)
        taps = _taps(1, ahead - dropped * self.down, scale, reach)
        kernel = np.zeros(length)
        kernel[(np.arange(len(taps)) - dropped * self.down - before) % length] = taps
        found: NDArray[np.complex128] = fft.rfft(kernel)
        return found


def _kernel(offset: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """The kernel at offsets in old samples; `scale` is the slower rate divided by the old one."""
    u = offset * scale
    inside = np.abs(u) <= RESAMPLING_HALF_LENGTH
    root = np.sqrt(np.where(inside, 1.0 - (u / RESAMPLING_HALF_LENGTH) ** 2, 0.0))
    window = np.i0(RESAMPLING_BETA * root) / np.i0(RESAMPLING_BETA)
    values: NDArray[np.float64] = RESAMPLING_CUTOFF * scale * np.sinc(RESAMPLING_CUTOFF * u) * window * inside
    return values


def _polyphase(x: Samples, start: Fraction, step: Fraction, count: int) -> Samples:
    """Resample with few phases: new sample m is `start + m * step` old samples after x[0], and `step = down / up`."""
    up, down = step.denominator, step.numerator
    scale = min(1.0, up / down)
    reach = math.ceil(RESAMPLING_HALF_LENGTH / scale)
    before = int(start) - reach
    # upfirdn gives the sum over k of x[k] * taps[m * down - k * up] with causal taps, so the first outputs are dropped
    ahead = (start - before) * up
    dropped = math.ceil((ahead + reach * up) / down)
    offset = ahead - dropped * down
    inside = np.ascontiguousarray(x[..., before:])
    if count >= _FEW and up <= _MOST_PHASES:
        y: Samples = np.empty((*x.shape[:-1], count), order="F")
        for new, old in zip(np.atleast_2d(y), np.atleast_2d(inside), strict=True):
            _by_blocks(old, (up, down, offset, scale, reach), dropped, new)
        return y
    taps = _taps(up, offset, scale, reach)
    y = signal.upfirdn(taps, inside, up, down, axis=-1)
    return np.asarray(y[..., dropped : dropped + count], order="F")


@functools.lru_cache(maxsize=64)
def _taps(up: int, offset: Fraction, scale: float, reach: int) -> NDArray[np.float64]:
    """The kernel at every `1
    up` old samples from `offset` to its end; the sum of the taps of each phase is one."""
    length = math.ceil(reach * up - offset) + 1
    taps = _kernel((float(offset) + np.arange(length)) / up, scale)
    for phase in range(min(up, length)):
        taps[phase::up] /= taps[phase::up].sum()
    taps.flags.writeable = False
    return taps


_Kernel = tuple[int, int, Fraction, float, int]
"""Phases, old samples of a turn of them, and offset, scale and reach of the taps as in `_taps`."""


def _by_blocks(x: Samples, kernel: _Kernel, dropped: int, y: Samples) -> None:
    """Fill y[m] with the sum over k of x[k] * taps[(m + dropped) * down - k * up].

    New samples of a phase are `down` old ones apart: each phase is a separate filter that keeps every `down`-th sample.
    It is evaluated in blocks that overlap by its length (Oppenheim & Schafer, section 8.7.3).
    """
    up, down = kernel[:2]
    lead, gains = _gains(*kernel)
    size, fresh = _BLOCK * down, _BLOCK - lead
    for phase in range(up):
        new = y[phase::up]
        # m * down = position * up + rest: the taps rest, rest + up ... count, and x up to the position
        position, rest = divmod((phase + dropped) * down, up)
        first = position - lead * down
        blocks, hop = -(-len(new) // fresh), fresh * down
        group = max(8, _AT_ONCE // size)
        for begin in range(0, blocks, group):
            some = min(group, blocks - begin)
            piece = _between(x, first + begin * hop, first + (begin + some - 1) * hop + size)
            # as sliding_window_view(piece, size)[::hop], which takes longer than some of the transforms
            overlapping = np.ndarray((some, size), piece.dtype, piece, strides=(hop * piece.itemsize, piece.itemsize))
            spectrum = fft.rfft(overlapping, axis=-1)
            spectrum *= gains[rest]
            short = fft.irfft(folded(spectrum, size, down), _BLOCK, axis=-1)[:, lead:].reshape(-1)
            part = new[begin * fresh : begin * fresh + len(short)]
            part[...] = short[: len(part)]


def _between(x: Samples, first: int, stop: int) -> Samples:
    """x[first:stop], with zeros for positions outside of `x`."""
    if first >= 0 and stop <= len(x):
        return x[first:stop]
    found = np.zeros(stop - first)
    begin, end = max(first, 0), min(stop, len(x))
    if begin < end:
        found[begin - first : end - first] = x[begin:end]
    return found


def _reflected(x: Samples, room: int) -> Samples:
    """`x` extended by a number of samples on both sides: the data rotated by 180 degrees about their ends."""
    npts = x.shape[-1]
    if npts <= room:
        widths = [(0, 0)] * (x.ndim - 1) + [(room, room)]
        return np.pad(x, widths, mode="reflect", reflect_type="odd") if npts > 1 else np.pad(x, widths, "edge")
    found = np.empty((*x.shape[:-1], npts + 2 * room))
    found[..., room : room + npts] = x
    found[..., :room] = 2 * x[..., :1] - x[..., room:0:-1]
    found[..., room + npts :] = 2 * x[..., -1:] - x[..., -2 : -room - 2 : -1]
    return found


@functools.lru_cache(maxsize=32)
def _gains(up: int, down: int, offset: Fraction, scale: float, reach: int) -> tuple[int, NDArray[np.complex128]]:
    """New samples of a block whose filter would need old samples before it, and the spectra of the phases' taps."""
    taps = _taps(up, offset, scale, reach)
    longest = -(-len(taps) // up)
    lead = -(-(longest - 1) // down)
    spectra = np.array([fft.rfft(taps[rest::up], _BLOCK * down) / down for rest in range(up)], np.complex128)
    spectra.flags.writeable = False
    return lead, spectra


def _table(x: Samples, start: Fraction, step: Fraction, count: int) -> Samples:
    """Resample with any ratio, with a kernel from a table for each new sample; arguments as in `_polyphase`."""
    scale = min(1.0, float(1 / step))
    reach = math.ceil(RESAMPLING_HALF_LENGTH / scale)
    kernels = _kernels(scale, reach)
    phases = len(kernels) - 1
    windows = np.lib.stride_tricks.sliding_window_view(x, 2 * reach, axis=-1)
    y = np.empty((*x.shape[:-1], count), order="F")
    chunk = max(1, _GATHERED // (2 * reach))
    for first in range(0, count, chunk):
        size = min(chunk, count - first)
        exact = start + first * step  # computed from the start, so that rounding errors do not add up
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
    """The taps for new samples that are 0, 1/n ... 1 old samples after x[reach - 1]; each has 2 * reach taps."""
    phases = max(16, math.ceil(_PHASES * scale))
    behind = np.arange(reach - 1, -reach - 1, -1)
    kernels = _kernel(np.linspace(0.0, 1.0, phases + 1)[:, None] + behind, scale)
    kernels /= kernels.sum(axis=1, keepdims=True)
    kernels.flags.writeable = False
    return kernels


def interpolate(x: Samples, old_dt: float, new_dt: float, method: str) -> Samples:
    """Samples every `new_dt` seconds from the first one, by obspy's interpolation; the data are not filtered first.

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

    # without this, a rounding error could put the last sample beyond the data, which the kernels do not accept
    count = math.floor((x.shape[-1] - 1) * old_dt / new_dt * (1.0 + 1e-12)) + 1
    head, tail = (0.0, old_dt), (0.0, new_dt, count)
    rows = []
    for row in np.ascontiguousarray(np.atleast_2d(x)):
        if method == "lanczos":
            # obspy needs an old sample on both sides of each new one
            padded = np.pad(row, 1, mode="edge")
            rows.append(interpolation.lanczos_interpolation(padded, -old_dt, old_dt, *tail, a=LANCZOS_WIDTH))
        elif method == "weighted_average_slopes":
            rows.append(interpolation.weighted_average_slopes(row, *head, *tail))
        else:
            rows.append(interpolation.interpolate_1d(row, *head, *tail, type=method))
    y: Samples = np.asfortranarray(np.array(rows)) if x.ndim == 2 else np.array(rows[0])
    return y
