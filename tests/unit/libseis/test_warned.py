"""What libraries warn of is collected by the thread that it happens in, once each, whatever was shown before."""

from __future__ import annotations

import importlib
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest

from libseis import TimeSeries, steps
from libseis.mspass.decorators.processing import mspass_func_wrapper
from libseis.steps import StepContext, apply, build, isolation, registry
from libseis.warned import collected


def datum(npts: int = 100) -> TimeSeries:
    d = TimeSeries({"delta": 0.05, "starttime": 0.0, "npts": npts}, np.arange(float(npts)))
    d.set_live()
    return d


def zero() -> None:
    np.float64(1.0) / np.float64(0.0)


def test_a_warning_shown_before_is_collected_all_the_same_and_code_is_left_alone() -> None:
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("default")
        for _ in range(2):
            zero()
        for _ in range(2):
            with collected() as told:
                zero()
                zero()
                warnings.warn("old", DeprecationWarning, stacklevel=1)
            assert told == ["divide by zero encountered in scalar divide"]
        assert {type(one.message) for one in shown} == {RuntimeWarning, DeprecationWarning}
    with pytest.warns(RuntimeWarning):
        zero()


def test_the_inner_block_takes_its_own() -> None:
    with collected() as outer:
        with collected() as inner:
            warnings.warn("inside", UserWarning, stacklevel=1)
        warnings.warn("outside", UserWarning, stacklevel=1)
    assert (inner, outer) == (["inside"], ["outside"])


def test_threads_take_their_own() -> None:
    found: dict[int, list[str]] = {}
    together = threading.Barrier(8)

    def work(number: int) -> None:
        together.wait()
        for _ in range(200):
            with collected() as told:
                warnings.warn(f"thread {number}", UserWarning, stacklevel=1)
            found.setdefault(number, []).extend(told)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {n: [f"thread {n}"] * 200 for n in range(8)}


SOURCE = """
import numpy as np
from libseis import TimeSeries

def warns(datum: TimeSeries) -> TimeSeries:
    np.log(np.zeros(1))
    return datum
"""


@pytest.mark.parametrize("limit", [None, 60.0])
def test_what_a_step_is_warned_of_is_on_the_datums_log(
    limit: float | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "warning_steps.py").write_text(SOURCE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(registry, "_definitions", dict(registry._definitions))
    monkeypatch.setattr(isolation._local, "child", None, raising=False)  # one that knows the path
    steps.register(steps.definition_of("warns", importlib.import_module("warning_steps").warns, "1"))
    (done,) = apply(build("warns"), datum(), StepContext(time_limit=limit))
    (entry,) = done.elog.get_error_log()
    assert (entry.algorithm, entry.message) == ("warns", "A library warned: divide by zero encountered in log")
    assert done.live


def test_what_a_wrapped_function_is_warned_of_is_on_the_datums_log() -> None:
    @mspass_func_wrapper
    def halve(data: TimeSeries) -> TimeSeries:
        zero()
        return data

    d = halve(datum())
    assert "divide by zero" in d.elog.get_error_log()[0].message
