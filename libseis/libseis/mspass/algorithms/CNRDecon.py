"""Receiver functions damped by coloured noise (names of mspasspy.algorithms.CNRDecon).

Dead data pass unchanged; what cannot be deconvolved is killed, with the reason on its elog.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.mspass.algorithms.deconvolution import CNRDeconEngine
from libseis.mspass.algorithms.window import WindowDataAtomic
from libseis.mspass.decorators import mspass_func_wrapper
from libseis.objects.kinds import is_finite_real
from libseis.objects.metadata import Metadata
from libseis.objects.powerspectrum import PowerSpectrum
from libseis.objects.samples import samples
from libseis.objects.seismogram import Seismogram
from libseis.objects.seismogramensemble import SeismogramEnsemble
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timewindow import TimeWindow
from libseis.signal.components import extract_component

__all__ = ["CNRArrayDecon", "CNRRFDecon"]

BAND_KEYS = ("low_f_band_edge", "high_f_band_edge")


def _band(d: Metadata, keys: Sequence[str], subdocument: str | None) -> tuple[float, float]:
    """The edges of the band in Hz, from the Metadata or from a dict in them."""
    where: Any = dict(d)
    if subdocument is not None:
        where = d[subdocument] if isinstance(subdocument, str) and d.is_defined(subdocument) else {}
        if not where:
            raise MsPASSError(f"the Metadata have no band under {subdocument!r}", ErrorSeverity.Invalid)
    edges: list[Any] = [where.get(key) for key in keys]
    if not all(is_finite_real(edge) for edge in edges) or not 0.0 <= edges[0] < edges[1]:
        raise MsPASSError(
            f"{' and '.join(keys)} must be the edges of a band in Hz, found {edges}", ErrorSeverity.Invalid
        )
    return float(edges[0]), float(edges[1])


def _cut(d: Any, window: TimeWindow | None) -> Any:
    if window is None:
        return d
    part = WindowDataAtomic(type(d)(d), window.start, window.end)
    if part.dead():
        raise MsPASSError(part.elog.get_error_log()[-1].message, ErrorSeverity.Invalid)
    return part


def _noise(
    d: TimeSeries | Seismogram,
    engine: CNRDeconEngine,
    window: TimeWindow | None,
    given: PowerSpectrum | None,
    component: int,
    all_components: bool,
) -> PowerSpectrum:
    if given is not None:
        return given
    if window is None:
        raise MsPASSError("either noise_window or noise_spectrum must be given", ErrorSeverity.Invalid)
    part = _cut(d, window)
    if isinstance(part, Seismogram):
        if all_components:
            return engine.compute_noise_spectrum_3C(part)
        part = extract_component(part, component)
    return engine.compute_noise_spectrum(part)


def _kill(d: Any, error: MsPASSError, algorithm: str) -> None:
    d.elog.log_error(algorithm, error.message, error.severity)
    d.kill()


def _need_live(spectrum: PowerSpectrum, d: Any, algorithm: str) -> bool:
    """Kill a datum that has no spectrum, and copy the log of the spectrum."""
    if spectrum.dead():
        d.elog += spectrum.elog
        _kill(d, MsPASSError("noise_spectrum is dead", ErrorSeverity.Invalid), algorithm)
    return bool(spectrum.live())


def _arguments(d: Any, kind: type, engine: Any, component: Any, algorithm: str) -> None:
    if not isinstance(d, kind):
        raise TypeError(f"{algorithm}:  arg0 has illegal type={type(d)}; it must be a {kind.__name__}")
    if not isinstance(engine, CNRDeconEngine):
        raise TypeError(f"{algorithm}:  engine is a {type(engine)}.  Must be an instance of a CNRDeconEngine")
    if component not in (0, 1, 2):
        raise ValueError(f"{algorithm}:  Illegal value received for component={component!r}; it must be 0, 1 or 2")


def _checked(kind: type, component: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Check the arguments of a processing function first, because its wrapper takes every ValueError as a problem of
    the datum."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            known = {key: value for key, value in kwargs.items() if key in signature.parameters}
            bound = signature.bind(*args, **known)
            bound.apply_defaults()
            d, number = bound.args[0], bound.arguments[component]
            _arguments(d, kind, bound.arguments["engine"], number, function.__name__)
            return function(*args, **kwargs)

        return call

    return decorate


@_checked(Seismogram, "component")
@mspass_func_wrapper
def CNRRFDecon(
    seis: Seismogram,
    engine: CNRDeconEngine,
    component: int = 2,
    external_wavelet: TimeSeries | None = None,
    noise_spectrum: PowerSpectrum | None = None,
    signal_window: TimeWindow | None = None,
    noise_window: TimeWindow | None = None,
    use_3C_noise: bool = True,
    bandwidth_subdocument_key: str | None = None,
    bandwidth_keys: Sequence[str] = BAND_KEYS,
    QCdata_key: str = "CNRFDecon_properties",
    return_wavelet: bool = False,
    window_output: bool = True,
    *,
    handles_ensembles: bool = False,
    checks_arg0_type: bool = True,
    handles_dead_data: bool = True,
) -> Any:
    """Compute the receiver function of a Seismogram with damping by its own noise.

    Parameters
    ----------
    seis
        The datum; its Metadata say the band of the signal, as broadband_snr_QC puts it there.
    engine
        The engine.
    component
        Component that is the wavelet.
    external_wavelet
        In place of it: the wavelet.
    noise_spectrum
        Spectrum of the noise.
    signal_window
        Span of the signal in seconds, in the time base of the datum; all of the datum by default.
    noise_window
        Span of the noise, if no spectrum is given.
    use_3C_noise
        True for the mean of the noise of three components, False for that of `component`.
    bandwidth_subdocument_key
        Metadata name of a dict with the band.
    bandwidth_keys
        Names of the edges of the band in Hz.
    QCdata_key
        Metadata name of what is known of the result, a dict.
    return_wavelet
        True to give also what the engine makes of its wavelet, and what it should make of it.
    window_output
        True to cut the result to `signal_window`.
    handles_ensembles
        Option of MsPASS's function wrapper.
    checks_arg0_type
        Option of MsPASS's function wrapper.
    handles_dead_data
        Option of MsPASS's function wrapper.

    Returns
    -------
    Seismogram or list
        The receiver function; with `return_wavelet` a list of it and two TimeSeries, which are None for dead data.

    Raises
    ------
    TypeError
        `seis` or `engine` is something else.
    ValueError
        There is no such component.
    """
    algorithm = "CNRRFDecon"

    def dead(d: Seismogram) -> Any:
        return [d, None, None] if return_wavelet else d

    if seis.dead():
        return dead(seis)
    try:
        spectrum = _noise(seis, engine, noise_window, noise_spectrum, component, use_3C_noise)
        if not _need_live(spectrum, seis, algorithm):
            return dead(seis)
        low, high = _band(seis, bandwidth_keys, bandwidth_subdocument_key)
        signal = _cut(seis, signal_window) if window_output else seis
        wavelet = external_wavelet or _cut(extract_component(seis, component), signal_window)
        engine.initialize_inverse_operator(wavelet, spectrum)
        result = engine.process(signal, spectrum, low, high)
    except MsPASSError as error:
        _kill(seis, error, algorithm)
        return dead(seis)
    if not np.isfinite(samples(result)).all():
        _kill(result, MsPASSError("the result has NaN or Inf samples", ErrorSeverity.Invalid), algorithm)
        return dead(result)
    actual, ideal = engine.actual_output(wavelet), engine.output_shaping_wavelet()
    metrics = dict(engine.QCMetrics())
    if actual.npts == ideal.npts:
        a, b = np.asarray(actual.data), np.asarray(ideal.data)
        metrics["prediction_error"] = float(np.linalg.norm(a - b) / np.linalg.norm(b))
    result[QCdata_key] = metrics
    return [result, actual, ideal] if return_wavelet else result


@_checked(SeismogramEnsemble, "beam_component")
@mspass_func_wrapper
def CNRArrayDecon(
    ensemble: SeismogramEnsemble,
    beam: TimeSeries | Seismogram,
    engine: CNRDeconEngine,
    noise_window: TimeWindow | None = None,
    signal_window: TimeWindow | None = None,
    noise_spectrum: PowerSpectrum | None = None,
    use_3C_noise: bool = False,
    beam_component: int = 2,
    use_wavelet_bandwidth: bool = True,
    bandwidth_subdocument_key: str | None = None,
    bandwidth_keys: Sequence[str] = BAND_KEYS,
    return_wavelet: bool = False,
    *,
    handles_ensembles: bool = True,
    checks_arg0_type: bool = True,
    handles_dead_data: bool = True,
) -> Any:
    """Deconvolve all members of an ensemble by one wavelet, the beam of an array.

    Parameters
    ----------
    ensemble
        The ensemble.
    beam
        The beam, whose Metadata say the band of the signal.
    engine
        The engine.
    noise_window
        Span of the noise in the beam, if no spectrum is given.
    signal_window
        Span of the signal in seconds; all data by default.
    noise_spectrum
        Spectrum of the noise.
    use_3C_noise
        True for the mean of the noise of three components of a Seismogram.
    beam_component
        Component of a beam that is a Seismogram.
    use_wavelet_bandwidth
        True for the band of the beam, False for that of each member.
    bandwidth_subdocument_key
        Metadata name of a dict with the band.
    bandwidth_keys
        Names of the edges of the band in Hz.
    return_wavelet
        True to give also what the engine makes of its wavelet, and what it should make of it.
    handles_ensembles
        Option of MsPASS's function wrapper.
    checks_arg0_type
        Option of MsPASS's function wrapper.
    handles_dead_data
        Option of MsPASS's function wrapper.

    Returns
    -------
    SeismogramEnsemble or list
        A new ensemble; with `return_wavelet` a list of it and two TimeSeries, which are None if nothing was done.

    Raises
    ------
    TypeError
        `ensemble`, `beam` or `engine` is something else.
    ValueError
        There is no such component.
    """
    algorithm = "CNRArrayDecon"
    if not isinstance(beam, TimeSeries | Seismogram):
        raise TypeError(f"{algorithm}:  beam has illegal type={type(beam)}; it must be a TimeSeries or a Seismogram")

    def dead(e: SeismogramEnsemble) -> Any:
        return [e, None, None] if return_wavelet else e

    if ensemble.dead():
        return dead(ensemble)
    out = SeismogramEnsemble(ensemble)
    if use_3C_noise and isinstance(beam, TimeSeries):
        message = "use_3C_noise needs a Seismogram; the noise is that of the scalar beam"
        out.elog.log_error(algorithm, message, ErrorSeverity.Complaint)
    try:
        spectrum = _noise(beam, engine, noise_window, noise_spectrum, beam_component, use_3C_noise)
        if not _need_live(spectrum, out, algorithm):
            return dead(out)
        band = _band(beam, bandwidth_keys, bandwidth_subdocument_key) if use_wavelet_bandwidth else None
        scalar = beam if isinstance(beam, TimeSeries) else extract_component(beam, beam_component)
        wavelet = _cut(scalar, signal_window)
        engine.initialize_inverse_operator(wavelet, spectrum)
    except MsPASSError as error:
        _kill(out, error, algorithm)
        return dead(out)
    for i, member in enumerate(out.member):
        if member.dead():
            continue
        try:
            low, high = band or _band(member, bandwidth_keys, bandwidth_subdocument_key)
            out.member[i] = engine.process(_cut(member, signal_window), spectrum, low, high)
        except MsPASSError as error:
            _kill(out.member[i], error, algorithm)
    if not return_wavelet:
        return out
    return [out, engine.actual_output(wavelet), engine.output_shaping_wavelet()]
