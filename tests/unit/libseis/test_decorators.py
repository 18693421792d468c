"""The wrappers of processing functions: types, dead data, ensembles, errors, history, and the obspy views."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from libseis.mspass import logging_helper
from libseis.mspass.decorators import (
    is_input_dead,
    mspass_func_wrapper,
    mspass_func_wrapper_multi,
    mspass_method_wrapper,
    mspass_reduce_func_wrapper,
    seismogram_as_stream,
    seismogram_copy_helper,
    seismogram_ensemble_as_stream,
    timeseries_as_trace,
    timeseries_copy_helper,
    timeseries_ensemble_as_stream,
)
from libseis.mspass.error_logger import PyErrorLogger
from libseis.mspass.seismic import Seismogram, TimeSeries
from libseis.mspass.utility import ErrorSeverity, MsPASSError
from support.data_objects import ensemble, messages, seismogram, time_series


@mspass_func_wrapper
def answer(data, *args, **kwargs):  # type: ignore[no-untyped-def]
    return 42


@mspass_func_wrapper
def mark(data, *, handles_ensembles=False):  # type: ignore[no-untyped-def]
    data["marked"] = True
    return data


@mspass_func_wrapper
def fail(data, error):  # type: ignore[no-untyped-def]
    raise error


class Processor:
    @mspass_method_wrapper
    def answer(self, data, **kwargs):  # type: ignore[no-untyped-def]
        return 42

    @mspass_method_wrapper
    def fail(self, data):  # type: ignore[no-untyped-def]
        raise ValueError("no good")


@pytest.mark.parametrize("call", [answer, Processor().answer])
@pytest.mark.parametrize("make", [time_series, seismogram])
def test_what_comes_back(call, make) -> None:  # type: ignore[no-untyped-def]
    d = make()
    assert call(d) == 42
    assert call(d, dryrun=True) == "OK"
    assert call(d, inplace_return=True) is d
    assert call(d, inplace_return=True, function_return_key="result") is d
    assert d["result"] == 42
    assert d.elog.size() == 0
    assert call(d, function_return_key={}) is d
    assert "Illegal type received for function_return_key" in messages(d)[0]
    assert "Inconsistent arguments" in messages(d)[1]
    d.kill()
    assert call(d) is d


def test_the_datum_must_be_one() -> None:
    with pytest.raises(TypeError, match="mspass_func_wrapper only accepts mspass object as data input"):
        answer(1)
    with pytest.raises(TypeError, match="mspass_method_wrapper only accepts"):
        Processor().answer("x")
    assert answer("x", checks_arg0_type=True) == 42
    with pytest.raises(ValueError, match="Usage error"):
        answer(ensemble(time_series()), function_return_key="x")


def test_history_is_recorded_on_demand() -> None:
    d = time_series()
    with pytest.raises(ValueError, match="answer: object_history was true but alg_id not defined"):
        answer(d, object_history=True)
    answer(d)
    assert d.number_of_stages() == 0
    answer(d, object_history=True, alg_id="7")
    assert (d.current_nodedata().algorithm, d.current_nodedata().algid) == ("answer", "7")
    Processor().answer(d, object_history=True, alg_id="8")
    assert d.current_nodedata().algorithm == "Processor.answer"
    answer(d, object_history=True, alg_id="9", alg_name="other")
    assert d.current_nodedata().algorithm == "other"
    assert d.number_of_stages() == 3


def test_errors_kill_the_datum() -> None:
    d = fail(time_series(), ValueError("no good"))
    assert d.dead()
    assert messages(d) == ["ValueError: no good"]
    assert d.elog.get_error_log()[0].badness == ErrorSeverity.Invalid
    d = fail(time_series(), MsPASSError("odd", ErrorSeverity.Suspect))
    assert (messages(d), d.elog.get_error_log()[0].badness) == (["odd"], ErrorSeverity.Suspect)
    assert Processor().fail(d := time_series()).dead()
    assert d.elog.get_error_log()[0].algorithm == "Processor.fail"
    with pytest.raises(MsPASSError, match="stop"):
        fail(time_series(), MsPASSError("stop", ErrorSeverity.Fatal))
    with pytest.raises(TypeError, match="wrong argument"):
        fail(time_series(), TypeError("wrong argument"))
    with pytest.raises(KeyError):
        fail(time_series(), KeyError("x"), propagate_exceptions=True)


def test_ensembles_are_looped_or_handed_over() -> None:
    dead = time_series()
    dead.kill()
    e = ensemble(time_series(), dead)
    assert mark(e) is e
    assert [d.is_defined("marked") for d in e.member] == [True, False]
    assert "marked" not in e
    e = ensemble(time_series())
    mark(e, handles_ensembles=True)
    assert "marked" in e
    e = ensemble(dead, dead)
    e.live = True
    e.kill()
    assert mark(e) is e
    e = ensemble(time_series(), time_series())
    for member in e.member:
        member.kill()
    assert mark(e).dead()
    assert e.elog.size() == 1
    e = fail(ensemble(time_series(), seismogram_free := time_series()), RuntimeError("x"), handles_ensembles=True)
    assert seismogram_free.live
    assert e.dead() and all(member.dead() and member.elog.size() == 1 for member in e.member)


def test_a_replaced_datum_takes_its_place_in_the_ensemble() -> None:
    @mspass_func_wrapper
    def replace(data, *, handles_ensembles=False):  # type: ignore[no-untyped-def]
        return time_series(5)

    e = replace(ensemble(time_series(), time_series()))
    assert [d.npts for d in e.member] == [5, 5]


@pytest.mark.parametrize("make", [time_series, seismogram])
def test_is_input_dead(make) -> None:  # type: ignore[no-untyped-def]
    d, e = make(), ensemble(make(), make())
    assert not is_input_dead(d, other=e)
    e.member[0].kill()
    assert not is_input_dead(e)
    e.member[1].kill()
    assert is_input_dead(d, other=e)
    e = ensemble(make())
    e.kill()
    assert is_input_dead(e)
    assert not is_input_dead(1, "x")


def test_two_inputs() -> None:
    @mspass_func_wrapper_multi
    def add(a, b, error=None):  # type: ignore[no-untyped-def]
        if error:
            raise error
        return a.npts + b.npts

    a, b = time_series(2), ensemble(time_series(3))
    with pytest.raises(TypeError, match="mspass_func_wrapper_multi only accepts"):
        add(a, 1)
    with pytest.raises(ValueError, match="add: object_history was true"):
        add(a, a, object_history=True)
    assert add(a, a, dryrun=True) == "OK"
    assert add(a, time_series(3), object_history=True, alg_id="1") == 5
    assert a.number_of_stages() == 1
    assert add(a, b, error=ValueError("x")) is a
    assert a.dead() and b.dead() and messages(a) == messages(b.member[0]) == ["ValueError: x"]
    assert add(a, time_series()) is None
    a = time_series()
    with pytest.raises(MsPASSError):
        add(a, a, error=MsPASSError("x", ErrorSeverity.Fatal))
    assert a.live and add(a, time_series(), error=MsPASSError("odd", ErrorSeverity.Suspect)) is a
    assert a.dead() and messages(a) == ["odd"]


def test_reduce_operators() -> None:
    @mspass_reduce_func_wrapper
    def stack(a, b, error=None):  # type: ignore[no-untyped-def]
        if error:
            raise error
        a += b

    a, b = time_series(), time_series()
    logging_helper.info(b, "1", "one")
    logging_helper.info(b, "2", "two")
    assert stack(a, b, object_history=True, alg_id="3") is a
    assert len(a.get_nodes()) == 3
    assert a.data[0] == 2.0
    with pytest.raises(TypeError, match="data2 has a different type as data1"):
        stack(a, seismogram())
    with pytest.raises(TypeError, match="only mspass objects are supported in reduce wrapped methods"):
        stack([0], [1])
    for severity in (ErrorSeverity.Fatal, ErrorSeverity.Invalid, ErrorSeverity.Suspect, ErrorSeverity.Complaint):
        with pytest.raises(MsPASSError):
            stack(a, b, error=MsPASSError("x", severity))
    assert a.live and b.live and a.elog.size() == b.elog.size() == 0
    dead = time_series()
    dead.kill()
    assert stack(a, dead) is a
    assert stack(dead, a) is a
    for error in (RuntimeError("x"), ValueError("x"), MsPASSError("x", ErrorSeverity.Informational)):
        a, b = time_series(), time_series()
        assert stack(a, b, error=error) is a
        assert a.dead() and b.dead() and a.elog.size() == b.elog.size() == 1


def test_logging_helper() -> None:
    e = ensemble(seismogram(), seismogram())
    logging_helper.info(e, "0", "all")
    logging_helper.info(e, "0", "one", 1)
    assert [d.number_of_stages() for d in e.member] == [1, 2]
    with pytest.raises(IndexError):
        logging_helper.info(e, "0", "none", 2)
    with pytest.raises(TypeError):
        logging_helper.info(3, "0", "none")  # type: ignore[arg-type]
    empty = TimeSeries(3)
    empty.set_live()
    logging_helper.info(empty, "0", "x")
    assert empty.elog.size() == 1
    other = ensemble(seismogram(), seismogram())
    logging_helper.reduce(other, e, "1", "reduce")
    assert [len(d.get_nodes()) for d in other.member] == [2, 3]
    with pytest.raises(IndexError, match="different sizes of member"):
        logging_helper.reduce(other, ensemble(seismogram()), "1", "x")
    with pytest.raises(TypeError, match="different type"):
        logging_helper.reduce(other, seismogram(), "1", "x")
    logging_helper.ensemble_error(other, "x", "message", ErrorSeverity.Complaint)
    assert [messages(d) for d in other.member] == [["message"]] * 2


def test_the_python_error_logger_knows_its_caller() -> None:
    class Reader:
        def read(self, log: PyErrorLogger) -> None:
            log.log_error("cannot read", ErrorSeverity.Invalid)

    log = PyErrorLogger()
    Reader().read(log)
    entry = log.get_error_log()[0]
    assert (entry.message, entry.badness) == ("cannot read", ErrorSeverity.Invalid)
    assert entry.algorithm == "Reader.read"


def test_the_python_error_logger_takes_all_that_an_error_logger_takes() -> None:
    log = PyErrorLogger()
    assert log.log_error("first", ErrorSeverity.Suspect) == 1
    assert log.log_error("second") == 2
    assert log.log_error("reader", "third", ErrorSeverity.Complaint) == 3
    assert log.log_error(MsPASSError("fourth", ErrorSeverity.Fatal)) is None
    here = "test_the_python_error_logger_takes_all_that_an_error_logger_takes"
    assert [(entry.algorithm, entry.message, entry.badness) for entry in log.get_error_log()] == [
        (here, "first", ErrorSeverity.Suspect),
        (here, "second", ErrorSeverity.Informational),
        ("reader", "third", ErrorSeverity.Complaint),
        ("MsPASSError", "fourth", ErrorSeverity.Fatal),
    ]
    with pytest.raises(TypeError, match="'int' is given"):
        log.log_error(123)


# ---- obspy views


@timeseries_as_trace
@seismogram_as_stream
@timeseries_ensemble_as_stream
@seismogram_ensemble_as_stream
def run(data, operation, *args, **kwargs):  # type: ignore[no-untyped-def]
    return getattr(data, operation)(*args, **kwargs)


OPERATIONS = [
    ("detrend", ("linear",), {}),
    ("filter", ("lowpass",), {"freq": 2.0}),
    ("interpolate", (40.0,), {"method": "linear", "time_shift": 0.375}),
    ("resample", (40.0,), {}),
]


@pytest.mark.parametrize("make", [time_series, seismogram])
@pytest.mark.parametrize("relative", [False, True])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_views_keep_what_obspy_does_not_know(make, relative, operation) -> None:  # type: ignore[no-untyped-def]
    method, args, kwargs = operation
    d = make(128, 0.05, nested={"values": [1]}, sampling_rate=20.0)
    t0 = d.t0
    if relative:
        d.ator(t0 - 2.5)
        t0 = 2.5
    before, shift = np.array(d.data), d.get_t0shift()
    assert run(d, method, *args, **kwargs) is d
    resampled = method in ("interpolate", "resample")
    assert d.t0 == pytest.approx(t0 + kwargs.get("time_shift", 0.0))
    assert (d.dt, d.npts != 128) == (pytest.approx(0.025 if resampled else 0.05), resampled)
    assert (d.live, d.time_is_relative(), d.get_t0shift()) == (True, relative, shift)
    assert (d["npts"], d["delta"], d["starttime"], d["endtime"]) == (d.npts, d.dt, d.t0, d.endtime())
    assert d["sampling_rate"] == pytest.approx(1.0 / d.dt)
    assert d["nested"] == {"values": [1]}
    assert d["net"] == "XX" and not d.is_defined("network") and not d.is_defined("processing")
    assert np.asarray(d.data).shape[-1] == d.npts and not np.array_equal(d.data, before)


@pytest.mark.parametrize("make", [time_series, seismogram])
def test_functions_of_obspy_do_not_see_dead_data(make) -> None:  # type: ignore[no-untyped-def]
    calls: list[object] = []

    @timeseries_as_trace
    @seismogram_as_stream
    @timeseries_ensemble_as_stream
    @seismogram_ensemble_as_stream
    def note(*args, **kwargs):  # type: ignore[no-untyped-def]
        calls.append(args)

    dead, live = make(), make()
    dead.kill()
    all_dead, marked_dead = ensemble(make(), make()), ensemble(make())
    for member in all_dead.member:
        member.kill()
    marked_dead.kill()
    for value in (dead, all_dead, marked_dead):
        assert note(value) is None and note(live, other=value) is None
    assert calls == []
    assert np.array_equal(dead.data, live.data) and dict(dead) == dict(live)
    mixed = ensemble(make(), dead)
    note(mixed)
    assert len(calls) == 1 and [d.live for d in mixed.member] == [True, False]


def test_a_relative_time_of_any_size_is_no_epoch() -> None:
    d = time_series(16, 0.05)
    d.ator(d.t0)
    d.t0 = 1.0e12
    run(d, "detrend", "demean")
    assert d.t0 == 1.0e12


def test_header_changes_come_back() -> None:
    @timeseries_as_trace
    def change(trace, other=None):  # type: ignore[no-untyped-def]
        trace.data = np.array([0, 1, 2])
        trace.stats.channel = "HHE"
        trace.stats.extra = 5
        other.data[0] = -1

    a, b = time_series(), time_series()
    change(a, other=b)
    assert (list(a.data), a["chan"], a["extra"], a.npts) == ([0, 1, 2], "HHE", 5, 3)
    assert b.data[0] == -1


@pytest.mark.parametrize(
    ("make", "wrap"),
    [(time_series, timeseries_ensemble_as_stream), (seismogram, seismogram_ensemble_as_stream)],
)
@pytest.mark.parametrize("change", ["shorter", "copied", "reordered"])
def test_a_stream_that_no_longer_fits_changes_nothing(make, wrap, change) -> None:  # type: ignore[no-untyped-def]
    @wrap
    def spoil(stream):  # type: ignore[no-untyped-def]
        stream[0].data[0] += 100.0
        stream[0].stats.nested["values"].append(2)
        if change == "shorter":
            stream.pop()
        elif change == "copied":
            stream.append(stream[-1].copy())
        else:
            stream.traces[0], stream.traces[1] = stream.traces[1], stream.traces[0]

    e = ensemble(make(nested={"values": [1]}), make(nested={"values": [1]}))
    before = [(dict(d), np.array(d.data)) for d in copy.deepcopy(e).member]
    with pytest.raises(ValueError, match="Processed Stream"):
        spoil(e)
    for d, (metadata, samples) in zip(e.member, before, strict=True):
        assert dict(d) == metadata
        assert np.array_equal(d.data, samples)


@pytest.mark.parametrize("make", [time_series, seismogram])
def test_ensembles_as_streams(make) -> None:  # type: ignore[no-untyped-def]
    empty = type(make())()
    e = ensemble(make(64, 0.05), empty, make(64, 0.05))
    members = list(e.member)
    assert run(e, "detrend", "demean") is e
    assert all(a is b for a, b in zip(e.member, members, strict=True))
    assert abs(np.asarray(e.member[2].data).mean()) < 1e-9


def test_traces_that_a_function_adds_become_members() -> None:
    from obspy import Trace

    @timeseries_ensemble_as_stream
    def add(stream):  # type: ignore[no-untyped-def]
        stream.append(Trace(np.ones(5), {"network": "YY"}))

    e = ensemble(time_series())
    add(e)
    assert [d.npts for d in e.member] == [100, 5]
    assert e.member[1]["net"] == "YY"


def test_copy_helpers() -> None:
    a, b = time_series(5), time_series(9, 0.5)
    timeseries_copy_helper(a, b)
    assert (a.npts, a.dt, list(a.data)) == (9, 0.5, list(b.data))
    c, d = seismogram(5), seismogram(9, 0.5)
    d.rotate(0.3)
    seismogram_copy_helper(c, d)
    assert isinstance(c, Seismogram)
    assert np.array_equal(c.tmatrix, d.tmatrix) and np.array_equal(c.data, d.data)
