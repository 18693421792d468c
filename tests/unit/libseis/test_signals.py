"""signals: what obspy gives on the same samples, in place, for every kind of datum."""

from __future__ import annotations

import numpy as np
import obspy.signal.cross_correlation as obspy_correlation
import pytest
from obspy import Trace, UTCDateTime, read

from libseis import TimeWindow
from libseis.mspass.algorithms import signals
from libseis.obspy.converter import Trace2TimeSeries
from support.data_objects import T0, ensemble, messages, seismogram, time_series

MAKERS = [time_series, seismogram]


def noisy(make, seed: int = 0, npts: int = 600, **values: object):  # type: ignore[no-untyped-def]
    x = np.random.default_rng(seed).standard_normal((3, npts))
    return make(npts, 0.05, data=x[0] if make is time_series else x, **values)


def trace_of(x: np.ndarray) -> Trace:
    return Trace(np.array(x), {"delta": 0.05})  # at time 0, where obspy computes times exactly


CALLS = [
    ("filter", ("bandpass",), {"freqmin": 1.0, "freqmax": 5.0}),
    ("filter", ("bandstop",), {"freqmin": 1.0, "freqmax": 5.0}),
    ("filter", ("lowpass",), {"freq": 1.0, "zerophase": True}),
    ("filter", ("highpass",), {"freq": 1.0}),
    ("filter", ("lowpass_cheby_2",), {"freq": 1.0}),
    ("detrend", (), {}),
    ("detrend", ("linear",), {}),
    ("detrend", ("constant",), {}),
    ("detrend", ("polynomial",), {"order": 2}),
    ("detrend", ("spline",), {"order": 2, "dspline": 100}),
    ("interpolate", (40.0,), {}),
    ("interpolate", (25.0,), {"method": "lanczos", "a": 20}),
    ("interpolate", (40.0,), {"method": "zero", "npts": 100}),
]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(("name", "args", "options"), CALLS)
def test_in_place_as_obspy_does_it(make, name, args, options) -> None:  # type: ignore[no-untyped-def]
    d = noisy(make)
    rows = np.array(d.data).reshape(-1, 600)
    assert getattr(signals, name)(d, *args, object_history=True, alg_id="0", **options) is d
    assert d.live, messages(d)
    assert d.number_of_stages() == 1 and d.current_nodedata().algorithm == name
    for before, after in zip(rows, np.asarray(d.data).reshape(len(rows), -1), strict=True):
        trace = trace_of(before)
        getattr(trace, name)(*args, **options)
        np.testing.assert_allclose(after, trace.data, rtol=0, atol=1e-12)
        assert (d.npts, d.dt) == (trace.stats.npts, trace.stats.delta)


def test_ensembles_and_the_dead() -> None:
    dead = noisy(time_series)
    dead.kill()
    e = ensemble(noisy(time_series), dead)
    before = np.array(dead.data)
    assert signals.detrend(e, "demean") is e
    assert abs(e.member[0].data.mean()) < 1e-12 and np.array_equal(e.member[1].data, before)
    assert signals.filter(noisy(time_series), "no_such_filter").dead()


@pytest.mark.parametrize("make", MAKERS)
def test_the_start_of_interpolated_data(make) -> None:  # type: ignore[no-untyped-def]
    d = signals.interpolate(noisy(make), 40.0, "linear", starttime=T0 + 1.0, npts=50)
    assert (d.t0, d.npts) == (T0 + 1.0, 50)
    d = noisy(make)
    d.ator(T0 + 2.0)
    signals.interpolate(d, 40.0, "linear", starttime=-1.0)
    assert d.t0 == pytest.approx(-1.0) and d.time_is_relative() and d.time_reference() == T0 + 2.0


def test_operators_with_memory_refuse_gaps() -> None:
    for call in (lambda d: signals.filter(d, "lowpass", freq=1.0), lambda d: signals.interpolate(d, 40.0)):
        d = noisy(time_series)
        d.add_gap(TimeWindow(T0 + 1, T0 + 2))
        assert call(d).dead() and "gap" in messages(d)[0]


def test_correlations_are_obspys() -> None:
    a, b = noisy(time_series, 1), noisy(time_series, 2, 100)
    x, y = np.array(a.data), np.array(b.data)
    np.testing.assert_array_equal(signals.correlate(a, b, 20), obspy_correlation.correlate(x, y, 20))
    np.testing.assert_array_equal(signals.correlate_template(a, b), obspy_correlation.correlate_template(x, y))
    correlation = time_series(41, data=obspy_correlation.correlate(x, y, 20))
    assert signals.xcorr_max(correlation) == obspy_correlation.xcorr_max(np.array(correlation.data))
    b.kill()
    assert signals.correlate(a, b, 20) is None


def test_correlations_over_components() -> None:
    a, b = noisy(seismogram, 1), noisy(seismogram, 2)
    for s in (a, b):
        s.erase("chan")
    expected = obspy_correlation.correlate_stream_template(a.toStream(), b.toStream())
    result = signals.correlate_stream_template(a, b)
    assert result.live and result.npts == len(expected[0])
    np.testing.assert_array_equal(result.data, [trace.data for trace in expected])
    assert signals.xcorr_3c(a, b, 5) == obspy_correlation.xcorr_3c(a.toStream(), b.toStream(), 5)
    first, second = ensemble(noisy(time_series, 3)), ensemble(noisy(time_series, 3))
    similarity = signals.templates_max_similarity(first, UTCDateTime(T0), [second])
    assert similarity == obspy_correlation.templates_max_similarity(
        first.toStream(), UTCDateTime(T0), [second.toStream()]
    )


def test_a_template_is_found_again() -> None:
    data = noisy(time_series, 4, 2000)
    template = time_series(200, 0.05, data.time(700), data=np.array(data.data[700:900]))
    found, similarities = signals.correlation_detector(ensemble(data), [ensemble(template)], 0.9, 5)
    assert [abs(d["time"] - UTCDateTime(data.time(700))) < 0.01 for d in found] == [True]
    assert similarities[0].member[0].npts == 1801


def test_pick_correction() -> None:
    trace = read()[0].filter("lowpass", freq=3.0, zerophase=True)
    late = trace.copy()
    late.stats.starttime += 0.02
    a, b = Trace2TimeSeries(trace), Trace2TimeSeries(late)
    pick = UTCDateTime("2009-08-24T00:20:07.7")
    arguments = (pick, pick, 0.05, 0.2, 0.1)
    expected = obspy_correlation.xcorr_pick_correction(pick, trace, pick, late, 0.05, 0.2, 0.1)
    assert signals.xcorr_pick_correction(a, b, *arguments) == pytest.approx(expected)
