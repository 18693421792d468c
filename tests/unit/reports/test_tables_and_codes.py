"""Codes and rows of index tables, and codes that people ask for; rebuilt from the symptoms of public reports."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from libseis.codes import Channel, ChannelFilter
from seisbus.archive.keys import TableFormat
from seisbus.archive.waveform_index import read_waveform_index
from seisbus.planning.plan import touched_days
from seisbus.testing.imports import import_folder
from unit.reports.builder import NS, Record, at, channels, noise, row

HEAD = "ms_filename,net,sta,seedchan,location,lat,lon,sample_rate\n"


def csv(*rows: str) -> bytes:
    return (HEAD + "".join(f"{row}\n" for row in rows)).encode()


@pytest.mark.parametrize("code", ["NA", "NaN", "null", "None", "nan", "n"])
def test_a_code_that_looks_like_nothing_is_a_code(code: str) -> None:
    """A code of two letters NA is text, not a missing value (OasisLMF#307)."""
    table = read_waveform_index(csv(f"x,{code},{code},BHZ,,34,-117,40"), TableFormat.CSV)
    assert (table["net"].to_pylist(), table["sta"].to_pylist()) == ([code], [code])
    assert table["lat"].to_pylist() == [34.0]


@pytest.mark.parametrize("table", list(TableFormat))
def test_numeric_locations_and_stations_keep_their_zeros(table: TableFormat) -> None:
    """Location 00 and station 0010 are texts: no number eats their zeros (MSNoise#46)."""
    listed = pa.table(
        {
            "ms_filename": ["a", "b"], "net": ["7D", "1E"], "sta": ["0010", "007"], "seedchan": ["BHZ", "BHZ"],
            "location": ["00", "10"], "lat": [34.0, 35.0], "lon": [-117.0, -118.0], "sample_rate": [40.0, 100.0],
        }
    )  # fmt: skip
    buffer = io.BytesIO()
    if table is TableFormat.CSV:
        pacsv.write_csv(listed, buffer)
    else:
        pq.write_table(listed, buffer)
    found = read_waveform_index(buffer.getvalue(), table)
    assert found["location"].to_pylist() == ["00", "10"]
    assert found["sta"].to_pylist() == ["0010", "007"]
    assert found["net"].to_pylist() == ["7D", "1E"]


def test_a_dashed_location_is_the_blank_one_in_every_selection() -> None:
    """Two dashes, two blanks and nothing select the same channel, and not location 00 (PH5#12, SplitPy#8)."""
    blank, other = Channel("IU", "ANMO", "", "BHZ"), Channel("IU", "ANMO", "00", "BHZ")
    for spelling in ("--", "  ", "__"):
        chosen = ChannelFilter(loc=spelling)
        assert chosen.matches(blank)
        assert not chosen.matches(other)
    assert ChannelFilter(loc="*").matches(other)
    assert ChannelFilter(loc="--,00").matches(blank)
    assert ChannelFilter(loc="--,00").matches(other)


@pytest.mark.parametrize(
    ("start", "end"), [("22:00:00", "02:00:00"), ("23:59:59.999", "00:00:00.001"), ("00:00:00", "00:00:00")]
)
def test_a_window_over_midnight_touches_both_days(start: str, end: str) -> None:
    """From 22:00 to 02:00, less than a day, and yet the second day's data are needed (QuakeMigrate#132)."""
    first = at(f"2018-05-01T{start}")
    days = touched_days(first, at(f"2018-05-02T{end}"))
    assert list(days) == [at("2018-05-01T00:00:00") // (86_400 * NS) + n for n in (0, 1)]


def test_every_channel_of_a_digitizers_file_can_be_selected(tmp_path: Path) -> None:
    """A digitizer puts the records of its channels into one file; each is laid out, whole (obspy#1398)."""
    source = tmp_path / "in"
    source.mkdir()
    start = at("2013-02-12T09:08:08")
    values = {chan: noise(600, seed) for seed, chan in enumerate(("BHZ", "BHN", "BHE"))}
    rows = [row(values[chan], start, Record(net=b"FR", sta=b"4883", chan=chan.encode())) for chan in values]
    (source / "FR-4883").write_bytes(b"".join(record for three in zip(*rows, strict=True) for record in three))
    found = import_folder(source, tmp_path / "out")
    read = {}
    for file in found.files:
        data = (tmp_path / "out" / found.bucket / file.key).read_bytes()
        read |= {str(key): joined.segments for key, joined in channels(data).items()}
        assert file.key.rpartition("/")[2].startswith("FR4883")
    assert len(found.files) == 3
    for chan, expected in values.items():
        (segment,) = read[f"FR.4883..{chan}"]
        assert np.array_equal(segment.data, expected)
