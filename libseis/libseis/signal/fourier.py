"""Filter long real signals through their spectrum, at the full rate or directly at a fraction of it.

A library computes one long FFT with one sample after the other, but many short ones of the same length with one
instruction for several of them. So a signal of rows x columns samples is laid out as a matrix and transformed in four
steps (Bailey, FFTs in external or hierarchical memory, 1990): along the columns, a factor for each entry, along the
rows. The spectrum comes out in the order of that matrix, in which it is multiplied and transformed back. This takes a
third of the time of a long FFT, and the result is the same to rounding.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from libseis.extras import extra

with extra("obspy"):
    from scipy import fft

Samples = NDArray[np.float64]
Spectrum = NDArray[np.complex128]

LEAST_LONG = 2**17
"""Samples from which on the matrix is faster than one FFT, which fits the caches below."""

# Above it, the factors of the matrix would take more than 64 MB.
_LARGEST = 2**23
# FFTs of other lengths have slow passes.
_LARGEST_PRIME = 13
# A matrix of other shape has rows or columns that are too long for the caches.
_LARGEST_RATIO = 16
# Rows that are worked on at a time, so that they stay in the caches; a multiple of what one instruction takes.
_BLOCK_BYTES = 1 << 18
# Whatever a signal is divided by to a lower rate, most ratios of rates in use divide it.
_OFTEN_DIVIDED = 100


def good_length(minimum: int) -> int:
    """The smallest length at least as large that factors well, and that usual ratios of sampling rates divide."""
    smallest = -(-minimum // _OFTEN_DIVIDED)
    return _OFTEN_DIVIDED * int(fft.next_fast_len(smallest, real=True))


def _largest_prime(n: int) -> int:
    found, divisor = 1, 2
    while n > 1:
        if divisor * divisor > n:
            return max(found, n)
        while n % divisor == 0:
            found, n = divisor, n // divisor
        divisor += 1
    return found


@functools.lru_cache(maxsize=256)
def _rows(length: int, factor: int) -> int:
    """Rows of the matrix of a long signal whose columns `factor` divides; 0 for one that has no good matrix."""
    if not LEAST_LONG <= length <= _LARGEST or length % (2 * factor) or _largest_prime(length) > _LARGEST_PRIME:
        return 0
    root = math.isqrt(length)
    fitting = [n for n in range(2, root * 4, 2) if length % n == 0 and length // n % factor == 0]
    best = min(fitting, key=lambda n: abs(math.log(n * n / length)), default=0)
    return best if best and 1 / _LARGEST_RATIO < best * best / length < _LARGEST_RATIO else 0


@functools.lru_cache(maxsize=6)  # 10 MB each for an hour at 100 Hz with its pads
def _twiddles(rows: int, columns: int) -> Spectrum:
    """The factor of each entry between the two FFTs of a matrix, shape (rows // 2 + 1, columns)."""
    n = rows * columns
    turns = np.outer(np.arange(rows // 2 + 1), np.arange(columns)) % n
    factors: Spectrum = np.exp((-2j * math.pi / n) * turns)
    factors.flags.writeable = False
    return factors


@dataclass(frozen=True, slots=True)
class Transform:
    """The way of a signal of `length` samples, an even number, through its spectrum; `factor` divides the rate that it
    comes back at, and the length. Its gains fit any signal of this length and factor.
    """

    length: int
    factor: int = 1
    rows: int = field(init=False)

    def __post_init__(self) -> None:
        """Raise ValueError for lengths that cannot be had."""
        if self.length % 2 or self.length % self.factor or self.length < 2:
            raise ValueError(f"a length of {self.length} samples is not even, or not a multiple of {self.factor}")
        object.__setattr__(self, "rows", _rows(self.length, self.factor))

    def gain(self, spectrum: Spectrum) -> Spectrum:
        """A gain at the frequencies of a real FFT, shape (length // 2 + 1,), as `filtered` wants it; read-only."""
        if not self.rows:
            arranged = spectrum.copy()
        else:
            columns = self.length // self.rows
            place = np.arange(self.rows // 2 + 1)[:, None] + self.rows * np.arange(columns)
            upper = place > self.length // 2
            place[upper] = self.length - place[upper]
            arranged = spectrum[place]
            np.conjugate(arranged, out=arranged, where=upper)
        arranged.flags.writeable = False
        return arranged

    def filtered(self, x: Samples, *gains: Spectrum, modulus_at_nyquist: bool = False) -> Samples:
        """`x`, followed by zeros to the length, times the gains, at the lower rate: shape (length // factor,).

        The filter wraps around. `modulus_at_nyquist`: at the Nyquist frequency of `x` the modulus of the product counts
        and not its real part, as in obspy's removal of responses.
        """
        if not self.rows:
            return self._as_one(x, gains, modulus_at_nyquist)
        rows, columns = self.rows, self.length // self.rows
        kept = columns // self.factor
        matrix = np.zeros(self.length)
        matrix[: len(x)] = x
        spectrum: Spectrum = fft.rfft(matrix.reshape(rows, columns), axis=0)
        forward, back = _twiddles(rows, columns), _twiddles(rows, kept)
        short = spectrum if self.factor == 1 else np.empty((len(spectrum), kept), np.complex128)
        at = divmod(self.length // 2, rows)
        block = max(8, _BLOCK_BYTES // (16 * columns) // 8 * 8)
        for first in range(0, len(spectrum), block):
            part = slice(first, first + block)
            lines = spectrum[part]
            lines *= forward[part]
            lines = fft.fft(lines, axis=1, overwrite_x=True)
            for gain in gains:
                lines *= gain[part]
            if modulus_at_nyquist and first <= at[1] < first + block:
                lines[at[1] - first, at[0]] = abs(lines[at[1] - first, at[0]])
            if self.factor > 1:
                lines = lines.reshape(len(lines), self.factor, kept).sum(axis=1)
            lines = fft.ifft(lines, axis=1, overwrite_x=True)
            np.multiply(lines, np.conjugate(back[part]), out=short[part])
        y: Samples = fft.irfft(short, rows, axis=0).reshape(-1)
        if self.factor > 1:
            y *= 1.0 / self.factor
        return y

    def _as_one(self, x: Samples, gains: tuple[Spectrum, ...], modulus_at_nyquist: bool) -> Samples:
        """`filtered` by one FFT each way."""
        spectrum: Spectrum = fft.rfft(x, self.length)
        for gain in gains:
            spectrum *= gain
        if modulus_at_nyquist:
            spectrum[-1] = abs(spectrum[-1])
        shorter = self.length // self.factor
        if self.factor > 1:
            spectrum = folded(spectrum, self.length, self.factor) / self.factor
        y: Samples = fft.irfft(spectrum, shorter)
        return y


def folded(spectrum: Spectrum, length: int, factor: int) -> Spectrum:
    """The spectrum of every `factor`-th of `length` real samples, times the factor, which divides the length; by half
    spectra, with frequency along the last axis."""
    shorter = length // factor
    wanted = shorter // 2 + 1
    total = spectrum[..., :wanted].copy()
    for turn in range(1, factor):
        first, stop = turn * shorter, turn * shorter + wanted
        if stop <= length // 2 + 1:
            total += spectrum[..., first:stop]
        elif first > length // 2 or length - first <= length // 2:
            total += np.conjugate(spectrum[..., length - stop + 1 : length - first + 1][..., ::-1])
        else:  # the Nyquist frequency is inside
            place = np.arange(first, stop)
            upper = place > length // 2
            part = spectrum[..., np.where(upper, length - place, place)]
            np.conjugate(part, out=part, where=upper)
            total += part
    return total
