"""Objects for range reads: miniSEED records with true headers and empty payloads, in any order, with anything between.

Only headers decide what a range search does, so nothing is packed. What each object holds is known by its records.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from seisbus.testing.records import Encoding, Identity, Records, stamp

NS = 1_000_000_000
DAY = 15_044  # 2011-03-11, counted from 1970
DAY_START = DAY * 86_400 * NS
DAY_END = DAY_START + 86_400 * NS
BHZ, BHN = Identity("CI", "PAS", "", "BHZ"), Identity("CI", "PAS", "", "BHN")


class Counts(tuple[int, ...]):
    """Samples of each record; thousands of them say nothing in a failing test's report."""

    def __repr__(self) -> str:
        return f"<{len(self)} records, {sum(self)} samples>"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Records one after the other: samples counted from the day's start, `counts` samples a record."""

    first: int
    counts: tuple[int, ...]
    period_ns: int
    length: int = 512
    identity: Identity = BHZ
    shift_ns: int = 0

    @property
    def stop(self) -> int:
        """The sample behind the last."""
        return self.first + sum(self.counts)

    def data(self) -> bytes:
        """The records' bytes."""
        counts = np.array(self.counts, np.int64)
        first = self.first + np.concatenate(([0], np.cumsum(counts)[:-1])).astype(np.int64)
        records = Records(np.zeros((len(counts), self.length), np.uint8), first, counts)
        stamp(records, self.identity, self.period_ns, DAY_START + self.shift_ns, Encoding.STEIM2)
        return records.raw.tobytes()


@dataclass(slots=True)
class Made:
    """An object under construction: stretches and foreign bytes in file order."""

    parts: list[Stretch | bytes] = field(default_factory=list)

    def data(self) -> bytes:
        """The object."""
        return b"".join(part if isinstance(part, bytes) else part.data() for part in self.parts)


def varying_counts(seed: int, records: int, mean: int) -> tuple[int, ...]:
    """Samples of each record of a day whose byte rate runs from 0.6 to 2.1 times its mean, hour by hour."""
    rng = np.random.default_rng(seed)
    hourly = np.interp(np.linspace(0, 24, records), np.arange(25), rng.uniform(0.6, 2.1, 25))
    counts = np.clip(mean / hourly * rng.uniform(0.9, 1.1, records), 1, 60_000)
    return Counts(int(count) for count in counts)


def whole_day(seed: int, records: int, period_ns: int) -> Stretch:
    """A day without a gap, its records as `varying_counts` has them."""
    counts = np.array(varying_counts(seed, records, 10_000), float)
    edges = np.round(np.cumsum(counts) / counts.sum() * (86_400 * NS / period_ns)).astype(int)
    return Stretch(0, Counts(int(count) for count in np.diff(edges, prepend=0)), period_ns)
