"""Filter long real signals through their spectrum, at the full rate or directly at a fraction of it.

A library computes one long FFT sample by sample, but many short FFTs of one length several at once. So a signal of rows
x columns samples becomes a matrix, which is transformed in steps (Bailey, FFTs in external or hierarchical memory,
1990): along the columns, times a factor for each entry, along the rows. The spectrum has the order of this matrix; it
is multiplied and transformed back in this order. This takes a third of the time of a long FFT, and the result is the
same except for rounding.
"""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from libseis.extras import extra

with extra("obspy"):
    from scipy import fft

Samples = NDArray[np.float64]
Spectrum = NDArray[np.complex128]

LEAST_LONG = 2**17
"""From this number of samples, the matrix is faster than one FFT; shorter signals fit the caches."""

# Longer signals, whose spectra take more than 64 MB, are rare.
_LARGEST = 2**23
# FFTs of lengths with other prime factors are slow.
_LARGEST_PRIME = 13
# A matrix of another shape has rows or columns that are too long for the caches.
_LARGEST_RATIO = 16
# Rows are processed in blocks of this size, which fit the caches; a block has a multiple of the rows that one
# instruction handles.
_BLOCK_BYTES = 1 << 18
# All factors of a matrix are kept if they are not larger than this.
_WHOLE_BYTES = 4 << 20
# Number of columns that are transformed at a time, which also fit the caches.
_COLUMNS = 100
# Lengths are multiples of this number, because most ratios of rates in use divide it.
_OFTEN_DIVIDED = 100
# Columns are multiples of this number if possible; most ratios in use divide it.
_OFTEN_FACTOR = 20


