"""Signal over noise, in time and by frequency (names of mspasspy.algorithms.snr).

Ratios are of amplitudes. Dead data pass unchanged. Spectra and filters need data without gaps, and the elog says so.
`snr` takes the samples that fill a gap as data.
"""

from __future__ import annotations

import math
import pickle
from collections.abc import Mapping, Sequence
from inspect import signature
from typing import Any

import numpy as np
from numpy.typing import NDArray

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.geodetics import distance_degrees
from libseis.mspass.algorithms.bandwidth import USABLE_NYQUIST, BandwidthData, _snr_curve
from libseis.mspass.algorithms.multitaper import MTPowerSpectrumEngine
from libseis.mspass.algorithms.snr_metrics import ALGORITHM, ALL_METRICS, _add_metrics, _safe_ratio
from libseis.mspass.algorithms.snr_use import filter_by_snr_bandwidth, save_snr_arrival, visualize_qcdata
from libseis.mspass.algorithms.window import WindowData
from libseis.mspass.decorators import mspass_func_wrapper
from libseis.objects.errorlogger import ErrorLogger
from libseis.objects.kinds import Atomic, is_finite_real
from libseis.objects.powerspectrum import PowerSpectrum
from libseis.objects.samples import samples
from libseis.objects.seismogram import Seismogram
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timewindow import TimeWindow
from libseis.signal.amplitudes import Metric, amplitude
from libseis.signal.components import extract_component
from libseis.signal.windows import sample_range

__all__ = [
    "EstimateBandwidth",
    "FD_snr_estimator",
    "arrival_snr",
    "broadband_snr_QC",
    "filter_by_snr_bandwidth",
    "save_snr_arrival",
    "snr",
    "visualize_qcdata",
]

Curve = NDArray[np.float64]

NOISE_WINDOW = TimeWindow(-130.0, -5.0)
SIGNAL_WINDOW = TimeWindow(-5.0, 120.0)


def _smooth_snr_curve(curve: Curve, npts: int) -> Curve:
    """Running mean over `npts` values, or over fewer at the ends."""
    left, right = npts // 2, (npts - 1) // 2
    first = np.maximum(np.arange(len(curve)) - left, 0)
    stop = np.minimum(np.arange(len(curve)) + right + 1, len(curve))
    means: Curve = np.array([curve[a:b].mean() for a, b in zip(first, stop, strict=True)])
    return means


def _positive(name: str, value: object) -> float:
    if not is_finite_real(value) or value <= 0.0:
        raise ValueError(f"EstimateBandwidth: {name} must be a finite positive number, found {value!r}")
    return float(value)


def EstimateBandwidth(
    S: PowerSpectrum,
    N: PowerSpectrum,
    snr_threshold: float = 1.5,
    df_smoother: float | None = None,
    f0: float = 1.0,
    f_max: float | None = None,
) -> BandwidthData:
    """Search for the band in which the signal is above the noise.

    The search goes from `f0` down and up to the first frequencies where the amplitude ratio (the root of the power
    ratio) is not above `snr_threshold`. It ends at 0.8 of the Nyquist frequency, or at `f_max` if that is lower.

    Parameters
    ----------
    S
        Spectrum of the signal.
    N
        Spectrum of the noise.
    snr_threshold
        Amplitude ratio that is needed.
    df_smoother
        Width (Hz) over which the ratio is averaged first.
    f0
        Frequency (Hz) at which the search starts.
    f_max
        Highest frequency (Hz) of the search.

    Returns
    -------
    BandwidthData
        The edges of the band, with their ratios.

    Raises
    ------
    ValueError
        A frequency is out of range.
    TypeError
        `S` or `N` is not a PowerSpectrum.
    """
    if not isinstance(S, PowerSpectrum) or not isinstance(N, PowerSpectrum):
        raise TypeError(
            "EstimateBandwidth: arg0 and arg1 must be PowerSpectrum objects of signal and noise, found "
            f"{type(S).__name__} and {type(N).__name__}"
        )
    ceiling = USABLE_NYQUIST * 0.5 / S.dt()
    if f_max is not None:
        ceiling = min(ceiling, _positive("f_max", f_max))
    if not is_finite_real(f0) or not 0.0 <= f0 <= ceiling:
        raise ValueError(
            "EstimateBandwidth: f0 must be finite and in the range [0, high_f_ceiling], "
            f"found {f0!r} with a ceiling of {ceiling} Hz"
        )
    width = None if df_smoother is None else _positive("df_smoother", df_smoother)
    curve = _snr_curve(S, N)
    df, start_f = S.df(), S.f0()
    band = BandwidthData(f_range=df * max(len(curve) - 1, 0))
    if not len(curve):
        return band
    if width is not None:
        curve = _smooth_snr_curve(curve, max(1, round(width / df)))
    # a frequency that differs from a bin only by rounding is in the bin
    last = min(len(curve) - 1, math.floor((ceiling - start_f) / df + 1e-9))
    start = min(max(round((f0 - start_f) / df), 0), last)
    if curve[start] <= snr_threshold:
        return band
    outside = np.flatnonzero(curve[: last + 1] <= snr_threshold)
    low = int(max(outside[outside < start], default=0))
    high = int(min(outside[outside > start], default=last))
    band.low_edge_f, band.low_edge_snr = start_f + low * df, float(curve[low])
    band.high_edge_f, band.high_edge_snr = start_f + high * df, float(curve[high])
    return band


