"""Signal over noise: values from theory, windows, arrivals, and what is done with the results."""

from __future__ import annotations

import inspect
import pickle
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libseis import TimeReferenceType, TimeWindow
from libseis.errors import MsPASSError
from libseis.mspass.algorithms import amplitudes
from libseis.mspass.algorithms.deconvolution import MTPowerSpectrumEngine
from libseis.mspass.algorithms.snr import (
    EstimateBandwidth,
    FD_snr_estimator,
    _window_invalid,
    arrival_snr,
    broadband_snr_QC,
    filter_by_snr_bandwidth,
    save_snr_arrival,
    snr,
    visualize_qcdata,
)
from libseis.mspass.algorithms.snr_metrics import ALL_METRICS
from libseis.mspass.seismic import DoubleVector, PowerSpectrum, Seismogram, TimeSeries
from libseis.mspass.utility import ErrorLogger, ErrorSeverity, Metadata
from support.data_objects import time_series

NOISE, SIGNAL = TimeWindow(-90.0, -10.0), TimeWindow(0.0, 80.0)
DT = 0.02


def series(x: Any, t0: float = 0.0, dt: float = 1.0) -> TimeSeries:
    return time_series(len(x), dt, t0, x)


def event(ratio: float = 10.0, low: float = 2.0, high: float = 8.0, seed: int = 5) -> TimeSeries:
    """White noise from -100 s on, and from 0 s on noise between two frequencies with `ratio` times its amplitude."""
    rng = np.random.default_rng(seed)
    npts = round(200.0 / DT)
    x, more = rng.normal(size=npts), rng.normal(size=npts)
    spectrum = np.fft.rfft(more)
    frequencies = np.fft.rfftfreq(npts, DT)
    spectrum[(frequencies < low) | (frequencies > high)] = 0.0
    x[npts // 2 :] += np.sqrt(ratio**2 - 1.0) * np.fft.irfft(spectrum, npts)[npts // 2 :]
    d = series(x, t0=-100.0, dt=DT)
    d.tref = TimeReferenceType.Relative
    return d


def at(d: TimeSeries, arrival: float = 1e6) -> TimeSeries:
    """The datum in UTC, with its arrival."""
    moved = TimeSeries(d)
    moved.t0 = d.t0 + arrival
    moved.tref = TimeReferenceType.UTC
    moved["Ptime"] = arrival
    return moved


@settings(max_examples=20, deadline=None)
@given(ratio=st.floats(0.01, 1e4), metric=st.sampled_from(["rms", "mad", "perc", "peak"]), seed=st.integers(0, 9))
def test_copies_of_the_noise_have_the_ratio_of_their_gains(ratio: float, metric: str, seed: int) -> None:
    x = np.random.default_rng(seed).normal(size=101)
    d = series(np.concatenate(([0.0], x, ratio * x, [0.0])), t0=0.0, dt=1.0)
    s = Seismogram(len(d.data))
    s.dt, s.t0 = 1.0, 0.0
    s.data[:] = np.outer([1.0, 2.0, -3.0], d.data)
    s.set_live()
    for datum in (d, s):
        found = snr(datum, TimeWindow(1.0, 101.0), TimeWindow(102.0, 202.0), metric, metric)
        assert found == pytest.approx(ratio, rel=1e-9)


def test_noise_has_the_ratio_of_its_deviations() -> None:
    rng, n = np.random.default_rng(2), 20_000
    d = series(np.concatenate(([0.0], rng.normal(size=n), 5.0 * rng.normal(size=n), [0.0])), t0=0.0, dt=1.0)
    windows = TimeWindow(1.0, n), TimeWindow(n + 1.0, 2.0 * n)
    # the relative error of a deviation is sqrt(1 / 2n), that of a median 1.67 times as large
    assert snr(d, *windows, "rms", "rms") == pytest.approx(5.0, rel=4.0 / np.sqrt(n))
    assert snr(d, *windows, "median", "mad") == pytest.approx(5.0, rel=7.0 / np.sqrt(n))
    # 95 of 100 values of noise are within 1.96 deviations, half of them within 0.6745
    assert snr(d, *windows, "mad", "perc", perc=95.0) == pytest.approx(5.0 * 1.95996 / 0.67449, rel=0.05)
    assert snr(d, *windows, "mad", "perc", perc=0.95) == snr(d, *windows, "mad", "perc", perc=95.0)


def test_silence() -> None:
    d = series(np.array([0.0, 0.0, 0.0, 0.0, 3.0, 4.0, 0.0]), t0=0.0, dt=1.0)
    assert snr(d, TimeWindow(1.0, 3.0), TimeWindow(4.0, 5.0)) == 999999.9
    assert snr(d, TimeWindow(1.0, 3.0), TimeWindow(1.0, 3.0)) == -1.0


def test_windows_must_be_inside() -> None:
    d = series(np.arange(1.0, 11.0), t0=10.3, dt=0.1)
    ends = {d.endtime(): False, np.nextafter(11.25, 0.0): False, 11.25: True, d.endtime() + d.dt: True}
    for end, invalid in ends.items():
        assert _window_invalid(d, TimeWindow(d.t0 + d.dt, end)) is invalid
    assert _window_invalid(d, TimeWindow(d.t0, d.t0 + 0.2))  # MsPASS wants a sample before
    for noise, signal, word in (
        (TimeWindow(0.0, 1.0), TimeWindow(10.5, 11.0), "noise_window"),
        (TimeWindow(10.5, 11.0), TimeWindow(11.0, 12.0), "signal_window"),
    ):
        with pytest.raises(MsPASSError, match=word):
            snr(d, noise, signal, propagate_exceptions=True)
    with pytest.raises(MsPASSError, match="illegal noise_metric argument = mean"):
        snr(d, TimeWindow(10.5, 11.0), TimeWindow(10.5, 11.0), noise_metric="mean", propagate_exceptions=True)
    killed = snr(d, TimeWindow(0.0, 1.0), TimeWindow(10.5, 11.0))
    assert killed is d and d.dead()


@pytest.mark.parametrize(("ratio", "low", "high"), [(10.0, 2.0, 8.0), (30.0, 0.8, 15.0)])
def test_the_band_of_a_signal_is_found(ratio: float, low: float, high: float) -> None:
    found, log = FD_snr_estimator(
        event(ratio, low, high), NOISE, signal_window=SIGNAL, band_cutoff_snr=3.0, f0=4.0, optional_metrics=ALL_METRICS
    )
    assert log.size() == 0
    resolution = 4.0 / 80.0  # of the tapers
    assert low - resolution - 0.02 <= found["low_f_band_edge"] <= low + 0.02
    assert high - 0.02 <= found["high_f_band_edge"] <= high + resolution + 0.02
    assert found["bandwidth"] == pytest.approx(20 * np.log10(found["high_f_band_edge"] / found["low_f_band_edge"]))
    assert found["spectrum_frequency_range"] == pytest.approx(25.0)
    # signal and noise are estimates with 12 degrees of freedom each, so the median of their ratio is near the truth
    assert found["median_snr"] == pytest.approx(ratio, rel=0.1)
    assert found["minimum_snr"] <= found["q1_4_snr"] <= found["median_snr"] <= found["q3_4_snr"] <= found["maximum_snr"]
    assert found["filter_type"] == "bandpass" and found["snr_perc"] == 95.0
    # between the edges the filter takes nothing, so that the ratio of filtered data is that of the spectra
    assert found["snr_filtered_rms"] == pytest.approx(ratio, rel=0.2)
    assert found["snr_filtered_mad"] == pytest.approx(ratio, rel=0.2)
    assert found["snr_filtered_peak"] > found["snr_filtered_rms"]


def test_a_low_pass_is_applied() -> None:
    """With frequencies down to 0, filtered data have the ratio of the signal's band, which raw data do not have."""
    d = event(20.0, 0.0, 3.0)
    found, _ = FD_snr_estimator(
        d, NOISE, signal_window=SIGNAL, band_cutoff_snr=2.0, f0=1.0, optional_metrics=ALL_METRICS
    )
    assert (found["filter_type"], found["low_f_band_edge"]) == ("lowpass", 0.0)
    assert found["snr_filtered_rms"] == pytest.approx(20.0, rel=0.2)
    assert snr(TimeSeries(d), NOISE, SIGNAL) < 0.5 * found["snr_filtered_rms"]


def test_noise_has_no_band() -> None:
    found, log = FD_snr_estimator(
        event(1.0), NOISE, signal_window=SIGNAL, band_cutoff_snr=3.0, f0=4.0, save_spectra=True
    )
    assert "bandwidth" not in found and "below the minimum" in log.get_error_log()[0].message
    assert pickle.loads(found["signal_spectrum"]).nf() == round(80.0 / DT) + 2


def test_engines_may_be_given() -> None:
    d = event()
    npts = round(80.0 / DT) + 1
    engine = MTPowerSpectrumEngine(npts, 4.0, 6, 2 * npts, DT)
    with_them, _ = FD_snr_estimator(d, NOISE, engine, SIGNAL, engine, f0=4.0)
    assert with_them == FD_snr_estimator(d, NOISE, signal_window=SIGNAL, f0=4.0)[0]
    other = MTPowerSpectrumEngine(npts, 4.0, 6, 2 * npts, 2 * DT)
    found, log = FD_snr_estimator(d, NOISE, engine, SIGNAL, other)
    assert found == {} and [e.message.split()[0] for e in log.get_error_log()] == ["the", "there"]


def test_what_cannot_be_estimated() -> None:
    d = event()
    with pytest.raises(MsPASSError, match=r"ntapers=9 .*tbp=4.0; ntapers must be <= round\(2\*tbp\)=8") as caught:
        FD_snr_estimator(d, tbp=4.0, ntapers=9)
    assert caught.value.severity == ErrorSeverity.Fatal
    with pytest.raises(MsPASSError, match="must be a TimeSeries, found Seismogram"):
        FD_snr_estimator(Seismogram(3))  # type: ignore[arg-type]
    found, log = FD_snr_estimator(d, TimeWindow(-500.0, -400.0), signal_window=SIGNAL)
    assert found == {} and log.size() == 1 and "outside" in log.get_error_log()[0].message
    d = event()
    d.add_gap(TimeWindow(10.0, 11.0))
    found, log = FD_snr_estimator(d, NOISE, signal_window=SIGNAL)
    assert found == {} and "gap" in log.get_error_log()[0].message
    d.kill()
    found, log = FD_snr_estimator(d)
    assert found == {} and "dead" in log.get_error_log()[0].message


def test_a_metric_that_is_not_known_is_told() -> None:
    found, log = FD_snr_estimator(event(), NOISE, signal_window=SIGNAL, f0=4.0, optional_metrics=["snr_status"])
    assert found["bandwidth"] > 0.0 and "illegal optional_metrics keyword=snr_status" in log.get_error_log()[0].message


KEYS = (
    "low_f_band_edge",
    "high_f_band_edge",
    "bandwidth",
    "median_snr",
    "snr_filtered_rms",
    "snr_filtered_envelope_peak",
)


def test_windows_are_relative_to_the_arrival() -> None:
    d = event()
    expected, _ = FD_snr_estimator(d, NOISE, signal_window=SIGNAL, f0=4.0, optional_metrics=ALL_METRICS)
    shifted = NOISE.shift(1e6), SIGNAL.shift(1e6)
    options: dict[str, Any] = {"f0": 4.0, "band_cutoff_snr": 1.5}
    for out in (
        arrival_snr(d, noise_window=NOISE, signal_window=SIGNAL, **options),
        arrival_snr(at(d), noise_window=NOISE, signal_window=SIGNAL, **options),
        arrival_snr(at(d), noise_window=shifted[0], signal_window=shifted[1], **options),
        broadband_snr_QC(at(d), noise_window=NOISE, signal_window=SIGNAL, **options),
    ):
        assert out.live and out["Parrival"]["phase"] == "P"
        assert [out["Parrival"][k] for k in KEYS] == pytest.approx([expected[k] for k in KEYS], rel=1e-6)
    qc = out["Parrival"]
    assert qc["snr_arrival_time"] == 1e6 and qc["snr_signal_window_end"] == 1e6 + 80.0


def test_an_arrival_that_is_missing() -> None:
    d = at(event())
    d.erase("Ptime")
    assert arrival_snr(d).live and "Ptime" in d.elog.get_error_log()[0].message and not d.is_defined("Parrival")
    with pytest.raises(TypeError, match="must be a TimeSeries"):
        arrival_snr(Seismogram(4))
    for pick in (None, "123.5", True, np.nan, np.inf):
        d = at(event())
        d.erase("Ptime")
        if pick is not None:
            d["Ptime"] = pick
        assert broadband_snr_QC(d).dead() and d.time_is_UTC()
        assert d.elog.get_error_log()[0].message.startswith("Measured arrival time key=Ptime is missing or does not")


@pytest.mark.parametrize("kill", [True, False])
def test_data_without_a_signal(kill: bool) -> None:
    for function in (arrival_snr, broadband_snr_QC):
        d = at(event(1.0))
        function(d, noise_window=NOISE, signal_window=SIGNAL, band_cutoff_snr=3.0, kill_null_signals=kill)
        assert d.dead() is kill and not d.is_defined("Parrival") and d.elog.size() > 0


def test_a_seismogram_is_measured_by_component() -> None:
    scalar = at(event())
    d = Seismogram(scalar.npts)
    d.dt, d.t0, d.tref = scalar.dt, scalar.t0, scalar.tref
    d.data[1, :] = scalar.data
    d.set_live()
    d["Ptime"], d["site_id"] = 1e6, "s1"
    out = broadband_snr_QC(d, component=1, noise_window=NOISE, signal_window=SIGNAL, f0=4.0)
    assert out is d and d.live and d["Parrival"]["site_id"] == "s1" and d.time_is_UTC()
    for bad, text in (({"component": 3}, "0, 1 or 2"), ({"use_measured_arrival_time": False}, "taup_model")):
        with pytest.raises(MsPASSError, match=text) as caught:
            broadband_snr_QC(d, **bad)
        assert caught.value.severity == ErrorSeverity.Fatal


def test_arrivals_by_taup() -> None:
    from obspy.taup import TauPyModel

    assert inspect.signature(broadband_snr_QC).parameters["use_measured_arrival_time"].default is True
    d, model = event(), TauPyModel("iasp91")
    d.tref = TimeReferenceType.UTC
    for key, value in {"lat": 0.0, "lon": 0.0, "depth": 10.0}.items():
        d[f"source_{key}"] = value
    d["channel_lat"], d["channel_lon"] = 0.0, 50.0
    travel = model.get_travel_times(10.0, 50.0, ["P"])[0].time
    d["source_time"] = -travel
    broadband_snr_QC(
        d, noise_window=NOISE, signal_window=SIGNAL, f0=4.0, use_measured_arrival_time=False, taup_model=model
    )
    assert d.live and d["Parrival"]["snr_arrival_time"] == pytest.approx(0.0, abs=1e-6)
    far = TimeSeries(d)
    far["channel_lon"] = 130.0
    assert broadband_snr_QC(far, use_measured_arrival_time=False, taup_model=model).dead()
    assert "no P at 130 degrees" in far.elog.get_error_log()[-1].message


def test_an_estimator_of_ones_own_measures(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def estimator(*_args: object, **kwargs: Any) -> list[Any]:
        asked.append(kwargs)
        return [{"bandwidth": 12.0}, ErrorLogger()]

    monkeypatch.setattr("libseis.mspass.algorithms.snr.FD_snr_estimator", estimator)
    for measure in (arrival_snr, broadband_snr_QC):
        assert measure(at(event()), tbp=2.5)["Parrival"]["bandwidth"] == 12.0
    assert [kwargs["tbp"] for kwargs in asked] == [2.5, 2.5]


def test_the_search_from_both_ends() -> None:
    def flat(values: list[float], dt: float = 0.05) -> PowerSpectrum:
        return PowerSpectrum(Metadata(), DoubleVector(values), 1.0, "test", 0.0, dt, 20)

    noise = flat([1.0] * 21, 0.025)
    signal = flat([1, 1, 9, 1, 9, 9, 9, 9, 9, 9, 1, 9, 9, 1, 1, 1, 1, 1, 1, 1, 1], 0.025)
    found = amplitudes.EstimateBandwidth(1.0, signal, noise, 2.0, 1.0)
    # single bins are narrower than the resolution of 2 Hz, and so is the pair at 11 Hz
    assert (found.low_edge_f, found.high_edge_f, found.low_edge_snr, found.f_range) == (4.0, 9.0, 3.0, 20.0)
    fixed = amplitudes.EstimateBandwidth(1.0, signal, noise, 2.0, 1.0, 7.0, True)
    assert (fixed.low_edge_f, fixed.high_edge_f, fixed.high_edge_snr) == (4.0, 7.0, 3.0)
    none = amplitudes.EstimateBandwidth(1.0, signal, noise, 4.0, 1.0)
    assert none == amplitudes.BandwidthData()
    with pytest.raises(TypeError, match="has the form"):
        amplitudes.EstimateBandwidth(signal, noise, 2.0, 1.0, 1.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="PowerSpectrum"):
        EstimateBandwidth(1.0, signal)  # type: ignore[arg-type]


def measured() -> TimeSeries:
    return broadband_snr_QC(at(event()), noise_window=NOISE, signal_window=SIGNAL, f0=4.0, save_spectra=True)


def test_data_are_filtered_to_their_band() -> None:
    d, from_document, raw = measured(), measured(), measured()
    filter_by_snr_bandwidth(d)
    filter_by_snr_bandwidth(from_document, raw["Parrival"])
    assert np.array_equal(d.data, from_document.data)
    power = np.abs(np.fft.rfft(d.data)) ** 2 / np.abs(np.fft.rfft(raw.data)) ** 2
    frequencies = np.fft.rfftfreq(d.npts, d.dt)
    assert np.median(power[(frequencies > 3) & (frequencies < 6)]) == pytest.approx(1.0, abs=0.1)
    assert np.median(power[frequencies > 16]) < 0.02
    lost = at(event())
    assert filter_by_snr_bandwidth(lost).dead() and "low_f_band_edge" in lost.elog.get_error_log()[0].message
    assert filter_by_snr_bandwidth(lost) is lost
    with pytest.raises(ValueError, match="must be a TimeSeries or Seismogram"):
        filter_by_snr_bandwidth([])  # type: ignore[arg-type]


def test_results_are_drawn() -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    d = measured()
    before = np.array(d.data)
    figures = visualize_qcdata(d)
    assert [len(figure.axes) for figure in figures] == [1, 2] and np.array_equal(d.data, before)
    (spectra,) = figures[0].axes
    assert len(spectra.lines) == 2 and spectra.get_xlabel() == "frequency (Hz)"
    pyplot.close("all")


@pytest.mark.parametrize(
    ("kept", "missing"),
    [
        (None, "signal_spectrum, noise_spectrum"),
        ({"signal_spectrum": b""}, "noise_spectrum"),
        ({"noise_spectrum": b""}, "signal_spectrum"),
    ],
)
def test_spectra_that_were_not_kept(kept: dict[str, bytes] | None, missing: str) -> None:
    d = event()
    if kept is not None:
        d["Parrival"] = kept
    with pytest.raises(MsPASSError, match=f"missing required spectrum metadata {missing};") as caught:
        visualize_qcdata(d)
    assert caught.value.severity == ErrorSeverity.Invalid
    with pytest.raises(TypeError, match="TimeSeries or Seismogram, found <class 'list'>"):
        visualize_qcdata([])  # type: ignore[arg-type]


def test_nothing_but_a_spectrum_is_unpickled() -> None:
    d = measured()
    for data in (pickle.dumps(print), pickle.dumps(SimpleNamespace(a=1)), pickle.dumps({"a": 1}), b"no pickle"):
        d["Parrival"] = d["Parrival"] | {"noise_spectrum": data}
        with pytest.raises(MsPASSError, match="PowerSpectrum"):
            visualize_qcdata(d)


class Collection(dict[Any, dict[str, Any]]):
    """Documents by id, with the calls of pymongo that are needed."""

    def count_documents(self, query: dict[str, Any], limit: int = 0) -> int:
        return int(query["_id"] in self)

    def insert_one(self, document: dict[str, Any]) -> Any:
        self[len(self) + 1] = dict(document)
        return SimpleNamespace(inserted_id=len(self))

    def update_one(self, query: dict[str, Any], change: dict[str, Any]) -> Any:
        if query["_id"] in self:
            self[query["_id"]].update(change["$set"])
        return SimpleNamespace(matched_count=int(query["_id"] in self))


def test_results_are_saved_as_documents() -> None:
    db = {"wf_TimeSeries": Collection({7: {"sta": "A"}}), "arrival": Collection()}
    result = {"bandwidth": 12.0}
    first = save_snr_arrival(db, result, 7, "wf_TimeSeries", validate_wfid=True)
    assert db["arrival"][first] == {"bandwidth": 12.0, "wfid": 7}
    assert save_snr_arrival(db, {"phase": "P"}, 7, "wf_TimeSeries", use_update=True, update_id=first) == first
    assert db["arrival"][first] == {"bandwidth": 12.0, "phase": "P", "wfid": 7}
    assert save_snr_arrival(db, result, 8, "wf_TimeSeries", validate_wfid=True) is None
    assert save_snr_arrival(db, result, 8, "wf_TimeSeries", use_update=True, update_id=99) is None
    assert save_snr_arrival(db, result, 7, "wf_TimeSeries", "wf_TimeSeries", subdocument_key="snr") == 7
    assert db["wf_TimeSeries"][7] == {"sta": "A", "snr": result, "wfid": 7} and len(db["arrival"]) == 1
