"""Each program has the settings that it uses, under the names and with the meanings that docs/reference/settings.md
has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import seisbus
from seisbus.errors import UserError
from seisbus.settings import (
    PROGRAMS,
    AllSettings,
    FromEnvironment,
    IndexerSettings,
    ServiceSettings,
    WriterSettings,
    load_settings,
    variable,
)
from seisbus.settings.table import table

SOURCES = Path(seisbus.__file__).parent
DOCS = Path(__file__).resolve().parents[3] / "docs"
SERVICES = ("control", "indexer", "fetcher", "windower", "writer")
# where else a program's settings are read: its life, its logins, and for topology and probe all there is
SHARED = dict.fromkeys(SERVICES, ("app", "bus", "store", "telemetry/logs.py")) | {
    "topology": ("admin/topology.py", "app", "bus", "store", "telemetry/logs.py"),
    "probe": ("admin/health.py",),
    "web": ("web", "telemetry/logs.py"),
}


def text_of(*parts: str) -> str:
    paths = [
        path for part in parts for path in ((SOURCES / part).rglob("*.py") if "." not in part else [SOURCES / part])
    ]
    return "\n".join(path.read_text() for path in paths)


def test_the_documentation_has_every_setting() -> None:
    assert table() in (DOCS / "reference" / "settings.md").read_text(), "run `python -m seisbus.settings.table`"
    assert all(field.description for field in AllSettings.model_fields.values())


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_has_no_setting_that_it_does_not_read(program: str) -> None:
    text = text_of(*((program,) if program in SERVICES else ()), *SHARED[program])
    read = set(re.findall(r"\bsettings\.(\w+)", text))
    assert set(PROGRAMS[program].model_fields) <= read


@pytest.mark.parametrize("program", SERVICES)
def test_what_one_service_alone_reads_is_not_a_setting_of_all(program: str) -> None:
    own = set(re.findall(r"\bsettings\.(\w+)", text_of(program))) & set(ServiceSettings.model_fields)
    assert own <= {"output_root"}  # read by all for the room on the disk


def test_every_setting_belongs_to_a_program() -> None:
    read = {name for settings in PROGRAMS.values() for name in settings.model_fields}
    assert read == set(AllSettings.model_fields)


@pytest.mark.parametrize("settings", PROGRAMS.values())
def test_an_environment_of_others_is_let_pass(settings: type[FromEnvironment], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEISBUS_NEWER_THAN_THIS", "1")
    assert load_settings(settings) == settings()


def test_a_wrong_value_is_named_by_who_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable("file_bytes"), "-1")
    with pytest.raises(UserError, match=r"SEISBUS_FILE_BYTES: .*greater than 0 \(found '-1'\)"):
        load_settings(WriterSettings)
    assert load_settings(IndexerSettings)
