"""The data objects against numpy's floor on the same work, in one run: `python tests/benchmarks/bench_objects.py`.

Each figure is the ratio of the best of several batches, with the target that the library is held to. All objects
carry 30 keys.
"""

from __future__ import annotations

import copy
import pickle
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from libseis import Metadata, Seismogram, TimeSeries, TimeSeriesEnsemble

HOUR = 360_000
HEADER = {"delta": 0.01, "starttime": 1.6e9, **{f"key{i:02}": (f"v{i}", i, i * 1.5)[i % 3] for i in range(27)}}
KEYS = [f"key{i:02}" for i in range(30)]


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table: what libseis does, what numpy (or dict) needs for the same, the ratio allowed."""

    name: str
    ours: Callable[[], Any]
    floor: Callable[[], Any]
    target: float
    repeats: int = 10


def best_of_both(case: Case) -> tuple[float, float]:
    """Seconds a call of libseis and of its floor: the fastest of batches taken in turn, so that the state of
    the machine and of its memory allocator is the same for both.
    """
    fastest = [float("inf"), float("inf")]
    for _ in range(15):
        for which, work in enumerate((case.ours, case.floor)):
            start = time.perf_counter()
            for _ in range(case.repeats):
                work()
            fastest[which] = min(fastest[which], (time.perf_counter() - start) / case.repeats)
    return fastest[0], fastest[1]


def cases() -> list[Case]:
    rng = np.random.default_rng(0)
    samples = rng.normal(size=HOUR)
    d = TimeSeries(HEADER, samples)
    d.live = True

    ensemble = TimeSeriesEnsemble()
    for _ in range(1000):
        ensemble.adopt(TimeSeries(HEADER, rng.normal(size=3600)))
    arrays = [np.array(member.data) for member in ensemble.member]

    s = Seismogram(HEADER, rng.normal(size=(3, HOUR)))
    s.live = True
    matrix = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    plain, out = np.array(s.data, order="F"), np.empty((3, HOUR), order="F")

    md, values = Metadata(dict.fromkeys(KEYS, 1.5)), dict.fromkeys(KEYS, 1.5)

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

    return [
        Case("pickle round trip, 360,000 samples", lambda: pickle.loads(pickle.dumps(d, 5)),
             lambda: pickle.loads(pickle.dumps(samples, 5)), 1.3),
        Case("30 puts", puts(Metadata), puts(dict), 4.0, 2000),
        Case("30 gets", gets(md), gets(values), 4.0, 2000),
        Case("deep copy, 1000 x 3600", lambda: copy.deepcopy(ensemble), lambda: [a.copy() for a in arrays], 2.0, 3),
        Case("transform 3 x 360,000", lambda: s.transform(matrix), lambda: np.matmul(matrix, plain, out=out), 1.5),
        Case("rotate 3 x 360,000", lambda: s.rotate(0.1), lambda: np.matmul(matrix, plain, out=out), 1.5),
        Case("construct from header and array", lambda: TimeSeries(HEADER, samples), samples.copy, 1.3),
    ]  # fmt: skip


def main() -> int:
    """Print the table; the exit code says whether all targets are met."""
    missed = 0
    print(f"{'work':40} {'libseis ms':>11} {'floor ms':>9} {'ratio':>6} {'target':>7}")
    for case in cases():
        ours, floor = best_of_both(case)
        missed += ours > case.target * floor
        print(f"{case.name:40} {ours * 1e3:11.4f} {floor * 1e3:9.4f} {ours / floor:6.2f} {case.target:7.1f}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
