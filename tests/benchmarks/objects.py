"""Compare the data objects with numpy alone for the same work, in one run: `python -m tests.benchmarks objects`.

Every object carries 30 keys. Each figure is the median of repetitions that alternate between both sides, in CPU seconds
of this thread. So other work on the machine affects both sides equally, and waiting does not count.
"""

from __future__ import annotations

import copy
import itertools
import pickle
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import yaml
from obspy import Stream, Trace
from rich.console import Console
from rich.table import Table

from libseis import Metadata, Seismogram, TimeSeries, TimeSeriesEnsemble
from libseis.mspass.algorithms.window import WindowData
from libseis.mspass.schema import MetadataSchema, locating
from libseis.obspy.converter import Stream2TimeSeriesEnsemble

SEED: Final = 0
HOUR, DAY = 360_000, 8_640_000  # samples at 100 Hz
START = 1.6e9
EXTRA = {f"key{i:02}": (f"v{i}", i, i * 1.5)[i % 3] for i in range(27)}
HEADER = {"delta": 0.01, "starttime": START, **EXTRA}  # npts is the 30th
KEYS = [f"key{i:02}" for i in range(30)]
REPETITIONS = 61


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table: what libseis does, what numpy (or dict) needs for the same, the ratio allowed."""

    name: str
    ours: Callable[[], Any]
    floor: Callable[[], Any]
    target: float
    calls: int = 1  # in one repetition


def medians(case: Case) -> tuple[float, float]:
    """Seconds a call of libseis and of its floor."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(REPETITIONS):
        for seconds, work in zip(taken, (case.ours, case.floor), strict=True):
            start = time.thread_time()
            for _ in range(case.calls):
                work()
            seconds.append((time.thread_time() - start) / case.calls)
    return statistics.median(taken[0]), statistics.median(taken[1])


def metadata_cases() -> Iterator[Case]:
    def puts(make: Callable[[], Any]) -> Callable[[], None]:
        def work() -> None:
            target = make()
            for key in KEYS:
                target[key] = 1.5

        return work

    def gets(source: Any) -> Callable[[], None]:
        def work() -> None:
            for key in KEYS:
                source[key]

        return work

    values = dict.fromkeys(KEYS, 1.5)
    yield Case("30 puts into new Metadata", puts(Metadata), puts(dict), 4.0, 500)
    yield Case("30 gets from Metadata", gets(Metadata(values)), gets(values), 4.0, 500)
    path = locating.DATA / locating.DEFAULT_FILE
    text = path.read_text(encoding="utf-8")
    yield Case("MetadataSchema()", MetadataSchema, lambda: yaml.safe_load(text), 0.1)


def time_series_cases(rng: np.random.Generator) -> Iterator[Case]:
    samples = rng.normal(size=HOUR)
    d = TimeSeries(HEADER, samples)
    d.live = True
    yield Case("pickle and back, 360,000 samples", lambda: pickle.loads(pickle.dumps(d, 5)),
               lambda: pickle.loads(pickle.dumps(samples, 5)), 1.3)  # fmt: skip

    day = TimeSeries(HEADER, rng.normal(size=DAY))
    day.live = True
    plain = np.asarray(day.data)
    # Each call takes another hour of a day, and the two sides are half a day apart, so that neither finds data of the
    # other in the cache.
    starts = [*range(0, DAY, HOUR)]
    windows = itertools.cycle([(day.time(i), day.time(i + HOUR - 1)) for i in starts])
    hours = itertools.cycle([slice(i, i + HOUR) for i in starts[12:] + starts[:12]])
    yield Case(
        "WindowData, 1 h of 8.64 M samples",
        lambda: WindowData(day, *next(windows)),
        lambda: np.array(plain[next(hours)]),
        1.2,
    )


def seismogram_cases(rng: np.random.Generator) -> Iterator[Case]:
    s = Seismogram(HEADER, rng.normal(size=(3, HOUR)))
    s.live = True
    matrix = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    plain, out = np.array(s.data, order="F"), np.empty((3, HOUR), order="F")
    yield Case("transform 3 x 360,000", lambda: s.transform(matrix), lambda: np.matmul(matrix, plain, out=out), 1.5)
    yield Case("rotate 3 x 360,000", lambda: s.rotate(0.1), lambda: np.matmul(matrix, plain, out=out), 1.5)


def ensemble_cases(rng: np.random.Generator) -> Iterator[Case]:
    ensemble = TimeSeriesEnsemble()
    for _ in range(1000):
        ensemble.adopt(TimeSeries(HEADER, rng.normal(size=3600)))
    arrays = [np.array(member.data) for member in ensemble.member]
    yield Case("deep copy, ensemble of 1000 x 3600", lambda: copy.deepcopy(ensemble),
               lambda: [a.copy() for a in arrays], 2.0)  # fmt: skip

    codes = {"network": "XX", "station": "TEST", "location": "00", "channel": "BHZ"}
    header = {"sampling_rate": 100.0, "starttime": START, **codes}
    header |= dict(list(EXTRA.items())[: 30 - len(Trace(header=header).stats)])
    counts = [rng.integers(-1000, 1000, size=3600, dtype=np.int32) for _ in range(1000)]
    stream = Stream([Trace(x, header) for x in counts])
    keys = dict(stream[0].stats)
    yield Case("Stream of 1000 traces to ensemble", lambda: Stream2TimeSeriesEnsemble(stream),
               lambda: [(trace.data.astype(np.float64), keys.copy()) for trace in stream], 3.0)  # fmt: skip


def main() -> dict[str, dict[str, float]]:
    """Print the table; seconds of both sides, their ratio and the target by name."""
    rng = np.random.default_rng(SEED)
    table = Table("work", "libseis ms", "floor ms", "ratio", "target", title="libseis beside numpy and dict")
    figures = {}
    for cases in (metadata_cases(), time_series_cases(rng), seismogram_cases(rng), ensemble_cases(rng)):
        for case in cases:
            ours, floor = medians(case)
            ratio = ours / floor
            met = "[green]met" if ratio <= case.target else "[red]missed"
            table.add_row(
                case.name, f"{ours * 1e3:.4f}", f"{floor * 1e3:.4f}", f"{ratio:.2f}", f"{case.target:g} {met}"
            )
            figures[case.name] = {"libseis": ours, "floor": floor, "ratio": ratio, "target": case.target}
    Console().print(table)
    return figures
