"""An upgrade loses no queued work: what services of older versions put on the bus, today's read as the same values.

messages-*.json hold bodies as those versions encoded the values of `support.messages`. They are never written again: a
change of the contracts that this test does not survive would lose what is queued in somebody's JetStream. A new version
of the contracts adds a file of its own: since 0.2.0 samples travel as the TimeSeries of libseis.wire.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest

from seisbus.bus import codec
from seisbus.bus.client import Tag
from seisbus.model.handovers import BuildOrder
from seisbus.model.subject import Dataset, Event, JobId, ObjectKey, Station, Subject
from support.messages import CASES, JOB, TASK, WINDOW


def test_every_reader_of_a_body_has_a_case() -> None:
    readers = {value for name, value in vars(codec).items() if name.startswith("decode_")}
    assert {decode for _, _, decode in CASES.values()} == readers


@pytest.fixture(scope="module", params=sorted(Path(__file__).parent.glob("messages-*.json")), ids=lambda p: p.stem)
def kept(request: pytest.FixtureRequest) -> dict[str, bytes]:
    """Bodies as an old version encoded them."""
    return {name: base64.b64decode(text) for name, text in json.loads(request.param.read_text()).items()}


@pytest.mark.parametrize("name", list(CASES))
def test_old_messages_are_read_as_what_they_were(kept: dict[str, bytes], name: str) -> None:
    value, _, decode = CASES[name]
    assert decode(kept[name]) == value


def test_fields_of_a_newer_version_do_no_harm(kept: dict[str, bytes]) -> None:
    unknown = bytes([0xFA, 0x7F, 3]) + b"new"  # field 2047, three bytes
    for name, (value, _, decode) in CASES.items():
        assert decode(kept[name] + unknown) == value, name


def test_old_headers_are_read() -> None:
    headers = {"Seis-Job": JOB, "Seis-Task": TASK, "Seis-Attempt": "2", "Seis-Part": "1"}
    assert Tag.of(headers) == Tag(JOB, TASK, 2, 1)


@pytest.mark.parametrize(
    "about", [Event(), Event("e"), ObjectKey("k"), Dataset(), Dataset("e"), Station("e"), JobId("j")]
)
def test_a_subject_travels_with_its_type(about: Subject) -> None:
    order = BuildOrder(JOB, TASK, 2, 3, replace(WINDOW, subject=about))
    assert codec.decode_build(codec.encode_build(order)) == order
