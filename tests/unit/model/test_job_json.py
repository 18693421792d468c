"""A job that a client sends is read as JSON, with the same meaning as the YAML that people write."""

from __future__ import annotations

import json

import pytest
import yaml

from seisbus.client.jobfile import job_text
from seisbus.errors import JobFileError
from seisbus.model import jobyaml
from seisbus.model.job import parse_job, yaml_content

JOB = """
archive: local
select: {net: NO, sta: 0123, loc: 00, chan: "BH?"}
windows: {absolute: [{start: 2011-03-11, end: 2011-03-12}]}
steps: [detrend, {filter: {type: lowpass, freq: 2, zerophase: true}}]
pad: {before: 30, after: 1.5min}
"""


def test_a_clients_text_is_json_and_is_not_read_as_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    text = job_text(JOB)
    assert json.loads(text)["select"] == {"net": "NO", "sta": "0123", "loc": "00", "chan": "BH?"}
    wanted = parse_job(JOB)
    monkeypatch.delattr(yaml, "load")
    assert parse_job(text) == wanted


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ('{"sta": 0123, "freq": 1e5}', {"sta": "0123", "freq": "1e5"}),  # no JSON
        ('{"a": {"sta": 123}, "n": 5}', {"a": {"sta": "123"}, "n": 5}),
        ('{"sta": 1E5}', {"sta": "1E5"}),
        ('{"sta": true}', {"sta": True}),
        ("{net: NO, loc: 00}", {"net": "NO", "loc": "00"}),
        ('{"a": 2.0, "b": 2, "c": null, "d": "2011-03-11"}', {"a": 2.0, "b": 2, "c": None, "d": "2011-03-11"}),
    ],
)
def test_codes_are_the_text_that_stands_there(text: str, content: object) -> None:
    assert jobyaml.load(text) == content
    assert repr(jobyaml.load(text)) == repr(content)


def test_what_is_neither_is_said_with_its_line() -> None:
    with pytest.raises(JobFileError, match="not valid YAML in line 2"):
        yaml_content('{"a": 1,\n"b": ]}')
