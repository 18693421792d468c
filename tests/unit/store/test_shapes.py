"""Types of documents can be read at run time, and a document that is not as they say is found out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NotRequired, TypedDict, get_args, get_type_hints

import pytest

from libseis.codes import Channel
from seisbus.model.outcome import Fate
from seisbus.model.task import Window
from seisbus.store import collections as c
from seisbus.store.documents import JobChange, JobDocument, ObjectId
from seisbus.store.packing import End, expand, pack_outcomes
from seisbus.store.summaries import delta, pack_rows
from support.shapes import mismatches, shapes

DOCS = Path(__file__).resolve().parents[3] / "docs" / "reference" / "storage.md"
HZ = Channel("CI", "PASC", "00", "HHZ")
OUTCOME: dict[str, Any] = {
    "_id": "j.1", "job": "j", "task": "j.0.0", "part": 0, "attempt": 1,
    "fate": "dead", "reason": "gap", "detail": "A gap.", "refs": [],
    "channel": str(HZ), "start_ns": 0, "end_ns": 10, "event": "",
}  # fmt: skip
PROCESS: dict[str, Any] = {
    "_id": "writer@h:1", "service": "writer", "time": datetime.now(UTC), "number": 1, "left": False,
    "waits": [{"hop": "NATS", "text": "NATS: no answer."}],
}  # fmt: skip


def complaints(collection: str, document: object) -> list[str]:
    return list(mismatches(document, shapes()[collection], collection))


def packed() -> Any:
    ends = [
        (Window("w1", HZ, 0, 10, True), End(Fate.SAVED, pieces=1)),
        (Window("w2", HZ, 10, 20, True), End(Fate.DEAD, "gap", "A gap.")),
    ]
    return pack_outcomes("j.0.0/0", "j", "j.0.0", 0, 1, ends)


def test_every_collection_has_a_type() -> None:
    names = {str(value) for value in vars(c).values() if isinstance(value, c.Collection)}
    assert names == set(shapes())
    assert set(c.INDEXES) <= names


def test_other_packages_name_collections_in_the_same_way() -> None:
    assert c.Collection[dict[str, int]]("words") == "words"


def test_the_table_of_the_docs_names_all_collections_with_their_types() -> None:
    text = DOCS.read_text().partition("## Documents\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| `")]
    table = {
        name: set(re.findall(r"`(\w+)`", types)) for names, types in rows for name in re.findall(r"`(\w+)`", names)
    }
    assert set(table) == set(shapes())
    for name, shape in shapes().items():
        assert {one.__name__ for one in get_args(shape) or (shape,)} <= set(table[name])


def test_what_changes_of_a_job_is_of_the_type_that_the_job_has() -> None:
    change, job = get_type_hints(JobChange), get_type_hints(JobDocument)
    assert change == {name: job[name] for name in change}


def test_documents_as_they_are_made_have_no_complaint() -> None:
    assert complaints(c.PROCESS, PROCESS) == []
    assert complaints(c.OUTCOME, packed()) == []
    assert [complaints(c.SUMMARY, document) for document in delta([packed()])] == [[]]


def test_documents_of_older_versions_have_no_complaint() -> None:
    assert complaints(c.OUTCOME, OUTCOME) == []
    assert [complaints(c.OUTCOME, outcome) for outcome in expand(packed())] == [[], []]
    rows = [[str(HZ), 0, "dead", "gap", 1]]
    for held in (rows, pack_rows([(str(HZ), 0, "dead", "gap", 1)])):
        assert complaints(c.SUMMARY, {"_id": ObjectId(), "job": "j", "reasons": [], "rows": held}) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"surprise": 1}, "process.surprise is not a field of ProcessDocument"),
        ({"number": "1"}, "process.number: '1' is a str, not a int"),
        ({"number": True}, "process.number: True is a bool, not a int"),
        ({"left": 0}, "process.left: 0 is a int, not a bool"),
        ({"time": 0.0}, "process.time: 0.0 is a float, not a datetime"),
        ({"waits": {}}, "process.waits: {} is not a list"),
        ({"waits": [{"hop": "NATS"}]}, "process.waits[0].text of WaitEntry is missing"),
        ({"waits": [{"hop": "NATS", "text": "", "more": 1}]}, "process.waits[0].more is not a field of WaitEntry"),
        ({"waits": ["NATS"]}, "process.waits[0]: 'NATS' is not a mapping"),
    ],
)
def test_a_wrong_field_is_told(change: dict[str, Any], complaint: str) -> None:
    assert complaints(c.PROCESS, PROCESS | change) == [complaint]


def test_a_missing_field_is_told_and_one_that_need_not_be_there_is_not() -> None:
    del (short := dict(PROCESS))["left"]
    assert complaints(c.PROCESS, short) == ["process.left of ProcessDocument is missing"]
    assert "graves" not in packed()


class Loose(TypedDict, total=False):
    a: int


class Mixed(Loose):
    b: int
    c: NotRequired[int]


def test_fields_of_a_class_that_is_not_total_need_not_be_there_in_one_that_inherits_them() -> None:
    assert list(mismatches({"b": 1}, Mixed)) == []
    assert list(mismatches({"a": 1, "c": 1}, Mixed)) == [".b of Mixed is missing"]
    assert list(mismatches({"a": "1", "b": 1}, Mixed)) == [".a: '1' is a str, not a int"]


def test_the_items_of_an_array_are_looked_at() -> None:
    document = packed()
    document["ends"] = [[0, 1], [1]]
    assert complaints(c.OUTCOME, document) == ["outcome.ends[1] has 1 items, not 2"]
    document["ends"] = [[0, "1"]]
    assert complaints(c.OUTCOME, document) == ["outcome.ends[0][1]: '1' is a str, not a int"]
    (summary,) = delta([packed()])
    summary["reasons"].append(("dead", "gap", 1, ("CI.PASC.00.HHZ", 0, "A gap."), ("CI.PASC.00.HHZ", "0", "A gap.")))
    number = len(summary["reasons"]) - 1
    assert complaints(c.SUMMARY, summary) == [f"summary.reasons[{number}][4][1]: '0' is a str, not a int"]


def test_of_alternatives_the_nearest_is_told() -> None:
    assert complaints(c.OUTCOME, OUTCOME | {"surprise": 1}) == ["outcome.surprise is not a field of OutcomeRow"]
    assert complaints(c.OUTCOME, packed() | {"attempt": None}) == ["outcome.attempt: None is a NoneType, not a int"]