def _window_invalid(d: Atomic, win: TimeWindow) -> bool:
    """True unless the window starts after the first sample and ends less than half a sample after the last one."""
    return not (d.t0 < win.start and win.end < d.endtime() + 0.5 * d.dt)


def _amplitude(d: Atomic, win: TimeWindow, metric: str, perc: float, name: str) -> float:
    """The amplitude of a part of a datum; MsPASSError for a window that is not inside, or another metric."""
    if _window_invalid(d, win):
        raise MsPASSError(
            f"snr: {name}_window from {win.start} to {win.end} is outside the data range, which is after {d.t0} and up "
            f"to {d.endtime()}",
            ErrorSeverity.Invalid,
        )
    if metric not in list(Metric):
        raise MsPASSError(
            f"snr: illegal {name}_metric argument = {metric}; it must be one of {', '.join(Metric)}",
            ErrorSeverity.Invalid,
        )
    found = sample_range(d, win.start, win.end)
    x = samples(d)[..., found.begin : found.end]
    # MsPASS takes fractions as well as percents
    return amplitude(x, Metric(metric), perc if perc > 1.0 else 100.0 * perc)


@mspass_func_wrapper
def snr(
    data_object: Atomic,
    noise_window: TimeWindow = NOISE_WINDOW,
    signal_window: TimeWindow = SIGNAL_WINDOW,
    noise_metric: str = "mad",
    signal_metric: str = "mad",
    perc: float = 95.0,
    *,
    handles_ensembles: bool = False,
    checks_arg0_type: bool = False,
    handles_dead_data: bool = False,
) -> float:
    """Return the ratio of the amplitudes of two windows, in time.

    The amplitudes of a Seismogram are those of its vectors. A datum that does not cover a window is killed.

    Parameters
    ----------
    data_object
        A live TimeSeries or Seismogram.
    noise_window
        Span of the noise in seconds, in the time base of the datum.
    signal_window
        Span of the signal in seconds.
    noise_metric
        Amplitude of the noise: rms, mad (MsPASS's median of absolute values), perc (its percentile of them), peak, or
        the textbook's median and quantile.
    signal_metric
        Amplitude of the signal.
    perc
        Percentile of the metrics perc and quantile, in percents; up to 1 it is a fraction.
    handles_ensembles
        Option of MsPASS's function wrapper.
    checks_arg0_type
        Option of MsPASS's function wrapper.
    handles_dead_data
        Option of MsPASS's function wrapper.

    Returns
    -------
    float
        The ratio; 999999.9 if only the noise is zero, and -1 if both are.
    """
    noise = _amplitude(data_object, noise_window, noise_metric, perc, "noise")
    return _safe_ratio(_amplitude(data_object, signal_window, signal_metric, perc, "signal"), noise)


