"""Limits of one job and events that become part of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from seisbus.control.resource_names import ResourceNameError, resource_id
from seisbus.control.window_checks import JobSizeError, check_quakeml, check_size, with_inline_events
from seisbus.errors import UserError
from seisbus.model.job import parse_job
from seisbus.model.kinds.window import WindowJob
from seisbus.model.times import moment_ns


def job(**windows: Any) -> WindowJob:
    return parse_job({"archive": "local", "windows": windows})


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (job(absolute=[{"start": "2011-01-01", "end": "2011-02-02"}]), "32.0 days, at most 31 days"),
        (job(absolute=[{"start": "2011", "end": "2012"}] * 20_001), "20,001 windows"),
        (job(events={"list": [{"time": "@0", "lat": 0, "lon": 0}] * 20_001, "end": "1h"}), "20,001 events"),
        (job(events={"list": [{"time": "@0", "lat": 0, "lon": 0}], "end": "40d"}), "40.0 days"),
        (job(tile={"start": "1800-01-01", "end": "2020-01-01", "length": "1h"}), "at most 36,600"),
        (job(tile={"start": "2011-01-01", "end": "2011-01-02", "length": "1h", "step": "0.1s"}), "at least 1s"),
    ],
)
def test_a_job_that_is_too_large_is_refused_with_its_size(spec: WindowJob, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        check_size(spec)


def test_limits_are_inclusive() -> None:
    check_size(job(absolute=[{"start": "2011-01-01", "end": "2011-02-01"}]))
    check_size(job(tile={"start": "2011-01-01", "end": "2012-01-01", "length": "1d"}))
    error = JobSizeError("x", "2", "1")
    assert (error.field, error.found, error.most) == ("x", "2", "1")


def test_quakeml_of_a_listed_event_must_be_of_one_event(test_data: Path) -> None:
    text = (test_data / "pyatoa" / "test_catalog_2018p130600.xml").read_text()
    listed = {"time": "2018-02-18T07:43:48Z", "lat": -40, "lon": 176}
    check_quakeml(job(events={"list": [listed, {**listed, "quakeml": text}], "end": "1h"}))
    empty = (
        '<q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2"><eventParameters publicID="smi:a/b"/></q:quakeml>'
    )
    for wrong, sentence in ((empty, "expected a document of this event alone"), ("<x", "cannot parse")):
        with pytest.raises(UserError, match=sentence):
            check_quakeml(job(events={"list": [{**listed, "quakeml": wrong}], "end": "1h"}))


def test_a_focal_mechanism_stays_with_the_event_of_a_quakeml_file(test_data: Path) -> None:
    text = (test_data / "pyatoa" / "test_catalog_2018p130600.xml").read_text()
    found = with_inline_events(job(events={"quakeml": text, "end": "1h"})).windows
    assert found is not None
    assert found.events is not None
    (event,) = found.events.list or ()
    assert event.quakeml.count("<momentTensor") == 1
    assert "<pick" not in event.quakeml


def test_csv_events_become_a_list_and_everything_else_stays() -> None:
    spec = parse_job(
        {
            "archive": "local",
            "select": {"chan": "BH?"},
            "windows": {
                "events": {"csv": "time,lat,lon,depth_km,mag\n2011-03-11T05:46:23.2,38,142,29,9.1\n", "end": "1h"}
            },
            "gaps": {"fill": "zero"},
        }
    )  # fmt: skip
    found = with_inline_events(spec)
    assert found.windows is not None
    events = found.windows.events
    assert events is not None
    assert events.csv is None
    assert events.list is not None
    assert [(e.time, e.mag) for e in events.list] == [(moment_ns("2011-03-11T05:46:23.2"), 9.1)]
    assert events.list[0].id
    assert found.select == spec.select
    assert found.gaps == spec.gaps
    assert events.end == 3_600_000_000_000


@pytest.mark.parametrize("text", ["time,lat,lon\n", "nonsense", "time,lat,lon\nyesterday,1,2\n"])
def test_unreadable_events_are_one_sentence(text: str) -> None:
    spec = parse_job({"archive": "local", "windows": {"events": {"csv": text, "end": "1h"}}})
    with pytest.raises(UserError) as caught:
        with_inline_events(spec)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("name", ["", "jobs", "jobs/", "tasks/x", "jobs/x/y"])
def test_resource_names_of_another_form_are_refused(name: str) -> None:
    with pytest.raises(ResourceNameError):
        resource_id(name, "jobs")
    assert resource_id("jobs/x", "jobs") == "x"
