"""Remove instrument responses, for steps and misfits; each inverse response is computed once and cached.

obspy evaluates a response again at every call (0.1-90 s per trace, obspy issue 2621), so this module caches the
inverse. The formulae are the same as in obspy's Trace.remove_response: if obspy knows the units, results agree except
for rounding (tested to 1e-9) if the FFT has the same length. Long data get lengths with small prime factors, at least
twice as long as the data. `evaluation` handles all other units.
"""

from __future__ import annotations

import functools
import hashlib
import pickle
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from libseis.codes import Channel
from libseis.extras import extra
from libseis.obspy.evaluation import Evaluated, evaluate, output_of, parts_of, problem
from libseis.obspy.inventories import ChannelEpoch, channels_of
from libseis.signal.design import OutputUnit
from libseis.signal.fourier import LEAST_LONG, Transform, good_length
from libseis.signal.gains import Gain

with extra("obspy"):
    from cachetools import LRUCache
    from obspy import Inventory
    from obspy.signal.invsim import cosine_sac_taper, cosine_taper
    from obspy.signal.util import _npts2nfft

CACHE_BYTES = 32 * 1024 * 1024
"""Room for three gains for an hour at 100 Hz with the pads of a response: two threads have one response each, and share
a filter. The tiles of a channel come one after the other, so each response is evaluated once per channel."""

_Key = tuple[tuple[int, int], float, "tuple[bytes, Removal] | Gain"]
"""Order of the spectrum, sampling interval (s), and the digest of a response with its removal, or another filter."""


class InverseCache:
    """Gains by the contents of a response and the other values that they depend on. Other events at the same station
    use them again.

    Threads may share it. It keeps the latest `limit` bytes.
    """

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self._lock = threading.Lock()
        self._making = threading.Lock()
        # a response that is larger than the limit is kept alone
        self._kept: LRUCache[_Key, Evaluated] = LRUCache(limit, lambda found: min(found.spectrum.nbytes, limit))

    def get(self, key: _Key, make: Callable[[], Evaluated]) -> Evaluated:
        """The cached result for `key`, or else the result of `make`; its spectrum is read-only."""
        if (known := self._known(key)) is not None:
            return known
        # only one at a time, because each needs much memory, and another thread may need the same one
        with self._making:
            if (known := self._known(key)) is not None:
                return known
            self._make_room(8 * key[0][0])
            found = make()
            found.spectrum.flags.writeable = False
            with self._lock:
                self._kept[key] = found
        return found

    def _make_room(self, size: int) -> None:
        """Forget what will have to go for a gain of so many bytes, before the memory to make it is taken."""
        with self._lock:
            while self._kept and self._kept.currsize + size > self._kept.maxsize:
                self._kept.popitem()

    def _known(self, key: _Key) -> Evaluated | None:
        with self._lock:
            found: Evaluated | None = self._kept.get(key)
        return found

    def clear(self) -> None:
        """Forget everything, to measure a cold start."""
        with self._lock:
            self._kept.clear()


INVERSES = InverseCache()
"""The cache of this process; stations with equal responses share it."""


class ResponseCache:
    """Responses of one inventory. Threads may share it, and other inventories share `inverses`."""

    def __init__(self, inventory: Inventory | None, inverses: InverseCache = INVERSES) -> None:
        self._inverses = inverses
        self._digests: dict[int, bytes] = {}
        self._epochs: dict[Channel, list[ChannelEpoch]] | None = None
        if inventory is not None:
            self._epochs = {}
            for epoch in channels_of(inventory):
                self._epochs.setdefault(epoch.channel, []).append(epoch)

    def epoch(self, channel_id: Channel, start: float, end: float) -> ChannelEpoch:
        """The epoch that covers [start, end] (epoch seconds) and has a usable response.

        DefinitionError if there is no inventory, no epoch, an epoch change inside, no response, or zero sensitivity.
        """
        if self._epochs is None:
            raise problem("no station metadata were given; a response can only be removed with an inventory")
        first_ns, last_ns = round(start * 1e9), round(end * 1e9)
        touching = [e for e in self._epochs.get(channel_id, []) if e.span.touches(first_ns, last_ns)]
        covering = [e for e in touching if e.span.covers(first_ns, last_ns)]
        if not touching:
            raise problem(f"no response: the station metadata have no epoch of {channel_id} at that time")
        if not covering:
            raise problem(f"the response of {channel_id} changes, or is not known, within the window")
        # epochs that overlap are an error of the metadata; the latest one probably corrects the others
        epoch = max(covering, key=lambda e: e.span.start_ns)
        response = epoch.element.response
        if response is None or not response.response_stages:
            raise problem(f"no response: the epoch of {channel_id} has no response stages")
        if response.instrument_polynomial is not None:
            raise problem(f"the response of {channel_id} is a polynomial, which has no spectrum to divide by")
        sensitivity = response.instrument_sensitivity
        if sensitivity is not None and not sensitivity.value:
            raise problem(f"the sensitivity of {channel_id} is zero")
        return epoch

    def sample_units(self, channel_id: Channel, first_ns: int, last_ns: int) -> str:
        """The units of an archive's samples, from the output unit of their response.

        "" if no epoch states a unit, if it is not known, or if the epochs of that time state different units.
        """
        epochs = (self._epochs or {}).get(channel_id, [])
        found = {output_of(e.element.response) for e in epochs if e.span.touches(first_ns, last_ns)}
        return found.pop() if len(found) == 1 else ""

    def inverse(self, epoch: ChannelEpoch, removal: Removal, dt: float, transform: Transform) -> Evaluated:
        """The inverse of a response (SI unit of its output per count), in the order of `transform`, for samples `dt`
        seconds apart.

        Before the inversion, the response is raised to the water level below its peak; None does not change it.
        """

        def make() -> Evaluated:
            found = _inverse(epoch, removal, transform.length, dt)
            return replace(found, spectrum=transform.gain(found.spectrum))

        return self._inverses.get((transform.order, dt, (self._digest(epoch), removal)), make)

    def gain(self, gain: Gain, dt: float, transform: Transform) -> NDArray[np.complex128]:
        """The gain of another filter, in the same order."""

        def make() -> Evaluated:
            return Evaluated(transform.gain(gain.spectrum(transform.length, dt)))

        return self._inverses.get((transform.order, dt, gain), make).spectrum

    def _digest(self, epoch: ChannelEpoch) -> bytes:
        known = self._digests.get(id(epoch.element))
        if known is None:
            known = hashlib.sha256(pickle.dumps(epoch.element.response)).digest()
            self._digests[id(epoch.element)] = known
        return known


