"""Make the bytes of one channel's day with at most one defect, and the samples that can be read from them.

Each defect is the smallest of its kind that was seen in a real archive. Its place depends on the span of the day and on
the window that a job will probably cut.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from seisbus.testing.manifest import Run
from seisbus.testing.records import Encoding, Identity, Records, add_offset, pack, stamp
from seisbus.testing.spec import Defect
from seisbus.testing.stations import Channel

TIME_CORRECTION_NS = 2_500_000_000
CONFLICT_ADDED = 7
SPILL_SECONDS = 3.1

Samples = Callable[[int, int], npt.NDArray[np.int32]]
Part = Records | bytes


@dataclass(frozen=True, slots=True)
class DayPlan:
    """One channel's day: sample indices [first, stop) on its grid, [w0, w1) of the window, and a generator."""

    channel: Channel
    first: int
    stop: int
    w0: int
    w1: int
    rng: np.random.Generator

    def seconds(self, seconds: float) -> int:
        """A duration in samples."""
        return round(seconds * self.channel.rate)

    def before(self, fraction: float) -> int:
        """The sample at a fraction of the way from the day's first sample to the window."""
        return self.first + int((self.w0 - self.first) * fraction)

    def inside(self, fraction: float) -> int:
        """The sample at a fraction of the window."""
        return self.w0 + int((self.w1 - self.w0) * fraction)

    def after(self, fraction: float) -> int:
        """The sample at a fraction of the way from the window to the end of the day."""
        return self.w1 + int((self.stop - self.w1) * fraction)


@dataclass(slots=True)
class DayBytes:
    """The file and its truth. `runs` are in grid indices; `conflicts` are index ranges [start, stop)."""

    parts: list[Part]
    runs: list[Run]
    conflicts: list[tuple[int, int]] = field(default_factory=list)
    shift_ns: int = 0
    float32: bool = False
    note: str = ""

    def data(self) -> bytes:
        """The bytes of the object."""
        return b"".join(part if isinstance(part, bytes) else part.raw.tobytes() for part in self.parts)


def identity_of(channel: Channel) -> Identity:
    """The codes of a channel as its headers have them."""
    return Identity(channel.station.net, channel.station.sta, channel.loc, channel.chan)


def runs_of(*parts: Part) -> list[Run]:
    """The runs of contiguous samples in records, by time; samples that are there twice count once."""
    records = [part for part in parts if isinstance(part, Records)]
    first = np.concatenate([part.first for part in records])
    npts = np.concatenate([part.npts for part in records])
    order = np.argsort(first, kind="stable")
    runs: list[Run] = []
    for start, count in zip(first[order].tolist(), npts[order].tolist(), strict=True):
        if count == 0:
            continue
        if runs and start <= runs[-1].first + runs[-1].npts:
            last = runs[-1]
            runs[-1] = Run(last.first, max(last.npts, start + count - last.first))
        else:
            runs.append(Run(start, count))
    return runs


def make_day(plan: DayPlan, healthy: Records, samples: Samples, defect: Defect | None) -> DayBytes:
    """The day file of `plan`.

    `healthy` are the stamped records of [first, stop); `samples(first, count)` makes samples for others.
    """
    if defect is None:
        return DayBytes([healthy], runs_of(healthy))
    maker = _Maker(plan, healthy, samples)
    made: DayBytes = getattr(maker, defect.value)()
    return made


