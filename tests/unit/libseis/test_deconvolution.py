"""Deconvolution: a known receiver function comes back from each algorithm, with and without noise."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libseis import TimeReferenceType, TimeWindow
from libseis.errors import MsPASSError
from libseis.mspass.algorithms import deconvolution
from libseis.mspass.algorithms.CNRDecon import CNRArrayDecon, CNRRFDecon
from libseis.mspass.algorithms.deconvolution import CNRDeconEngine, LeastSquareDecon
from libseis.mspass.algorithms.RFdeconProcessor import RFdecon, RFdeconProcessor
from libseis.mspass.algorithms.window import WindowData
from libseis.mspass.seismic import PowerSpectrum, Seismogram, SeismogramEnsemble, TimeSeries
from libseis.mspass.utility import ErrorSeverity, Metadata, pfread
from libseis.signal import deconvolution as rules
from libseis.signal.components import extract_component

DT, T0, NPTS = 0.05, -40.0, 2000
LAGS = {0.0: 0.5, 2.5: 0.3, 4.0: -0.25, 12.0: 0.15}
"""Seconds after P and amplitudes of the receiver function on the radial component."""
ALGORITHMS = (
    "LeastSquares", "WaterLevel", "TimeDomainLeastSquares", "TimeDomainIterative", "MultiTaperPowerXcor",
    "MultiTaperPowerSpecDiv",
)  # fmt: skip


def source(npts: int = 200) -> np.ndarray[Any, Any]:
    """A wavelet of 10 s with all frequencies in it: decaying noise."""
    rng = np.random.default_rng(8)
    w = rng.normal(size=npts) * np.exp(-np.arange(npts) * DT / 1.0)
    w[0] = 5.0
    return w


def event(noise: float = 0.0, lags: dict[float, float] | None = None) -> Seismogram:
    """P at time zero on Z (component 2), its conversions on component 0."""
    rng = np.random.default_rng(4)
    x = noise * rng.normal(size=(3, NPTS))
    w = source()
    for component, spikes in ((2, {0.0: 1.0}), (0, LAGS if lags is None else lags)):
        for lag, amplitude in spikes.items():
            at = round((lag - T0) / DT)
            x[component, at : at + len(w)] += amplitude * w
    d = Seismogram({"delta": DT, "starttime": T0}, x)
    d.tref = TimeReferenceType.Relative
    d.set_live()
    return d


def at(d: Seismogram, lag: float, component: int = 0) -> float:
    """The sample of a receiver function at a lag."""
    return float(d.data[component, round((lag - d.t0) / DT)])


def parameters(folder: Path, **values: object) -> str:
    """The packaged parameters, with other values in every branch."""
    lines = []
    for line in (Path(rules.__file__).parents[1] / "mspass/data/pf/RFdeconProcessor.pf").read_text().splitlines():
        key = line.split()[0] if line.strip() else ""
        lines.append(f"    {key} {values[key]}" if key in values else line)
    path = folder / "changed.pf"
    # the spikes of the result are pulses of a third of a second
    gaussian = "shaping_wavelet_type gaussian\nshaping_wavelet_frequency 0.3"
    path.write_text("\n".join(lines).replace("shaping_wavelet_type none", gaussian))
    return str(path)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_known_receiver_function_comes_back(algorithm: str, tmp_path: Path) -> None:
    # damping is relative to the samples, for the algorithm in time to the energy, for multitapers to the noise
    damping = 1.0 if algorithm.startswith("MultiTaper") else 1e-4 if algorithm.startswith("Time") else 0.9
    pf = parameters(tmp_path, damping_factor=damping, water_level=0.9)
    rf = RFdecon(event(), alg=algorithm, pf=pf)
    assert rf.live, rf.elog.get_error_log()[0].message
    assert (rf.t0, rf.npts) == (-5.0, 701) and rf.time_is_relative()
    for lag, amplitude in LAGS.items():
        assert at(rf, lag) == pytest.approx(amplitude, abs=0.03)
    assert at(rf, 0.0, 2) == pytest.approx(1.0, abs=0.03)
    assert np.abs(rf.data[1]).max() < 1e-9  # nothing is on the transverse component
    # away from the spikes there is little
    t = rf.t0 + DT * np.arange(rf.npts)
    quiet = np.all([np.abs(t - lag) > 1.0 for lag in LAGS], axis=0)
    assert np.abs(rf.data[0][quiet]).max() < 0.05
    qc = rf["RFdecon_properties"]
    assert qc["algorithm"] == algorithm and qc["prediction_error"] < 0.1 and qc["decon_operator_nfft"] >= 2 * 701


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_noise_is_not_blown_up(algorithm: str, tmp_path: Path) -> None:
    damping = 1.0 if algorithm.startswith("MultiTaper") else 0.5 if algorithm.startswith("Time") else 22.0
    rf = RFdecon(event(0.01), alg=algorithm, pf=parameters(tmp_path, damping_factor=damping, water_level=22.0))
    assert rf.live
    # amplitudes are damped by the regularization, their ratios remain
    assert at(rf, 4.0) / at(rf, 2.5) == pytest.approx(-0.25 / 0.3, abs=0.2)
    assert np.abs(rf.data[1]).max() < 0.05 < at(rf, 0.0)


@settings(max_examples=25, deadline=None)
@given(
    lags=st.dictionaries(st.integers(0, 300), st.floats(0.1, 1.0), min_size=1, max_size=4),
    shift=st.integers(0, 60),
)
def test_spikes_are_found_where_they_are(lags: dict[int, float], shift: int) -> None:
    npts, w = 400, np.concatenate((np.zeros(shift), source(100)))
    d = np.zeros(npts + shift)
    for lag, amplitude in lags.items():
        d[shift + lag : shift + lag + 100] += amplitude * source(100)[: npts - lag]
    truth = np.zeros(npts)
    for lag, amplitude in lags.items():
        truth[lag] += amplitude
    found = rules.iterative(d, w, 0, npts, 500, 1e-12)
    assert found.series == pytest.approx(truth, abs=2e-3) and found.misfit < 1e-4
    assert rules.least_squares(d, w, 0, npts, 1e-9) == pytest.approx(truth, abs=2e-3)


def test_shaping_wavelets() -> None:
    nfft = 1024
    ricker = rules.series_of(rules.ricker(0.5, DT, nfft), nfft)
    power = np.abs(rules.ricker(0.5, DT, nfft))
    assert ricker[0] == pytest.approx(1.0) and np.argmax(power) / (nfft * DT) == pytest.approx(0.5, abs=0.02)
    assert ricker[1:].tolist() == pytest.approx(ricker[:0:-1].tolist(), abs=1e-12)  # no phase
    gaussian = rules.series_of(rules.gaussian(0.4, DT, nfft), nfft)
    assert gaussian[8] == pytest.approx(np.exp(-1.0)) and gaussian[-8] == pytest.approx(np.exp(-1.0))
    band = rules.butterworth((3, 0.5), (2, 4.0), DT, nfft).real
    at_corner = [band[round(f * nfft * DT)] for f in (0.5, 4.0)]
    assert at_corner == pytest.approx([0.5, 0.5], abs=0.05) and band[0] < 1e-12


def test_water_level_and_damping_by_their_definitions() -> None:
    w, nfft = np.array([2.0, 1.0]), 4  # the spectrum is 3, 2 - i, 1, 2 + i with the mean square 5
    inverse, raised = rules.water_level_inverse(w, nfft, 0.6)  # the level is 1.34
    assert np.abs(inverse) == pytest.approx([1 / 3, 1 / np.sqrt(5), 1 / (0.6 * np.sqrt(5))]) and raised == 1 / 3
    assert np.angle(inverse) == pytest.approx([0.0, np.arctan2(1, 2), 0.0])
    damped = rules.damped_inverse(w, nfft, 0.5)
    assert damped == pytest.approx([3 / (9 + 1.25), (2 + 1j) / (5 + 1.25), 1 / (1 + 1.25)])
    noise = rules.Noise(np.array([0.0, 4.0, 4.0]))
    assert rules.noise_damped_inverse(w, nfft, noise, 1.0, 0.0) == pytest.approx([1 / 3, (2 + 1j) / 9, 1 / 5])
    assert rules.noise_level_inverse(w, nfft, noise, 1.0, 0.0) == pytest.approx([1 / 3, (2 + 1j) / 5, 1 / 4])
    # white noise of variance 1 has the energy of its number of samples at every frequency
    assert rules.expected_noise(np.full(11, 2 * DT), 1.0, 300, DT, 64).energy == pytest.approx(np.full(33, 300.0))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_processor_is_pickled_with_what_it_holds(algorithm: str) -> None:
    d = event(0.1)
    processor = RFdeconProcessor(algorithm, pf="RFdeconProcessor.pf")
    processor.loaddata(d, window=True)
    processor.loadwavelet(d, window=True)
    processor.loadnoise(d, window=True)
    copy = pickle.loads(pickle.dumps(processor))
    assert dict(copy.md) == dict(processor.md) and np.array_equal(copy.dvector, processor.dvector)
    assert np.array_equal(copy.apply(), processor.apply()) and len(processor.apply()) == 701
    assert processor.uses_noise is algorithm.startswith("MultiTaper") and not processor.is_3c_engine
    actual, ideal = processor.actual_output(), processor.ideal_output()
    assert actual.npts == ideal.npts and np.linalg.norm(actual.data) == pytest.approx(1.0)
    assert np.argmax(ideal.data) == ideal.sample_number(0.0)
    reused = RFdecon(d, engine=processor)
    assert reused.live and np.array_equal(reused.data[0], RFdecon(d, engine=copy).data[0])
    if algorithm.startswith("TimeDomain"):
        with pytest.raises(MsPASSError, match="no inverse filter"):
            processor.inverse_filter()
    else:
        inverse = processor.inverse_filter()
        again = np.convolve(processor.wvector, inverse.data)[inverse.npts // 2 :]
        assert np.linalg.norm(again[:200]) > 0.0 and inverse.t0 == pytest.approx(-DT * (inverse.npts // 2))


def test_wavelets_and_noise_from_elsewhere() -> None:
    d = event(0.02)
    z = extract_component(d, 2)
    inside = RFdecon(d, pf="RFdeconProcessor.pf")
    wavelet = WindowData(z, -5.0, 30.0)
    for vector, start in ((wavelet, None), (np.array(wavelet.data), None), (list(wavelet.data), -5.0)):
        out = RFdecon(d, pf="RFdeconProcessor.pf", wavelet=vector, wavelet_t0=start)
        assert np.allclose(out.data, inside.data, atol=1e-12)
    noise = WindowData(z, -35.0, -5.0)
    options: dict[str, Any] = {"alg": "MultiTaperPowerXcor", "pf": "RFdeconProcessor.pf"}
    expected = RFdecon(d, **options)
    for vector in (noise, np.array(noise.data), iter(np.array(noise.data))):
        assert np.allclose(RFdecon(d, noisedata=vector, **options).data, expected.data)
    for bad in (object(), np.ones((2, 3)), "abc"):
        with pytest.raises(TypeError, match="one-dimensional numeric iterable"):
            RFdecon(d, noisedata=bad, **options)


def test_presets() -> None:
    default = RFdeconProcessor()
    assert (default.dwin, default.waveletwin) == (TimeWindow(-10.0, 120.0), TimeWindow(-5.0, 20.0))
    assert default.md["shaping_wavelet_frequency"] == 0.125 and not default.md.is_defined("water_level")
    crustal = RFdeconProcessor("WaterLevel", preset="crustal_plane_wave")
    assert crustal.dwin == TimeWindow(-5.0, 30.0) and crustal.md["water_level"] == 0.1
    assert RFdeconProcessor("TimeDomainLeastSquares", preset="crustal_plane_wave").md["damping_factor"] == 1e-4
    # noise must end before the longer window of data begins
    multitaper = RFdeconProcessor("MultiTaperPowerXcor")
    assert multitaper.nwin == TimeWindow(-140.0, -10.0)
    assert (multitaper.md["number_tapers"], multitaper.md["damping_factor"]) == (3, 0.03)
    assert RFdeconProcessor("MultiTaperPowerSpecDiv").md["damping_factor"] == 0.1
    rf = RFdecon(event(), alg="WaterLevel", preset="crustal_plane_wave")
    assert rf.live and np.argmax(rf.data[2]) == round(5.0 / DT)
    with pytest.raises(ValueError, match="preset must be one of"):
        RFdeconProcessor(preset="no")
    with pytest.raises(ValueError, match="not both"):
        RFdeconProcessor(pf="RFdeconProcessor.pf", preset="crustal_plane_wave")
    with pytest.raises(RuntimeError, match=r"alg must be one of .*TimeDomainIterative"):
        RFdeconProcessor("GeneralizedIterative")
    with pytest.warns(DeprecationWarning, match="deprecated compatibility name"):
        RFdeconProcessor("MultiTaperXcor", pf="RFdeconProcessor.pf")


def test_data_that_do_not_fit_are_killed() -> None:
    pf = "RFdeconProcessor.pf"
    far, coarse = event(), event()
    far.t0 = 1000.0
    coarse.dt = 0.1
    for d, word in ((far, "outside"), (coarse, "sampling interval")):
        out = RFdecon(d, pf=pf)
        assert out.dead() and word in out.elog.get_error_log()[-1].message and not out.is_defined("RFdecon_properties")
        assert RFdecon(d, pf=pf) is d  # dead data pass
    short = event()
    short.t0 = -1.0
    assert RFdecon(short, alg="MultiTaperPowerXcor", pf=pf).dead()
    silent = event(lags={})
    silent.data[:] = 0.0
    out = RFdecon(silent, pf=pf)
    assert out.dead() and "nothing can be divided" in out.elog.get_error_log()[-1].message
    with pytest.raises(TypeError, match="RFdecon:  arg0 is of type="):
        RFdecon("bad")
    with pytest.raises(TypeError, match="engine must be"):
        RFdecon(event(), engine="bad")


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"damping_factor": -1.0}, "damping_factor must be positive"),
        ({"shaping_wavelet_type": "square"}, "shaping_wavelet_type must be one of"),
        ({"deconvolution_data_window_start": 40.0}, "must start before it ends"),
        ({"deconvolution_data_window_start": 1.0}, "must contain time zero"),
        ({"operator_nfft": 0}, "operator_nfft must be positive"),
    ],
)
def test_parameters_out_of_range(change: dict[str, Any], text: str) -> None:
    md = Metadata(pfread("RFdeconProcessor.pf").get_branch("LeastSquare"))
    for key, value in change.items():
        md[key] = value
    with pytest.raises(MsPASSError, match=text) as caught:
        LeastSquareDecon(md)
    assert caught.value.severity == ErrorSeverity.Fatal


def test_a_branch_that_is_none(tmp_path: Path) -> None:
    packaged = (Path(rules.__file__).parents[1] / "mspass/data/pf/RFdeconProcessor.pf").read_text()
    for text in ("MultiTaperPowerXcor 5\n", "MultiTaperPowerXcor &Tbl{\nbad\n}\n"):
        (tmp_path / "x.pf").write_text(packaged + text)
        with pytest.raises(MsPASSError, match="defined but is not an &Arr"):
            RFdeconProcessor("MultiTaperPowerXcor", pf=str(tmp_path / "x.pf"))


def test_an_engine_by_the_other_names_of_mspass() -> None:
    assert deconvolution.MultiTaperPowerXcorDecon is deconvolution.MultiTaperXcorDecon
    assert deconvolution.MultiTaperPowerSpecDivDecon is deconvolution.MultiTaperSpecDivDecon
    md = RFdeconProcessor("LeastSquares").md
    engine = LeastSquareDecon(md)
    md["damping_factor"] = 0.5
    engine.change_parameter(md)
    engine.load(source(), source())
    engine.process()
    assert engine.QCMetrics()["damping_factor"] == 0.5
    np.testing.assert_array_equal(engine.resolution_kernel().data, engine.actual_output().data)


def test_loading_is_checked() -> None:
    processor, d = RFdeconProcessor(pf="RFdeconProcessor.pf"), event()
    calls: list[tuple[Callable[..., None], dict[str, Any], type[Exception], str]] = [
        (processor.loaddata, {"dtype": "Stream"}, RuntimeError, "dtype must be"),
        (processor.loaddata, {"dtype": "raw_vector", "window": True}, RuntimeError, "has no times"),
        (processor.loadwavelet, {"wavelet_t0": 1.0}, ValueError, "only valid for raw_vector"),
    ]
    for call, options, error, text in calls:
        with pytest.raises(error, match=text):
            call(d, **options)
    with pytest.raises(MsPASSError, match="before the data"):
        processor.loadwavelet(np.ones(5), dtype="raw_vector", wavelet_t0=-50.0)
    with pytest.raises(MsPASSError, match="no data is loaded"):
        processor.apply()
    processor.loaddata(np.ones(5000), dtype="raw_vector")
    with pytest.raises(MsPASSError, match="at most 2048 samples"):
        processor.apply()


SIGNAL, NOISE = TimeWindow(-5.0, 30.0), TimeWindow(-40.0, -5.0)


def engine(**change: object) -> CNRDeconEngine:
    md = Metadata(pfread("CNRDeconEngine.pf"))
    for key, value in change.items():
        md[key] = value
    return CNRDeconEngine(md)


def banded(noise: float = 0.01) -> Seismogram:
    d = event(noise)
    d["low_f_band_edge"], d["high_f_band_edge"] = 0.2, 4.0
    return d


@pytest.mark.parametrize("algorithm", ["colored_noise_damping", "generalized_water_level"])
@pytest.mark.parametrize("all_components", [True, False])
def test_coloured_noise(algorithm: str, all_components: bool) -> None:
    cnr = engine(algorithm=algorithm, damping_factor=1.0)
    rf, actual, ideal = CNRRFDecon(
        banded(), cnr, signal_window=SIGNAL, noise_window=NOISE, use_3C_noise=all_components, return_wavelet=True
    )
    assert rf.live and (rf.t0, rf.npts) == (-5.0, 701)
    truth = np.zeros(cnr._nfft)
    for lag, amplitude in LAGS.items():
        truth[round((lag + 5.0) / DT)] = amplitude
    expected = rules.apply_spectrum(cnr._shape, truth[:701], cnr._nfft, 0, 701)
    error = np.linalg.norm(rf.data[0] - expected) / np.linalg.norm(expected)
    assert error < 0.2
    assert actual.npts == ideal.npts == cnr._nfft and np.argmax(actual.data) == np.argmax(ideal.data)
    assert rf["CNRFDecon_properties"]["prediction_error"] < 0.2
    copy = pickle.loads(pickle.dumps(cnr))
    assert np.array_equal(
        CNRRFDecon(banded(), copy, signal_window=SIGNAL, noise_window=NOISE).data.shape, rf.data.shape
    )


def test_a_spectrum_and_a_wavelet_may_be_given() -> None:
    cnr, d = engine(), banded()
    cut, noise = WindowData(d, -5.0, 30.0), WindowData(extract_component(d, 2), -40.0, -5.0)
    spectrum = cnr.compute_noise_spectrum(noise)
    plain = CNRRFDecon(banded(), cnr, signal_window=SIGNAL, noise_window=NOISE, use_3C_noise=False)
    given = CNRRFDecon(Seismogram(cut), cnr, noise_spectrum=spectrum)
    assert np.allclose(given.data, plain.data)
    # a wavelet that starts elsewhere gives the same lags
    wavelet = WindowData(extract_component(d, 2), -2.0, 30.0)
    late = CNRRFDecon(Seismogram(cut), cnr, noise_spectrum=spectrum, external_wavelet=wavelet)
    assert np.abs(late.data[0] - plain.data[0]).max() < 0.05
    cnr.initialize_inverse_operator_TS(extract_component(cut, 2), noise)
    inverse = cnr.inverse_wavelet(wavelet, 1.0)
    assert inverse.t0 == pytest.approx(1.0 - DT * (cnr._nfft // 2)) and cnr.get_operator_dt() == DT
    assert np.array_equal(
        cnr.resolution_kernel(extract_component(cut, 2)).data, cnr.actual_output(extract_component(cut, 2)).data
    )


def test_an_array_is_deconvolved_by_its_beam() -> None:
    ensemble = SeismogramEnsemble()
    for _ in range(2):
        ensemble.member.append(event(0.01))
    ensemble.member.append(Seismogram(event()))
    ensemble.member[2].kill()
    ensemble.set_live()
    beam = banded(0.01)
    out, actual, ideal = CNRArrayDecon(
        ensemble, beam, engine(), noise_window=NOISE, signal_window=SIGNAL, return_wavelet=True
    )
    assert [m.live for m in out.member] == [True, True, False] and actual.live and ideal.live
    single = CNRRFDecon(banded(), engine(), signal_window=SIGNAL, noise_window=NOISE)
    assert out.member[0].data[0] == pytest.approx(single.data[0], abs=0.1)
    scalar = extract_component(beam, 2)
    out = CNRArrayDecon(ensemble, scalar, engine(), noise_window=NOISE, signal_window=SIGNAL, use_3C_noise=True)
    assert out.live and "scalar beam" in out.elog.get_error_log()[0].message
    alone = CNRArrayDecon(ensemble, beam, engine(), NOISE, SIGNAL, use_wavelet_bandwidth=False)
    assert alone.member[0].dead() and "edges of a band" in alone.member[0].elog.get_error_log()[0].message
    with pytest.raises(TypeError, match="beam has illegal type="):
        CNRArrayDecon(ensemble, "beam", engine())


def test_what_coloured_noise_refuses() -> None:
    cnr = engine()
    for arguments, error, text in (
        (("foo", cnr), TypeError, "illegal type="),
        ((banded(), "foo"), TypeError, "Must be an instance of a CNRDeconEngine"),
        ((banded(), cnr, 20), ValueError, "Illegal value received"),
    ):
        with pytest.raises(error, match=text):
            CNRRFDecon(*arguments, signal_window=SIGNAL, noise_window=NOISE)
    coarse, utc, no_band = banded(), banded(), event(0.05)
    coarse.dt = 0.1
    utc.tref = TimeReferenceType.UTC
    for d, options, word in (
        (banded(), {"noise_window": TimeWindow(1000.0, 5000.0)}, "outside"),
        (banded(), {"noise_window": None}, "either noise_window or noise_spectrum"),
        (banded(), {"noise_window": TimeWindow(-40.0, -39.9)}, "noise_spectrum is dead"),
        (banded(), {"bandwidth_subdocument_key": "missing"}, "missing"),
        (coarse, {}, "sampling interval"),
        (utc, {}, "relative to P"),
        (no_band, {}, "edges of a band"),
    ):
        out = CNRRFDecon(d, cnr, **({"signal_window": SIGNAL, "noise_window": NOISE, "return_wavelet": True} | options))
        assert out[0].dead() and out[1:] == [None, None]
        assert any(word in entry.message for entry in out[0].elog.get_error_log())
    spectrum = PowerSpectrum()
    with pytest.raises(MsPASSError, match="dead"):
        cnr.initialize_inverse_operator(TimeSeries(extract_component(banded(), 2)), spectrum)
    with pytest.raises(MsPASSError, match="call initialize_inverse_operator first"):
        engine().process(banded(), spectrum, 0.1, 1.0)
    with pytest.raises(MsPASSError, match="algorithm must be one of"):
        engine(algorithm="no")
