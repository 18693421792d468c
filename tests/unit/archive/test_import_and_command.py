"""Laying out real miniSEED, and the command `archive make`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seisbus.archive.definition import load_archives
from seisbus.archive.keys import parse_index_key
from seisbus.archive.waveform_index import day_rows, read_waveform_index
from seisbus.testing.cli import app
from seisbus.testing.imports import import_folder
from seisbus.testing.manifest import read_manifest
from seisbus.testing.spec import ArchiveSpecError, Defect


def test_real_files_are_laid_out_unchanged(tmp_path: Path, test_data: Path) -> None:
    data = test_data / "mseed"
    manifest = import_folder(data, tmp_path)
    bucket = tmp_path / manifest.bucket
    by_bytes = {path.read_bytes(): path.name for path in data.iterdir() if path.suffix != ".xml"}
    stored = [(by_bytes.get((bucket / file.key).read_bytes()), file.key) for file in manifest.files]
    names = {name: key for name, key in stored if name}
    assert len(by_bytes) == 13 and len(names) == 12
    split = [(bucket / key).read_bytes() for name, key in stored if not name]
    assert len(split) == 3, "a file of three channels is an object a channel"
    whole = (data / "mspass_3channels.mseed").read_bytes()
    assert sum(map(len, split)) == len(whole) and all(part[:512] in whole for part in split)
    assert names["CIHEC__BHN___2022002.ms"] == "continuous_waveforms/2022/2022_002/CIHEC__BHN___2022002.ms"
    assert names["mspass_test_2622.mseed"].startswith("continuous_waveforms/2011/2011_070/")
    assert any("mspass_3channels.mseed: it holds 3 channels" in note for note in manifest.notes)
    assert (bucket / "FDSNstationXML/CI/CI_HEC.xml").read_bytes() == (data / "CI_HEC.xml").read_bytes()
    assert read_manifest(tmp_path) == manifest


def test_imported_files_are_indexed(tmp_path: Path, test_data: Path) -> None:
    data = test_data / "mseed"
    manifest = import_folder(data, tmp_path)
    listed = {}
    for key in manifest.others:
        index = parse_index_key(key)
        if index is not None and index.date is not None:
            table = read_waveform_index((tmp_path / manifest.bucket / key).read_bytes(), index.format, key)
            listed |= {row.object_key: row for row in day_rows(table, load_archives()["local"], index.date)}
    assert set(listed) == {file.key for file in manifest.files}
    hec = listed["continuous_waveforms/2022/2022_002/CIHEC__BHN___2022002.ms"]
    assert hec.sample_rate == 40.0 and hec.lat == pytest.approx(34.8294, abs=1e-3)


def test_what_is_left_out_is_said(tmp_path: Path, test_data: Path) -> None:
    data = test_data / "mseed"
    source = tmp_path / "source"
    (source / "deep").mkdir(parents=True)
    name = "CIFOX2_LHZ___2022002.ms"
    shutil.copy(data / name, source / name)
    shutil.copy(data / name, source / "deep" / name)
    (source / "notes.txt").write_text("no miniSEED")
    (source / "broken.xml").write_text("<a")
    (source / "CIWBM__LHZ___2022002.ms").write_bytes(b"")
    manifest = import_folder(source, tmp_path / "root")
    assert len(manifest.files) == 2  # the empty file is named in SCEDC form: it is an object all the same
    notes = "\n".join(manifest.notes)
    assert "notes.txt: left out, it holds no miniSEED record" in notes
    assert f"deep/{name}: left out, {name} has the key" in notes
    assert "broken.xml: left out, it is not XML" in notes


def test_folders_that_cannot_be_imported(tmp_path: Path) -> None:
    with pytest.raises(ArchiveSpecError, match="is not a folder"):
        import_folder(tmp_path / "nowhere", tmp_path / "root")
    source = tmp_path / "source"
    source.mkdir()
    with pytest.raises(ArchiveSpecError, match="holds no miniSEED"):
        import_folder(source, tmp_path / "root")
    with pytest.raises(ArchiveSpecError, match="lies inside"):
        import_folder(source, source / "root")


def test_the_command_makes_an_archive(tmp_path: Path) -> None:
    arguments = ["make", "--root", str(tmp_path), "--preset", "tiny", "--defects", "gap_inside,missing"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    manifest = read_manifest(tmp_path)
    assert set(manifest.defects()) == {Defect.GAP_INSIDE, Defect.MISSING}
    assert "2011-03-11" in result.output and "gap_inside" in result.output
    assert CliRunner().invoke(app, arguments).exit_code == 0  # a second run keeps it


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (["--defects", "gap_inisde"], "defects has 'gap_inisde'"),
        (["--days", "0"], "days is 0"),
        (["--seed", "-1"], "seed is -1"),
        (["--channels", "2", "--defects", "empty"], "can have a defect"),
        (["--from-folder", "nowhere"], "nowhere is not a folder"),
    ],
)
def test_a_users_mistake_is_one_sentence_and_exit_code_2(tmp_path: Path, extra: list[str], message: str) -> None:
    result = CliRunner().invoke(app, ["make", "--root", str(tmp_path / "a"), "--preset", "tiny", *extra])
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output
    assert not list(tmp_path.rglob("*.ms"))
