"""Make day objects of one channel with known samples, packed by pymseed, in SCEDC layout."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pymseed

NS = 1_000_000_000
DAY_NS = 86400 * NS
Counts = npt.NDArray[np.int32]


class Cut(StrEnum):
    """Where a day ends: at the sample, or at a record, which goes to the day of its first or of its last sample."""

    SAMPLE = "sample"
    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Days:
    """Samples 0 .. len - 1 at `start_ns` + i / rate of a channel (net, sta, loc, chan)."""

    codes: tuple[str, str, str, str]
    rate: Fraction
    start_ns: int
    data: Counts

    @classmethod
    def noise(cls, codes: tuple[str, str, str, str], rate: Fraction, first: date, days: int, phase_ns: int = 0) -> Days:
        """So many whole days of a random walk, which differs between codes."""
        count = int(days * 86400 * rate)
        rng = np.random.default_rng([*map(ord, "".join(codes)), days])
        walk = np.cumsum(rng.integers(-60, 61, count)).astype(np.int32)
        return cls(codes, rate, day_ns(first) + phase_ns, walk)

    @property
    def channel(self) -> str:
        """NET.STA.LOC.CHAN."""
        return ".".join(self.codes)

    def time_ns(self, index: int) -> int:
        """The time of a sample."""
        return self.start_ns + round(index * NS / self.rate)

    def between(self, start_ns: int, end_ns: int, *, inclusive: bool) -> tuple[int, Counts]:
        """First index and samples of start <= t < end. For the window of an event: the nearest sample to the start, and
        a count that follows from the length.

        Only existing samples: negative indices are cut off.
        """
        ahead = Fraction(start_ns - self.start_ns) * self.rate / NS
        if inclusive:
            first = int(np.floor(float(ahead + Fraction(1, 2))))
            stop = first + int(np.floor(float(Fraction(end_ns - start_ns) * self.rate / NS + Fraction(1, 2)))) + 1
        else:
            first = -(-ahead.numerator // ahead.denominator)
            behind = Fraction(end_ns - self.start_ns) * self.rate / NS
            stop = -(-behind.numerator // behind.denominator)
        first = max(first, 0)
        return first, self.data[first : max(stop, first)]

    def write(self, bucket: Path, cut: Cut, length: int = 512) -> list[Path]:
        """Put the days into a bucket's folder as objects; their paths by day."""
        found: dict[date, list[bytes]] = defaultdict(list)
        if cut is Cut.SAMPLE:
            day = day_of(self.start_ns)
            while day_ns(day) <= self.time_ns(len(self.data) - 1):
                first, data = self.between(day_ns(day), day_ns(day) + DAY_NS, inclusive=False)
                found[day] += pack(self.codes, self.rate, self.time_ns(first), data, length)
                day = day_of(day_ns(day) + DAY_NS)
        else:
            at = 0
            for record in pack(self.codes, self.rate, self.start_ns, self.data, length):
                count = pymseed.MS3Record.parse(record).samplecnt
                deciding = at if cut is Cut.FIRST else at + count - 1
                found[day_of(self.time_ns(deciding))].append(record)
                at += count
        return [self._put(bucket, day, b"".join(records)) for day, records in sorted(found.items())]

    def key(self, day: date) -> str:
        """The key of a day's object."""
        net, sta, loc, chan = self.codes
        doy = f"{day:%Y%j}"
        return f"continuous_waveforms/{day:%Y}/{day:%Y_%j}/{net:_<2}{sta:_<5}{chan:_<3}{loc:_<2}_{doy}.ms"

    def _put(self, bucket: Path, day: date, data: bytes) -> Path:
        path = bucket / self.key(day)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path


def pack(
    codes: tuple[str, str, str, str], rate: Fraction, start_ns: int, data: Counts, length: int = 512
) -> list[bytes]:
    """miniSEED 2 records of `length` bytes, Steim-2."""
    record = pymseed.MS3Record(reclen=length, encoding=pymseed.DataEncoding.STEIM2)
    record.formatversion = 2
    record.sourceid = pymseed.nslc2sourceid(*codes)
    record.samprate = float(rate)
    record.starttime = start_ns
    return [bytes(packed) for packed in record.generate(np.ascontiguousarray(data), "i")]


def day_ns(day: date) -> int:
    """The first nanosecond of a day."""
    return (day - date(1970, 1, 1)).days * DAY_NS


def day_of(time_ns: int) -> date:
    """The UTC day of a moment."""
    return datetime.fromtimestamp(time_ns // NS, UTC).date()