def _inverse(epoch: ChannelEpoch, removal: Removal, length: int, dt: float) -> Evaluated:
    """The factors by which spectra are multiplied to remove a response."""
    frequencies = frequencies_of(dt, length)
    found = evaluate(epoch.element.response, removal.output, frequencies)
    if removal.water_level is None:
        found.spectrum[0] = 0.0
        found.spectrum[1:] = 1.0 / found.spectrum[1:]
    else:
        _invert(found.spectrum, removal.water_level)
    if removal.pre_filt is not None:
        for part in parts_of(length // 2 + 1):
            found.spectrum[part] *= cosine_sac_taper(frequencies[part], flimit=removal.pre_filt)
    return found


def _invert(spectrum: NDArray[np.complex128], water_level: float) -> None:
    """Invert in place, like obspy's `invert_spectrum`, which needs several times the memory of the spectrum."""
    parts = [spectrum[part] for part in parts_of(len(spectrum))]
    least = max(float(np.abs(part).max()) for part in parts) * 10.0 ** (-water_level / 20.0)
    for part in parts:
        modulus = np.abs(part)
        low = (modulus < least) & (modulus > 0.0)
        part[low] *= least / modulus[low]
        there = part != 0.0
        part[there] = 1.0 / part[there]


def frequencies_of(dt: float, nfft: int) -> NDArray[np.float64]:
    """Frequencies (Hz) of a real FFT of `nfft` samples `dt` seconds apart, shape (nfft // 2 + 1,)."""
    return np.linspace(0.0, 0.5 / dt, nfft // 2 + 1)


@dataclass(frozen=True, slots=True)
class Removal:
    """Options for the removal of a response.

    `pre_filt` are four frequencies (Hz) of a cosine band taper, `water_level` (dB below the peak) bounds the inverse
    (None: plain inverse), `taper` is the tapered share of the window at both ends; with it, the mean is removed too.
    """

    output: OutputUnit
    pre_filt: tuple[float, float, float, float] | None
    water_level: float | None
    taper: float

    def __call__(
        self, cache: ResponseCache, epoch: ChannelEpoch, data: NDArray[np.float64], dt: float
    ) -> tuple[NDArray[np.float64], tuple[str, ...]]:
        """The samples (npts,) in the SI unit of the output, and complaints about the metadata."""
        transform = Transform(fft_length(len(data)))
        inverse = cache.inverse(epoch, self, dt, transform)
        result = transform.filtered(
            data, inverse.spectrum, prepare=self.prepare, modulus_at_nyquist=True, count=len(data)
        )
        return result, inverse.complaints

    def prepare(self, data: NDArray[np.float64]) -> None:
        """Prepare samples, in place, for the division by the response: remove the mean and taper."""
        data -= data.mean()
        if self.taper > 0:
            head, tail = _end_taper(len(data), self.taper)
            data[: len(head)] *= head
            data[len(data) - len(tail) :] *= tail


def fft_length(npts: int) -> int:
    """Number of samples of the FFT that removes a response: at least twice the data, so that the ends do not affect
    each other.
    """
    length: int = _npts2nfft(npts)
    return length if length < LEAST_LONG else good_length(2 * npts)


@functools.lru_cache(maxsize=8)
def _end_taper(npts: int, share: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The two flanks of a taper that cuts `share` of the samples at both ends together; callers share them."""
    weights: NDArray[np.float64] = cosine_taper(npts, share, sactaper=True, halfcosine=False)
    (flat,) = np.nonzero(weights == 1.0)
    first, stop = (int(flat[0]), int(flat[-1]) + 1) if len(flat) else (npts, npts)
    if len(flat) < stop - first:  # there is no flat part between the flanks
        first = stop = npts
    flanks = weights[:first].copy(), weights[stop:].copy()
    for flank in flanks:
        flank.flags.writeable = False
    return flanks
