"""Archive definitions: the packaged ones, a user's own, and one clear sentence for each mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from seisbus.archive.definition import (
    ArchiveDefinitionError,
    Auth,
    DayCut,
    IndexSource,
    ObjectUnit,
    UnknownArchiveError,
    archive_named,
    load_archives,
)

GOOD = """
[mine]
bucket = "b"
endpoint = "https://s3.example.org"
auth = "signed"
day_key = "{net}/{year}/{doy}/{sta}.{loc}.{chan}"
networks = ["XX"]
max_in_flight = 4
round_trip_bytes = 0
"""


def test_packaged_archives() -> None:
    archives = load_archives()
    assert list(archives) == ["scedc", "ncedc", "geonet", "earthscope", "local"]
    scedc, local = archives["scedc"], archives["local"]
    assert (scedc.bucket, scedc.region, scedc.auth) == ("scedc-pds", "us-west-2", Auth.UNSIGNED)
    assert (scedc.index, scedc.day_cut) == (IndexSource.FILES, DayCut.SAMPLE)
    assert archives["earthscope"].object_unit is ObjectUnit.STATION
    assert local.day_key == scedc.day_key and local.endpoint is None
    assert local.at("http://127.0.0.1:9").endpoint == "http://127.0.0.1:9"


def test_an_archive_by_its_name() -> None:
    archives = load_archives()
    assert archive_named(archives, "geonet").networks[0] == "NZ"
    with pytest.raises(UnknownArchiveError, match="archive sced is not known"):
        archive_named(archives, "sced")


def test_a_users_file_adds_and_replaces(tmp_path: Path) -> None:
    extra = tmp_path / "mine.toml"
    extra.write_text(GOOD + GOOD.replace("[mine]", "[scedc]"))
    archives = load_archives(extra)
    assert archives["mine"].auth is Auth.SIGNED and archives["mine"].max_in_flight == 4
    assert archives["mine"].round_trip_bytes == 0 and archives["ncedc"].round_trip_bytes is None
    assert archives["scedc"].bucket == "b" and archives["ncedc"].bucket == "ncedc-pds"
    assert next(iter(archives)) == "scedc"  # the earlier place in the list is kept


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('bucket = "b"', "", "'bucket' is missing"),
        ('"https://s3.example.org"', '"s3.example.org"', "endpoint is 's3.example.org', expected a URL"),
        ('auth = "signed"', 'auth = "sighned"', "auth is 'sighned', expected one of unsigned, signed"),
        ("max_in_flight = 4", "max_in_flight = 0", "max_in_flight is 0"),
        ("round_trip_bytes = 0", "round_trip_bytes = -1", "round_trip_bytes is -1"),
        ("max_in_flight = 4", "max_inflight = 4", "unknown entry 'max_inflight'"),
        ('networks = ["XX"]', "", "networks is missing: in day_key the network stands before the date"),
        ('networks = ["XX"]', "networks = 5", "networks is 5, expected a list of texts"),
        ("{sta}", "{station}", "field is 'station'"),
        ("{doy}", "001", "expected {doy}, or {month} and {day}"),
        ("{loc}.{chan}", "D", "object_unit 'channel' needs"),
        ('auth = "signed"', 'index = "files"', "needs waveform_index_prefix"),
        ("[mine]", "[Mine]", "Archive 'Mine' in"),
        ("[mine]", "[Mine]", "expected a name of at most 40 lower-case letters"),
        ("[mine]", "[mine", "it is not TOML"),
        ("[mine]", "mine = 3\n[other]", "expected a table"),
    ],
)
def test_each_mistake_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    extra = tmp_path / "mine.toml"
    extra.write_text(GOOD.replace(old, new))
    with pytest.raises(ArchiveDefinitionError, match=r"mine\.toml") as caught:
        load_archives(extra)
    assert message in str(caught.value)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArchiveDefinitionError, match=r"nowhere\.toml"):
        load_archives(tmp_path / "nowhere.toml")
