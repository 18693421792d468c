"""The documentation of job files and client says what the code says: keys, values, defaults, calls, examples."""

from __future__ import annotations

import inspect
import re
import typing
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from pydantic import BaseModel, create_model

from libseis.isotime import DAY_NS
from seisbus.client import AsyncClient, Client
from seisbus.client.jobfile import job_text
from seisbus.client.plot import Style
from seisbus.control import submit, window_checks
from seisbus.model import archivejob, fields, geography, kind, windows
from seisbus.model.archivejob import ArchiveJob
from seisbus.model.job import parse_job
from seisbus.model.kind import KINDS
from seisbus.model.kinds import export, misfit

DOCS = Path(__file__).resolve().parents[3] / "docs" / "reference"
JOB = (DOCS / "job.md").read_text()
CLIENT = (DOCS / "client.md").read_text()

# PurgeJobs makes such jobs; a job file cannot.
NEVER_WRITTEN = {"purge"}


def all_keys() -> type[BaseModel]:
    """The keys of all kinds of jobs in one model."""
    forms = [form for found in KINDS.all().values() for form in found.forms()]
    keys = {name: (field.annotation, field) for form in forms for name, field in form.model_fields.items()}
    kinds = Literal[tuple(KINDS.all())]  # type: ignore[valid-type]
    return create_model("Keys", **{**keys, "kind": (kinds, "window")})  # type: ignore[call-overload, no-any-return]


ALL_KEYS = all_keys()

# heading or line before a table -> the model that it documents
TABLES: dict[str, type[BaseModel]] = {
    "## Keys": ALL_KEYS,
    "### select": archivejob.StationSelect,
    "`within` has exactly one": geography.Within,
    "A `box`:": geography.Box,
    "A `circle`:": geography.Circle,
    "`distance` has at least": geography.DistanceRange,
    "`azimuth` and `back_azimuth`:": geography.AzimuthRange,
    "### windows\n": windows.Windows,
    "An `absolute` window:": windows.AbsoluteWindow,
    "### windows: events": windows.EventWindows,
    "`where`, all": windows.EventFilter,
    "`depth_km` and `mag` have": geography.Range,
    "A `catalog` query": windows.CatalogQuery,
    "An event of a `list`:": windows.InlineEvent,
    "### windows: picks": windows.PickWindows,
    "### windows: tile": windows.Tile,
    "### gaps: fill": archivejob.Fill,
    "### pad": archivejob.Pad,
    "### output": archivejob.Output,
    "### export": export.Export,
    "### misfit\n": misfit.Misfit,
    "`misfit: observed`": misfit.Observed,
    "`misfit: synthetics`": misfit.Synthetics,
}


def rows(text: str, after: str) -> dict[str, tuple[str, str]]:
    """key -> (values, default) of the first table after a text."""
    found: dict[str, tuple[str, str]] = {}
    started = False
    for line in text[text.index(after) + len(after) :].splitlines():
        if line.startswith("|"):
            started = True
            key, values, default, _ = (cell.strip() for cell in line.strip("|").split(" | "))
            found[key.strip("` ")] = values, default
        elif started:
            break
    return {key: row for key, row in found.items() if key not in ("key", "---|---|---|---")}


def literals(annotation: Any) -> set[str]:
    """The texts that an annotation allows, nested ones included."""
    if typing.get_origin(annotation) is Literal:
        return set(map(str, typing.get_args(annotation)))
    return set().union(*(literals(part) for part in typing.get_args(annotation)), set())


@pytest.mark.parametrize(("after", "kind"), TABLES.items())
def test_every_key_is_documented_with_its_values_and_default(after: str, kind: type[BaseModel]) -> None:
    text = re.sub(r"^\|[-|]+\|$\n", "", JOB, flags=re.MULTILINE)
    documented = rows(text, after)
    fields = {name: field for name, field in kind.model_fields.items() if name not in NEVER_WRITTEN}
    assert set(documented) == set(fields)
    for name, field in fields.items():
        values, default = documented[name]
        named = set(re.findall(r"`([a-z0-9_]+)`", values)) if literals(field.annotation) else set()
        assert literals(field.annotation) - NEVER_WRITTEN == named, name
        if field.is_required():
            assert default.startswith("needed"), name
        elif isinstance(field.default, str) and field.default:
            assert default == f"`{field.default}`", name
        else:
            assert default != "needed" or name == "windows", name


def test_every_model_of_the_job_file_is_documented() -> None:
    models = {
        value for module in (kind, geography, windows, archivejob, export, misfit) for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, fields.Model) and value.__module__ == module.__name__
        and not issubclass(value, kind.Job)
    }  # fmt: skip
    assert models - {misfit.Measuring, misfit.FetchedMisfit, kind.Select} == set(TABLES.values()) - {ALL_KEYS}


EXAMPLES = re.findall(r"```yaml\n(.*?)```", JOB, flags=re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_is_a_job(text: str, tmp_path: Path) -> None:
    (tmp_path / "events.xml").write_text("<q/>")
    (tmp_path / "job.yaml").write_text(text)
    spec = parse_job(job_text(tmp_path / "job.yaml"))
    if isinstance(spec, ArchiveJob):
        window_checks.check_size(spec)
        window_checks.check_steps(spec)


def test_limits_are_those_of_the_code() -> None:
    limits = JOB[JOB.index("## How large") :]
    assert f"{submit.LARGEST_SPEC_BYTES // 1_000_000} MB" in limits
    assert f"{window_checks.LARGEST_EVENT_LIST:,} events or windows" in limits
    assert window_checks.LARGEST_EVENT_LIST == window_checks.LARGEST_WINDOW_LIST
    assert f"{window_checks.LONGEST_WINDOW_NS // DAY_NS} days" in limits


def test_durations_and_codes_that_the_text_names_are_understood() -> None:
    from seisbus.model.times import duration_ns

    assert [duration_ns(text) for text in ("3600", "100s", "30min", "1.5h", "2d")] == [
        3600 * 10**9, 100 * 10**9, 1800 * 10**9, 5400 * 10**9, 172800 * 10**9,
    ]  # fmt: skip
    assert yaml.safe_load("{net: NO, loc: 00}") != {"net": "NO", "loc": "00"}, "the advice to quote is needed"


def calls(kind: type) -> dict[str, Any]:
    found = inspect.getmembers(kind, inspect.isfunction)
    return {name: value for name, value in found if not name.startswith("_")}


def test_both_clients_have_the_same_calls_and_all_are_documented() -> None:
    blocking, asynchronous = calls(Client), calls(AsyncClient)
    assert set(blocking) == set(asynchronous)
    documented = set(re.findall(r"`([a-z_]+)\(", CLIENT[: CLIENT.index("## Pictures")]))
    assert set(blocking) - {"close"} == documented
    for name, call in blocking.items():
        taken = inspect.signature(call).parameters
        known = inspect.signature(asynchronous[name]).parameters
        assert [p for p in taken if p != "where"] == [p for p in known if p in taken and p != "where"], name


def test_every_style_is_named() -> None:
    assert all(f"`{style}`" in CLIENT for style in Style)
