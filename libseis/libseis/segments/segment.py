"""A contiguous run of samples of one channel, and what there is to complain about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from libseis.codes import location
from libseis.segments.rate import Rate

Samples = NDArray[Any]  # int32, float32 or float64


@dataclass(frozen=True, slots=True, order=True)
class SourceId:
    """SEED codes of a channel. A blank location, however it was written, is the empty string."""

    net: str
    sta: str
    loc: str
    chan: str

    def __post_init__(self) -> None:
        """Bring the location into its one form."""
        if not self.loc.isalnum():
            object.__setattr__(self, "loc", location(self.loc))

    def __str__(self) -> str:
        """`NET.STA.LOC.CHAN`, as obspy writes it."""
        return f"{self.net}.{self.sta}.{self.loc}.{self.chan}"


class ComplaintKind(StrEnum):
    """What a complaint is about; stable texts."""

    TIME_MISFIT = "time_misfit"
    OVERLAP_CONFLICT = "overlap_conflict"
    BAD_RECORD = "bad_record"
    INTEGRITY = "integrity"
    LEAP_SECOND = "leap_second"
    TIME_CORRECTION = "time_correction"
    NOT_WAVEFORM = "not_waveform"
    ASSUMED = "assumed"
    ODD_HEADER = "odd_header"
    FORM_SETTLED = "form_settled"


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something that was put right or left out, in one sentence for the error log of the datum."""

    kind: ComplaintKind
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Evenly sampled, contiguous data of one channel.

    `t0_ns` is the time of the first sample in ns since 1970-01-01T00:00:00 UTC; `data` has shape (npts,)
    and type int32 (counts), float32 or float64, and may be a view of a larger array.
    """

    source: SourceId
    t0_ns: int
    rate: Rate
    data: Samples
    complaints: tuple[Complaint, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is not a trace; raises ValueError."""
        if self.data.ndim != 1 or self.data.dtype not in (np.int32, np.float32, np.float64):
            raise ValueError(
                f"Samples of {self.source} are {self.data.dtype} of shape {self.data.shape}; "
                "a segment takes one dimension of int32, float32 or float64."
            )

    @property
    def npts(self) -> int:
        """Number of samples."""
        return len(self.data)

    @property
    def end_ns(self) -> int:
        """Time of the last sample in ns; one interval before `t0_ns` when there are no samples."""
        return self.time_ns(self.npts - 1)

    def time_ns(self, i: int) -> int:
        """Exact time in ns of sample `i`, which need not exist."""
        return self.t0_ns + self.rate.span_ns(i)

    def part(self, first: int, stop: int) -> Segment:
        """Samples `first` to `stop` (excluded) as a view of the same memory."""
        return Segment(self.source, self.time_ns(first), self.rate, self.data[first:stop], self.complaints)


# real reals fail on the first few values, so that data which are none of counts cost nothing
_FIRST_LOOK = 64


def as_counts(data: NDArray[np.float64]) -> NDArray[np.int32] | None:
    """`data` as int32 if every value is an integer of 32 bits (and not minus zero), else None; shape and order kept."""
    if not _are_counts(data[..., :_FIRST_LOOK]):
        return None
    with np.errstate(invalid="ignore"):  # NaN and what is too large do not compare equal below
        counts = data.astype(np.int32)
    return counts if _are_counts(data, counts) else None


def _are_counts(data: NDArray[np.float64], counts: NDArray[np.int32] | None = None) -> bool:
    if counts is None:
        with np.errstate(invalid="ignore"):
            counts = data.astype(np.int32)
    return bool((counts == data).all()) and not bool(np.signbit(data[counts == 0]).any())
