"""Queries and times as the client takes them, and bytes that are not what their document says."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from pymseed import MS3Record

import seisbus.client
from libseis import mseed
from libseis.codes import Channel
from libseis.errors import SampleError
from libseis.segments import Rate, Segment
from seis.control.v1 import control_pb2 as pb
from seisbus.client import Query, Stored, WaveformError
from seisbus.client.decode import segment_of, time_series_of
from seisbus.client.export import convert_dataset, miniseed_format, write_miniseed
from seisbus.client.keywords import QueryFields
from seisbus.client.values import total_misfit
from seisbus.errors import UserError
from seisbus.store import misfits

UNITS = ['{"Seisbus":{"Units":"counts"}}', '{"Seisbus":{"Units":"m/s"}}']
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


@pytest.mark.parametrize("version", [2, 3])
def test_everything_is_of_the_version_that_is_asked_for(tmp_path: Path, version: int) -> None:
    source = Channel("CI", "ADO", "", "HHZ")
    counts = Segment(source, 10**18 + 1, Rate(100), np.arange(5, dtype=np.int32))
    path = tmp_path / "out.mseed"
    stored = [
        Stored({**DOCUMENT, "units": "counts"}, mseed.encode(counts), miniseed=True),
        Stored({**DOCUMENT, "units": "counts"}, mseed.encode(counts, version=3), miniseed=True),
        Stored({**DOCUMENT, "units": "m/s"}, np.arange(5.0).tobytes()),
    ]
    assert write_miniseed(stored, path, version) == 3
    records = [
        (r.formatversion, r.sampletype, r.starttime, r.extra, r.np_datasamples.tolist())
        for r in MS3Record.from_file(str(path), unpack_data=True)
    ]
    assert [record[:2] for record in records] == [(version, "i"), (version, "i"), (version, "d")]
    assert all(record[4] == [0, 1, 2, 3, 4] for record in records)
    if version == 3:  # the document's clock, to the nanosecond; what was version 3 already goes through as it is
        assert [record[2] for record in records] == [10**18 + 1] * 3
        assert [record[3] for record in records] == [UNITS[0], "", UNITS[1]]
    for wrong in (1, 4):
        with pytest.raises(UserError, match="use 2 or 3"):
            write_miniseed(stored, path, wrong)


def test_what_a_version_has_no_room_for_is_said_and_no_file_is_left(tmp_path: Path) -> None:
    long = Stored({**DOCUMENT, "sta": "TOOLONG"}, np.arange(5.0).tobytes())
    assert write_miniseed([long], tmp_path / "three", 3) == 1
    with pytest.raises(WaveformError, match="The station code 'TOOLONG' does not fit miniSEED 2"):
        write_miniseed([long], tmp_path / "two", 2)
    assert [path.name for path in tmp_path.iterdir()] == ["three"]


@pytest.mark.parametrize(
    ("format", "version", "made"), [("mseed", 2, "mseed"), ("mseed", 3, "mseed3"), ("sac", None, "sac")]
)
def test_an_export_has_a_version(format: str, version: int | None, made: str) -> None:
    assert miniseed_format(format, version) == made
    for wrong, number in (("sac", 3), ("mseed3", 2), ("mseed", 4)):
        with pytest.raises(UserError, match="version"):
            miniseed_format(wrong, number)


def test_a_copy_of_a_dataset_is_converted_whole_or_not_at_all(tmp_path: Path) -> None:
    source = Channel("CI", "ADO", "", "HHZ")
    parts = [
        Segment(source, 10**18, Rate(100), np.arange(5000, dtype=np.int32)),
        Segment(source, 10**18 + 10**11, Rate(10001, 100), np.arange(700.0)),
    ]
    path = tmp_path / "day"
    path.write_bytes(whole := b"".join(mseed.encode(part, reclen=512, version=3) for part in parts))
    convert_dataset(path, 3)
    assert path.read_bytes() == whole
    convert_dataset(path, 2)
    content = path.read_bytes()
    table = mseed.frame(content)
    assert set(table.version.tolist()) == {2} and not table.problems
    found = [segment for joined in mseed.decode(content, table) for segment in joined.segments]
    assert [s.data.tolist() for s in found] == [part.data.tolist() for part in parts]
    path.write_bytes(content + b"junk that is no record" * 40)
    with pytest.raises(SampleError, match="cannot be had whole as version 3"):
        convert_dataset(path, 3)
    assert path.read_bytes().endswith(b"no record") and len(list(tmp_path.iterdir())) == 1


def test_export_passes_miniseed_through_and_encodes_floats(tmp_path) -> None:  # type: ignore[no-untyped-def]
    counts = Segment(Channel("CI", "ADO", "", "HHZ"), 10**18, Rate(100), np.arange(5, dtype=np.int32))
    records = mseed.encode(counts)
    path = tmp_path / "out.mseed"
    stored = [Stored(DOCUMENT, records, miniseed=True), Stored({**DOCUMENT, "sta": "BAR"}, np.arange(5.0).tobytes())]
    assert write_miniseed(stored, path) == 2
    content = path.read_bytes()
    assert content.startswith(records)
    found = [s for joined in mseed.decode(content, mseed.frame(content)) for s in joined.segments]
    assert [(str(s.channel), s.data.dtype.name, s.data.tolist()) for s in found] == [
        ("CI.ADO..HHZ", "int32", [0, 1, 2, 3, 4]),
        ("CI.BAR..HHZ", "float64", [0.0, 1.0, 2.0, 3.0, 4.0]),
    ]
    with pytest.raises(WaveformError):
        write_miniseed([stored[0], Stored(DOCUMENT, error="gone")], tmp_path / "bad.mseed")
    assert [file.name for file in tmp_path.iterdir()] == ["out.mseed"]
    assert write_miniseed([], tmp_path / "none.mseed") == 0


def test_a_total_misfit_is_the_same_value_for_store_and_client() -> None:
    """They were two classes of one name: a value of the one was never equal to the other's."""
    row = pb.ListMisfitsResponse.Row(event="e", path="default", stations=2, sources=3, windows=4, misfit=0.5)
    assert misfits.TotalMisfit is seisbus.client.TotalMisfit
    assert total_misfit(row) == misfits.TotalMisfit("e", "default", 2, 3, 4, 0.5)


def test_the_fields_of_a_query_are_those_that_calls_take() -> None:
    assert set(QueryFields.__annotations__) == {field.name for field in dataclasses.fields(Query)}