def FD_snr_estimator(
    data_object: TimeSeries,
    noise_window: TimeWindow = NOISE_WINDOW,
    noise_spectrum_engine: Any = None,
    signal_window: TimeWindow = SIGNAL_WINDOW,
    signal_spectrum_engine: Any = None,
    band_cutoff_snr: float = 1.5,
    signal_detection_minimum_bandwidth: float = 6.0,
    f_low_zero_test: float | None = None,
    tbp: float = 4.0,
    ntapers: int = 6,
    f0: float = 1.0,
    poles: int = 3,
    perc: float = 95.0,
    optional_metrics: Sequence[str] | None = None,
    save_spectra: bool = False,
) -> list[Any]:
    """Estimate the band in which the signal is above the noise, and ratios in it.

    The spectra are multitaper ones (Thomson 1982); EstimateBandwidth finds the band.

    Parameters
    ----------
    data_object
        The datum.
    noise_window
        Span of the noise in seconds, in the time base of the datum.
    noise_spectrum_engine
        Engine of the noise's spectrum; without it, one is made for the window from `tbp` and `ntapers`.
    signal_window
        Span of the signal in seconds.
    signal_spectrum_engine
        Engine of the signal's spectrum.
    band_cutoff_snr
        Amplitude ratio at the edges of the band.
    signal_detection_minimum_bandwidth
        Width of the band in dB, 20 log10(high / low), below which there is no signal.
    f_low_zero_test
        Band edge in Hz down to which the filter of the metrics cuts low frequencies; by default twice the
        time-bandwidth product times the frequency interval.
    tbp
        Time-bandwidth product of the spectra.
    ntapers
        Number of tapers.
    f0
        Frequency in Hz at which the search for the band starts.
    poles
        Poles of the Butterworth filter of the metrics.
    perc
        Percentile of the metrics filtered_Linf and filtered_perc.
    optional_metrics
        Any of snr_stats (statistics of the ratio over the band: median_snr, maximum_snr, minimum_snr, q1_4_snr,
        q3_4_snr, mean_snr), filtered_envelope (largest envelope over the median one: snr_filtered_envelope_peak),
        filtered_L2 (snr_filtered_rms), filtered_MAD (snr_filtered_mad), filtered_Linf (peak over the percentile:
        snr_filtered_peak) and filtered_perc (percentile over the median: snr_filtered_perc).
    save_spectra
        True to give the spectra too, pickled, under signal_spectrum and noise_spectrum.

    Returns
    -------
    list
        A dict with low_f_band_edge, high_f_band_edge, low_f_band_edge_snr, high_f_band_edge_snr,
        spectrum_frequency_range, bandwidth, bandwidth_fraction and the metrics, which lacks them if there is no signal;
        and an ErrorLogger.

    Raises
    ------
    MsPASSError
        `data_object` is not a TimeSeries (severity Invalid), or there are more tapers than 2 `tbp` (Fatal).
    """
    if not isinstance(data_object, TimeSeries):
        raise MsPASSError(
            f"{ALGORITHM}: arg0 must be a TimeSeries, found {type(data_object).__name__}", ErrorSeverity.Invalid
        )
    if ntapers > round(2 * tbp):
        raise MsPASSError(
            f"{ALGORITHM}: ntapers={ntapers} is too large for tbp={tbp}; ntapers must be <= "
            f"round(2*tbp)={round(2 * tbp)}",
            ErrorSeverity.Fatal,
        )
    log = ErrorLogger()
    if data_object.dead():
        log.log_error(ALGORITHM, "the datum is dead; nothing can be computed", ErrorSeverity.Invalid)
        return [{}, log]
    found: dict[str, Any] = {}
    spectra: list[PowerSpectrum] = []
    try:
        # both windows are checked first, so that no spectrum is computed in vain
        parts = []
        for window in (noise_window, signal_window):
            part = WindowData(data_object, window.start, window.end)
            if part.dead():
                log += part.elog
                return [{}, log]
            parts.append(part)
        for part, engine in zip(parts, (noise_spectrum_engine, signal_spectrum_engine), strict=True):
            # MsPASS's length, so that the bins, and with them the band edges, are the same
            used = engine or MTPowerSpectrumEngine(part.npts, tbp, ntapers, 2 * part.npts, part.dt)
            spectra.append(used.apply(part))
        noise, signal = spectra
        for spectrum, name in ((signal, "signal"), (noise, "noise")):
            if spectrum.dead():
                log += spectrum.elog
                log.log_error(ALGORITHM, f"there is no spectrum of the {name}", ErrorSeverity.Invalid)
        if signal.dead() or noise.dead():
            return [{}, log]
        band = EstimateBandwidth(signal, noise, snr_threshold=band_cutoff_snr, f0=f0)
    except (MsPASSError, ValueError) as error:
        log.log_error(ALGORITHM, f"no ratio can be computed: {error}", ErrorSeverity.Invalid)
        return [{}, log]
    if save_spectra:
        found |= _kept(signal, noise, signal_window, noise_window)
    # a band that reaches 0 Hz starts at the first frequency above it
    low = band.low_edge_f or signal.df()
    bandwidth = 20.0 * math.log10(band.high_edge_f / low) if band.high_edge_f > 0.0 else 0.0
    if bandwidth < signal_detection_minimum_bandwidth:
        log.log_error(
            ALGORITHM,
            f"the estimated bandwidth of {bandwidth:.3g} dB is below the minimum of "
            f"{signal_detection_minimum_bandwidth:g} dB",
            ErrorSeverity.Invalid,
        )
        return [found, log]
    found |= {
        "low_f_band_edge": band.low_edge_f,
        "high_f_band_edge": band.high_edge_f,
        "low_f_band_edge_snr": band.low_edge_snr,
        "high_f_band_edge_snr": band.high_edge_snr,
        "spectrum_frequency_range": band.f_range,
        "bandwidth": bandwidth,
        "bandwidth_fraction": band.bandwidth_fraction(),
    }
    if optional_metrics:
        low_cut_from = f_low_zero_test or 2.0 * tbp * signal.df()
        windows = (signal_window, noise_window)
        _add_metrics(
            found, log, data_object, (signal, noise), band, windows, optional_metrics, poles, perc, low_cut_from
        )
    return [found, log]


