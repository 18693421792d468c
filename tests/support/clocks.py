"""Make day files of stations with real clocks (drift, jitter, steps, measured rates, gaps, copies), and their truth.

The truth is the time of every sample. `records` makes the headers and pymseed the Steim frames, so that no code under
test is used.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import numpy as np

from support.days import DAY_NS, Days, day_ns, pack
from support.records import V2

HOUR_NS = 3_600_000_000_000
_WITH_RATE = Fraction(32_000_123, 1000)  # with this rate, pymseed leaves room for blockette 100


@dataclass(frozen=True)
class Clock:
    """A station. Hours are those of its day. `steps` are (hour, samples). `rates` are the ppm by which the rates in
    blockette 100 differ from `hz`, in turn. `jitter` is the jitter of header times in samples. `lost` are spans of
    hours."""

    sta: str
    hz: Fraction = Fraction(20)
    ppm: float = 0.0
    jitter: float = 0.0
    steps: tuple[tuple[float, float], ...] = ()
    rates: tuple[float, ...] = ()
    lost: tuple[tuple[float, float], ...] = ()
    copies: tuple[float, ...] = ()
    conflict: float | None = None
    phase: float = 0.4
    exponent: int = 9
    micro: bool = True
    net: str = "XX"
    chan: str = "BHZ"

    def clean(self, net: str) -> Clock:
        """A station with the same records and a perfect clock."""
        steps = tuple((hour, size) for hour, size in self.steps if abs(size) > 1)  # these are gaps
        rates = (0.0,) if self.rates else ()
        return replace(self, ppm=0.0, jitter=0.0, steps=steps, rates=rates, micro=True, net=net)


@dataclass(frozen=True, eq=False)
class ClockDay:
    """A day of a station: samples and their true times."""

    clock: Clock
    day: date

    @property
    def channel(self) -> str:
        """NET.STA.LOC.CHAN."""
        return f"{self.clock.net}.{self.clock.sta}..{self.clock.chan}"

    @property
    def key(self) -> str:
        """The key of the object."""
        clock = self.clock
        return Days((clock.net, clock.sta, "", clock.chan), clock.hz, 0, np.zeros(0, np.int32)).key(self.day)

    @property
    def period(self) -> float:
        """Nominal sample interval in ns."""
        return float(1_000_000_000 / self.clock.hz)

    @cached_property
    def _made(self) -> tuple[np.ndarray, np.ndarray, list[tuple[int, int, bytes]]]:
        """Samples, true times (ns), and (first sample, count, Steim frames) of each record."""
        clock = self.clock
        most = int(86_420 * clock.hz)
        rng = np.random.default_rng(list(clock.sta.encode()))
        data = np.cumsum(rng.integers(-60, 61, most)).astype(np.int32)
        wide = bool(clock.rates) or clock.hz.denominator > 1
        codes = (clock.net, clock.sta, "", clock.chan)
        bodies: list[tuple[int, int, bytes]] = []
        at = 0
        for record in pack(codes, _WITH_RATE if wide else clock.hz, 0, data, 1 << clock.exponent):
            count, begin = struct.unpack(">H", record[30:32])[0], struct.unpack(">H", record[44:46])[0]
            assert begin == (128 if wide else 64)
            bodies.append((at, count, record[begin:]))
            at += count
        first = np.array([body[0] for body in bodies])
        times = (np.arange(most) + clock.phase) * (self.period * (1 + clock.ppm * 1e-6))
        for hour, size in clock.steps:
            record = int(np.searchsorted(first, np.searchsorted(times, hour * HOUR_NS)))
            times[first[record] :] += size * self.period
        n = int(np.searchsorted(times, DAY_NS))
        return data[:n], day_ns(self.day) + np.rint(times[:n]).astype(np.int64), [b for b in bodies if b[0] < n]

    @property
    def data(self) -> np.ndarray:
        """All samples, also those that are lost."""
        return self._made[0]

    @property
    def times(self) -> np.ndarray:
        """The true time of each sample in ns."""
        return self._made[1]

    def hours(self, ns: int) -> float:
        """Hours since midnight."""
        return (ns - day_ns(self.day)) / HOUR_NS

    @cached_property
    def held(self) -> np.ndarray:
        """For each sample, whether the file has it (once)."""
        held = np.ones(len(self.data), bool)
        for first, count, _ in self._made[2]:
            if self._is_lost(first) or first == self._conflict:
                held[first : first + count] = False
        return held

    @cached_property
    def _conflict(self) -> int:
        hour = self.clock.conflict
        return -1 if hour is None else self._record_at(hour)

    def _record_at(self, hour: float) -> int:
        wanted = int(np.searchsorted(self.times, day_ns(self.day) + hour * HOUR_NS))
        return max(first for first, _, _ in self._made[2] if first <= wanted)

    def _is_lost(self, first: int) -> bool:
        return any(begin <= self.hours(int(self.times[first])) < end for begin, end in self.clock.lost)

    def write(self, bucket: Path) -> Path:
        """Put the file into a bucket's folder."""
        clock = self.clock
        rng = np.random.default_rng(7)
        doubled = {self._record_at(hour) for hour in clock.copies}
        out: list[bytes] = []
        for number, (first, count, frames) in enumerate(self._made[2]):
            late = rng.uniform(-1, 1) * clock.jitter * self.period
            if self._is_lost(first):
                continue
            count = min(count, len(self.data) - first)
            if first + count == len(self.data):  # the day ends inside
                frames = self._frames(self.data[first:], len(frames))
            records = [self._record(number, first, count, frames, late)]
            if first in doubled:
                records *= 2
            if first == self._conflict:
                other = self._frames(self.data[first : first + count] + 1, len(frames))
                records.append(self._record(number, first, count, other, late))
            out += records
        path = bucket / self.key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(out))
        return path

    def _frames(self, data: np.ndarray, room: int) -> bytes:
        rate = _WITH_RATE if room % 512 == 384 else Fraction(20)
        (record,) = pack(("XX", "A", "", "BHZ"), rate, 0, data, 1 << self.clock.exponent)
        return record[-room:]

    def _record(self, number: int, first: int, count: int, frames: bytes, late: float) -> bytes:
        clock = self.clock
        start = (int(self.times[first]) + round(late) + 500) // 1000 * 1000
        hz = float(clock.hz)
        rate = hz * (1 + clock.rates[number % len(clock.rates)] * 1e-6) if clock.rates else hz
        return V2(
            values=(), npts=count, data=frames, start_ns=start, encoding=11, exponent=clock.exponent,
            codes=f"{clock.sta:<5}  {clock.chan}{clock.net}".encode(), sequence=f"{number % 999_999 + 1:06d}".encode(),
            factor=max(round(hz), 1), rate=rate if clock.rates or clock.hz.denominator > 1 else 0.0,
            microseconds=start // 1000 % 100 if clock.micro else None,
            begin=(1 << clock.exponent) - len(frames),
        ).pack()  # fmt: skip

    # -- what must come out ----------------------------------------------------------------------

    def expected(self, start_ns: int, end_ns: int) -> tuple[str, str]:
        """Fate and reason of a window under "kill"."""
        chosen = (self.times >= start_ns) & (self.times < end_ns)
        times = self.times[chosen & self.held]
        if self._conflict >= 0 and chosen[self._conflict]:
            return "dead", "overlap_conflict"
        if (np.diff(times) > 1.5 * self.period).any():
            return "dead", "gap"
        if times[0] - start_ns > 1.2 * self.period:
            return "dead", "starts_late"
        if end_ns - times[-1] > 1.2 * self.period:
            return "dead", "ends_early"
        return "saved", ""

    @property
    def near(self) -> float:
        """How far (ns) a header may be from the truth, with the drift inside one record, which headers do not show."""
        return (self.clock.jitter + 0.06) * self.period + (1_000 if self.clock.micro else 101_000)

    def surely(self, start_ns: int, end_ns: int) -> np.ndarray:
        """Samples that a window must have."""
        inside = (self.times >= start_ns + self.near) & (self.times < end_ns - self.near - 100_000)
        return np.flatnonzero(inside & self.held)

    def locate(self, t0_ns: int, samples: np.ndarray) -> int:
        """The number of the first of these samples; AssertionError if the file does not have them."""
        guess = int(np.searchsorted(self.times, t0_ns))
        for first in (guess, guess - 1, guess + 1):
            if first >= 0 and np.array_equal(self.data[first : first + len(samples)], samples):
                return first
        raise AssertionError(f"{self.channel}: {len(samples)} samples at {t0_ns} are not those of that time")


