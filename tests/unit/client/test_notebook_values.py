"""Jobs as notebooks write them: times of obspy, numpy and datetime, scalars of numpy, tuples."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from obspy import UTCDateTime

from seisbus.client.jobfile import job_text
from seisbus.model.job import parse_job

START_NS = 1_299_822_483_200_000_000


@pytest.mark.parametrize(
    "start",
    [
        UTCDateTime("2011-03-11T05:48:03.2"),
        datetime.fromisoformat("2011-03-11T05:48:03.200"),
        datetime(2011, 3, 11, 5, 48, 3, 200_000, tzinfo=UTC),
        np.datetime64("2011-03-11T05:48:03.2"),
        np.datetime64(START_NS, "ns"),
        np.float64(START_NS / 1e9),
        "2011-03-11T05:48:03.2",
    ],
)
def test_every_kind_of_time_is_understood(start: Any) -> None:
    windows = {"absolute": ({"start": start, "end": np.int64(START_NS // 10**9 + 3600)},)}
    spec = parse_job(job_text({"archive": "local", "windows": windows}))
    assert spec.windows is not None
    assert spec.windows.absolute is not None
    (span,) = spec.windows.absolute
    assert abs(span.start - START_NS) < 1000  # a float of seconds holds no nanoseconds
    assert span.end == (START_NS // 10**9 + 3600) * 10**9


def test_magnitudes_of_a_table() -> None:
    catalog = {"start": "2023-01-01", "end": "2024-01-01", "above_magnitude": np.float32(4.5)}
    spec = parse_job(job_text({"archive": "local", "windows": {"events": {"catalog": catalog, "end": "1h"}}}))
    assert spec.windows is not None
    assert spec.windows.events is not None
    assert spec.windows.events.catalog is not None
    assert spec.windows.events.catalog.above_magnitude == 4.5