def good_length(minimum: int) -> int:
    """The smallest length from `minimum` on that has small prime factors and that usual ratios of rates divide."""
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
    """Number of rows of the matrix of a long signal whose columns `factor` divides; 0 if there is no good matrix."""
    if not LEAST_LONG <= length <= _LARGEST or length % (2 * factor) or _largest_prime(length) > _LARGEST_PRIME:
        return 0
    root = math.isqrt(length)
    fitting = [n for n in range(2, root * 4, 2) if length % n == 0 and length // n % factor == 0]
    # if possible, the same matrix for every factor, so that gains are computed once
    fitting = [n for n in fitting if length // n % math.lcm(factor, _OFTEN_FACTOR) == 0] or fitting
    best = min(fitting, key=lambda n: abs(math.log(n * n / length)), default=0)
    return best if best and 1 / _LARGEST_RATIO < best * best / length < _LARGEST_RATIO else 0


class _Twiddles:
    """The factor of each entry between the two FFTs of a matrix, for one block of rows after the other.

    The factor of a row is that of the first row of a block times that of its place in the block. So two small tables
    are enough where all factors would take much memory: 10 MB for an hour at 100 Hz with the pads of a response.
    """

    def __init__(self, rows: int, columns: int, block: int) -> None:
        n, lines, places = rows * columns, rows // 2 + 1, np.arange(columns)
        self._block = lines if 16 * lines * columns <= _WHOLE_BYTES else block
        self._inside, self._firsts = (
            np.exp((-2j * math.pi / n) * (starts[:, None] * places % n))
            for starts in (np.arange(self._block), np.arange(0, lines, self._block))
        )

    def of(self, part: slice) -> Spectrum:
        """The factors of the rows of a block, shape (rows, columns)."""
        block, row = divmod(part.start, self._block)
        inside: Spectrum = self._inside[row : row + part.stop - part.start]
        return inside * self._firsts[block] if block else inside


_twiddles = functools.lru_cache(maxsize=8)(_Twiddles)  # threads share them


class _Rooms(threading.local):
    """The work arrays of a thread, which are used again for each signal. New arrays for each signal would spread over
    the memory of the process, between small blocks that live longer.
    """

    def __init__(self) -> None:
        self.arrays: dict[str, NDArray[Any]] = {}


_rooms = _Rooms()
# Longer signals are rare.
_KEPT_BYTES = 32 << 20


def _room(name: str, size: int, dtype: type[np.generic]) -> NDArray[Any]:
    """An array of this thread, shape (size,); its values are undefined."""
    found = _rooms.arrays.get(name)
    if found is None or len(found) < size:
        found = np.empty(size, dtype)
        if found.nbytes <= _KEPT_BYTES:
            _rooms.arrays[name] = found
    return found[:size]


@dataclass(frozen=True, slots=True)
class Transform:
    """A filter of signals of `length` samples (an even number) through the spectrum. The rate and the length of the
    result are divided by `factor`. Gains fit every signal with this length and factor.
    """

    length: int
    factor: int = 1
    rows: int = field(init=False)

    def __post_init__(self) -> None:
        """Raise ValueError for lengths that are not possible."""
        if self.length % 2 or self.length % self.factor or self.length < 2:
            raise ValueError(f"a length of {self.length} samples is not even, or not a multiple of {self.factor}")
        object.__setattr__(self, "rows", _rows(self.length, self.factor))

    @property
    def order(self) -> tuple[int, int]:
        """Length and rows. Transforms for which these are equal use the same gains."""
        return self.length, self.rows

    def gain(self, spectrum: Spectrum) -> Spectrum:
        """A gain at the frequencies of a real FFT, shape (length // 2 + 1,), as `filtered` wants it; read-only."""
        if not self.rows:
            arranged = spectrum.copy()
        else:
            columns = self.length // self.rows
            arranged = np.empty((self.rows // 2 + 1, columns), spectrum.dtype)
            for row in range(len(arranged)):
                place = np.arange(row, self.length, self.rows)
                upper = int(np.searchsorted(place, self.length // 2, "right"))
                arranged[row, :upper] = spectrum[place[:upper]]
                arranged[row, upper:] = np.conjugate(spectrum[self.length - place[upper:]])
        arranged.flags.writeable = False
        return arranged

    def filtered(
        self,
        x: Samples,
        *gains: Spectrum,
        prepare: Callable[[Samples], None] | None = None,
        modulus_at_nyquist: bool = False,
        count: int | None = None,
    ) -> Samples:
        """`x`, followed by zeros to the length, multiplied by the gains, at the lower rate: shape (length // factor,).

        The filter wraps around. `prepare` changes a copy of `x` in place first. With `modulus_at_nyquist`, the product
        at the Nyquist frequency of `x` is replaced by its modulus and not by its real part, as in obspy's removal of
        responses. `count` is the number of samples to return; all without it.
        """
        if not self.rows:
            return self._as_one(_prepared(x, self.length, prepare), gains, modulus_at_nyquist)[:count]
        rows, columns = self.rows, self.length // self.rows
        kept, lines = columns // self.factor, rows // 2 + 1
        spectrum: Spectrum = _room("spectrum", lines * columns, np.complex128).reshape(lines, columns)
        # whole rows of samples; the rows after these are zeros
        _along_columns(_prepared(x, -(-len(x) // columns) * columns, prepare).reshape(-1, columns), rows, spectrum)
        block = max(8, _BLOCK_BYTES // (16 * columns) // 8 * 8)
        forward, back = _twiddles(rows, columns, block), _twiddles(rows, kept, block)
        short = spectrum if self.factor == 1 else np.empty((lines, kept), np.complex128)
        at = divmod(self.length // 2, rows)
        for first in range(0, lines, block):
            part = slice(first, min(first + block, lines))
            some = spectrum[part]
            factors = forward.of(part)
            some *= factors
            np.fft.fft(some, axis=1, out=some)
            for gain in gains:
                some *= gain[part]
            if modulus_at_nyquist and first <= at[1] < first + block:
                some[at[1] - first, at[0]] = abs(some[at[1] - first, at[0]])
            if self.factor > 1:
                some = some.reshape(len(some), self.factor, kept).sum(axis=1)
                factors = back.of(part)
            np.fft.ifft(some, axis=1, out=some)
            np.multiply(some, np.conjugate(factors), out=short[part])
        y = _back_along_columns(short, rows, kept * rows if count is None else min(count, kept * rows))
        if self.factor > 1:
            y *= 1.0 / self.factor
        return y

    def _as_one(self, signal: Samples, gains: tuple[Spectrum, ...], modulus_at_nyquist: bool) -> Samples:
        """Like `filtered`, with one FFT in each direction."""
        spectrum: Spectrum = np.fft.rfft(signal)
        for gain in gains:
            spectrum *= gain
        if modulus_at_nyquist:
            spectrum[-1] = abs(spectrum[-1])
        shorter = self.length // self.factor
        if self.factor > 1:
            spectrum = folded(spectrum, self.length, self.factor) / self.factor
        y: Samples = np.fft.irfft(spectrum, shorter)
        return y


def _prepared(x: Samples, size: int, prepare: Callable[[Samples], None] | None) -> Samples:
    """A copy of `x` in this thread's array, changed by `prepare`, with zeros after it up to a size."""
    signal: Samples = _room("samples", size, np.float64)
    signal[: len(x)] = x
    signal[len(x) :] = 0.0
    if prepare is not None:
        prepare(signal[: len(x)])
    return signal


def _along_columns(samples: Samples, rows: int, out: Spectrum) -> None:
    """The FFT of each column of a matrix with this number of rows. `samples` are its first rows; the other rows are
    zeros."""
    columns = samples.shape[1]
    width = min(_COLUMNS, columns)
    some: Samples = _room("columns", rows * width, np.float64).reshape(rows, width)
    some[len(samples) :] = 0.0
    for first in range(0, columns, _COLUMNS):
        part = slice(first, min(first + _COLUMNS, columns))
        of_part = some[:, : part.stop - first]
        of_part[: len(samples)] = samples[:, part]
        np.fft.rfft(of_part, axis=0, out=out[:, part])


def _back_along_columns(spectrum: Spectrum, rows: int, count: int) -> Samples:
    """The first `count` samples of the matrix whose columns have these spectra."""
    columns = spectrum.shape[1]
    y = np.empty((-(-count // columns), columns))
    width = min(_COLUMNS, columns)
    some: Samples = _room("columns", rows * width, np.float64).reshape(rows, width)
    for first in range(0, columns, _COLUMNS):
        part = slice(first, min(first + _COLUMNS, columns))
        of_part = some[:, : part.stop - first]
        np.fft.irfft(spectrum[:, part], rows, axis=0, out=of_part)
        y[:, part] = of_part[: len(y)]
    return y.reshape(-1)[:count]


def folded(spectrum: Spectrum, length: int, factor: int) -> Spectrum:
    """The spectrum of every `factor`-th of `length` real samples, times the factor, which divides the length. Input and
    result are half spectra with frequency along the last axis."""
    shorter = length // factor
    wanted = shorter // 2 + 1
    total = spectrum[..., :wanted].copy()
    for turn in range(1, factor):
        first, stop = turn * shorter, turn * shorter + wanted
        if stop <= length // 2 + 1:
            total += spectrum[..., first:stop]
        elif first > length // 2 or length - first <= length // 2:
            total += np.conjugate(spectrum[..., length - stop + 1 : length - first + 1][..., ::-1])
        else:  # the Nyquist frequency is one of the frequencies
            place = np.arange(first, stop)
            upper = place > length // 2
            part = spectrum[..., np.where(upper, length - place, place)]
            np.conjugate(part, out=part, where=upper)
            total += part
    return total
