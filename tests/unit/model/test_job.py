"""The job file: every mistake is one sentence that names the key; what is valid survives every form it takes."""

from __future__ import annotations

from typing import Any

import pytest

from seisbus.errors import JobFileError
from seisbus.model.job import parse_job
from seisbus.model.kinds.misfit import FetchedMisfitJob
from seisbus.model.kinds.window import WindowJob

ABSOLUTE = {"absolute": [{"start": "2011-03-11T05:48:03.2Z", "end": "2011-03-11T06:48:03.2Z"}]}
SEMD = {"files": "{event}/{sta}.{component}.semd"}
TILE = {"tile": {"start": "2011-03-01", "end": "2011-04-01", "length": "1h", "step": "30min"}}
EVENTS = {"events": {"catalog": {"start": "2023-01-01", "end": "2024-01-01", "above_magnitude": 4.5}, "end": "1h"}}


@pytest.mark.parametrize("windows", [ABSOLUTE, TILE, EVENTS])
def test_a_job_is_the_same_after_a_trip_through_json(windows: dict[str, Any]) -> None:
    spec = parse_job({"archive": "local", "windows": windows, "gaps": {"fill": "linear"}, "pad": {"before": "2min"}})
    assert parse_job(spec.model_dump_json()) == spec
    assert parse_job(spec.model_dump(mode="json")) == spec
    recipe = spec.recipe()
    assert (recipe.gaps, recipe.fill, recipe.pad_before_ns, recipe.pad_after_ns) == (
        "fill",
        "linear",
        120_000_000_000,
        0,
    )


def test_an_export_is_the_same_after_a_trip_through_json() -> None:
    spec = parse_job({"kind": "export", "select": {"chan": "BH?"}, "export": {"format": "asdf", "event": "smi:x/y"}})
    assert parse_job(spec.model_dump_json()) == spec
    assert parse_job(spec.model_dump(mode="json")) == spec


def test_a_pad_is_the_jobs_own_only_where_it_names_one() -> None:
    recipe = parse_job({"archive": "local", "windows": ABSOLUTE}, WindowJob).recipe()
    assert (recipe.pad_before_ns, recipe.pad_after_ns, recipe.pad_planned) == (0, 0, True)
    recipe = parse_job({"archive": "local", "windows": ABSOLUTE, "pad": {}}, WindowJob).recipe()
    assert (recipe.pad_before_ns, recipe.pad_after_ns, recipe.pad_planned) == (0, 0, False)


