"""Memory stays flat over many cycles of making, growing, pickling, copying and converting."""

from __future__ import annotations

import copy
import gc
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from libseis import Metadata, Seismogram, SeismogramEnsemble, TimeSeries, TimeSeriesEnsemble, TimeWindow
from libseis.mspass.utility import AtomicType, ErrorSeverity

HEADER = {"delta": 0.01, "starttime": 1.6e9, **{f"key{i}": i for i in range(28)}}
SAMPLES = np.arange(500.0)


def time_series() -> None:
    d = TimeSeries(HEADER, SAMPLES)
    d.live = True
    d.set_as_origin("reader", "1", "u", AtomicType.TIMESERIES)
    d.new_map("f", "2", AtomicType.TIMESERIES)
    d.elog.log_error("a", "m", ErrorSeverity.Complaint)
    d.add_gap(TimeWindow(1.6e9 + 1, 1.6e9 + 2))
    view = d.data
    d.data.append(1.0)
    d.data.extend(SAMPLES)
    e = pickle.loads(pickle.dumps(d, 5))
    e += copy.deepcopy(d)
    e.split_gaps()
    e.fill_gaps()
    assert len(view) == 1001


def seismogram() -> None:
    d = Seismogram(HEADER, np.ones((3, 200)))
    d.live = True
    d.rotate(0.3)
    d.rotate([1.0, 2.0, 3.0])
    d.rotate_to_standard()
    e = pickle.loads(pickle.dumps(d, 5))
    assert (e + d).live
    try:
        e.tmatrix = "nonsense"  # type: ignore[assignment]
    except Exception as error:
        assert str(error)


def ensembles() -> None:
    e, s = TimeSeriesEnsemble(HEADER, 3), SeismogramEnsemble()
    e.member.append(TimeSeries(HEADER, SAMPLES))
    s.adopt(Seismogram(10))
    e.sync_metadata()
    pickle.loads(pickle.dumps((e, s)))
    copy.deepcopy(e)
    try:
        Metadata(HEADER).get_string("key1")
    except Exception as error:
        assert str(error)


STATM = Path("/proc/self/statm")
pytestmark = pytest.mark.skipif(not STATM.exists(), reason="the resident size is read from /proc, which Linux has")


def resident() -> int:
    """Bytes of this process in memory."""
    return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def growth(cycle: Callable[[], None], cycles: int) -> float:
    """Bytes a cycle that the process grows by: the least of three runs, as the heap itself grows in jumps."""
    grown = []
    for _ in range(3):
        before = resident()
        for _ in range(cycles // 3):
            cycle()
        gc.collect()
        grown.append((resident() - before) / (cycles // 3))
    return min(grown)


CYCLES = [time_series, seismogram, ensembles]


@pytest.mark.parametrize("cycle", CYCLES)
def test_a_few_thousand_cycles(cycle: Callable[[], None]) -> None:
    assert growth(cycle, 6000) < 8  # the smallest object is 16 bytes; two pages are 4 bytes a cycle


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("cycle", CYCLES)
def test_a_hundred_thousand_cycles(cycle: Callable[[], None]) -> None:
    assert growth(cycle, 100_000) < 1
