"""An upgrade loses no queued work: what services of older versions put on the bus, today's read as the same values.

messages-*.json hold bodies as those versions encoded the values of `support.messages`. They are never written again: a
change of the contracts that this test does not survive would lose what is queued in somebody's JetStream. A new version
of the contracts adds a file of its own: since 0.2.0 samples travel as the TimeSeries of libseis.wire, since 0.3.0
steps, settings and measurements as messages in place of JSON, and pads as nanoseconds.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest

from libseis.misfit import Config, RejectedWindow, Rejection
from libseis.misfit import Window as MisfitWindow
from libseis.misfit.traveltimes import PhaseArrival
from seis.v1 import task_pb2
from seisbus.bus import codec
from seisbus.bus.tags import Tag
from seisbus.model.handovers import AdjointTrace, BuildOrder, MeasuredComponent
from seisbus.model.subject import Dataset, Event, JobId, ObjectKey, Station, Subject
from support.messages import CASES, JOB, TASK, WINDOW


def test_every_reader_of_a_body_has_a_case() -> None:
    readers = {value for name, value in vars(codec).items() if name.startswith("decode_")}
    assert {decode for _, _, decode in CASES.values()} == readers


@pytest.fixture(scope="module", params=sorted(Path(__file__).parent.glob("messages-*.json")), ids=lambda p: p.stem)
def kept(request: pytest.FixtureRequest) -> dict[str, bytes]:
    """Bodies as an old version encoded them."""
    return {name: base64.b64decode(text) for name, text in json.loads(request.param.read_text()).items()}


# What these versions had no message for.
_NEWER = {"outcomes of sensors"}


@pytest.mark.parametrize("name", sorted(CASES.keys() - _NEWER))
def test_old_messages_are_read_as_what_they_were(kept: dict[str, bytes], name: str) -> None:
    value, _, decode = CASES[name]
    assert decode(kept[name]) == value


def test_fields_of_a_newer_version_do_no_harm(kept: dict[str, bytes]) -> None:
    unknown = bytes([0xFA, 0x7F, 3]) + b"new"  # field 2047, three bytes
    for name, (value, encode, decode) in CASES.items():
        body = encode(value) if name in _NEWER else kept[name]
        assert decode(body + unknown) == value, name


_AT = "2011-03-11T05:48:03.200000Z"
_OLD_WINDOW = {
    "left": 10, "right": 40, "center": 20, "dt": 0.5, "min_period": 10, "cc_shift": -3, "max_cc": 0.9, "dlna": 0.125,
    "weight": 2.5, "phases": [["P", 12.5]], "number": 0, "component": "Z", "channel_id": "CI.PASC..BHZ",
    "starttime": _AT, "path": "i01", "units": "m",
}  # fmt: skip
_OLD_SOURCE = {
    "channel_id": "CI.PASC..BHZ", "component": "BXZ", "type": "cc_traveltime", "misfit": 0.25, "dt": 0.5, "npts": 2,
    "time_offset": -1.5, "min_period": 10.0, "max_period": 30, "starttime": _AT, "window_misfits": [0.25],
    "window_count": 1, "path": "i01", "units": "m",
}  # fmt: skip
_OLD_REJECTED = {
    "component": "N", "channel_id": "CI.PASC..BHN", "path": "i01", "windows": [
        {"left": 1, "right": 2, "center": 1, "rejection": "overlap", "value": None, "limit": None},
        {"left": 1, "right": 2, "center": 1, "rejection": "correlation", "value": 0.5, "limit": 0.7},
    ],
}  # fmt: skip
_WINDOW = MisfitWindow(10, 40, 20, 0.5, 10.0, -3, 0.9, 0.125, 2.5, (PhaseArrival("P", 12.5),))


def test_measurements_that_were_sent_as_json() -> None:
    message = task_pb2.Measurement(
        job=JOB, fate=task_pb2.FATE_SAVED, windows_json=[json.dumps(_OLD_WINDOW)],
        sources=[task_pb2.AdjointTrace(attributes_json=json.dumps(_OLD_SOURCE), samples=bytes(16))],
        rejected_json=[json.dumps(_OLD_REJECTED)],
    )  # fmt: skip
    found = codec.decode_measurement(message.SerializeToString())
    assert found.path == "i01"
    trace = AdjointTrace("CI.PASC..BHZ", "BXZ", "cc_traveltime", bytes(16), 0.5, -1.5, 0.25, 10.0, 30.0, _AT, (0.25,))
    rejected = (RejectedWindow(1, 2, 1, Rejection.OVERLAP), RejectedWindow(1, 2, 1, Rejection.CORRELATION, 0.5, 0.7))
    assert found.components == (
        MeasuredComponent("Z", "CI.PASC..BHZ", _AT, "m", (_WINDOW,), (), trace),
        MeasuredComponent("N", "CI.PASC..BHN", rejected=rejected),
    )


def test_settings_and_windows_that_were_sent_as_json() -> None:
    settings = {"min_period": 8, "iteration": 1, "c_0": 0.5, "window": {"edition": "paper"}, "adjoint": {"lnpt": 14}}
    message = task_pb2.MisfitTask(
        config_json=json.dumps(settings), fixed_windows_json=json.dumps({"Z": [_OLD_WINDOW], "N": []})
    )
    found = codec.decode_misfit(message.SerializeToString())
    assert found.config == Config.from_mapping(settings | {"processing": "pyatoa_2022"})
    assert found.fixed_windows == {"Z": (_WINDOW,), "N": ()}
    message.fixed_windows_json = ""
    assert codec.decode_misfit(message.SerializeToString()).fixed_windows is None


def test_steps_that_were_sent_as_json() -> None:
    steps = [
        {"filter": {"type": "lowpass", "freq": 2, "order": [1, 2.0, None]}},
        "detrend",
        {"a": {}, "b": {"x": True}},
    ]
    recipe = task_pb2.Recipe(gaps="kill", fill="zero", overlap="gap", steps_json=json.dumps(steps), pad_before=33.3)
    found = codec.decode_window(task_pb2.WindowTask(recipe=recipe).SerializeToString()).recipe
    assert found.steps == (steps[0], {"detrend": {}}, {"a": {}}, {"b": {"x": True}})
    assert (found.pad_before_ns, found.pad_after_ns) == (33_300_000_000, 0)


def test_old_headers_are_read() -> None:
    headers = {"Seis-Job": JOB, "Seis-Task": TASK, "Seis-Attempt": "2", "Seis-Part": "1"}
    assert Tag.of(headers) == Tag(JOB, TASK, 2, 1)


@pytest.mark.parametrize(
    "about", [Event(), Event("e"), ObjectKey("k"), Dataset(), Dataset("e"), Station("e"), JobId("j")]
)
def test_a_subject_travels_with_its_type(about: Subject) -> None:
    order = BuildOrder(JOB, TASK, 2, 3, replace(WINDOW, subject=about))
    assert codec.decode_build(codec.encode_build(order)) == order
