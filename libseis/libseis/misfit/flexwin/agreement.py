"""How well data and synthetic agree in a window: shift and value of the largest correlation, and amplitude ratio."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .stalta import Samples


@dataclass(frozen=True, slots=True)
class Agreement:
    """cc_shift in samples (positive: the observed is late), normalized max_cc, dlna = 0.5 ln(sum d^2 / sum s^2)."""

    cc_shift: int
    max_cc: float
    dlna: float


def measure_agreement(observed: Samples, synthetic: Samples, left: int, right: int) -> Agreement:
    """Compare the samples [left, right], both included, of two traces (npts,), untapered.

    If all samples of either trace are zero, max_cc is 0 and dlna is infinite or zero, so that the window fails every
    test.
    """
    from scipy.fft import irfft, next_fast_len, rfft

    data, model = observed[left : right + 1], synthetic[left : right + 1]
    n = data.size
    size = next_fast_len(2 * n - 1, real=True)
    correlation = irfft(rfft(data, size) * np.conj(rfft(model, size)), size)
    full = np.concatenate((correlation[size - n + 1 :], correlation[:n]))  # lags -(n-1) … n-1
    peak = int(np.argmax(full))
    data_energy, model_energy = float(np.dot(data, data)), float(np.dot(model, model))
    if data_energy == 0.0 or model_energy == 0.0:
        return Agreement(
            0, 0.0, 0.0 if data_energy == model_energy else float(np.copysign(np.inf, data_energy - model_energy))
        )
    return Agreement(
        cc_shift=peak - (n - 1),
        max_cc=float(full[peak] / np.sqrt(data_energy * model_energy)),
        dlna=float(0.5 * np.log(data_energy / model_energy)),
    )
