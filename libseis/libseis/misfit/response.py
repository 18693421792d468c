"""Removing an instrument response, with the evaluated response kept: it is the same for every event of a channel.

The deconvolution is obspy's (demean, 5 % cosine taper, spectral division with a water level in dB).
"""

from __future__ import annotations

import pickle
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .errors import MisfitError, Reason

if TYPE_CHECKING:
    from obspy import Inventory, Trace

WATER_LEVEL_DB = 60.0
TAPER_FRACTION = 0.05


@lru_cache(maxsize=256)
def _inverse_spectrum(pickled_response: bytes, dt: float, nfft: int, output: str) -> npt.NDArray[np.complex128]:
    from obspy.signal.invsim import invert_spectrum

    response: Any = pickle.loads(pickled_response)
    spectrum, _ = response.get_evalresp_response(dt, nfft, output=output)
    invert_spectrum(spectrum, WATER_LEVEL_DB)
    spectrum.flags.writeable = False
    inverse: npt.NDArray[np.complex128] = spectrum
    return inverse


def remove_response(trace: Trace, inventory: Inventory, output: str) -> None:
    """Turn counts into ground motion in place; `output` is DISP, VEL or ACC (m and s).

    Raises MisfitError where the inventory has no response for the trace's channel and time.
    """
    from obspy.signal.invsim import cosine_taper
    from obspy.signal.util import _npts2nfft

    try:
        response = inventory.get_response(trace.id, trace.stats.starttime)
        key = pickle.dumps(response)
        nfft = int(_npts2nfft(trace.stats.npts))
        inverse = _inverse_spectrum(key, float(trace.stats.delta), nfft, output)
    except Exception as error:  # obspy raises bare Exception where there is no matching response
        raise MisfitError(
            f"{trace.id} has no usable response at {trace.stats.starttime}: {error}.",
            Reason.NO_RESPONSE,
            seed_id=trace.id,
        ) from error
    data = trace.data - trace.data.mean()
    data *= cosine_taper(data.size, TAPER_FRACTION, sactaper=True, halfcosine=False)
    spectrum = np.fft.rfft(data, n=nfft) * inverse
    spectrum[-1] = abs(spectrum[-1])
    trace.data = np.fft.irfft(spectrum)[: data.size]


def clear_cache() -> None:
    """Forget every evaluated response, for measurements of a cold start."""
    _inverse_spectrum.cache_clear()
