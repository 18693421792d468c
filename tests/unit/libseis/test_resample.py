"""The scipy resampling operators, and calibration."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from obspy.core.inventory import Channel, Response
from obspy.core.inventory.response import InstrumentSensitivity

from libseis import TimeWindow
from libseis.mspass.algorithms.calib import ApplyCalibEngine
from libseis.mspass.algorithms.resample import BasicResampler, ScipyDecimator, ScipyResampler, resample
from libseis.mspass.utility import ErrorSeverity, MsPASSError
from support.data_objects import T0, ensemble, messages, seismogram, time_series

MAKERS = [time_series, seismogram]


def sine(make, npts=1000, dt=0.01, frequency=1.0):  # type: ignore[no-untyped-def]
    x = np.sin(2 * np.pi * frequency * dt * np.arange(npts))
    return make(npts, dt, data=x if make is time_series else np.array([x, 2 * x, -x]))


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("rate", [250.0, 40.0, 20.0])
def test_fourier_resampling(make, rate: float) -> None:  # type: ignore[no-untyped-def]
    d = sine(make)
    assert ScipyResampler(rate, window=None).resample(d) is d
    assert (d.npts, d.samprate(), d["sampling_rate"], d.t0) == (int(10 * rate), rate, rate, T0)
    expected = np.sin(2 * np.pi * np.arange(d.npts) / rate)
    np.testing.assert_allclose(np.asarray(d.data).reshape(-1, d.npts)[0], expected, atol=1e-6)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(("rate", "npts"), [(33.0, 1001), (30.0, 1003), (99.99 / 3, 997), (127.3, 501)])
def test_fourier_resampling_stretches_nothing(make, rate: float, npts: int) -> None:  # type: ignore[no-untyped-def]
    d = ScipyResampler(rate, window=None).resample(sine(make, npts))
    assert d.npts == int(npts * rate * 0.01 + 1e-6)
    off = np.asarray(d.data).reshape(-1, d.npts)[0] - np.sin(2 * np.pi * np.arange(d.npts) / rate)
    assert np.abs(off[d.npts // 5 : -d.npts // 5]).max() < 0.01


@pytest.mark.parametrize("make", MAKERS)
def test_decimation(make) -> None:  # type: ignore[no-untyped-def]
    d = ScipyDecimator(20.0).resample(sine(make))
    assert (d.npts, d.dt, d["sampling_rate"]) == (200, 0.05, 20.0)
    middle = np.asarray(d.data).reshape(-1, 200)[0][40:-40]
    np.testing.assert_allclose(middle, np.sin(2 * np.pi * 0.05 * np.arange(200))[40:-40], atol=0.01)
    same = sine(make)
    before = np.array(same.data)
    assert ScipyDecimator(100.0).resample(same) is same
    assert np.array_equal(same.data, before) and not same.is_defined("sampling_rate")
    assert "whole number" in messages(ScipyDecimator(30.0).resample(sine(make)))[0]


@pytest.mark.parametrize("make", MAKERS)
def test_one_rate_for_all(make) -> None:  # type: ignore[no-untyped-def]
    dead = sine(make)
    dead.kill()
    e = ensemble(sine(make, dt=0.01), sine(make, dt=0.04), sine(make, dt=0.05), dead)
    assert resample(e, ScipyDecimator(25.0), ScipyResampler(25.0)) is e
    assert [d.dt for d in e.member] == [0.04, 0.04, 0.04, 0.01]
    assert [d.npts for d in e.member] == [250, 1000, 1250, 1000]
    with pytest.raises(MsPASSError, match="same target"):
        resample(e, ScipyDecimator(20.0), ScipyResampler(25.0))


def test_gaps_are_refused() -> None:
    for operator in (ScipyResampler(20.0), ScipyDecimator(20.0)):
        d = sine(time_series)
        d.add_gap(TimeWindow(T0 + 1, T0 + 2))
        assert operator.resample(d).dead() and "gaps" in messages(d)[0]


def test_targets() -> None:
    for kwargs, dt, rate in (
        ({"dt": 0.125}, 0.125, 8.0),
        ({"sampling_rate": 40}, 0.025, 40.0),
        ({"dt": np.float64(0.2)}, 0.2, 5.0),
    ):
        operator = ScipyResampler(**kwargs)  # type: ignore[arg-type]
        assert (operator.dt, operator.target_dt(), operator.samprate, operator.target_samprate()) == (
            dt,
            dt,
            rate,
            rate,
        )
    for kwargs in ({}, {"dt": 0.1, "sampling_rate": 10.0}):
        with pytest.raises(ValueError, match="either dt or sampling_rate"):
            ScipyDecimator(**kwargs)
    for bad in (True, "0.1", 0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="finite positive"):
            ScipyResampler(dt=bad)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        BasicResampler(dt=1.0)  # type: ignore[abstract]
    with pytest.raises(TypeError):
        ScipyResampler(20.0).resample(3)


# ---- calibration


def document(identity: str, value: float, units: str = "m/s") -> dict[str, object]:
    response = Response(instrument_sensitivity=InstrumentSensitivity(value, 1.0, units, "counts"))
    channel = Channel("BHZ", "", 0, 0, 0, 0, response=response)
    return {"_id": identity, "serialized_channel_data": pickle.dumps(channel)}


class Execute:
    """A pickle that runs code when it is loaded."""

    def __reduce__(self):  # type: ignore[no-untyped-def]
        return eval, ("__import__('os').putenv('SEISBUS_PICKLE_RAN', '1')",)


class Documents:
    def __init__(self, *documents: dict[str, object]) -> None:
        self.documents = documents

    def __getitem__(self, name: str) -> Documents:
        assert name == "channel"
        return self

    def find(self, query: dict[str, object]) -> list[dict[str, object]]:
        return [d for d in self.documents if query.items() <= d.items()]


def engine() -> ApplyCalibEngine:
    evil = {"_id": "evil", "serialized_channel_data": pickle.dumps(Execute())}
    return ApplyCalibEngine(
        Documents(document("a", 2e9), document("b", 1e9, "Pa"), document("c", 0.0), {"_id": "d"}, evil)
    )


def test_only_usable_channels_are_taken(capsys: pytest.CaptureFixture[str]) -> None:
    assert engine().calib == {"a": 0.5} and engine().size() == 1
    for options in ({"ounits": ["foobar"]}, {"response_data_key": "foobar"}, {"query": {"_id": "b"}}):
        with pytest.raises(MsPASSError, match="Database has no valid response data"):
            ApplyCalibEngine(Documents(document("a", 2e9)), verbose=True, **options)
    assert "0 channels" in capsys.readouterr().out


@pytest.mark.parametrize("make", MAKERS)
def test_calibration_is_applied_once_and_adds_up(make) -> None:  # type: ignore[no-untyped-def]
    d = make(channel_id="a")
    before = np.array(d.data)
    assert engine().apply_calib(d) is d
    np.testing.assert_array_equal(d.data, before * 0.5)
    assert d["calib"] == 0.5 and d.elog.size() == 0
    engine().apply_calib(d)
    assert d["calib"] == 0.25 and d.elog.get_error_log()[0].badness == ErrorSeverity.Complaint


def test_factors_set_by_hand_leave_the_units_alone() -> None:
    by_hand = engine()
    by_hand.calib = {"b": 3.0}
    d = by_hand.apply_calib(time_series(channel_id="b", units="counts"))
    assert (d["calib"], d["units"], d.live) == (3.0, "counts", True)


def test_what_cannot_be_calibrated() -> None:
    for bad in ("bad", math.nan, math.inf):
        d = engine().apply_calib(time_series(channel_id="a", calib=bad))
        assert d.dead() and d.data[0] == 1.0 and "finite numeric value" in messages(d)[0]
    for d, severity in (
        (time_series(), ErrorSeverity.Complaint),
        (time_series(channel_id="z"), ErrorSeverity.Complaint),
    ):
        kept = engine().apply_calib(d, kill_if_undefined=False)
        assert kept.live and kept.data[0] == 1.0 and kept.elog.get_error_log()[0].badness == severity
        assert engine().apply_calib(d).dead()
    e = ensemble(time_series(key="a"), time_series(key="z"))
    assert [d.live for d in engine().apply_calib(e, id_key="key").member] == [True, False]
    with pytest.raises(ValueError, match="Illegal input data type"):
        engine().apply_calib("foo")
    s = seismogram(channel_id=["a", "a", "a"])
    assert engine().apply_calib(s)["calib"] == 0.5
    assert engine().apply_calib(seismogram(channel_id=["a", "b", "a"])).dead()