# Taken once: programs may put an estimator of their own in this module.
_ESTIMATOR_ARGUMENTS = tuple(name for name in signature(FD_snr_estimator).parameters if name != "data_object")


def _of_estimator(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a function's arguments that FD_snr_estimator takes under the same names."""
    return {name: arguments[name] for name in _ESTIMATOR_ARGUMENTS}


def _kept(signal: PowerSpectrum, noise: PowerSpectrum, signal_window: TimeWindow, noise_window: TimeWindow) -> Any:
    """The spectra with their windows, in the form that `visualize_qcdata` reads."""
    return {
        "signal_spectrum": pickle.dumps(signal),
        "noise_spectrum": pickle.dumps(noise),
        "signal_window_start_time": signal_window.start,
        "signal_window_end_time": signal_window.end,
        "noise_window_start_time": noise_window.start,
        "noise_window_end_time": noise_window.end,
    }


@mspass_func_wrapper
def arrival_snr(
    data_object: TimeSeries,
    noise_window: TimeWindow = NOISE_WINDOW,
    noise_spectrum_engine: Any = None,
    signal_window: TimeWindow = SIGNAL_WINDOW,
    signal_spectrum_engine: Any = None,
    band_cutoff_snr: float = 2.0,
    signal_detection_minimum_bandwidth: float = 6.0,
    tbp: float = 4.0,
    ntapers: int = 6,
    f_low_zero_test: float | None = None,
    f0: float = 1.0,
    poles: int = 3,
    perc: float = 95.0,
    save_spectra: bool = False,
    phase_name: str = "P",
    arrival_time_key: str = "Ptime",
    metadata_output_key: str = "Parrival",
    kill_null_signals: bool = True,
    optional_metrics: Sequence[str] = ALL_METRICS,
    *,
    handles_ensembles: bool = False,
    checks_arg0_type: bool = True,
    handles_dead_data: bool = True,
) -> TimeSeries:
    """Put what FD_snr_estimator finds around an arrival into the Metadata of a TimeSeries.

    If the data are UTC and the signal window ends before them, the windows are relative to the arrival time in the
    Metadata. Arguments that are not listed here are those of FD_snr_estimator.

    Parameters
    ----------
    data_object
        The datum.
    noise_window
        Span of the noise in seconds, in the time base of the datum or relative to the arrival.
    noise_spectrum_engine
        Engine of the noise's spectrum.
    signal_window
        Span of the signal in seconds.
    signal_spectrum_engine
        Engine of the signal's spectrum.
    band_cutoff_snr
        Amplitude ratio at the edges of the band.
    signal_detection_minimum_bandwidth
        Width of the band in dB below which there is no signal.
    tbp
        Time-bandwidth product of the spectra.
    ntapers
        Number of tapers.
    f_low_zero_test
        Band edge in Hz down to which the filter of the metrics cuts low frequencies.
    f0
        Frequency in Hz at which the search for the band starts.
    poles
        Poles of the filter of the metrics.
    perc
        Percentile of the metrics.
    save_spectra
        True to keep the spectra too.
    phase_name
        Name of the phase, kept under "phase".
    arrival_time_key
        Metadata name of the arrival time.
    metadata_output_key
        Metadata name of the result, a dict.
    kill_null_signals
        True to kill data without a signal.
    optional_metrics
        Metrics to compute.
    handles_ensembles
        Option of MsPASS's function wrapper.
    checks_arg0_type
        Option of MsPASS's function wrapper.
    handles_dead_data
        Option of MsPASS's function wrapper.

    Returns
    -------
    TimeSeries
        `data_object` itself.

    Raises
    ------
    TypeError
        `data_object` is not a TimeSeries.
    """
    given = _of_estimator(locals())
    if not isinstance(data_object, TimeSeries):
        raise TypeError(f"arrival_snr: arg0 must be a TimeSeries, found {type(data_object).__name__}")
    if data_object.dead():
        return data_object
    if data_object.time_is_UTC() and signal_window.end < data_object.t0:
        if not data_object.is_defined(arrival_time_key):
            data_object.elog.log_error(
                "arrival_snr",
                "the data are UTC and the windows seem to be relative to an arrival, but the Metadata have no "
                f"{arrival_time_key}; nothing is computed",
                ErrorSeverity.Complaint,
            )
            return data_object
        arrival = data_object[arrival_time_key]
        given |= {"signal_window": signal_window.shift(arrival), "noise_window": noise_window.shift(arrival)}
    found, log = FD_snr_estimator(data_object, **given)
    data_object.elog += log
    if "bandwidth" in found:
        data_object[metadata_output_key] = found | {"phase": phase_name}
    elif kill_null_signals:
        _kill_without_signal(data_object, "arrival_snr", kill=True)
    return data_object


def _kill_without_signal(d: Atomic, algorithm: str, *, kill: bool) -> None:
    d.elog.log_error(algorithm, "there is no detectable signal", ErrorSeverity.Invalid)
    if kill:
        d.kill()


@mspass_func_wrapper
def broadband_snr_QC(
    data_object: Atomic,
    component: int = 2,
    noise_window: TimeWindow = NOISE_WINDOW,
    noise_spectrum_engine: Any = None,
    signal_window: TimeWindow = SIGNAL_WINDOW,
    signal_spectrum_engine: Any = None,
    band_cutoff_snr: float = 1.5,
    signal_detection_minimum_bandwidth: float = 6.0,
    f_low_zero_test: float | None = None,
    tbp: float = 4.0,
    ntapers: int = 6,
    f0: float = 1.0,
    kill_null_signals: bool = True,
    poles: int = 3,
    perc: float = 95.0,
    phase_name: str = "P",
    metadata_output_key: str = "Parrival",
    optional_metrics: Sequence[str] = ALL_METRICS,
    save_spectra: bool = False,
    use_measured_arrival_time: bool = True,
    measured_arrival_time_key: str = "Ptime",
    taup_model: Any = None,
    source_collection: str = "source",
    receiver_collection: str | None = None,
    *,
    handles_ensembles: bool = False,
    checks_arg0_type: bool = True,
    handles_dead_data: bool = True,
) -> Atomic:
    """Put what FD_snr_estimator finds around a measured or computed arrival into the Metadata of a datum.

    Arguments that are not listed here are those of arrival_snr.

    Parameters
    ----------
    data_object
        A TimeSeries, or a Seismogram of which one component is measured.
    component
        The component: 0, 1 or 2.
    noise_window
        Span of the noise in seconds, relative to the arrival.
    noise_spectrum_engine
        Engine of the noise's spectrum.
    signal_window
        Span of the signal in seconds, relative to the arrival.
    signal_spectrum_engine
        Engine of the signal's spectrum.
    band_cutoff_snr
        Amplitude ratio at the edges of the band.
    signal_detection_minimum_bandwidth
        Width of the band in dB below which there is no signal.
    f_low_zero_test
        Band edge in Hz down to which the filter of the metrics cuts low frequencies.
    tbp
        Time-bandwidth product of the spectra.
    ntapers
        Number of tapers.
    f0
        Frequency in Hz at which the search for the band starts.
    kill_null_signals
        True to kill data without a signal.
    poles
        Poles of the filter of the metrics.
    perc
        Percentile of the metrics.
    phase_name
        Name of the phase.
    metadata_output_key
        Metadata name of the result, a dict: that of arrival_snr, with snr_arrival_time, the times of the windows
        (snr_signal_window_start and so on) and the ids of source and receiver if the datum has them.
    optional_metrics
        Metrics to compute.
    save_spectra
        True to keep the spectra too.
    use_measured_arrival_time
        False to compute the arrival time from the coordinates in the Metadata by `taup_model`.
    measured_arrival_time_key
        Metadata name of a measured arrival time; data without it are killed.
    taup_model
        obspy's TauPyModel, or anything with its get_travel_times.
    source_collection
        Beginning of the names of the source's coordinates: source_lat, source_lon, source_depth (km), source_time.
    receiver_collection
        Beginning of the names of the receiver's; channel for a TimeSeries and site for a Seismogram by default.
    handles_ensembles
        Option of MsPASS's function wrapper.
    checks_arg0_type
        Option of MsPASS's function wrapper.
    handles_dead_data
        Option of MsPASS's function wrapper.

    Returns
    -------
    TimeSeries or Seismogram
        `data_object` itself.

    Raises
    ------
    MsPASSError
        `data_object` is something else, there is no such component, or no `taup_model` where one is needed (severity
        Fatal).
    """
    given = _of_estimator(locals())
    algorithm = "broadband_snr_QC"
    if not isinstance(data_object, TimeSeries | Seismogram):
        raise MsPASSError(
            f"{algorithm}: arg0 must be a TimeSeries or a Seismogram, found {type(data_object).__name__}",
            ErrorSeverity.Fatal,
        )
    if component not in (0, 1, 2):
        raise MsPASSError(f"{algorithm}: component must be 0, 1 or 2, found {component}", ErrorSeverity.Fatal)
    if data_object.dead():
        return data_object
    receiver = receiver_collection or ("channel" if isinstance(data_object, TimeSeries) else "site")
    if use_measured_arrival_time is False:
        arrival: Any = _theoretical_arrival(data_object, taup_model, phase_name, source_collection, receiver)
    else:
        arrival = data_object[measured_arrival_time_key] if data_object.is_defined(measured_arrival_time_key) else None
        if not is_finite_real(arrival):
            data_object.elog.log_error(
                algorithm,
                f"Measured arrival time key={measured_arrival_time_key} is missing or does not contain a finite "
                "numeric value",
                ErrorSeverity.Invalid,
            )
            data_object.kill()
            return data_object
    if isinstance(data_object, TimeSeries):
        measured = TimeSeries(data_object)
    else:
        measured = extract_component(data_object, component)
    if measured.time_is_UTC():
        measured.ator(float(arrival))
    found, log = FD_snr_estimator(measured, **given)
    data_object.elog += log
    if "bandwidth" not in found:
        _kill_without_signal(data_object, algorithm, kill=kill_null_signals)
        return data_object
    found |= {"phase": phase_name, "snr_arrival_time": arrival}
    for name, window in (("signal", signal_window), ("noise", noise_window)):
        found[f"snr_{name}_window_start"] = arrival + window.start
        found[f"snr_{name}_window_end"] = arrival + window.end
    for key in (f"{source_collection}_id", f"{receiver}_id"):
        if data_object.is_defined(key):
            found[key] = data_object[key]
    data_object[metadata_output_key] = found
    return data_object


def _theoretical_arrival(d: Atomic, taup_model: Any, phase: str, source: str, receiver: str) -> float:
    """Epoch time of the first arrival of a phase, from the coordinates in the Metadata."""
    if taup_model is None:
        raise MsPASSError(
            "broadband_snr_QC: use_measured_arrival_time is False, so taup_model must be given (obspy's TauPyModel)",
            ErrorSeverity.Fatal,
        )
    lat, lon, depth, time = (d.get_double(f"{source}_{name}") for name in ("lat", "lon", "depth", "time"))
    degrees = distance_degrees(lat, lon, d.get_double(f"{receiver}_lat"), d.get_double(f"{receiver}_lon"))
    arrivals = taup_model.get_travel_times(source_depth_in_km=depth, distance_in_degree=degrees, phase_list=[phase])
    if not arrivals:
        raise MsPASSError(f"there is no {phase} at {degrees:.4g} degrees", ErrorSeverity.Invalid)
    if (name := arrivals[0].phase.name) != phase:
        d.elog.log_error("broadband_snr_QC", f"the first arrival of {phase} is a {name}", ErrorSeverity.Complaint)
    return float(time + arrivals[0].time)
