"""Read, replace and cut the samples of a TimeSeries or Seismogram, as an array with time on the last axis."""

from __future__ import annotations

from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from libseis.objects.kinds import Atomic
from libseis.objects.seismogram import Seismogram
from libseis.objects.timebase import _BasicTimeSeries
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timewindow import TimeWindow

Samples = NDArray[np.float64]


def samples(d: Atomic) -> Samples:
    """A writable view of the datum's memory, shape (npts,) or (3, npts)."""
    view: Samples = np.asarray(d.data)
    return view


def replace_samples(d: Atomic, values: Samples) -> None:
    """Replace the samples by an array of the same kind and any length; npts follows, and nothing else changes.

    The array may become the datum's own memory: do not use it afterwards.
    """
    d.adopt_data(values)


def has_gaps(d: Atomic) -> bool:
    """True if the datum carries a gap list that is not empty (Seismograms carry none)."""
    return isinstance(d, TimeSeries) and len(d.gaps) > 0


def move_start(d: Atomic, parent: Atomic, first: int) -> None:
    """Set the start of `d` to the time of sample `first` (any number) of `parent`, exactly if possible."""
    if parent.rate_numerator:
        d.set_t0_ns(parent.time_ns(first))
    else:
        d.t0 = parent.time(first)


@overload
def part(d: TimeSeries, first: int, count: int) -> TimeSeries: ...
@overload
def part(d: Seismogram, first: int, count: int) -> Seismogram: ...
def part(d: Atomic, first: int, count: int) -> Atomic:
    """A new datum with samples `first` ... `first + count - 1`; samples outside the data are zero.

    Metadata, elog, history, life, time standard and orientation are copied, and gaps are cut to the new span. The time
    for the copy depends on `count` and not on the length of `d`.
    """
    source = samples(d)
    begin, end = max(first, 0), min(first + count, source.shape[-1])
    whole = begin == first and end == first + count
    new: Any
    if whole and isinstance(d, TimeSeries):
        new = d._stretch(begin, end)
    else:
        if whole:
            wanted = source[..., begin:end].copy(order="F")
        else:
            wanted = np.zeros((*source.shape[:-1], count), order="F")
            if begin < end:
                wanted[..., begin - first : end - first] = source[..., begin:end]
        new = _shell(d)
        replace_samples(new, wanted)
        move_start(new, d, first)
    if isinstance(d, TimeSeries) and has_gaps(d):
        last = new.endtime()
        for gap in d.gaps:
            if gap.end >= new.t0 and gap.start <= last:
                new.add_gap(TimeWindow(max(gap.start, new.t0), min(gap.end, last)))
    part_of_d: Atomic = new
    return part_of_d


def _shell(d: Atomic) -> Any:
    """A copy of everything except the samples."""
    if not isinstance(d, TimeSeries) and d.orthogonal() and not d.cardinal():
        # only the copy constructor keeps the mark that a matrix is orthogonal, but it would copy all samples
        return Seismogram(d)
    header = _BasicTimeSeries(d)
    header.npts = 0
    new: Any = TimeSeries(header, d) if isinstance(d, TimeSeries) else Seismogram(header, d)
    new.load_history(d)
    if not isinstance(d, TimeSeries) and not np.array_equal(new.tmatrix, d.tmatrix):
        new.tmatrix = d.tmatrix
        # the setter also writes Metadata, which d may not have
        if d.is_defined("tmatrix"):
            new["tmatrix"] = d["tmatrix"]
        else:
            new.erase("tmatrix")
    return new