# The second event of the tests is in the thirteenth hour.
CLOCKS = (
    Clock("A01"),
    Clock("A02", ppm=20),
    Clock("A03", ppm=-20, phase=0.0),
    Clock("A04", ppm=100, exponent=12),
    Clock("A05", ppm=-100),
    Clock("A06", ppm=1, phase=0.98),
    Clock("A07", jitter=0.04, micro=False),
    Clock("A08", ppm=50, jitter=0.03, hz=Fraction(40)),
    Clock("A09", steps=((13.1, 0.36),)),
    Clock("A10", steps=((4.2, 0.3), (13.1, -0.4), (23.7, 0.44))),
    Clock("A11", ppm=20, steps=((13.1, -0.3), (20.5, 0.4))),
    Clock("A12", rates=(0.0, 3.1, -7.7, 12.0)),
    Clock("A13", rates=(-40.0, -38.5, -41.2), ppm=40, exponent=12),
    Clock("A14", lost=((13.05, 13.1), (20.0, 20.5))),
    Clock("A15", ppm=-35, lost=((2.3, 2.31), (23.9, 24.0))),
    Clock("A16", copies=(2.3, 13.1, 20.0)),
    Clock("A17", ppm=80, copies=(2.3, 13.1, 20.0)),
    Clock("A18", ppm=10, conflict=13.1),
    Clock("A19", hz=Fraction(100, 3), ppm=30),
    Clock("A20", hz=Fraction(479347, 479349), ppm=60, chan="LHZ"),
    Clock(
        "A21", ppm=-60, jitter=0.02, steps=((13.1, 60.0), (20.6, 0.3)), rates=(60.0, 61.0), copies=(13.2,),
        lost=((20.1, 20.2),),
    ),
)  # fmt: skip
