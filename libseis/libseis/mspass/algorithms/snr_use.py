"""Uses of the results of the signal-to-noise functions: filter by them, save them, plot them."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from typing import Any

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.extras import extra
from libseis.mspass.algorithms.signals import filter
from libseis.mspass.pickles import loads
from libseis.objects.kinds import Atomic
from libseis.objects.powerspectrum import PowerSpectrum
from libseis.objects.samples import samples
from libseis.objects.seismogram import Seismogram
from libseis.objects.timeseries import TimeSeries
from libseis.signal.components import extract_component

SPECTRA = ("signal_spectrum", "noise_spectrum")
_FUNCTIONS = frozenset(
    {
        ("libseis.objects.powerspectrum", "rebuild_power_spectrum"),
        ("libseis.objects.metadata", "rebuild_metadata"),
        ("libseis.objects.errorlogger", "rebuild_error_logger"),
    }
)


def save_snr_arrival(
    db: Any,
    doc_to_save: Mapping[str, Any],
    wfid: Any,
    wf_collection: str = "wf_Seismogram",
    save_collection: str = "arrival",
    subdocument_key: str | None = None,
    use_update: bool = False,
    update_id: Any = None,
    validate_wfid: bool = False,
) -> Any:
    """Save a result of broadband_snr_QC or arrival_snr as a document.

    Parameters
    ----------
    db
        A database as pymongo has them.
    doc_to_save
        The result.
    wfid
        Id of the waveform document, kept under "wfid".
    wf_collection
        Collection of the waveform.
    save_collection
        Collection to save to. If it is `wf_collection`, the waveform's document is updated.
    subdocument_key
        Name under which the result is kept; without it, its keys are those of the document.
    use_update
        True to update document `update_id` rather than to insert one.
    update_id
        Id of the document to update.
    validate_wfid
        True to save nothing if there is no such waveform document.

    Returns
    -------
    Any
        Id of the document; None if nothing was saved.
    """
    if validate_wfid and db[wf_collection].count_documents({"_id": wfid}, limit=1) == 0:
        return None
    document = {subdocument_key: dict(doc_to_save)} if subdocument_key else dict(doc_to_save)
    document["wfid"] = wfid
    in_waveform = wf_collection == save_collection
    if not (in_waveform or use_update):
        return db[save_collection].insert_one(document).inserted_id
    target = wfid if in_waveform else update_id
    result = db[save_collection].update_one({"_id": target}, {"$set": document})
    return target if result.matched_count else None


def filter_by_snr_bandwidth(
    d: Atomic,
    qcdoc: Mapping[str, Any] | None = None,
    subdoc_key: str = "Parrival",
    bandpass_low_f_limit: float = 0.02,
    npoles: int = 4,
) -> Atomic:
    """Filter a datum in place to the band that a signal-to-noise function found.

    Parameters
    ----------
    d
        A TimeSeries or Seismogram; it is killed if the band is not known.
    qcdoc
        The result with the band, for data that do not carry it.
    subdoc_key
        Metadata name of the result; without it, the keys are looked for in the Metadata themselves.
    bandpass_low_f_limit
        Lower band edge in Hz below which a low pass is used, if the result does not say the type of filter.
    npoles
        Poles of the filter, if the result does not say them.

    Returns
    -------
    TimeSeries or Seismogram
        `d` itself.

    Raises
    ------
    ValueError
        `d` is something else.
    """
    if not isinstance(d, TimeSeries | Seismogram):
        raise ValueError(f"filter_by_snr_bandwidth: arg0 must be a TimeSeries or Seismogram object, found {type(d)}")
    if d.dead():
        return d
    found: Mapping[str, Any] = qcdoc or (d[subdoc_key] if d.is_defined(subdoc_key) else dict(d))
    if not {"low_f_band_edge", "high_f_band_edge"} <= found.keys():
        d.elog.log_error(
            "filter_by_snr_bandwidth", "low_f_band_edge and high_f_band_edge are not defined", ErrorSeverity.Invalid
        )
        d.kill()
        return d
    low, high = found["low_f_band_edge"], found["high_f_band_edge"]
    kind = found.get("filter_type", "lowpass" if low < bandpass_low_f_limit else "bandpass")
    poles = found.get("filter_number_poles", npoles)
    filtered: Atomic = (
        filter(d, "lowpass", freq=high, corners=poles)
        if kind == "lowpass"
        else filter(d, "bandpass", freqmin=low, freqmax=high, corners=poles)
    )
    return filtered


def visualize_qcdata(d: Atomic, component: int = 2, qc_subdoc_key: str | None = "Parrival") -> list[Any]:
    """Draw the spectra that a signal-to-noise function kept, and the data before and after the filter to the band.

    The datum must have been measured with `save_spectra=True`.

    Parameters
    ----------
    d
        A TimeSeries or Seismogram; it is not changed.
    component
        Component of a Seismogram to draw.
    qc_subdoc_key
        Metadata name of the result; None if its keys are in the Metadata themselves.

    Returns
    -------
    list of matplotlib.figure.Figure
        The figures: spectra with the band, and the data if the band is known. They are shown where matplotlib can.

    Raises
    ------
    TypeError
        `d` is something else.
    MsPASSError
        The spectra are not there (severity Invalid).
    """
    if not isinstance(d, TimeSeries | Seismogram):
        raise TypeError(f"visualize_qcdata: arg0 must be a TimeSeries or Seismogram, found {type(d)}")
    if qc_subdoc_key is None:
        found: Mapping[str, Any] = dict(d)
    else:
        found = d[qc_subdoc_key] if d.is_defined(qc_subdoc_key) else {}
    if missing := [key for key in SPECTRA if key not in found]:
        raise MsPASSError(
            f"visualize_qcdata: missing required spectrum metadata {', '.join(missing)}; compute the result with "
            "save_spectra=True",
            ErrorSeverity.Invalid,
        )
    signal, noise = (_spectrum(found[key], key) for key in SPECTRA)
    shown = TimeSeries(d) if isinstance(d, TimeSeries) else extract_component(d, component)
    return _figures(shown, signal, noise, found)


def _spectrum(data: bytes, name: str) -> PowerSpectrum:
    """A pickled spectrum; nothing else is unpickled."""
    try:
        spectrum = loads(data, ("libseis.objects.", "libseis.enums"), _FUNCTIONS)
    except (pickle.UnpicklingError, TypeError, ValueError, EOFError) as error:
        raise MsPASSError(
            f"visualize_qcdata: {name} is not a pickled PowerSpectrum: {error}", ErrorSeverity.Invalid
        ) from error
    if not isinstance(spectrum, PowerSpectrum):
        raise MsPASSError(
            f"visualize_qcdata: {name} is a {type(spectrum).__name__}, not a PowerSpectrum", ErrorSeverity.Invalid
        )
    return spectrum


def _figures(d: TimeSeries, signal: PowerSpectrum, noise: PowerSpectrum, found: Mapping[str, Any]) -> list[Any]:
    with extra("plot"):
        from matplotlib import pyplot as plt

    has_band = "high_f_band_edge" in found
    figure, axes = plt.subplots()
    for spectrum, style, label in ((signal, "-", "signal"), (noise, ":", "noise")):
        # 0 Hz is not on a logarithmic axis
        axes.loglog(spectrum.frequencies()[1:], spectrum.spectrum[1:], style, label=label)
    if has_band:
        axes.axvspan(max(found["low_f_band_edge"], signal.df()), found["high_f_band_edge"], alpha=0.15, label="band")
    axes.set(xlabel="frequency (Hz)", ylabel="power (units squared per Hz)", title="Spectra of signal and noise")
    axes.legend()
    figures = [figure]
    if has_band:
        figures.append(_data_figure(plt, d, found))
    # without a display, the figures can still be saved
    if plt.get_backend().lower() != "agg":
        plt.show()
    return figures


def _data_figure(plt: Any, d: TimeSeries, found: Mapping[str, Any]) -> Any:
    figure, (before, after) = plt.subplots(2, sharex=True, layout="constrained")
    t = d.time_axis()
    before.plot(t, samples(d).copy())
    filtered = filter_by_snr_bandwidth(d, found)
    after.plot(t, samples(filtered).copy())
    before.set(title="data")
    after.set(title="filtered to the band", xlabel="time (s)")
    # if the data are UTC, windows are relative to the arrival
    arrival = found.get("snr_arrival_time", 0.0) if d.time_is_UTC() else 0.0
    for axes in (before, after):
        for name, colour in (("noise", "tab:gray"), ("signal", "tab:orange")):
            start, end = (found[f"{name}_window_{side}_time"] + arrival for side in ("start", "end"))
            axes.axvspan(start, end, alpha=0.15, color=colour, label=name)
    before.legend()
    return figure
