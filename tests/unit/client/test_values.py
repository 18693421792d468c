"""Queries and times as the client takes them, and bytes that are not what their document says."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from libseis.segments import Rate, Segment, SourceId
from seisbus.client import Query, Stored, WaveformError
from seisbus.client.decode import segment_of, time_series_of
from seisbus.client.export import write_miniseed

from libseis import mseed

DOCUMENT = {
    "_id": "w1",
    "delta": 0.01,
    "starttime": 1e9,
    "net": "CI",
    "sta": "ADO",
    "chan": "HHZ",
    "t0_ns": 10**18 + 1,
    "rate": [100, 1],
    "npts": 5,
}


@pytest.mark.parametrize(
    "moment", ["2011-03-11T05:46:23.2Z", 1299822383.2, datetime(2011, 3, 11, 5, 46, 23, 200_000, UTC)]
)
def test_times_of_any_kind_mean_the_same_nanosecond(moment: object) -> None:
    message = Query(chan="HH?", start=moment).message()
    assert message.span.start_ns == 1299822383_200_000_000
    assert message.span.end_ns == 0
    assert message.filter.chan == "HH?"


@pytest.mark.filterwarnings("ignore:SelectableGroups dict interface:DeprecationWarning")  # obspy on import
def test_obspy_times_keep_their_nanoseconds() -> None:
    from obspy import UTCDateTime

    assert Query(end=UTCDateTime(ns=1299822383_200_000_001)).message().span.end_ns == 1299822383_200_000_001


def test_bytes_that_do_not_hold_the_promised_samples_are_refused_by_name() -> None:
    five = np.arange(5, dtype=np.float64).tobytes()
    assert time_series_of(Stored(DOCUMENT, five)).t0_ns == 10**18 + 1
    for wrong, problem in (
        (Stored(DOCUMENT, five[:-8]), "hold 4 samples, its document says 5"),
        (Stored(DOCUMENT, b"\0" * 512, miniseed=True), "holds 0 segments"),
        (Stored(DOCUMENT, error="It is gone."), "It is gone"),
    ):
        with pytest.raises(WaveformError, match=problem) as caught:
            segment_of(wrong)
        assert caught.value.document == "w1"
        dead = time_series_of(wrong)
        assert (dead.live, dead.npts, len(dead.elog)) == (False, 0, 1)


def test_export_passes_miniseed_through_and_encodes_floats(tmp_path) -> None:  # type: ignore[no-untyped-def]
    counts = Segment(SourceId("CI", "ADO", "", "HHZ"), 10**18, Rate(100), np.arange(5, dtype=np.int32))
    records = mseed.encode(counts)
    path = tmp_path / "out.mseed"
    stored = [Stored(DOCUMENT, records, miniseed=True), Stored({**DOCUMENT, "sta": "BAR"}, np.arange(5.0).tobytes())]
    assert write_miniseed(stored, path) == 2
    content = path.read_bytes()
    assert content.startswith(records)
    found = [s for joined in mseed.decode(content, mseed.frame(content)) for s in joined.segments]
    assert [(str(s.source), s.data.dtype.name, s.data.tolist()) for s in found] == [
        ("CI.ADO..HHZ", "int32", [0, 1, 2, 3, 4]),
        ("CI.BAR..HHZ", "float64", [0.0, 1.0, 2.0, 3.0, 4.0]),
    ]
    with pytest.raises(WaveformError):
        write_miniseed([stored[0], Stored(DOCUMENT, error="gone")], tmp_path / "bad.mseed")
    assert [file.name for file in tmp_path.iterdir()] == ["out.mseed"]
    assert write_miniseed([], tmp_path / "none.mseed") == 0
