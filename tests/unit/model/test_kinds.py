"""Kinds of jobs: what there is, what each takes, and what the database has of older versions."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path
from typing import Any

import pytest

from seisbus.errors import JobFileError, UserError
from seisbus.model.job import UnknownKindError, parse_job, read_job
from seisbus.model.kind import KINDS, all_queues
from seisbus.model.kinds.export import ExportJob
from seisbus.model.kinds.misfit import MisfitJob
from seisbus.model.kinds.scan import ScanJob
from seisbus.model.kinds.window import WindowJob
from seisbus.model.stages import allow_kinds

OUTSIDE = Path(__file__).resolve().parents[2] / "support" / "outside"
TILE = {"tile": {"start": "2011-03-11T00:00:00Z", "end": "2011-03-12T00:00:00Z", "length": "3600s", "step": None}}

# A job document of the time when one model had the keys of all kinds.
OLD: dict[str, Any] = {
    "name": "", "kind": "window", "archive": "", "priority": 0, "inputs": "day_files", "expect": "index",
    "select": {"net": "*", "sta": "*", "loc": "*", "chan": "*"}, "windows": None, "gaps": "kill", "overlap": "gap",
    "verify": "ranges", "steps": [], "pad": None, "output": {"storage": "file", "encoding": "auto", "data_tag": ""},
    "export": None, "misfit": None, "purge": None,
}  # fmt: skip
SEMD = {"files": "{event}/{net}.{sta}.{component}", "format": "specfem", "archive": ""}
OBSERVED = {
    "observed": {"job": "1", "tag": ""},
    "synthetics": SEMD,
    "config": {},
    "fixed_windows": "2",
    "rejected": False,
}
EXPORT = {
    "format": "asdf",
    "job": "1",
    "tag": "",
    "event": "",
    "misfit": ["3"],
    "folder": "",
    "waveform_tag": "observed",
}
OLDS = [
    {"archive": "local", "windows": {"absolute": None, "events": None, **TILE}},
    {"kind": "scan", "archive": "local", "windows": {"absolute": None, "events": None, **TILE}},
    {"kind": "index", "archive": "local", "steps": [{"demean": {}}]},  # which had no effect, and was not refused
    {"kind": "export", "export": EXPORT},
    {"kind": "misfit", "misfit": OBSERVED},
    {"kind": "purge", "purge": {"jobs": ["1", "2"]}},
]


@pytest.mark.parametrize("given", OLDS, ids=lambda given: given.get("kind", "window"))
def test_documents_of_older_versions_are_read(given: dict[str, Any]) -> None:
    job = read_job({"spec": OLD | given})
    assert type(job) is KINDS.all()[given.get("kind", "window")]
    assert read_job({"spec": job.model_dump(mode="json")}) == job
    if "steps" not in given:  # a job file in that form is a job, too
        assert parse_job(OLD | given) == job


def test_what_a_job_reads_and_waits_for() -> None:
    def of(given: dict[str, Any]) -> tuple[set[str], str]:
        job = read_job({"spec": given})
        return set(job.reads), job.awaits

    assert of({"kind": "export", "export": EXPORT}) == ({"1", "3"}, "")
    assert of({"kind": "misfit", "misfit": OBSERVED}) == ({"1", "2"}, "1")
    assert of({"archive": "local", "windows": TILE}) == (set(), "")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"kind": "index", "archive": "local", "windows": TILE}, "a job of kind index takes no windows"),
        ({"kind": "scan", "archive": "local"}, "kind scan needs windows: tile"),
        ({"kind": "scan", "archive": "local", "windows": {"absolute": [{"start": 0.5, "end": 1}]}}, "windows"),
        ({"kind": "purge"}, "needs the key purge"),
        ({"kind": "expotr"}, f"expected one of {', '.join(KINDS.all())} (found 'expotr')"),
        ({"kind": ["export"]}, "expected one of"),
        ({"kind": None}, "expected one of"),
        ({"archive": "local", "windows": TILE, "purge": {"jobs": ["1"]}}, "needs the key purge, and no other kind"),
    ],
)
def test_keys_that_do_not_fit_the_kind_are_one_sentence(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(JobFileError) as caught:
        parse_job(given)
    assert sentence in caught.value.message
    assert "\n" not in caught.value.message


def test_a_job_of_another_type_than_wanted_is_refused() -> None:
    text = {"kind": "export", "export": EXPORT}
    assert isinstance(parse_job(text, ExportJob), ExportJob)
    for wanted in (MisfitJob, WindowJob, ScanJob):
        with pytest.raises(JobFileError, match=f"of kind export, expected one of kind {wanted.kind_name()}"):
            parse_job(text, wanted)


def test_each_module_has_the_kind_of_its_name() -> None:
    assert {name: job.kind_name() for name, job in KINDS.all().items()} == {name: name for name in KINDS.all()}
    stages = ("control", "indexer", "fetcher", "windower", "writer", "cli")
    for stage in stages:
        folder = importlib.import_module(f"seisbus.{stage}.kinds")
        names = {module.name for module in pkgutil.iter_modules(folder.__path__)}
        assert names
        assert names <= set(KINDS.all()), stage


def test_no_two_queues_have_one_name() -> None:
    queues = all_queues()
    assert len({(queue.work, queue.name) for queue in queues}) == len(queues)


def test_kinds_of_other_packages_are_known_once_they_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(OUTSIDE))
    document = {"spec": {"kind": "toy", "name": "", "toy": {"words": ["a"]}}}
    with pytest.raises(UnknownKindError):
        read_job(document)
    try:
        allow_kinds(" toy ,")
        job = read_job(document)
        assert (type(job).__module__, job.queues[0].name) == ("toykind.model", "toy")
        assert job.queues[0] in all_queues()
        with pytest.raises(UserError, match=r"no installed package has a job kind 'game' \(installed are .*toy"):
            allow_kinds("toy,game")
    finally:
        allow_kinds("")
        for name in [name for name in sys.modules if name.startswith("toykind")]:
            del sys.modules[name]
    with pytest.raises(UnknownKindError):
        parse_job(document["spec"])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"output": {"encoding": "float32", "storage": "gridfs"}}, "GridFS holds float64 only"),
        ({"output": {"encoding": "float32"}, "components": 3}, "leave encoding: float32 out"),
    ],
)
def test_single_precision_is_for_files_of_single_channels(more: dict[str, object], said: str) -> None:
    with pytest.raises(JobFileError, match=said):
        parse_job({"archive": "scedc", "windows": TILE, **more})
