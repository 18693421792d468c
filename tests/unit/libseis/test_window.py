"""WindowData and its relatives, merge, scale, TopMute: against the rule written out sample by sample."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libseis import AtomicType, TimeReferenceType, TimeWindow
from libseis.mspass.algorithms import window as window_module
from libseis.mspass.algorithms.amplitudes import ScalingMethod, _scale, _scale_ensemble
from libseis.mspass.algorithms.basic import repair_overlaps, splice_segments
from libseis.mspass.algorithms.window import TopMute, WindowData, WindowData_autopad, WindowDataAtomic, merge, scale
from libseis.mspass.seismic import Seismogram, TimeSeries
from libseis.mspass.utility import ErrorSeverity, MsPASSError
from libseis.objects.kinds import DATA
from support.data_objects import T0, ensemble, messages, seismogram, time_series

MAKERS = [time_series, seismogram]


@pytest.mark.parametrize("make", MAKERS)
def test_a_window_is_a_new_datum_with_everything_but_the_samples(make) -> None:  # type: ignore[no-untyped-def]
    d = make(1000, 0.01, extra=[1])
    d.elog.log_error("x", "before", ErrorSeverity.Complaint)
    w = WindowData(d, T0 + 2, T0 + 3)
    assert (w.npts, w.t0, w.endtime(), w.live, w.tref) == (101, T0 + 2, T0 + 3, True, TimeReferenceType.UTC)
    assert np.array_equal(np.asarray(w.data), np.asarray(d.data)[..., 200:301])
    assert (w["npts"], w["starttime"], w["extra"], w["sta"]) == (101, T0 + 2, [1], "TEST")
    assert messages(w) == ["before"]
    assert w.id() == d.id() and w.is_origin()
    assert (d.npts, d.live) == (1000, True)
    w.data[..., 0] = -1
    assert not np.any(np.asarray(d.data) == -1)
    d.kill()
    assert WindowData(d, T0 + 2, T0 + 3) is d


@pytest.mark.parametrize("make", MAKERS)
def test_relative_data_and_orientation_are_kept(make) -> None:  # type: ignore[no-untyped-def]
    d = make(100, 0.1)
    d.ator(T0 + 5)
    if isinstance(d, Seismogram):
        d.rotate(0.4)
    w = WindowData(d, -1.0, 1.0)
    assert (w.t0, w.npts, w.time_is_relative(), w.time_reference()) == (-1.0, 21, True, T0 + 5)
    if isinstance(d, Seismogram):
        assert np.array_equal(w.tmatrix, d.tmatrix)
        assert (w.cardinal(), w.orthogonal()) == (d.cardinal(), d.orthogonal())


@pytest.mark.parametrize("make", MAKERS)
def test_wholly_outside_empties_the_input(make) -> None:  # type: ignore[no-untyped-def]
    for start, end in ((T0 - 5, T0 - 4), (T0 + 100, T0 + 101)):
        d = make()
        assert WindowData(d, start, end) is d
        assert (d.dead(), d.npts, d.elog.size()) == (True, 0, 1)
        assert d.elog.get_error_log()[0].badness == ErrorSeverity.Invalid


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    ("start", "end", "begin", "stop"), [(-0.05, 0.3, -5, 31), (0.5, 1.2, 50, 121), (-1, 2, -100, 201)]
)
def test_partly_outside(make, start, end, begin, stop) -> None:  # type: ignore[no-untyped-def]
    d = make(100, 0.01)
    killed = WindowData(d, T0 + start, T0 + end)
    assert (killed.dead(), killed.npts, killed.elog.size(), d.live, d.elog.size()) == (True, 0, 1, True, 0)
    cut = WindowData(d, T0 + start, T0 + end, short_segment_handling="truncate")
    assert np.array_equal(np.asarray(cut.data), np.asarray(d.data)[..., max(begin, 0) : stop])
    assert cut.t0 == d.time(max(begin, 0))
    padded = WindowData(d, T0 + start, T0 + end, short_segment_handling="pad")
    expected = np.zeros((*np.shape(d.data)[:-1], stop - begin))
    expected[..., max(0, -begin) : min(stop, 100) - begin] = np.asarray(d.data)[..., max(begin, 0) : stop]
    assert np.array_equal(np.asarray(padded.data), expected)
    assert padded.t0 == pytest.approx(T0 + begin * 0.01, abs=1e-9)
    for w in (cut, padded):
        assert w.live and [e.badness for e in w.elog.get_error_log()] == [ErrorSeverity.Complaint]
    quiet = WindowData(d, T0 + start, T0 + end, short_segment_handling="pad", log_recoverable_errors=False)
    assert quiet.elog.size() == 0


@given(
    npts=st.integers(1, 50),
    dt=st.sampled_from([1.0, 0.1, 0.01, 1 / 3, 0.05]),
    phase=st.floats(0, 1),
    first=st.integers(-5, 60),
    length=st.integers(0, 60),
    nudges=st.tuples(st.floats(-0.45, 0.45), st.floats(-0.45, 0.45)),
)
def test_against_the_rule(npts, dt, phase, first, length, nudges) -> None:  # type: ignore[no-untyped-def]
    d = time_series(npts, dt, t0=T0 + phase)
    start, end = d.time(first) + nudges[0] * dt, d.time(first + length) + nudges[1] * dt
    if end < start:
        return
    want = [first + i for i in range(math.floor((end - start) / dt + 0.5) + 1)]
    if want[-1] == npts and end < d.endtime() + 0.5 * dt:
        want = want[:-1] or want
    half = abs((end - start) / dt % 1 - 0.5)
    if half < 1e-5:
        return  # a tie of rounding, decided by the last bit of an epoch float
    w = WindowData(d, start, end)
    if want[0] >= 0 and want[-1] < npts and not (end < d.t0 or start > d.endtime()):
        assert w.live
        assert list(w.data) == [i + 1.0 for i in want]
        assert w.t0_ns == d.time_ns(want[0])
    elif not (end < d.t0 or start > d.endtime()):
        assert w.dead() and w is not d


@pytest.mark.parametrize("make", MAKERS)
def test_half_a_sample_of_tolerance(make) -> None:  # type: ignore[no-untyped-def]
    d = make(5, 0.5, t0=10.0)
    tie = d.endtime() + 0.25
    for end in (d.endtime(), np.nextafter(tie, 0)):
        assert WindowData(d, 10.0, float(end)).npts == 5
    for end in (tie, d.endtime() + 0.5):
        w = WindowData(d, 10.0, end)
        assert w.dead() and w.npts == 0 and d.live


def test_shifts_and_bad_arguments() -> None:
    d = time_series(1000, 0.01, arrival=T0 + 4.0)
    assert WindowData(d, -1, 1, t0shift=T0 + 4).t0 == T0 + 3
    assert WindowData(d, -1, 1, t0shift="arrival").t0 == T0 + 3
    w = WindowData(d, T0 + 1, T0 + 2, t0shift="nothing")
    assert w.live and "no 'nothing'" in messages(w)[0]
    assert "ends before it starts" in messages(WindowData(d, T0 + 3, T0 + 2))[0]
    assert WindowData(d, T0, T0 + 1, dryrun=True) == "OK"
    with pytest.raises(TypeError):
        WindowData([1, 2], 0, 1)
    with pytest.raises(ValueError, match="illegal option: short_segment_handling"):
        WindowDataAtomic(d, T0, T0 + 1, short_segment_handling="stretch")
    with pytest.raises(MsPASSError, match="must be a TimeSeries or Seismogram"):
        WindowDataAtomic([1], T0, T0 + 1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="Illegal type for arg0=<class 'list'>"):
        WindowData([1], T0, T0 + 1)
    for join in (merge, repair_overlaps, splice_segments):
        for kind in (MsPASSError, TypeError):
            with pytest.raises(kind, match="every piece must be a TimeSeries, found int"):
                join([time_series(), 1])
    for start, end in ((float("nan"), T0), (T0, float("inf"))):
        bad = time_series()
        assert WindowData(bad, start, end).dead()
        assert "finite" in messages(bad)[-1]
    bad = WindowData(time_series(), T0, T0 + 1, short_segment_handling="stretch")
    assert bad.dead() and bad.elog.get_error_log()[0].badness == ErrorSeverity.Invalid


def test_the_start_does_not_drift_at_the_end_of_a_day() -> None:
    d = TimeSeries(17_280_001)
    d.set_rate(200)
    d.tref = TimeReferenceType.UTC
    d.t0 = T0
    d.set_live()
    w = WindowData(d, T0 + 86399.123, T0 + 86400)
    assert w.t0_ns == d.t0_ns + round(86399.125e9)


def test_gaps_are_clipped_to_the_window() -> None:
    d = time_series(1000, 0.01)
    for start, end in ((1.0, 1.5), (2.9, 3.5), (6.0, 7.0)):
        d.add_gap(TimeWindow(T0 + start, T0 + end))
    w = WindowData(d, T0 + 1.2, T0 + 3.0)
    assert [(round(g.start - T0, 6), round(g.end - T0, 6)) for g in w.gaps] == [(1.2, 1.5), (2.9, 3.0)]
    assert len(d.gaps) == 3


@pytest.mark.parametrize("make", MAKERS)
def test_ensembles(make) -> None:  # type: ignore[no-untyped-def]
    def build():  # type: ignore[no-untyped-def]
        dead, far = make(1000, 0.01), make(1000, 0.01, t0=T0 + 1000)
        dead.kill()
        return ensemble(make(1000, 0.01), dead, far, event=5)

    e = build()
    w = WindowData(e, T0 + 2, T0 + 3)
    assert w is not e and isinstance(w, DATA) and w["event"] == 5
    assert [(d.npts, d.live) for d in w.member] == [(101, True), (1000, False), (0, False)]
    assert [(d.npts, d.live) for d in e.member] == [(1000, True), (1000, False), (1000, True)]
    assert [d.npts for d in WindowData(e, T0 + 2, T0 + 3, retain_dead_members=False).member] == [101]
    assert WindowData(e, T0 + 2, T0 + 3, overwrite_members=True) is e
    assert [(d.npts, d.live) for d in e.member] == [(101, True), (1000, False), (0, False)]
    gone = WindowData(build(), T0 - 20, T0 - 10)
    assert gone.dead() and gone.elog.size() == 1
    d = make(1000, 0.01)
    w = WindowData(d, T0 + 2, T0 + 3, object_history=True, alg_id="1")
    assert (w.number_of_stages(), d.number_of_stages()) == (1, 0)


@pytest.mark.parametrize("make", MAKERS)
def test_autopad(make) -> None:  # type: ignore[no-untyped-def]
    d = make(100, 0.01)
    assert WindowData_autopad(d, T0, T0 + 0.99).npts == 100
    padded = WindowData_autopad(d, T0, T0 + 1.02)
    assert (padded.live, padded.npts, padded.elog.size()) == (True, 103, 0)
    assert not np.any(np.asarray(padded.data)[..., 100:])
    assert WindowData_autopad(d=make(), stime=T0 + 0.5, etime=T0 + 0.5).npts == 1
    assert WindowData_autopad(make(), T0, T0 + 1.5).dead()
    with pytest.raises(ValueError, match="less than or equal"):
        WindowData_autopad(d, T0 + 1, T0)
    e = ensemble(make(), make())
    e.member[1].dt = 0.0
    with pytest.raises(ValueError, match="finite and positive"):
        WindowData_autopad(e, T0, T0 + 1)
    with pytest.raises(TypeError):
        WindowData_autopad(3, T0, T0 + 1)  # type: ignore[arg-type]


# ---- merge


def pieces(*spans: tuple[int, int], dt: float = 0.1) -> list[TimeSeries]:
    return [
        time_series(stop - start, dt, T0 + start * dt, data=np.arange(start, stop, dtype=float))
        for start, stop in spans
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_merge_of_pieces_that_touch(order: int) -> None:
    m = merge(pieces((0, 10), (10, 30), (30, 31))[::order])
    assert m.live and list(m.data) == list(range(31)) and m.t0 == T0
    assert not m.is_defined("has_gap")
    cut = merge(pieces((0, 10), (10, 30)), starttime=T0 + 0.5, endtime=T0 + 1.5)
    assert list(cut.data) == list(range(5, 16)) and cut.t0 == pytest.approx(T0 + 0.5)


def test_merge_with_gaps_and_overlaps() -> None:
    assert "missing" in messages(merge(pieces((0, 10), (12, 20))))[-1]
    m = merge(pieces((0, 10), (12, 20)), zero_gaps=True)
    assert list(m.data) == [*range(10), 0, 0, *range(12, 20)]
    assert m["has_gap"] and len(m["gaps"]) == len(m.gaps) == 1
    assert m["gaps"][0]["starttime"] == pytest.approx(T0 + 1.0) and m["gaps"][0]["endtime"] == pytest.approx(T0 + 1.1)
    overlapping = pieces((0, 10), (8, 20))
    assert "overlap" in messages(merge(overlapping))[-1]
    assert list(merge(overlapping, fix_overlaps=True).data) == list(range(20))
    overlapping[1].data[0] = 99.0
    assert merge(overlapping, fix_overlaps=True).dead()
    conflict = merge(overlapping, fix_overlaps=True, zero_gaps=True)
    assert conflict.live and len(conflict.gaps) == 1 and conflict.data[8] == 0.0
    assert [list(p.data) for p in repair_overlaps(pieces((0, 10), (8, 20), (25, 27)))] == [
        list(range(20)),
        [25.0, 26.0],
    ]


def test_what_cannot_be_merged_says_why() -> None:
    assert "no live TimeSeries" in messages(merge([]))[0]
    mixed = [time_series(10, 0.1), time_series(10, 0.2, T0 + 1)]
    assert "different sample intervals" in messages(merge(mixed))[-1]
    dead = pieces((10, 20))[0]
    dead.kill()
    assert list(merge([*pieces((0, 10)), dead]).data) == list(range(10))
    with pytest.raises(ValueError, match="different sample intervals"):
        repair_overlaps(mixed)
    inputs = pieces((0, 10), (10, 20))
    inputs[1].set_id("second")
    m = merge(inputs, object_history=True)
    assert m.number_inputs() == 2


def test_splice_keeps_its_gaps() -> None:
    spliced = splice_segments(pieces((0, 10), (12, 20)))
    assert spliced.has_gap() and spliced.npts == 20


# ---- scale and mute


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    ("method", "key"),
    [("peak", "amplitude"), ("RMS", "rms_amplitude"), ("mad", "mad_amplitude"), ("perc", "perc_amplitude")],
)
def test_scale_posts_its_amplitude_and_can_be_undone(make, method, key) -> None:  # type: ignore[no-untyped-def]
    d = make(calib=2.0)
    original = np.array(d.data)
    assert scale(d, method=method, level=0.5) is d
    assert set(d.keys()) & {"amplitude", "rms_amplitude", "perc_amplitude", "mad_amplitude"} == {key}
    np.testing.assert_allclose(np.asarray(d.data) * d["calib"], 2.0 * original)
    e = ensemble(make(), make())
    scale(e, method=method, level=0.5, scale_by_section=True)
    assert e.is_defined(key) and not e.member[0].is_defined(key)
    e = ensemble(make(), make())
    e.member[1].kill()
    scale(e, method=method, level=0.5)
    assert e.member[0].is_defined(key) and not e.member[1].is_defined(key) and not e.is_defined(key)


def test_scale_measures_the_window() -> None:
    d = time_series(6, 1.0, 0.0, data=[100.0, 1, 2, 4, 3, 1])
    assert _scale(d, ScalingMethod.Peak, 2.0, TimeWindow(2.0, 4.0)) == 4.0
    assert d.data[0] == 50.0 and d["calib"] == 2.0
    # a window that has a moment only in common with the data, or is one, measures nothing
    for window in ((10.0, 12.0), (2.0, 2.0), (-2.0, 0.0), (5.0, 7.0)):
        with pytest.raises(MsPASSError, match="no positive-width intersection"):
            _scale(d, ScalingMethod.Peak, 1.0, TimeWindow(*window))
    assert d.data[0] == 50.0 and d["calib"] == 2.0
    d = time_series(4, 1.0, 0.0)
    assert scale(d, compute_from_window=True, window=TimeWindow(-5, 2))["amplitude"] == 3.0
    assert scale(time_series(4, 1.0, 0.0), compute_from_window=True, window=TimeWindow(9, 10)).dead()
    whole = scale(time_series(4, 1.0, 0.0), compute_from_window=True)
    assert whole["amplitude"] == scale(time_series(4, 1.0, 0.0))["amplitude"] and whole.live
    assert "needs a TimeWindow" in messages(whole)[0]


@pytest.mark.parametrize("use_mean", [True, False])
def test_one_gain_for_a_section_from_the_usable_amplitudes(use_mean: bool) -> None:
    amplitudes = [2.0, 4.0, 16.0, 128.0, 0.0, np.nan, np.inf, 8.0]
    e = ensemble(*[time_series(1, data=[a], calib=2.0) for a in amplitudes])
    e.member[-1].kill()
    expected = 16384.0**0.25 if use_mean else 8.0
    assert _scale_ensemble(e, ScalingMethod.Peak, 16.0, use_mean) == pytest.approx(expected)
    for d, a in zip(list(e.member)[:-1], amplitudes, strict=False):
        assert d.data[0] == pytest.approx(a * 16.0 / expected, nan_ok=True)
        assert d["calib"] == pytest.approx(2.0 * expected / 16.0)
    assert (e.member[-1].data[0], e.member[-1]["calib"]) == (8.0, 2.0)
    assert _scale_ensemble(ensemble(time_series(2, data=0.0)), ScalingMethod.Peak, 1.0, use_mean) == 0.0


def test_scale_with_bad_arguments_complains_and_goes_on() -> None:
    d = scale(time_series(), method="perc", level=0.0)
    assert d.live and "Defaulted to 1.0" in messages(d)[0]
    d = scale(time_series(), method="loudness")
    assert d.live and np.array_equal(d.data, time_series().data) and "loudness is not valid" in messages(d)[0]
    for level in (-1.0, 0.0, math.nan, math.inf):
        d = scale(time_series(), level=level)
        assert d.live and np.max(np.abs(d.data)) == pytest.approx(1.0) and "Defaulted to 1.0" in messages(d)[0]
    e = ensemble(time_series(), time_series())
    e.member[1].kill()
    scale(e, method="rms", level=-2.0)
    assert [member.elog.size() for member in e.member] == [1, 0]
    assert {entry.badness for entry in e.member[0].elog.get_error_log()} == {ErrorSeverity.Complaint}


def test_scale_kills_for_bad_data_and_raises_for_bad_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(error: Exception) -> Any:
        def measure(*args: object) -> float:
            raise error

        return measure

    monkeypatch.setattr(window_module, "_scale", fail(MsPASSError("no amplitude", ErrorSeverity.Complaint)))
    d = scale(time_series())
    (entry,) = d.elog.get_error_log()
    assert d.dead() and (entry.algorithm, entry.message, entry.badness) == (
        "scale",
        "no amplitude",
        ErrorSeverity.Invalid,
    )
    for kind in (RuntimeError, TypeError):
        monkeypatch.setattr(window_module, "_scale", fail(kind("broken")))
        d = time_series()
        with pytest.raises(kind, match="broken"):
            scale(d)
        assert d.live and d.elog.size() == 0 and np.array_equal(d.data, time_series().data)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("kind", ["linear", "cosine"])
def test_top_mute(make, kind) -> None:  # type: ignore[no-untyped-def]
    d = make(100, 0.1, 0.0, data=1.0)
    mute = TopMute(2.0, 4.0, kind)
    assert mute.apply(d) is d
    x = np.asarray(d.data)
    assert np.all(x[..., :21] == 0.0) and np.allclose(x[..., 30], 0.5) and np.allclose(x[..., 40:], 1.0)
    assert np.all(np.diff(x, axis=-1) >= 0.0)
    assert TopMute(-0.1, 4.0, kind).apply(d) is d
    assert d.dead() and d.elog.size() == 1
    e = ensemble(make(100, 0.1, 0.0, data=1.0), make(100, 0.1, 0.0, data=1.0))
    assert mute.apply(e) is e
    for member in e.member:
        np.testing.assert_allclose(member.data, x)
    with pytest.raises(TypeError, match="must be a TimeSeries or Seismogram"):
        mute.apply([1, 2])
    d = make(100, 0.1, 0.0, data=1.0)
    d.set_as_raw("reader", "1", "a", AtomicType.TIMESERIES)
    mute.apply(d, object_history=True, alg_id="7")
    assert (d.created_by()) == ("TopMute.apply", "7")
    for arguments in ((4.0, 2.0, kind), (1.0, 2.0, "round")):
        with pytest.raises(MsPASSError):
            TopMute(*arguments)
