"""Calls everything public of libseis's data objects with wrong types, NaN, infinities and absurd sizes.

Run by test_fuzz_objects in a process of its own: `python fuzz_objects.py SEED ROUNDS`. A call may return or
raise an exception that says something; it must not end the interpreter.
"""

from __future__ import annotations

import contextlib
import copy
import faulthandler
import operator
import pickle
import random
import resource
import sys
import warnings
from typing import Any

import numpy as np

from libseis import DoubleVector, GapFill, TimeReferenceType, TimeWindow, objects
from libseis.mspass import antelope_pf, history_graph, metadata_list
from libseis.mspass.metadata_definitions import MetadataDefinitions
from libseis.mspass.seismic import (
    CoreSeismogramEnsemble,
    CoreTimeSeriesEnsemble,
    DataGap,
    PowerSpectrum,
    Seismogram,
    SeismogramEnsemble,
    SeismogramVector,
    SlownessVector,
    TimeSeries,
    TimeSeriesEnsemble,
    TimeSeriesVector,
    TimeSeriesWGaps,
    _BasicTimeSeries,
    _CoreSeismogram,
    _CoreTimeSeries,
)
from libseis.mspass.utility import (
    AntelopePf,
    AtomicType,
    ErrorLogger,
    ErrorSeverity,
    LogData,
    Metadata,
    MsPASSError,
    NodeData,
    ProcessingHistory,
    ProcessingStatus,
    SphericalCoordinate,
)
from libseis.objects import datagap, dmatrix, gaplist, powerspectrum, timeserieswgaps
from libseis.signal import butterworth

CLASSES: list[Any] = [
    Metadata, ErrorLogger, LogData, NodeData, ProcessingHistory, _BasicTimeSeries, _CoreTimeSeries, TimeSeries,
    _CoreSeismogram, Seismogram, CoreTimeSeriesEnsemble, TimeSeriesEnsemble, CoreSeismogramEnsemble, SeismogramEnsemble,
    TimeSeriesVector, SeismogramVector, DoubleVector, dmatrix, SlownessVector, SphericalCoordinate, TimeWindow, DataGap,
    TimeSeriesWGaps, PowerSpectrum, AntelopePf, butterworth.Butterworth, MetadataDefinitions, MsPASSError,
]  # fmt: skip
MODULES: list[Any] = [
    history_graph, metadata_list, antelope_pf, gaplist, objects.metadata, objects.logdata, objects.errorlogger,
    objects.nodedata, objects.history, objects.timebase, objects.coretimeseries, objects.timeseries,
    objects.coreseismogram, objects.seismogram, objects.members, objects.ensemblebase, objects.spherical,
    powerspectrum, datagap, timeserieswgaps,
]  # fmt: skip
OPERATORS: list[Any] = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.iadd, operator.isub, operator.imul,
    operator.itruediv, operator.eq, operator.lt, operator.contains, operator.getitem, operator.delitem, divmod,
]  # fmt: skip
UNARY: list[Any] = [
    operator.neg, len, iter, list, repr, str, hash, bool, reversed, copy.copy, copy.deepcopy, pickle.dumps, dict,
    sys.getsizeof, np.asarray, lambda d: pickle.loads(pickle.dumps(d, 5)), lambda d: pickle.loads(pickle.dumps(d, 0)),
]  # fmt: skip
# Data are changed under the objects' feet in ways that numpy allows.
VANDALISM: list[Any] = [
    lambda d: setattr(d.data, "shape", (-1, 1)),
    lambda d: setattr(d.data, "dtype", np.int8),
    lambda d: d.data.setflags(write=False),
    lambda d: d.data.fill(np.nan),
    lambda d: d.data.append(1.0),
    lambda d: d.data.clear(),
]
SKIPPED = {"toTrace", "toStream", "tofile", "dump", "__class__", "__init_subclass__", "__subclasshook__"}


def live(kind: Any, n: int = 7) -> Any:
    d = kind({"delta": 0.1, "starttime": 10.0}, np.ones(n) if issubclass(kind, _CoreTimeSeries) else np.ones((3, n)))
    d.live = True
    return d


def instance(kind: Any, rng: random.Random) -> Any:
    """A good object, or now and then one that never saw its constructor."""
    if rng.random() < 0.1:
        return kind.__new__(kind)
    if kind is TimeSeriesWGaps:
        return TimeSeriesWGaps(live(TimeSeries), DataGap([TimeWindow(10.1, 10.2)]))
    if issubclass(kind, (_CoreTimeSeries, _CoreSeismogram)):
        return live(kind)
    if kind in (CoreTimeSeriesEnsemble, TimeSeriesEnsemble, CoreSeismogramEnsemble, SeismogramEnsemble):
        e = kind()
        e.append(live(TimeSeries if "TimeSeries" in kind.__name__ else Seismogram))
        e.set_live()
        return e
    if kind is ProcessingHistory:
        ph = ProcessingHistory("job", "1")
        ph.set_as_origin("a", "b", "c", AtomicType.TIMESERIES)
        return ph
    if kind is DoubleVector:
        return DoubleVector([1.0, 2.0, 3.0])
    if kind is dmatrix:
        return dmatrix(np.ones((3, 3)))
    if kind is PowerSpectrum:
        return PowerSpectrum({}, [1.0, 2.0], 0.5, "x")
    return kind()


