"""An upgrade loses no queued work: what services of version 0.1.0 put on the bus, today's read as the same values.

messages-0.1.0.json holds bodies as that version encoded the values below. It is never written again: a change of the
contracts that this test does not survive would lose what is queued in somebody's JetStream. A new version of the
contracts adds a file of its own.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from libseis.codes import Channel
from seisbus.bus import codec
from seisbus.bus.client import Tag
from seisbus.model import handovers
from seisbus.model.outcome import Fate
from seisbus.model.task import ObjectRef, Part, Recipe, Task, Window, WindowTemplate

_JOB = "01j9zq3w5x8k2m4n6p"
_TASK = f"{_JOB}.000001.000002"
_CHANNEL = Channel("CI", "PASC", "", "BHZ")
_WINDOW = Window(f"{_JOB}.00ff", _CHANNEL, 1_299_822_483_200_000_000, 1_299_826_083_200_000_000, True, "ci38457511")
_KNOTS = ((0, 1_299_801_600_000_000_000), (512, 1_299_801_604_000_000_000))
_REF = ObjectRef("scedc", "a/CIPASC.ms", 7_000_000, "etag", 1_299_801_600_000_000_000, _CHANNEL, "", _KNOTS, True)
_GONE = ObjectRef("scedc", "a/gone.ms", missing="no_such_key")
_RECIPE = Recipe(
    "fill", "linear", "last", ({"filter": {"type": "lowpass", "freq": 2.0}},), 10.0, 20.5, "gridfs", "float64", "tag",
    verify_full=True, scan=True,
)  # fmt: skip
_READ = handovers.ObjectRecords(
    _REF, "etag", (0, 512, 1024, 1536), b"records", ("a gap",), 3, "", "mixed record lengths"
)
_LOG = (handovers.LogLine("cut", "filled a gap", handovers.Severity.COMPLAINT),)
_PIECE = handovers.Piece(_CHANNEL, 1_299_822_483_200_000_000, 40, 1, 3, handovers.Packing.FLOAT64, bytes(24))
_OUTCOMES = (
    handovers.WindowOutcome(
        _WINDOW, Fate.SAVED, pieces=(_PIECE,), log=_LOG, steps=("filter",),
        sources=(handovers.Source("scedc", "k", "e", (0, 512), "why"),),
    ),
    handovers.WindowOutcome(_WINDOW, Fate.DEAD, "gap", "a gap of 3 s", log=_LOG),
)  # fmt: skip

# Each value with today's reader of it.
CASES: dict[str, tuple[Any, Callable[[bytes], Any]]] = {
    "plan": (handovers.PlanOrder(_JOB, 2), codec.decode_plan),
    "fetch": (
        handovers.FetchOrder(Task(_TASK, _JOB, "scedc", (_REF, _GONE), (_WINDOW,), (Part(0, 1),)), _RECIPE, 2, 3),
        codec.decode_fetch,
    ),
    "fetch of an event file": (
        handovers.FetchOrder(
            Task(_TASK, _JOB, "scedc", (_REF,), (_WINDOW,), (Part(0, 1),), WindowTemplate(None, None, "ci1")),
            Recipe(),
            1,
            1,
        ),
        codec.decode_fetch,
    ),
    "window": (
        handovers.WindowOrder(_JOB, _TASK, 2, 3, 1, 4, (_READ,), (_WINDOW,), _RECIPE),
        codec.decode_window,
    ),
    "outcomes": (
        handovers.OutcomeBatch(_JOB, _TASK, 2, 1, 4, _RECIPE, _OUTCOMES),
        codec.decode_outcomes,
    ),
    "expansion": (
        handovers.OutcomeBatch(_JOB, _TASK, 2, 0, 1, _RECIPE, (), handovers.Expansion((_WINDOW,), (Part(0, 1),))),
        codec.decode_outcomes,
    ),
    "build": (handovers.BuildOrder(_JOB, _TASK, 2, 3, _WINDOW), codec.decode_build),
    "misfit": (
        handovers.MisfitOrder(
            _JOB, _TASK, 2, 3, _WINDOW, (_PIECE,), (_PIECE,), '{"min_period": 10}', b"<quakeml/>", b"<stationxml/>",
            '{"Z": []}', ("no synthetic of N",), keep_rejected=True,
        ),
        codec.decode_misfit,
    ),
    "measurement": (
        handovers.Measurement(
            _JOB, _TASK, 2, _WINDOW, Fate.SAVED, "", "", ('{"component": "Z"}',),
            (handovers.AdjointTrace("{}", bytes(16)),), _LOG, (_PIECE,), ("{}",),
        ),
        codec.decode_measurement,
    ),
}  # fmt: skip


def test_every_reader_of_a_body_has_a_case() -> None:
    readers = {value for name, value in vars(codec).items() if name.startswith("decode_")}
    assert {decode for _, decode in CASES.values()} == readers


@pytest.fixture(scope="module", params=sorted(Path(__file__).parent.glob("messages-*.json")), ids=lambda p: p.stem)
def kept(request: pytest.FixtureRequest) -> dict[str, bytes]:
    """Bodies as an old version encoded them."""
    return {name: base64.b64decode(text) for name, text in json.loads(request.param.read_text()).items()}


@pytest.mark.parametrize("name", list(CASES))
def test_old_messages_are_read_as_what_they_were(kept: dict[str, bytes], name: str) -> None:
    value, decode = CASES[name]
    assert decode(kept[name]) == value


def test_fields_of_a_newer_version_do_no_harm(kept: dict[str, bytes]) -> None:
    unknown = bytes([0xFA, 0x7F, 3]) + b"new"  # field 2047, three bytes
    for name, (value, decode) in CASES.items():
        assert decode(kept[name] + unknown) == value, name


def test_old_headers_are_read() -> None:
    headers = {"Seis-Job": _JOB, "Seis-Task": _TASK, "Seis-Attempt": "2", "Seis-Part": "1"}
    assert Tag.of(headers) == Tag(_JOB, _TASK, 2, 1)
