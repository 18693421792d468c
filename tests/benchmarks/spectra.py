"""Compare spectra and signal-to-noise ratios with numpy and scipy alone: `python -m tests.benchmarks spectra`.

The floor does the same transforms, or the same roots and medians, on the same arrays, and nothing else. Figures are
medians of repetitions that alternate between both sides, in CPU seconds of this thread.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.fft import rfft
from scipy.signal.windows import dpss

from libseis import Seismogram, TimeReferenceType, TimeSeries, TimeWindow
from libseis.mspass.algorithms.deconvolution import MTPowerSpectrumEngine
from libseis.mspass.algorithms.snr import FD_snr_estimator, snr

SEED: Final = 1
HOUR, RATE = 360_000, 100
NOISE, SIGNAL = TimeWindow(-299.0, -10.0), TimeWindow(-5.0, 284.0)
TARGET = 1.2
REPETITIONS = 15

Values = NDArray[np.float64]
Case = tuple[str, Callable[[], Any], Callable[[], Any]]


def multitaper(x: Values, tapers: Values, nfft: int) -> Values:
    """The sum of the eigenspectra, in plain scipy."""
    power = np.zeros(nfft // 2 + 1)
    for taper in tapers:
        power += np.abs(rfft(x * taper, nfft)) ** 2
    return power


def spectrum_case(rng: np.random.Generator) -> Case:
    x = rng.normal(size=HOUR)
    d = TimeSeries({"delta": 1.0 / RATE, "starttime": 0.0}, x)
    d.set_live()
    engine = MTPowerSpectrumEngine(HOUR, 4.0, 6, 2 * HOUR, 1.0 / RATE)
    tapers = dpss(HOUR, 4.0, 6)
    return "MTPowerSpectrum of 360,000 samples", lambda: engine.apply(d), lambda: multitaper(x, tapers, 2 * HOUR)


def ten_minutes(rng: np.random.Generator) -> Seismogram:
    npts = 600 * RATE
    d = Seismogram({"delta": 1.0 / RATE, "starttime": -300.0}, rng.normal(size=(3, npts)))
    d.tref = TimeReferenceType.Relative
    d.set_live()
    return d


def ratio_cases(rng: np.random.Generator) -> Iterator[Case]:
    d = ten_minutes(rng)
    x = np.asarray(d.data)
    parts = [x[:, d.sample_number(w.start) : d.sample_number(w.end) + 1] for w in (NOISE, SIGNAL)]

    def rms(part: Values) -> float:
        return float(np.sqrt(np.sum(part * part) / part.shape[1]))

    def mad(part: Values) -> float:
        return float(np.median(np.sqrt(np.sum(part * part, axis=0))))

    for metric, floor in (("rms", rms), ("mad", mad)):
        yield (
            f"snr ({metric}) of 3 components, 10 min at 100 Hz",
            lambda metric=metric: snr(d, NOISE, SIGNAL, metric, metric),  # type: ignore[misc]
            lambda floor=floor: floor(parts[1]) / floor(parts[0]),  # type: ignore[misc]
        )


def band_case(rng: np.random.Generator) -> Case:
    x = np.array(ten_minutes(rng).data[2])
    d = TimeSeries({"delta": 1.0 / RATE, "starttime": -300.0}, x)
    d.tref = TimeReferenceType.Relative
    d.set_live()
    parts = [x[d.sample_number(w.start) : d.sample_number(w.end) + 1] for w in (NOISE, SIGNAL)]
    tapers = dpss(len(parts[0]), 4.0, 6)

    def floor() -> Values:
        noise, signal = (multitaper(part, tapers, 2 * len(part)) for part in parts)
        return np.sqrt(signal / noise)

    return "FD_snr_estimator, 10 min at 100 Hz", lambda: FD_snr_estimator(d, NOISE, signal_window=SIGNAL), floor


def medians(ours: Callable[[], Any], floor: Callable[[], Any]) -> tuple[float, float]:
    """CPU seconds per call of each function, after a first call that is not counted."""
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(REPETITIONS + 1):
        for seconds, work in zip(taken, (ours, floor), strict=True):
            begun = time.thread_time()
            work()
            if number:
                seconds.append(time.thread_time() - begun)
    return statistics.median(taken[0]), statistics.median(taken[1])


def main() -> dict[str, float]:
    """Print the table; the ratios by name."""
    rng = np.random.default_rng(SEED)
    table = Table(title=f"libseis over numpy and scipy for the same transforms; at most {TARGET}")
    for column in ("work", "libseis ms", "floor ms", "ratio"):
        table.add_column(column, justify="left" if column == "work" else "right")
    figures = {}
    for name, ours, floor in (spectrum_case(rng), *ratio_cases(rng), band_case(rng)):
        mine, least = medians(ours, floor)
        figures[name] = mine / least
        table.add_row(name, f"{1e3 * mine:.2f}", f"{1e3 * least:.2f}", f"{mine / least:.2f}")
    Console().print(table)
    return figures