@pytest.mark.parametrize(
    ("job", "sentence"),
    [
        ({"archive": "local", "windws": ABSOLUTE}, "unknown key windws; did you mean windows?"),
        ({"archive": "local", "windows": {"tile": {**TILE["tile"], "lenght": "1h"}}}, "did you mean length?"),
        ({"windows": ABSOLUTE}, "archive is missing"),
        ({"archive": "local"}, "a job of kind window needs windows"),
        ({"kind": "export"}, "needs the key export"),
        ({"archive": "local", "windows": ABSOLUTE, "export": {"format": "sac", "job": "1"}}, "no other kind takes it"),
        ({"kind": "export", "export": {"format": "sac"}}, "job, tag or event is needed"),
        ({"kind": "export", "export": {"format": "specfem", "job": "1"}}, "name it under misfit"),
        ({"kind": "export", "export": {"format": "sac", "job": "1", "misfit": "2"}}, "leave misfit out"),
        ({"kind": "export", "export": {"format": "gse", "job": "1"}}, "export.format"),
        ({"kind": "export", "export": {"format": "sac", "job": "1", "folder": "../x"}}, "export.folder"),
        ({"kind": "export", "steps": [{"demean": {}}], "export": {"format": "sac", "job": "1"}}, "and no steps"),
        ({"kind": "misfit", "misfit": {"synthetics": SEMD}}, "needs misfit: observed, or an archive"),
        (
            {"kind": "misfit", "archive": "local", "windows": ABSOLUTE, "misfit": {"synthetics": SEMD}},
            "windows: events",
        ),
        (
            {"kind": "misfit", "archive": "local", "misfit": {"observed": {"tag": "a"}, "synthetics": SEMD}},
            "takes what is stored as it is, and no archive",
        ),
        ({"archive": "local", "windows": {}}, "exactly one of absolute, events, picks and tile is needed; found none"),
        ({"archive": "local", "windows": ABSOLUTE | TILE}, "found absolute and tile"),
        ({"archive": "local", "windows": {"absolute": []}}, "absolute needs at least one window"),
        (
            {"archive": "local", "windows": {"absolute": [{"start": "2011-03-12", "end": "2011-03-11"}]}},
            "end 2011-03-11T00:00:00Z is not after start 2011-03-12T00:00:00Z",
        ),
        (
            {"archive": "local", "windows": {"tile": {"start": "2011-03-01T01:00", "end": "2011-03-02", "length": 1}}},
            "a tile runs over whole UTC days",
        ),
        ({"archive": "local", "windows": {"tile": {**TILE["tile"], "length": "long"}}}, "'long' is not a duration"),
        ({"archive": "local", "windows": {"events": {"start": 0, "end": 10}}}, "exactly one source of events"),
        ({"archive": "local", "windows": {"events": {"list": [], "start": 10, "end": 5}}}, "is not after start"),
        ({"archive": "local", "windows": {"events": {"list": [], "start": 10}}}, "need an end"),
        ({"archive": "local", "inputs": "event_files", "windows": ABSOLUTE}, "event_files need windows: events"),
        ({"archive": "local", "windows": ABSOLUTE, "gaps": "ignore"}, "gaps"),
        ({"archive": "../etc", "windows": ABSOLUTE}, "archive"),
        ({"archive": "local", "select": {"net": False}}, "a code is text, and this is False; put it in quotes"),
        ({"archive": "local", "select": {"sta": 83}}, "a code is text, and this is 83; put it in quotes"),
        ('{"archive": "local", "select": {"net": false}}', "a code is text, and this is False; put it in quotes"),
        ({"archive": "local", "windows": ABSOLUTE, "output": {"data_tag": "a/b"}}, "output.data_tag"),
        ("archive: [", "not valid YAML in line 1"),
        ("- 1", "expected a mapping"),
        ("!!python/object/apply:os.system ['true']", "not valid YAML"),
    ],
)
def test_every_mistake_is_one_sentence(job: Any, sentence: str) -> None:
    with pytest.raises(JobFileError) as caught:
        parse_job(job)
    assert sentence in caught.value.message
    assert caught.value.message.startswith("Job file: ")
    assert "\n" not in caught.value.message


def test_a_misfit_job_with_an_archive_is_a_window_job_and_a_misfit_job_on_it() -> None:
    fetched = {
        "archive": "local",
        "select": {"net": "CI"},
        "windows": {"events": {"list": [{"time": "@0", "lat": 1, "lon": 2, "id": "a"}], "end": "5min"}},
        "gaps": "split",
    }
    measured = {"synthetics": SEMD, "config": {"iteration": 2}}
    whole = parse_job({"kind": "misfit", "name": "both", "misfit": measured, **fetched}, FetchedMisfitJob)
    assert whole.storing() == parse_job({"name": "both, observed", **fetched})
    second = whole.measuring("01k3")
    assert (second.awaits, second.reads) == ("01k3", {"01k3"})
    assert second == parse_job(
        {"kind": "misfit", "name": "both", "select": {"net": "CI"}, "misfit": {**measured, "observed": {"job": "01k3"}}}
    )


def test_a_step_may_be_its_name_alone() -> None:
    spec = parse_job({"archive": "local", "windows": ABSOLUTE, "steps": ["demean", {"taper": {}}]})
    assert spec.steps == ({"demean": {}}, {"taper": {}})
