"""Reading chooses waveforms by time; with `cut` their samples too."""

from __future__ import annotations

import numpy as np
import pytest

from seisbus.client import Query, Stored
from seisbus.client.decode import cut_series_of

START_NS = 1_300_000_000 * 10**9


def stored() -> Stored:
    samples = np.arange(100, dtype="<f8")
    document = {
        "_id": "0" * 24, "net": "XX", "sta": "A", "loc": "", "chan": "BHZ", "t0_ns": START_NS, "rate": [10, 1],
        "npts": 100, "delta": 0.1, "starttime": START_NS / 1e9, "endtime": START_NS / 1e9 + 9.9,
    }  # fmt: skip
    return Stored(document, samples.tobytes())


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [(None, None, 0, 99), (2.0, None, 20, 99), (None, 2.0, 0, 19), (1.95, 2.05, 20, 20), (-5.0, 50.0, 0, 99)],
)
def test_samples_from_start_to_before_end(start: float | None, end: float | None, first: int, last: int) -> None:
    query = Query(
        start=None if start is None else START_NS / 1e9 + start, end=None if end is None else START_NS / 1e9 + end
    )
    datum = cut_series_of(stored(), *query.bounds_ns)
    assert datum is not None
    assert datum.live
    assert list(datum.data) == list(range(first, last + 1))
    assert datum.t0_ns == datum["t0_ns"] == START_NS + first * 10**8
    assert (datum["npts"], datum["starttime"]) == (last - first + 1, datum.t0)
    assert datum["endtime"] == pytest.approx(datum.endtime())


def test_nothing_is_left_between_two_samples() -> None:
    assert cut_series_of(stored(), START_NS + 1, START_NS + 10**8) is None
