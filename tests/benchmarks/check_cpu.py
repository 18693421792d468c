"""Measure the windower's CPU time for checking new records by decoding and comparing them (`libseis.mseed.difference`).

Windows have an hour, and 20 minutes around it as from a range read. At 40 and 100 Hz the archive's records are kept
except at the edges; with a drifting clock all records are made anew. The windower's CPU is that of decoding its
message, cutting, packing and encoding its answer, without the bus.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table

from libseis import mseed
from libseis.codes import Channel
from libseis.mseed import encode
from libseis.segments import Rate, Segment
from seisbus.bus.codec import decode_window, encode_outcomes, encode_window
from seisbus.model.handovers import ObjectRecords, WindowOrder
from seisbus.model.task import ObjectRef, Recipe, Window
from seisbus.windower import cutting, packing

SEED: Final = 0  # and one more for each window
T0, NS = 1_299_801_600_000_000_000, 1_000_000_000
HOUR = 3600
WINDOWS, ROUNDS = 40, 5


def records(seed: int, ppm: float, hz: int) -> bytes:
    """A little more than an hour of 512-byte records with this clock."""
    source = Channel("XX", f"S{seed}", "", "BHZ")
    rng = np.random.default_rng(seed)
    rate = Rate(hz)
    noise = np.cumsum(rng.normal(0, 60, 6000 * hz)).astype(np.int32)
    whole = Segment(source, T0, rate, noise)
    if not ppm:
        return encode(whole, reclen=512)
    period = rate.period_ns * (1 + ppm * 1e-6)
    return b"".join(
        encode(Segment(source, T0 + round(k * period), rate, noise[k : k + 380]), reclen=512)
        for k in range(0, len(noise), 380)
    )


def order(seed: int, ppm: float, hz: int) -> bytes:
    """The message of a window."""
    channel = Channel("XX", f"S{seed}", "", "BHZ")
    data = records(seed, ppm, hz)
    ref = ObjectRef("a", "k", len(data), "e", T0 // NS // 86400 * 86400 * NS, channel)
    start = T0 + 1_234_567_890_000
    window = Window(f"j.{seed}", channel, start, start + HOUR * NS, inclusive_end=True)
    read = ObjectRecords(ref, "e", (0, len(data)), data, waveform_records=len(data) // 512)
    return encode_window(WindowOrder("j", f"t{seed}", 1, 0, 0, 1, (read,), (window,), Recipe()))


def work(body: bytes) -> None:
    """The work of a windower on one message."""
    encode_outcomes(cutting.cut_part(decode_window(body), None))


class _Timed:
    """A function, with the sum of its CPU seconds."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.seconds, self.calls = function, 0.0, 0

    def __call__(self, *arguments: Any) -> Any:
        begun = time.thread_time()
        try:
            return self.function(*arguments)
        finally:
            self.seconds += time.thread_time() - begun
            self.calls += 1


def share(ppm: float, hz: int) -> tuple[float, float, float]:
    """CPU ms a window in all, those of the check, and its part; the medians of the rounds."""
    bodies = [order(seed, ppm, hz) for seed in range(SEED, SEED + WINDOWS)]
    for body in bodies[:5]:
        work(body)
    found = []
    for _ in range(ROUNDS):
        timed = _Timed(mseed.difference)
        setters = [partial(setattr, module, "difference") for module in (packing, mseed.trimming)]
        try:
            for put in setters:
                put(timed)
            begun = time.thread_time()
            for body in bodies:
                work(body)
            spent = time.thread_time() - begun
        finally:
            for put in setters:
                put(timed.function)
        assert timed.calls >= WINDOWS
        found.append((1e3 * spent / WINDOWS, 1e3 * timed.seconds / WINDOWS, timed.seconds / spent))
    return tuple(float(np.median(column)) for column in zip(*found, strict=True))  # type: ignore[return-value]


def main() -> dict[str, float]:
    """Print the table; the shares by name."""
    table = Table(title=f"CPU of the check of what is packed anew, {WINDOWS} windows of an hour")
    for column in ("windows", "CPU ms a window", "of the check", "part"):
        table.add_column(column, justify="right")
    figures = {}
    for name, key, ppm, hz in (
        ("40 Hz, records kept, edges anew", "untouched", 0.0, 40),
        ("100 Hz, records kept, edges anew", "untouched_100_hz", 0.0, 100),
        ("40 Hz, all packed anew (20 ppm)", "anew", 20.0, 40),
    ):
        whole, check, part = share(ppm, hz)
        table.add_row(name, f"{whole:.2f}", f"{check:.2f}", f"{100 * part:.1f} %")
        figures[key], figures[f"{key}_ms"] = part, whole
    Console().print(table)
    return figures
