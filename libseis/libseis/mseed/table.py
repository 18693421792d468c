"""RecordTable: the records found in a buffer; select the records that windows need.

Columns are numpy arrays with one entry per record; `framing` finds the records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag, StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from libseis.codes import Channel
from libseis.segments import Rate, Span

Integers = NDArray[np.int64]
Bytes = NDArray[np.uint8]

# activity flags of the fixed header (SEED manual 2.4, chapter 8, field 12)
TIME_CORRECTION_APPLIED = 0x02
POSITIVE_LEAP_SECOND = 0x10
NEGATIVE_LEAP_SECOND = 0x20

NO_RATE = -1
ENCODING_TEXT = 0
# Encodings with float samples: FLOAT32, FLOAT64 and GEOSCOPE's (SEED manual 2.4, blockette 1000).
_FLOATS = frozenset({4, 5, 12, 13, 14})
ENCODING_UNKNOWN = 255


class Odd(IntFlag):
    """What is odd about a header, although its record can be read."""

    SEQUENCE = 1
    QUALITY = 2
    RESERVED = 4
    CODES = 8
    TIME = 16
    COUNT = 32
    CHAIN = 64
    PAYLOAD = 128
    ORDER = 256
    LENGTH = 512
    CRC = 1024
    ENCODING = 2048


class ProblemKind(StrEnum):
    """Why bytes are not a record. Programs may compare the texts, so they must not change."""

    FOREIGN = "foreign"
    BLANK = "blank"
    CONTROL = "control"
    CUT_SHORT = "cut_short"


@dataclass(frozen=True, slots=True)
class Problem:
    """`length` bytes from `offset` that were skipped, with one sentence for a log."""

    offset: int
    length: int
    kind: ProblemKind
    message: str


@dataclass(frozen=True, eq=False)  # no slots, so that derived columns can be cached
class RecordTable:
    """The records of a buffer in the order of their offsets; every column has shape (records,).

    `start_ns` is the time of the first sample in epoch ns. It includes the microseconds of blockette 1001 and the
    header's time correction, if a flag says that the correction is not applied yet (`correction_ns`, else 0). `channel`
    and `rate` index `channels` and `rates`; the rate is NO_RATE for records without a time series. `payload` is the
    offset of the samples from the start of the record; `encoding` is the SEED data encoding, or ENCODING_UNKNOWN
    without blockette 1000; `version` is 2 or 3; `odd` holds flags of `Odd`. `alike` is True only if the records differ
    in offset, start, number of samples and their place alone, all have samples, and nothing is odd or to be corrected.
    """

    offset: Integers
    length: Integers
    start_ns: Integers
    correction_ns: Integers
    npts: Integers
    rate: Integers
    channel: Integers
    payload: Integers
    encoding: Bytes
    big_endian: NDArray[np.bool_]
    activity: Bytes
    quality: Bytes
    version: Bytes
    odd: NDArray[np.uint16]
    channels: tuple[Channel, ...]
    rates: tuple[Rate, ...]
    problems: tuple[Problem, ...]
    alike: bool = False

    def __len__(self) -> int:
        """Number of records."""
        return len(self.offset)

    @cached_property
    def waveform(self) -> NDArray[np.bool_]:
        """Records that hold samples of a time series."""
        if self.alike:
            return np.ones(len(self), bool)
        series: NDArray[np.bool_] = (self.rate != NO_RATE) & (self.npts > 0) & (self.encoding != ENCODING_TEXT)
        return series

    @cached_property
    def plain(self) -> bool:
        """Whether all records hold samples, and nothing is odd or to be corrected."""
        if self.alike:
            return True
        leaps = self.activity & (POSITIVE_LEAP_SECOND | NEGATIVE_LEAP_SECOND)
        told = self.odd.any() or self.correction_ns.any() or leaps.any()
        return not told and bool(self.waveform.all())

    @cached_property
    def uniform(self) -> bool:
        """Whether records differ only in channel, rate, times and samples.

        Then all are plain records of version 2 with big-endian headers, and of one length, encoding and quality.
        """
        if self.alike:
            return bool(len(self)) and bool(self.big_endian[0])
        same = (self.length, self.encoding, self.quality)
        return (
            bool(len(self))
            and self.plain
            and all(bool((column == column[0]).all()) for column in same)
            and bool((self.version == 2).all())
            and bool(self.big_endian.all())
        )

    def regular(self, rows: NDArray[np.bool_]) -> int:
        """Return the common length of records.

        Parameters
        ----------
        rows
            Which records, shape (records,).

        Returns
        -------
        int
            Bytes, if all are of version 2 and state this length, and nothing is odd about them; else 0.
        """
        lengths = self.length[rows]
        if not len(lengths) or self.odd[rows].any() or (self.version[rows] != 2).any():
            return 0
        stated = (self.encoding[rows] != ENCODING_UNKNOWN).all()  # blockette 1000 states both encoding and length
        return int(lengths[0]) if stated and (lengths == lengths[0]).all() else 0

    def floats(self, rows: NDArray[np.bool_]) -> bool:
        """Whether the samples of records are floats.

        Parameters
        ----------
        rows
            Which records, shape (records,).

        Returns
        -------
        bool
            The answer for the first record with samples; False if no record has samples.
        """
        found = self.encoding[rows & self.waveform]
        return bool(len(found)) and int(found[0]) in _FLOATS

    @cached_property
    def numbers(self) -> dict[Channel, int]:
        """The number of each of `channels`."""
        return {channel: number for number, channel in enumerate(self.channels)}

    @cached_property
    def rows(self) -> list[Integers]:
        """Positions of the records of each of `channels`, ascending."""
        if len(self.channels) == 1:
            return [np.arange(len(self))]
        order = np.argsort(self.channel, kind="stable")
        return np.split(order, np.cumsum(np.bincount(self.channel, minlength=len(self.channels)))[:-1])

    @cached_property
    def fewest_samples(self) -> int:
        """Samples of the shortest waveform record; 0 without records."""
        if self.alike:
            return int(self.npts.min())
        return int(self.npts[self.waveform].min(initial=1 << 32)) if self.waveform.any() else 0

    @cached_property
    def end_ns(self) -> Integers:
        """Time of the last sample of each record; its start time if it has no samples or no rate."""
        return self.start_ns + self.spans_ns(np.maximum(self.npts - 1, 0))

    @cached_property
    def follow_ns(self) -> Integers:
        """Time one interval after the last sample of each record, by its header."""
        return self.start_ns + self.spans_ns(self.npts)

    def spans_ns(self, counts: Integers) -> Integers:
        """Return the exact length of a number of sample intervals, for each record.

        Parameters
        ----------
        counts
            Number of intervals, shape (records,).

        Returns
        -------
        Integers
            Length in ns, shape (records,); 0 for a record without a rate.
        """
        if self.alike or (len(self.rates) == 1 and (self.rate == 0).all()):  # nearly always
            return self.rates[0].spans_ns(counts)
        spans = np.zeros(len(self), np.int64)
        for number, rate in enumerate(self.rates):
            rows = self.rate == number
            spans[rows] = rate.spans_ns(counts[rows])
        return spans

    @cached_property
    def period_ns(self) -> NDArray[np.float64]:
        """Sample interval of each record in ns; 0 without a rate."""
        periods = np.array([*(rate.period_ns for rate in self.rates), 0.0])
        chosen: NDArray[np.float64] = periods[self.rate]
        return chosen


def overlapping(table: RecordTable, windows: Sequence[Span]) -> NDArray[np.bool_]:
    """Choose the waveform records that any window needs.

    A record counts from one sample before its first sample to one sample after its last, because the sample nearest to
    the edge of a window may be outside the window. Cutting only these records gives the same as cutting all records,
    except for the misfit (less than a sample) of the record that then sets the grid.

    Parameters
    ----------
    table
        The records.
    windows
        The windows, ends included.

    Returns
    -------
    NDArray
        Mask of bool, shape (records,).
    """
    if not windows or len(table) == 0:
        return np.zeros(len(table), bool)
    merged: list[Span] = []
    for window in sorted(windows, key=lambda w: w.start_ns):
        if merged and window.start_ns <= merged[-1].end_ns:
            merged[-1] = Span(merged[-1].start_ns, max(merged[-1].end_ns, window.end_ns))
        else:
            merged.append(window)
    starts = np.array([w.start_ns for w in merged], np.int64)
    ends = np.array([w.end_ns for w in merged], np.int64)
    margin = np.ceil(table.period_ns).astype(np.int64)
    last = np.searchsorted(starts, table.end_ns + margin, side="right") - 1
    reached: NDArray[Any] = (last >= 0) & (ends[last] >= table.start_ns - margin)
    return reached & table.waveform
