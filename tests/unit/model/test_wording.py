"""What people are told of wrong values: plain words, no regular expression, no word of the validator."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import BaseModel

from seisbus.errors import JobFileError
from seisbus.model.job import parse_job
from seisbus.model.kind import KINDS
from seisbus.model.wording import PATTERNS, where_text

ABSOLUTE = "windows: {absolute: [{start: 2011-03-11, end: 2011-03-12}]}\n"
EVENT = "windows: {{events: {{list: [{{time: 2011-03-11, lat: {lat}, lon: 1}}], start: 1s, end: 2s}}}}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("archive: 7\n" + ABSOLUTE, "archive: expected a text (found 7)"),
        ("archive: a b\n" + ABSOLUTE, "archive: expected the name of an archive"),
        ("archive: a\nselect:\n  net: *\n" + ABSOLUTE, 'put it in quotes, such as net: "*"'),
        ("archive: a\nselect: {net: *, chan: BHZ}\n" + ABSOLUTE, 'put it in quotes, such as net: "*"'),
        ("archive: a\nselect: {net: *x}\n" + ABSOLUTE, "put it in quotes"),
        ("archive: a\nselect: {net: [CI, AZ]}\n" + ABSOLUTE, "several codes are one text"),
        ("archive: a\nselect: {net: 'C!'}\n" + ABSOLUTE, "select.net: expected codes"),
        ("archive: a\ngaps: maybe\n" + ABSOLUTE, "gaps: expected kill, split, or {fill: zero | linear | nan}"),
        ("archive: a\noverlap: all\n" + ABSOLUTE, "overlap: expected gap, first or last (found 'all')"),
        ("archive: a\npriority: 77\n" + ABSOLUTE, "priority: expected at most 9 (found 77)"),
        ("archive: a\npriority: high\n" + ABSOLUTE, "priority: expected a whole number (found 'high')"),
        ("archive: a\nverify: yes\n" + ABSOLUTE, "verify: expected ranges or full (found true)"),
        ("archive: a\nsteps: {detrend: {}}\n" + ABSOLUTE, "steps: expected a list"),
        ("archive: a\noutput: file\n" + ABSOLUTE, "output: expected keys with values"),
        ("archive: a\noutput: {data_tag: 'a b'}\n" + ABSOLUTE, "no blanks"),
        ("archive: a\nname: " + "x" * 500 + "\n" + ABSOLUTE, "at most 200 characters"),
        ("archive: a\n" + EVENT.format(lat=138), "windows.events.list[0].lat: expected at most 90 (found 138)"),
        ("archive: a\n" + EVENT.format(lat="north"), "expected a number (found 'north')"),
        ("archive: a\n\twindows: 1\n", "a tab stands where YAML wants blanks"),
    ],
)
def test_a_wrong_value_is_told_in_plain_words(text: str, told: str) -> None:
    with pytest.raises(JobFileError) as error:
        parse_job(text)
    message = error.value.message
    assert told in message
    assert not re.search(r"pattern|\^\[|Input should|valid dictionary|instance of|unable to parse|literal\[", message)
    assert len(message) < 250


def test_every_pattern_of_a_job_file_has_words() -> None:
    found: set[str] = set()

    def search(schema: Any) -> None:
        if isinstance(schema, dict):
            if isinstance(schema.get("pattern"), str):
                found.add(schema["pattern"])
            for inner in schema.values():
                search(inner)
        elif isinstance(schema, list):
            for inner in schema:
                search(inner)

    for job in KINDS.all().values():
        for form in job.forms():
            assert issubclass(form, BaseModel)
            search(form.model_json_schema())
    assert found <= set(PATTERNS), found - set(PATTERNS)


def test_places_are_named_as_people_write_them() -> None:
    assert where_text(("gaps", "literal['kill','split']")) == "gaps"
    assert where_text(("windows", "absolute", 0, "start")) == "windows.absolute[0].start"
    assert where_text(()) == "the job"
