"""Amplitude ratios of filtered data, for FD_snr_estimator."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.extras import extra
from libseis.mspass.algorithms.amplitudes import MADAmplitude, PeakAmplitude, PercAmplitude, RMSAmplitude
from libseis.mspass.algorithms.bandwidth import BandwidthData, BandwidthStatistics
from libseis.mspass.algorithms.window import WindowData
from libseis.objects.errorlogger import ErrorLogger
from libseis.objects.powerspectrum import PowerSpectrum
from libseis.objects.samples import has_gaps, samples
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timewindow import TimeWindow
from libseis.signal.butterworth import Butterworth
from libseis.signal.snr import amplitude_ratio

with extra("obspy"):
    from scipy.signal import hilbert

ALGORITHM = "FD_snr_estimator"

NOISE_FREE = 999999.9
"""What these functions give as a ratio where the noise is zero; MsPASS's spectra use ten times that."""

SILENT = -1.0
"""What they give where the signal is zero too."""

ALL_METRICS = ("snr_stats", "filtered_envelope", "filtered_L2", "filtered_Linf", "filtered_MAD", "filtered_perc")


def _safe_ratio(signal: float, noise: float) -> float:
    """Signal over noise; a large number without noise, and a negative one without both."""
    return amplitude_ratio(signal, noise, noise_free=NOISE_FREE, silent=SILENT)


def _envelope(d: TimeSeries) -> NDArray[np.float64]:
    envelope: NDArray[np.float64] = np.abs(hilbert(samples(d)))
    return envelope


_Amplitudes = Callable[[TimeSeries, TimeSeries, float], tuple[float, float]]

# the key of the ratio, and the amplitudes of signal and noise
_FILTERED: dict[str, tuple[str, _Amplitudes]] = {
    "filtered_envelope": (
        "snr_filtered_envelope_peak",
        lambda s, n, perc: (float(_envelope(s).max()), float(np.median(_envelope(n)))),
    ),
    "filtered_L2": ("snr_filtered_rms", lambda s, n, perc: (RMSAmplitude(s), RMSAmplitude(n))),
    "filtered_MAD": ("snr_filtered_mad", lambda s, n, perc: (MADAmplitude(s), MADAmplitude(n))),
    "filtered_Linf": ("snr_filtered_peak", lambda s, n, perc: (PeakAmplitude(s), PercAmplitude(n, perc / 100.0))),
    "filtered_perc": ("snr_filtered_perc", lambda s, n, perc: (PercAmplitude(s, perc / 100.0), MADAmplitude(n))),
}


def _statistics(
    found: dict[str, Any], log: ErrorLogger, s: PowerSpectrum, n: PowerSpectrum, band: BandwidthData
) -> None:
    statistics = BandwidthStatistics(s, n, band)
    if statistics["stats_are_valid"]:
        found.update(dict(statistics))
    else:
        log.log_error(ALGORITHM, "there are no statistics of the ratio in this band", ErrorSeverity.Complaint)


def _add_metrics(
    found: dict[str, Any],
    log: ErrorLogger,
    d: TimeSeries,
    spectra: tuple[PowerSpectrum, PowerSpectrum],
    band: BandwidthData,
    windows: tuple[TimeWindow, TimeWindow],
    metrics: Iterable[str],
    poles: int,
    perc: float,
    low_cut_from: float,
) -> None:
    """Put the metrics into `found`: statistics of the spectra, and ratios of the data filtered to the band.

    `spectra` and `windows` are those of signal and noise; there is a low cut if the band starts above `low_cut_from`
    (Hz). If something cannot be computed, `log` says so.
    """
    low_cut = band.low_edge_f > low_cut_from
    found["filter_type"] = "bandpass" if low_cut else "lowpass"
    found["filter_number_poles"] = poles
    parts: tuple[TimeSeries, TimeSeries] | None = None
    for metric in metrics:
        try:
            if metric == "snr_stats":
                _statistics(found, log, *spectra, band)
            elif metric in _FILTERED:
                if parts is None:
                    parts = _filtered(d, band, low_cut, poles, windows)
                key, amplitudes = _FILTERED[metric]
                found[key] = _safe_ratio(*amplitudes(*parts, perc))
                if metric == "filtered_perc":
                    found["snr_perc"] = perc
            else:
                known = ", ".join(ALL_METRICS)
                log.log_error(
                    ALGORITHM,
                    f"illegal optional_metrics keyword={metric}; there are {known}. It is left out.",
                    ErrorSeverity.Complaint,
                )
        except MsPASSError as error:
            log.log_error(ALGORITHM, f"{metric} cannot be computed: {error.message}", error.severity)


def _filtered(
    d: TimeSeries, band: BandwidthData, low_cut: bool, poles: int, windows: tuple[TimeWindow, TimeWindow]
) -> tuple[TimeSeries, TimeSeries]:
    """Signal and noise, cut out of the datum after filtering to the band."""
    if has_gaps(d):
        raise MsPASSError(
            f"the datum has {len(d.gaps)} gap(s), and a filter smears across them; fill or split them first",
            ErrorSeverity.Invalid,
        )
    copy = TimeSeries(d)
    Butterworth(False, low_cut, True, poles, band.low_edge_f, poles, band.high_edge_f, d.dt).apply(copy)
    signal, noise = (WindowData(copy, w.start, w.end, short_segment_handling="truncate") for w in windows)
    return signal, noise
