"""Keys of all archive layouts: the exact inverse, real examples, and what is no day key."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seisbus.archive.definition import ObjectUnit, load_archives
from seisbus.archive.keys import (
    DayKey,
    IndexKind,
    KeyLayoutError,
    KeyTemplate,
    TableFormat,
    catalog_index_key,
    parse_index_key,
    waveform_index_key,
)

ARCHIVES = load_archives()
_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_CODES = {
    "net": st.text(_UPPER, min_size=1, max_size=2),
    "sta": st.text(_UPPER, min_size=1, max_size=5),
    "loc": st.text(_UPPER, max_size=2).filter(lambda loc: len(loc) != 1),
    "chan": st.text(_UPPER, min_size=3, max_size=3),
    "day": st.dates(date(1970, 1, 1), date(2100, 12, 31)),
}
REAL_KEYS = [
    ("scedc", "2022/2022_002/CIHEC__BHN___2022002.ms", DayKey("CI", "HEC", "", "BHN", date(2022, 1, 2))),
    ("scedc", "2022/2022_002/CE13884HNZ10_2022002.ms", DayKey("CE", "13884", "10", "HNZ", date(2022, 1, 2))),
    ("scedc", "2019/2019_190/GSCA01_HH100_2019190.ms", DayKey("GS", "CA01", "00", "HH1", date(2019, 7, 9))),
]


@pytest.mark.parametrize("name", sorted(ARCHIVES))
@given(data=st.data())
def test_parse_is_the_inverse_of_format(name: str, data: st.DataObject) -> None:
    archive = ARCHIVES[name]
    codes = {field: data.draw(strategy, field) for field, strategy in _CODES.items()}
    if archive.object_unit is ObjectUnit.STATION:
        version = data.draw(st.none() | st.integers(1, 30))
        key = DayKey(codes["net"], codes["sta"], None, None, codes["day"], version)
    else:
        key = DayKey(**codes)
    text = archive.day_key.format(key)
    assert archive.day_key.parse(text) == key
    assert text.startswith(archive.day_key.prefix(day=key.day, net=key.net, sta=key.sta))


@pytest.mark.parametrize(("name", "tail", "expected"), REAL_KEYS)
def test_real_scedc_keys(name: str, tail: str, expected: DayKey) -> None:
    key = "continuous_waveforms/" + tail
    assert ARCHIVES[name].day_key.parse(key) == expected
    assert ARCHIVES[name].day_key.format(expected) == key


def test_real_keys_of_the_listed_archives() -> None:
    day = date(2022, 1, 2)
    blank = DayKey("BK", "THIS", "", "LHZ", day)
    assert ARCHIVES["ncedc"].day_key.format(blank) == "continuous_waveforms/BK/2022/2022.002/THIS.BK.LHZ..D.2022.002"
    nz = DayKey("NZ", "BFZ", "10", "HHZ", day)
    assert ARCHIVES["geonet"].day_key.format(nz) == "waveforms/miniseed/2022/2022.002/BFZ.NZ/2022.002.BFZ.10-HHZ.NZ.D"
    station = ARCHIVES["earthscope"].day_key
    assert station.parse("miniseed/IU/2022/002/ANMO.IU.2022.002#3") == DayKey("IU", "ANMO", None, None, day, 3)
    assert station.parse("miniseed/IU/2022/002/ANMO.IU.2022.002") == DayKey("IU", "ANMO", None, None, day)
    assert station.format(DayKey("IU", "ANMO", "00", "BHZ", day)) == "miniseed/IU/2022/002/ANMO.IU.2022.002"


@pytest.mark.parametrize(
    "key",
    [
        "continuous_waveforms/index/csv/year=1999/year_doy=1999_169/1999_169_waveform_index.csv",
        "continuous_waveforms/2022/2022_002/CIHEC__BHN___2022003.ms",  # folder and name disagree
        "continuous_waveforms/2022/2022_366/CIHEC__BHN___2022366.ms",  # no leap year
        "continuous_waveforms/2022/2022_000/CIHEC__BHN___2022000.ms",
        "continuous_waveforms/2022/2022_002/CIH_C__BHN___2022002.ms",
        "continuous_waveforms/2022/2022_002/_______BHN___2022002.ms",
        "continuous_waveforms/2022/2022_002/",
        "",
    ],
)
def test_other_keys_are_no_day_keys(key: str) -> None:
    assert ARCHIVES["scedc"].day_key.parse(key) is None


@pytest.mark.parametrize(
    ("key", "field"),
    [
        (DayKey("CIX", "HEC", "", "BHN", date(2022, 1, 2)), "net"),
        (DayKey("CI", "", "", "BHN", date(2022, 1, 2)), "sta"),
        (DayKey("CI", "HEC", "", None, date(2022, 1, 2)), "chan"),
        (DayKey("CI", "H/C", "", "BHN", date(2022, 1, 2)), "sta"),
    ],
)
def test_a_key_that_cannot_be_made_names_the_code(key: DayKey, field: str) -> None:
    with pytest.raises(KeyLayoutError) as caught:
        ARCHIVES["scedc"].day_key.format(key)
    assert caught.value.field == field


@pytest.mark.parametrize("template", ["{nett}/{sta}", "{net:>3}", "{net!r}"])
def test_a_wrong_template_is_refused(template: str) -> None:
    with pytest.raises(KeyLayoutError):
        KeyTemplate(template)


def test_listing_prefixes_stop_at_what_is_unknown() -> None:
    day = date(2011, 3, 11)
    scedc, ncedc = ARCHIVES["scedc"].day_key, ARCHIVES["ncedc"].day_key
    assert scedc.prefix(day=day) == "continuous_waveforms/2011/2011_070/"
    assert scedc.prefix(day=day, net="CI") == "continuous_waveforms/2011/2011_070/CI"
    assert scedc.prefix(day=day, net="CI", sta="HEC") == "continuous_waveforms/2011/2011_070/CIHEC__"
    assert scedc.prefix() == "continuous_waveforms/"
    assert ncedc.prefix(day=day, net="NC") == "continuous_waveforms/NC/2011/2011.070/"


def test_index_keys() -> None:
    text = "continuous_waveforms/index/csv/year=1999/year_doy=1999_169/1999_169_waveform_index.csv"
    index = parse_index_key(text)
    assert index is not None
    assert (index.kind, index.format, index.year) == (IndexKind.WAVEFORMS, TableFormat.CSV, 1999)
    assert (index.yrday, index.day, index.filename) == ("1999_169", 169, "1999_169_waveform_index.csv")
    assert index.date == date(1999, 6, 18)
    old = parse_index_key("continuous_waveforms/index/csv/year=1999/year_doy=1999_169/index.csv")
    assert old is not None and old.day == 169
    catalog = parse_index_key("earthquake_catalogs/index/parquet/year=2023/2023_catalog_index.parquet")
    assert catalog is not None
    assert (catalog.kind, catalog.format, catalog.year) == (IndexKind.CATALOG, TableFormat.PARQUET, 2023)
    assert (catalog.yrday, catalog.day, catalog.date) == (None, None, None)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.sampled_from(TableFormat))
def test_index_keys_are_read_back(day: date, table: TableFormat) -> None:
    waveforms = parse_index_key(waveform_index_key(day, table))
    assert waveforms is not None and (waveforms.date, waveforms.format) == (day, table)
    catalog = parse_index_key(catalog_index_key(day.year, table))
    assert catalog is not None and (catalog.year, catalog.format) == (day.year, table)


@pytest.mark.parametrize(
    "key",
    [
        "continuous_waveforms/index/csv/year=1999/1999_waveform_index.csv",
        "continuous_waveforms/index/csv/year=1999/year_doy=1998_169/1999_169_waveform_index.csv",
        "continuous_waveforms/index/csv/year=1999/year_doy=1999_367/1999_367_waveform_index.csv",
        "continuous_waveforms/index/csv/year=1999/year_doy=1999_169/1999_169_waveform_index.parquet",
        "earthquake_catalogs/index/orc/year=2023/2023_catalog_index.orc",
        "earthquake_catalogs/SCEC_DC/2023.catalog",
    ],
)
def test_other_keys_are_no_index_keys(key: str) -> None:
    assert parse_index_key(key) is None


@pytest.mark.parametrize("prefix", ["2023/2023_232", "2023/2023_232/", "/2023/2023_232/"])
def test_event_keys_with_and_without_slashes(prefix: str) -> None:
    scedc = ARCHIVES["scedc"]
    assert scedc.event_waveform_key(prefix, "39645386.ms") == "event_waveforms/2023/2023_232/39645386.ms"
    assert scedc.event_phase_key(prefix, "39645386.phase") == "event_phases/2023/2023_232/39645386.phase"
    assert ARCHIVES["geonet"].event_waveform_key(prefix, "1.ms") is None


MONTHS = (
    "{year}/{month}/{day}/{net}.{sta}.{loc}.{chan}.ms",
    "{net}/{year}{month}/{sta}/{loc}.{chan}.{doy}",
    "{year}-{month}-{day}/{doy}/{net}_{sta}_{loc}_{chan}",
)


@pytest.mark.parametrize("template", MONTHS)
@given(data=st.data())
def test_days_by_month_and_day_are_read_back(template: str, data: st.DataObject) -> None:
    layout = KeyTemplate(template)
    key = DayKey(**{field: data.draw(strategy, field) for field, strategy in _CODES.items()})
    text = layout.format(key)
    assert layout.parse(text) == key
    assert text.startswith(layout.prefix(day=key.day, net=key.net, sta=key.sta))


def test_days_that_do_not_exist_or_contradict_are_no_day_keys() -> None:
    by_month = KeyTemplate(MONTHS[0])
    assert by_month.parse("2024/02/29/XX.ABC..BHZ.ms") == DayKey("XX", "ABC", "", "BHZ", date(2024, 2, 29))
    for day in ("2023/02/29", "2023/13/01", "2023/00/10", "2023/04/31", "0000/01/01"):
        assert by_month.parse(f"{day}/XX.ABC..BHZ.ms") is None
    twice = KeyTemplate(MONTHS[2])
    assert twice.parse("2023-03-01/060/XX_ABC__BHZ") == DayKey("XX", "ABC", "", "BHZ", date(2023, 3, 1))
    assert twice.parse("2023-03-02/060/XX_ABC__BHZ") is None
    assert KeyTemplate(MONTHS[1]).parse("XX/202304/ABC/.BHZ.060") is None
