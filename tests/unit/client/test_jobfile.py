"""Job files on the client's side: paths, texts, mappings, and event files put inside."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from seisbus.client.jobfile import job_text
from seisbus.errors import JobFileError
from seisbus.model.job import parse_job

SPEC = {
    "archive": "local",
    "windows": {"absolute": [{"start": "2011-03-11T05:48:03.2", "end": "2011-03-11T06:48:03.2"}]},
}


def test_path_text_and_mapping_give_the_same_job(tmp_path: Path) -> None:
    text = yaml.safe_dump(SPEC)
    path = tmp_path / "job.yaml"
    path.write_text(text)
    jobs = {parse_job(job_text(source)).model_dump_json() for source in (path, str(path), text, SPEC)}
    assert len(jobs) == 1


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("events.xml", '\ufeff<?xml version="1.0"?><q:quakeml/>', "quakeml"),
        ("events.txt", "time,lat,lon\n2011-03-11T05:46:23.2,1,2\n", "csv"),
    ],
)
def test_an_event_file_beside_the_job_file_is_read_into_it(tmp_path: Path, name: str, content: str, kind: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    job = {"archive": "local", "windows": {"events": {"file": name, "end": "1h"}}}
    (tmp_path / "job.yaml").write_text(yaml.safe_dump(job))
    events = yaml.safe_load(job_text(tmp_path / "job.yaml"))["windows"]["events"]
    assert events == {"end": "1h", kind: content}
    assert job["windows"] == {"events": {"file": name, "end": "1h"}}


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("nowhere.yaml", "The job file nowhere.yaml cannot be read"),
        ({"archive": "local", "windows": {"events": {"file": "none.csv"}}}, "The event file none.csv cannot be read"),
        ("a: [\nb", "not valid YAML"),
        ("just\ntext", "expected a mapping"),
        ({**SPEC, "windws": 1}, "did you mean windows"),
        ({**SPEC, "windows": {"absolute": [{"start": "2012", "end": "2011"}]}}, "not after start"),
    ],
)
def test_what_is_wrong_is_one_sentence(source: object, sentence: str) -> None:
    with pytest.raises(JobFileError, match=sentence) as caught:
        job_text(source)  # type: ignore[arg-type]
    assert "\n" not in caught.value.message