class _Maker:
    """One method per defect, with the defect's name."""

    def __init__(self, plan: DayPlan, healthy: Records, samples: Samples) -> None:
        self.plan, self.healthy, self.samples = plan, healthy, samples

    def pack(
        self,
        first: int,
        stop: int,
        length: int = 512,
        encoding: Encoding = Encoding.STEIM2,
        sequence: int = 1,
    ) -> Records:
        """Stamped records of the samples [first, stop)."""
        records = pack(self.samples(first, stop - first), first, length, encoding)
        channel = self.plan.channel
        stamp(records, identity_of(channel), channel.period_ns, channel.phase_ns, encoding, sequence=sequence)
        return records

    def split_at(self, index: int) -> tuple[Records, Records]:
        """The healthy records that end before or at a sample, and the others."""
        number = int(np.searchsorted(self.healthy.first + self.healthy.npts, index, side="right"))
        return self.healthy.take(slice(None, number)), self.healthy.take(slice(number, None))

    def record_at(self, index: int) -> int:
        """The number of the healthy record that holds a sample."""
        return int(np.searchsorted(self.healthy.first, index, side="right")) - 1

    def without(self, first: int, stop: int) -> DayBytes:
        """The day without the samples [first, stop), cut to the sample."""
        parts = [self.pack(low, high) for low, high in ((self.plan.first, first), (stop, self.plan.stop)) if low < high]
        return DayBytes(list(parts), runs_of(*parts))

    def gap_outside(self) -> DayBytes:
        """10 minutes are missing well after the window."""
        start = self.plan.after(0.4)
        return self.without(start, min(start + self.plan.seconds(600), self.plan.after(0.9)))

    def gap_inside(self) -> DayBytes:
        """5 minutes are missing inside the window."""
        start = self.plan.inside(0.4)
        return self.without(start, start + self.plan.seconds(300))

    def gap_covering(self) -> DayBytes:
        """3 hours around the whole window are missing, or less if the day is shorter."""
        hour = self.plan.seconds(3600)
        start = max(self.plan.w0 - hour, self.plan.before(0.5))
        return self.without(start, min(self.plan.w1 + hour, self.plan.after(0.5)))

    def gap_start(self) -> DayBytes:
        """10 minutes across the start of the window are missing."""
        half = self.plan.seconds(300)
        return self.without(self.plan.w0 - half, self.plan.w0 + half)

    def many_gaps(self) -> DayBytes:
        """45 single records are missing over the day, one of them inside the window."""
        count = len(self.healthy)
        # never two neighbours, nor the first or last record: every one is a gap of its own
        odd = np.arange(1, count - 1, 2)
        lost = self.plan.rng.choice(odd, size=min(45, len(odd) // 2), replace=False)
        inside = self.record_at(self.plan.inside(0.5))
        keep = np.ones(count, bool)
        keep[lost] = False
        keep[inside - 1 : inside + 2] = (True, False, True)
        kept = self.healthy.take(keep)
        return DayBytes([kept], runs_of(kept))

    def empty(self) -> DayBytes:
        """0 bytes."""
        return DayBytes([], [])

    def truncated_before(self) -> DayBytes:
        """The file is cut in the middle of a record before the window."""
        return self._truncated(self.plan.before(0.5))

    def truncated_inside(self) -> DayBytes:
        """The file is cut in the middle of a record inside the window."""
        return self._truncated(self.plan.inside(0.5))

    def _truncated(self, index: int) -> DayBytes:
        number = self.record_at(index)
        kept = self.healthy.take(slice(None, number))
        return DayBytes([kept, self.healthy.raw[number, :300].tobytes()], runs_of(kept))

    def _with_record(self, number: int, raw: bytes) -> DayBytes:
        before, after = self.healthy.take(slice(None, number)), self.healthy.take(slice(number + 1, None))
        return DayBytes([before, raw, after], runs_of(before, after))

    def corrupt_header(self) -> DayBytes:
        """One record inside the window has its first 64 bytes set to 0xFF."""
        number = self.record_at(self.plan.inside(0.5))
        raw = self.healthy.raw[number].copy()
        raw[:64] = 0xFF
        return self._with_record(number, raw.tobytes())

    def corrupt_payload(self) -> DayBytes:
        """One record inside the window has random data frames, which no Steim-2 decoder can decode."""
        number = self.record_at(self.plan.inside(0.5))
        raw = self.healthy.raw[number].copy()
        raw[64:] = self.plan.rng.integers(0, 256, len(raw) - 64)
        # code 10 in the control word with 00 in its data word is impossible (SEED manual, appendix B). It is set for
        # the first word after the two constants, so that the record is always lost
        raw[64] = 0b00_00_00_10
        raw[76] &= 0b00_111111
        return self._with_record(number, raw.tobytes())

    def zero_block(self) -> DayBytes:
        """There are 1024 zero bytes, two blank records, between the records before the window."""
        before, after = self.split_at(self.plan.before(0.5))
        return DayBytes([before, bytes(1024), after], runs_of(before, after))

    def junk_unaligned(self) -> DayBytes:
        """100 bytes that are not records, before the window, move all later records off the 512-byte grid."""
        before, after = self.split_at(self.plan.before(0.5))
        junk = self.plan.rng.integers(0x80, 0x100, 100, dtype=np.uint8).tobytes()
        return DayBytes([before, junk, after], runs_of(before, after))

    def mixed_reclen(self) -> DayBytes:
        """512-byte records until shortly before the window, 4096-byte records after."""
        change = self.plan.before(0.86)
        short = self.pack(self.plan.first, change)
        long = self.pack(change, self.plan.stop, 4096, sequence=len(short) + 1)
        return DayBytes([short, long], runs_of(short, long))

    def out_of_order(self) -> DayBytes:
        """The records of half of the window are at the end of the file, as with late telemetry."""
        late = self.healthy.within(self.plan.inside(0.25), self.plan.inside(0.75))
        parts: list[Part] = [self.healthy.take(~late), self.healthy.take(late)]
        return DayBytes(parts, runs_of(*parts))

    def rotated(self) -> DayBytes:
        """The file starts shortly before the window and continues with the beginning of the day: two sorted runs of
        records."""
        before, after = self.split_at(self.plan.before(0.86))
        return DayBytes([after, before], runs_of(after, before))

    def _doubled(self) -> tuple[Records, Records, Records]:
        start = self.plan.inside(0.4)
        double = self.healthy.within(start, start + self.plan.seconds(600))
        stop = int(np.flatnonzero(double)[-1]) + 1
        return self.healthy.take(slice(None, stop)), self.healthy.take(double), self.healthy.take(slice(stop, None))

    def overlap_dup(self) -> DayBytes:
        """10 minutes of records inside the window are there twice, with the same samples."""
        before, double, after = self._doubled()
        return DayBytes([before, double, after], runs_of(before, after))

    def overlap_conflict(self) -> DayBytes:
        """10 minutes of records inside the window are there twice, the second time with other samples."""
        before, double, after = self._doubled()
        second = add_offset(double, CONFLICT_ADDED)
        (run,) = runs_of(double)
        runs = [*runs_of(before, after), Run(run.first, run.npts, CONFLICT_ADDED, copy=1)]
        return DayBytes([before, second, after], runs, conflicts=[(run.first, run.first + run.npts)])

    def missing(self) -> DayBytes:
        """Listed in the index, not in the bucket."""
        return DayBytes([], [])

    def unindexed(self) -> DayBytes:
        """In the bucket, not listed in the index."""
        return DayBytes([self.healthy], runs_of(self.healthy))

    def wrong_header(self) -> DayBytes:
        """The headers name another location than the key does."""
        channel = self.plan.channel
        loc = "00" if channel.loc != "00" else "10"
        records = self.healthy.copy()
        identity = replace(identity_of(channel), loc=loc)
        stamp(records, identity, channel.period_ns, channel.phase_ns, Encoding.STEIM2)
        return DayBytes([records], runs_of(records), note=f"location {loc!r} in its headers")

    def late_start(self) -> DayBytes:
        """The first record is from long after the window."""
        records = self.pack(self.plan.after(0.94), self.plan.stop)
        return DayBytes([records], runs_of(records))

    def early_end(self) -> DayBytes:
        """The file ends long before the window."""
        records = self.pack(self.plan.first, self.plan.before(0.7))
        return DayBytes([records], runs_of(records))

    def tcorr(self) -> DayBytes:
        """The headers have a time correction of +2.5 s that is not applied: true times are later."""
        channel, records = self.plan.channel, self.healthy.copy()
        stamp(
            records,
            identity_of(channel),
            channel.period_ns,
            channel.phase_ns + TIME_CORRECTION_NS,
            Encoding.STEIM2,
            correction_ns=TIME_CORRECTION_NS,
        )
        return DayBytes([records], runs_of(records), shift_ns=TIME_CORRECTION_NS)

    def zero_samples(self) -> DayBytes:
        """Every tenth record is followed by a record without samples."""
        channel = self.plan.channel
        parts: list[Part] = []
        for start in range(0, len(self.healthy), 10):
            part = self.healthy.take(slice(start, start + 10))
            last = part.take(slice(-1, None))
            blank = Records(np.zeros_like(last.raw), last.first + last.npts, np.zeros(1, np.int64))
            stamp(blank, identity_of(channel), channel.period_ns, channel.phase_ns, Encoding.STEIM2)
            parts += [part, blank]
        return DayBytes(parts, runs_of(*parts))

    def float32(self) -> DayBytes:
        """Samples are stored as 32-bit floats."""
        records = self.pack(self.plan.first, self.plan.stop, encoding=Encoding.FLOAT32)
        return DayBytes([records], runs_of(records), float32=True)

    def steim1_4096(self) -> DayBytes:
        """Steim-1 in records of 4096 bytes."""
        records = self.pack(self.plan.first, self.plan.stop, 4096, Encoding.STEIM1)
        return DayBytes([records], runs_of(records))

    def spill(self) -> DayBytes:
        """Not trimmed at midnight: the first record starts 3.1 s before the day, as other archives' do."""
        early = self.plan.first - self.plan.seconds(SPILL_SECONDS)
        records = self.pack(early, self.plan.stop)
        return DayBytes([records], runs_of(records))
