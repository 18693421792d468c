"""Indexes, catalogs, event files and StationXML of a generated archive, as Seisbus and obspy read them."""

from __future__ import annotations

import io
from datetime import date

import numpy as np
import pytest

from seisbus.archive.catalog import read_catalog
from seisbus.archive.definition import load_archives
from seisbus.archive.keys import TableFormat, parse_index_key
from seisbus.archive.stations import read_stationxml
from seisbus.archive.waveform_index import day_rows, read_waveform_index
from seisbus.testing import truth
from seisbus.testing.spec import NS, TOHOKU, Defect
from unit.archive.made import Archive

W0, W1 = TOHOKU.time_ns + 100 * NS, TOHOKU.time_ns + 3700 * NS
DAY = date(2011, 3, 11)


def test_indexes_list_what_there_is(archive: Archive) -> None:
    scedc, manifest = load_archives()["local"], archive.manifest
    days = {file.day for file in manifest.files}
    for day in days:
        tables = []
        for key in manifest.others:
            index = parse_index_key(key)
            if index is not None and index.date == day:
                tables.append(read_waveform_index(archive.read(key), index.format, key))
        assert len(tables) == 2 and tables[0].equals(tables[1])
        listed = {row.object_key for row in day_rows(tables[0], scedc, day)}
        assert listed == {file.key for file in manifest.files if file.day == day and file.listed}
    stored = {file.key for file in manifest.files if file.stored}
    on_disk = {
        path.relative_to(archive.root / manifest.bucket).as_posix()
        for path in (archive.root / manifest.bucket).rglob("*")
        if path.is_file()
    }
    assert on_disk == stored | {event.key for event in manifest.events} | set(manifest.others)
    assert archive.defect(Defect.MISSING).key not in on_disk


def test_old_indexes_have_no_header(archive: Archive) -> None:
    keys = [key for key in archive.manifest.others if "year=1999" in key and "continuous" in key]
    assert len(keys) == 2
    for key in keys:
        index = parse_index_key(key)
        assert index is not None and index.date is not None
        assert not archive.read(key).startswith(b"ms_filename")
        table = read_waveform_index(archive.read(key), index.format, key)
        assert table.num_rows > 50
        assert len(list(day_rows(table, load_archives()["local"], index.date))) == table.num_rows


def test_catalogs(archive: Archive) -> None:
    of_year: dict[int, list[object]] = {}
    for key in archive.manifest.others:
        index = parse_index_key(key)
        if index is not None and index.date is None:
            rows = read_catalog(archive.read(key), index.format, key)
            assert of_year.setdefault(index.year, rows) == rows  # CSV and Parquet agree
    assert sorted(of_year) == [1999, 2011, 2023]
    rows = read_catalog(archive.read("earthquake_catalogs/index/csv/year=2023/2023_catalog_index.csv"), TableFormat.CSV)
    big = [row for row in rows if row.mag is not None and row.mag > 4.5]
    assert len(big) == 3
    (ojai,) = [row for row in big if row.evid == "39645386"]
    local = load_archives()["local"]
    assert ojai.prefix is not None and ojai.ms_filename is not None and ojai.phase_filename is not None
    key = local.event_waveform_key(ojai.prefix, ojai.ms_filename)
    assert key == "event_waveforms/2023/2023_232/39645386.ms"
    phases = archive.read(str(local.event_phase_key(ojai.prefix, ojai.phase_filename))).decode()
    assert len(phases.splitlines()) == 1 + (ojai.phases or 0) > 1
    assert any(row.ms_filename is None for row in rows)
    prefixes = [row.prefix or "" for row in rows]
    assert any(p.endswith("/") for p in prefixes) and not all(p.endswith("/") for p in prefixes)


def test_event_files_as_obspy_reads_them(archive: Archive) -> None:
    from obspy import read

    for event in archive.manifest.events:
        stream = read(io.BytesIO(archive.read(event.key)), format="MSEED")
        expected = truth.event_traces(archive.root, event.key)
        assert len(stream) == len(expected) == event.traces
        for trace, want in zip(stream, expected, strict=True):
            assert trace.id == want.channel.name
            assert trace.stats.starttime.ns == want.start_ns
            assert np.array_equal(trace.data, want.data)


def test_stationxml_describes_the_channels(archive: Archive) -> None:
    from obspy import UTCDateTime, read_inventory

    epochs = []
    for key in archive.manifest.others:
        if key.startswith("FDSNstationXML/"):
            epochs += read_stationxml(archive.read(key), key).channels
    open_now = {(e.net, e.sta, e.loc, e.chan) for e in epochs if e.is_open(W0, W1)}
    layout = load_archives()["local"].day_key
    keys = [layout.parse(file.key) for file in archive.manifest.files if file.day == DAY]
    assert {(k.net, k.sta, k.loc, k.chan) for k in keys if k} <= open_now
    assert any(e[3] == "UHZ" for e in open_now)  # open, and stored by nobody
    assert any(e.end_ns is not None for e in epochs)
    inventory = read_inventory(io.BytesIO(archive.read("FDSNstationXML/unauthoritative-XML/AZ_BZN.xml")))
    response = inventory.get_response("AZ.BZN..BHZ", UTCDateTime(W0 / NS))
    gain = abs(response.get_evalresp_response_for_frequencies([1.0], output="VEL")[0])
    assert gain == pytest.approx(response.instrument_sensitivity.value, rel=0.01)
