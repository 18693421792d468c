"""Janitor: keeper lists from files and arguments, and the three ways to remove what is not kept."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from libseis.mspass.janitor import Janitor, MiniseedJanitor
from libseis.mspass.utility import ErrorSeverity, MsPASSError
from support.data_objects import ensemble, seismogram, time_series

MAKERS = [time_series, seismogram]


def write(path: Path, name: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"TimeSeries": [name], "Seismogram": [f"{name}3"], "Ensemble": [f"{name}e"]}))
    return path


@pytest.mark.parametrize("make", MAKERS)
def test_clean_keeps_what_objects_need(make) -> None:  # type: ignore[no-untyped-def]
    janitor, d = Janitor(), make(calib=2.0, site_id="x", source_id="y", sampling_rate=20.0)
    before = set(d.keys())
    d["foo"] = "bar"
    assert janitor.clean(d) is d
    assert set(d.keys()) == before
    d["foo"] = "bar"
    assert janitor.collect_trash(d) == {"foo": "bar"}
    d["foo"] = "bar"
    assert janitor.bag_trash(d)["trash"] == {"foo": "bar"}
    d["more"] = 1
    assert janitor.bag_trash(d)["trash"] == {"foo": "bar", "more": 1}
    janitor.add2keepers("foo")
    d["foo"] = "kept"
    assert janitor.clean(d)["foo"] == "kept" and not d.is_defined("trash")


@pytest.mark.parametrize("make", MAKERS)
def test_dead_data_are_left_alone(make) -> None:  # type: ignore[no-untyped-def]
    d = make(foo=1)
    d.kill()
    janitor = Janitor()
    assert janitor.clean(d) is janitor.bag_trash(d) is janitor.collect_trash(d) is d
    assert d["foo"] == 1


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("process_members", [True, False])
def test_ensembles_have_their_own_keepers(make, process_members) -> None:  # type: ignore[no-untyped-def]
    janitor = Janitor(ensemble_keepers=["event"], process_ensemble_members=process_members)
    e = ensemble(make(event=1, foo=1), event=2, foo=2, sta="X")
    janitor.clean(e)
    assert dict(e) == {"event": 2}
    assert e.member[0].is_defined("foo") is not process_members
    e["foo"] = 3
    assert janitor.collect_trash(e) == {"foo": 3}
    e["foo"], e.member[0]["foo"] = 3, 4
    janitor.bag_trash(e, ensemble_trashbag_key="bag")
    assert e["bag"] == {"foo": 3}
    assert e.member[0].is_defined("trash") is process_members


def test_where_lists_come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "npts" in Janitor().TimeSeries_keepers and "tmatrix" in Janitor().Seismogram_keepers
    custom = Janitor(TimeSeries_keepers=["a"], Seismogram_keepers=[])
    assert (custom.TimeSeries_keepers, custom.Seismogram_keepers) == (["a"], [])
    path = write(tmp_path / "keepers.yaml", "own")
    assert Janitor(path).ensemble_keepers == ["owne"]
    monkeypatch.chdir(tmp_path)
    assert Janitor("keepers.yaml").Seismogram_keepers == ["own3"]
    write(tmp_path / "home" / "data" / "yaml" / "Janitor.yaml", "home")
    monkeypatch.setenv("MSPASS_HOME", str(tmp_path / "home"))
    assert Janitor().TimeSeries_keepers == ["home"]
    assert "npts" in MiniseedJanitor().TimeSeries_keepers
    assert Janitor("janitor.yaml").TimeSeries_keepers == MiniseedJanitor().TimeSeries_keepers


def test_miniseed_debris_goes() -> None:
    d = MiniseedJanitor().clean(time_series(dir="/x", dfile="y", foff=0, nbytes=5, storage_mode="file"))
    assert not any(d.is_defined(key) for key in ("dir", "dfile", "foff", "nbytes", "storage_mode"))
    assert d["sta"] == "TEST"


@pytest.mark.parametrize("content", ["[1, 2]", "TimeSeries: [a]", "{TimeSeries: [a], Seismogram: x}", "{unclosed"])
def test_files_that_are_no_keeper_lists(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(content)
    with pytest.raises(MsPASSError, match="keepers_file"):
        Janitor(path)


def test_errors() -> None:
    for kind in (MsPASSError, FileNotFoundError):
        with pytest.raises(kind, match="Cannot open keepers_file"):
            Janitor("no_such_file")
    with pytest.raises(ValueError, match="keeper_type"):
        Janitor().add2keepers("x", "all")
    for call in (Janitor().clean, Janitor().collect_trash, Janitor().bag_trash):
        with pytest.raises(MsPASSError) as caught:
            call(3)  # type: ignore[arg-type]
        assert caught.value.severity == ErrorSeverity.Fatal
