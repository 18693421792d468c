"""The manifest of channels in objects of stations, as CSV and Parquet, with odd rows."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from libseis.codes import Channel
from seisbus.archive.channel_manifest import COLUMNS, Placed, read_channel_manifest
from seisbus.archive.keys import TableFormat
from seisbus.archive.oddities import ArchiveFormatError, Oddities

ROWS = [
    ("s3://bucket/miniseed/TA/a", "7", 0, 512, "TA", "STA", "", "BHZ"),
    ("miniseed/TA/a", "7", 512, 1024, "TA", "STA", "10", "BHZ"),
    ("/miniseed/TA/b", "", 0, 4096, "TA", "STB", "--", "LHZ"),
]
RIGHT = {
    "miniseed/TA/a": [
        Placed(Channel("TA", "STA", "", "BHZ"), 0, 512, "7"),
        Placed(Channel("TA", "STA", "10", "BHZ"), 512, 1536, "7"),
    ],
    "miniseed/TA/b": [Placed(Channel("TA", "STB", "", "LHZ"), 0, 4096, "")],
}


def csv(rows: list[tuple[object, ...]]) -> bytes:
    return "\n".join(",".join(map(str, row)) for row in (COLUMNS, *rows)).encode()


def test_both_forms_are_read() -> None:
    assert read_channel_manifest(csv(ROWS[::-1]), TableFormat.CSV, "m.csv", Oddities("m.csv")) == RIGHT
    table = pa.table({name: [row[i] for row in ROWS] for i, name in enumerate(COLUMNS)})
    pq.write_table(table, file := io.BytesIO())
    assert read_channel_manifest(file.getvalue(), TableFormat.PARQUET, "m.parquet", Oddities("m.parquet")) == RIGHT


@pytest.mark.parametrize("place", [(-1, 512), (0.5, 512), ("", 512), (0, "many"), (0, 1e30)])
def test_a_row_that_cannot_be_costs_itself(place: tuple[object, object]) -> None:
    odd = Oddities("m.csv")
    wrong = ("miniseed/TA/c", "", *place, "TA", "STC", "", "BHZ")
    assert read_channel_manifest(csv([*ROWS, wrong]), TableFormat.CSV, "m.csv", odd) == RIGHT
    assert "row 4" in odd.note


def test_another_table_is_refused() -> None:
    with pytest.raises(ArchiveFormatError, match="byte_count"):
        read_channel_manifest(b"object_path,offset\na,0\n", TableFormat.CSV, "m.csv", Oddities("m.csv"))