def awkward(rng: random.Random) -> Any:
    values: list[Any] = [
        None,
        True,
        False,
        0,
        1,
        2,
        3,
        -1,
        2**31,
        -(2**31) - 1,
        2**63 - 1,
        -(2**63),
        2**63,
        10**30,
        2**45,
        10**18,
        0.0,
        -0.0,
        0.5,
        1e-300,
        1e308,
        -1e308,
        float("nan"),
        float("inf"),
        float("-inf"),
        1j,
        "",
        "x",
        "delta",
        "npts",
        "\0",
        "\udc80",
        "tmatrix",
        b"x",
        bytearray(16),
        memoryview(b"abcdefgh"),
        [],
        [1, 2, 3],
        [[1, 2, 3]] * 3,
        ["a"] * 9,
        [[1], [2, 3]],
        (),
        (1, 2),
        {},
        {"delta": 0.1, "starttime": 0.0},
        {"delta": "x", "starttime": None},
        {"delta": 0.1, "starttime": 0.0, "npts": 2**50},
        {1: 2},
        set(),
        object(),
        int,
        len,
        slice(None),
        slice(5, -7, 0),
        slice(None, None, -2),
        range(3),
        (i for i in range(3)),
        np.float32(2),
        np.int64(-3),
        np.array(5),
        np.zeros(0),
        np.arange(9.0),
        np.ones((3, 3)),
        np.ones((3, 5), order="F"),
        np.ones((2, 2, 2)),
        np.array(["a", None], dtype=object),
        np.ones(4, dtype=complex),
        np.full((3, 3), np.nan),
        np.frombuffer(bytes(24)),
        np.ma.masked_array([1.0, 2.0], [0, 1]),
        ErrorSeverity.Fatal,
        ErrorSeverity.Debug,
        TimeReferenceType.UTC,
        TimeReferenceType.Relative,
        AtomicType.SEISMOGRAM,
        ProcessingStatus.SAVED,
        MsPASSError("m"),
        MsPASSError(),
        TimeWindow(3, 1),
        TimeWindow(float("nan"), 1),
        TimeWindow(),
        GapFill.LINEAR,
        "linear",
        "nan",
    ]
    if rng.random() < 0.3:
        return instance(rng.choice(CLASSES), rng)
    if rng.random() < 0.05:
        return [instance(rng.choice([TimeSeries, TimeSeries, Seismogram, ProcessingHistory]), rng) for _ in range(3)]
    return rng.choice(values)


def attempt(what: str, call: Any, *args: Any) -> None:
    try:
        call(*args)
    except (KeyboardInterrupt, SystemExit, SystemError):
        print("unacceptable:", what, file=sys.stderr)
        raise
    except Exception as error:
        if isinstance(error, (MsPASSError, TypeError, ValueError)) and not str(error) and error.args != ():
            raise AssertionError(f"{what} raised {type(error).__name__} without a word") from error


def one_round(rng: random.Random) -> None:
    kind = rng.choice(CLASSES)
    choice = rng.random()
    if choice < 0.2:
        args = [awkward(rng) for _ in range(rng.choice([0, 1, 1, 2, 2, 3, 4, 5, 8, 12]))]
        attempt(f"{kind.__name__}{len(args)}", kind, *args)
    elif choice < 0.25:
        module = rng.choice(MODULES)
        functions = [
            f for n, f in sorted(vars(module).items()) if callable(f) and not isinstance(f, type) and n[0] != "_"
        ]
        if functions:
            args = [awkward(rng) for _ in range(rng.randrange(7))]
            attempt(f"{module.__name__}", rng.choice(functions), *args)
    else:
        d = instance(kind, rng)
        if hasattr(d, "data") and rng.random() < 0.1:
            with contextlib.suppress(Exception):
                rng.choice(VANDALISM)(d)
        for _ in range(6):
            one_call(rng, kind, d)


def one_call(rng: random.Random, kind: Any, d: Any) -> None:
    names = [n for n in dir(kind) if n not in SKIPPED]
    way = rng.random()
    if way < 0.15:
        attempt(f"{kind.__name__} operator", rng.choice(OPERATORS), d, awkward(rng))
    elif way < 0.2:
        attempt(f"{kind.__name__} reflected", rng.choice(OPERATORS), awkward(rng), d)
    elif way < 0.3:
        attempt(f"{kind.__name__} unary", rng.choice(UNARY), d)
    elif way < 0.35:
        attempt(f"{kind.__name__} setitem", operator.setitem, d, awkward(rng), awkward(rng))
    elif way < 0.45:
        attempt(f"{kind.__name__} attribute", setattr, d, rng.choice(names), awkward(rng))
    else:
        name = rng.choice(names)
        args = [awkward(rng) for _ in range(rng.choice([0, 1, 1, 2, 3, 4, 5]))]
        attempt(f"{kind.__name__}.{name}", lambda: getattr(d, name)(*args))
        if rng.random() < 0.05:
            attempt(f"{kind.__name__}.{name} unbound", lambda: getattr(kind, name)(awkward(rng), *args))


def main(seed: int, rounds: int) -> None:
    faulthandler.enable()
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    rng = random.Random(seed)
    for number in range(rounds):
        rng.seed(f"{seed}/{number}")
        try:
            one_round(rng)
        except BaseException:
            print(f"round {seed}/{number}", file=sys.stderr)
            raise
    print(f"{rounds} rounds")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
