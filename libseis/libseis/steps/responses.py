"""Instrument responses evaluated once per channel epoch, FFT length and sample interval, and their removal.

obspy evaluates a response anew at every call (0.1-90 s a trace, obspy issue 2621); here the spectrum is kept. The
formulae are those of obspy's Trace.remove_response, so that results agree to rounding (tested to 1e-9) wherever obspy
knows the units; `evaluation` deals with all others.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from obspy import Inventory
from obspy.signal.invsim import cosine_sac_taper, cosine_taper, invert_spectrum
from obspy.signal.util import _npts2nfft

from libseis.codes import code, location
from libseis.epochs import ALWAYS, OPEN_START_NS, EpochSpan, inherited
from libseis.segments import SourceId
from libseis.signal.design import OutputUnit
from libseis.steps.evaluation import Evaluated, evaluate, problem

CACHE_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Epoch:
    """One channel epoch of the station metadata; times in epoch seconds, open ends infinite."""

    start: float
    end: float
    channel: Any


def _span(element: Any, parent: EpochSpan = ALWAYS) -> EpochSpan:
    """Dates of an obspy Network, Station or Channel; those that it has not are its parent's."""
    start, end = element.start_date, element.end_date
    return inherited(None if start is None else start.ns, None if end is None else end.ns, parent)


def _epoch(channel: Any, span: EpochSpan) -> Epoch:
    start = -np.inf if span.start_ns == OPEN_START_NS else span.start_ns / 1e9
    return Epoch(start, np.inf if span.end_ns is None else span.end_ns / 1e9, channel)


class ResponseCache:
    """Responses of one inventory; safe to share between threads. Spectra of 256 MB are kept, the oldest go first."""

    def __init__(self, inventory: Inventory | None) -> None:
        self._lock = threading.Lock()
        self._spectra: OrderedDict[tuple[int, OutputUnit, float, int], Evaluated] = OrderedDict()
        self._bytes = 0
        self._epochs: dict[SourceId, list[Epoch]] | None = None
        if inventory is not None:
            self._epochs = {}
            for network in inventory:
                of_network = _span(network)
                for station in network:
                    of_station = _span(station, of_network)
                    for channel in station:
                        place = location(channel.location_code)
                        key = SourceId(code(network.code), code(station.code), place, code(channel.code))
                        epoch = _epoch(channel, _span(channel, of_station))
                        self._epochs.setdefault(key, []).append(epoch)

    def epoch(self, channel_id: SourceId, start: float, end: float) -> Epoch:
        """The epoch that covers [start, end] (epoch seconds) and has a usable response.

        DefinitionError: no inventory, no epoch, an epoch change inside, no response, or zero sensitivity.
        """
        if self._epochs is None:
            raise problem("no station metadata were given; a response can only be removed with an inventory")
        touching = [e for e in self._epochs.get(channel_id, []) if e.start <= end and start < e.end]
        covering = [e for e in touching if e.start <= start and end <= e.end]
        if not touching:
            raise problem(f"no response: the station metadata have no epoch of {channel_id} at that time")
        if not covering:
            raise problem(f"the response of {channel_id} changes, or is not known, within the window")
        # epochs that overlap are an error of the metadata; the latest one is the correction of the others
        epoch = max(covering, key=lambda e: e.start)
        response = epoch.channel.response
        if response is None or not response.response_stages:
            raise problem(f"no response: the epoch of {channel_id} has no response stages")
        if response.instrument_polynomial is not None:
            raise problem(f"the response of {channel_id} is a polynomial, which has no spectrum to divide by")
        sensitivity = response.instrument_sensitivity
        if sensitivity is not None and not sensitivity.value:
            raise problem(f"the sensitivity of {channel_id} is zero")
        return epoch

    def spectrum(self, epoch: Epoch, output: OutputUnit, dt: float, nfft: int) -> tuple[Evaluated, NDArray[np.float64]]:
        """Response (counts per SI unit of `output`) and frequencies (Hz), both of shape (nfft // 2 + 1,)."""
        frequencies = np.linspace(0.0, 0.5 / dt, nfft // 2 + 1)
        key = (id(epoch.channel), output, dt, nfft)
        with self._lock:
            known = self._spectra.get(key)
            if known is not None:
                self._spectra.move_to_end(key)
                return known, frequencies
        found = evaluate(epoch.channel.response, output, frequencies)
        found.spectrum.flags.writeable = False
        with self._lock:
            if key not in self._spectra:
                self._spectra[key] = found
                self._bytes += found.spectrum.nbytes
            while self._bytes > CACHE_BYTES and len(self._spectra) > 1:
                self._bytes -= self._spectra.popitem(last=False)[1].spectrum.nbytes
        return found, frequencies


@dataclass(frozen=True, slots=True)
class Removal:
    """How a response is removed.

    `pre_filt` are four frequencies (Hz) of a cosine band taper, `water_level` (dB below the peak) bounds the inverse
    (None: plain inverse), `taper` is the tapered share of the window at both ends together with its demeaning.
    """

    output: OutputUnit
    pre_filt: tuple[float, float, float, float] | None
    water_level: float | None
    taper: float

    def __call__(
        self, cache: ResponseCache, epoch: Epoch, data: NDArray[np.float64], dt: float
    ) -> tuple[NDArray[np.float64], tuple[str, ...]]:
        """The samples (npts,) in the SI unit of the output, and what there is to say of the metadata."""
        npts = len(data)
        work = data - data.mean()
        if self.taper > 0:
            work *= cosine_taper(npts, self.taper, sactaper=True, halfcosine=False)
        nfft = _npts2nfft(npts)
        spectrum = np.fft.rfft(work, n=nfft)
        evaluated, frequencies = cache.spectrum(epoch, self.output, dt, nfft)
        response = evaluated.spectrum.copy()
        if self.pre_filt is not None:
            spectrum *= cosine_sac_taper(frequencies, flimit=self.pre_filt)
        if self.water_level is None:
            response[0] = 0.0
            response[1:] = 1.0 / response[1:]
        else:
            invert_spectrum(response, self.water_level)
        spectrum *= response
        spectrum[-1] = abs(spectrum[-1]) + 0.0j
        result: NDArray[np.float64] = np.fft.irfft(spectrum)[:npts]
        return result, evaluated.complaints
