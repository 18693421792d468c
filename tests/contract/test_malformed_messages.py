"""Whatever the bytes of a body are: its reader gives a value, or says that the message is poison. Nothing else."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seis.v1 import task_pb2, waveform_pb2
from seisbus.bus import codec
from seisbus.errors import PoisonError
from support.messages import CASES

_NAMES = sorted(CASES)


_CHANGES = st.lists(st.tuples(st.integers(0), st.binary(max_size=3)), max_size=4)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(_NAMES), st.sampled_from(_NAMES), _CHANGES, st.integers(0, 3))
def test_bytes_that_were_changed(name: str, reader: str, changes: list[tuple[int, bytes]], cut: int) -> None:
    value, encode, _ = CASES[name]
    data = bytearray(encode(value))
    for at, new in changes:
        data[at % len(data) : at % len(data) + len(new)] = new
    body = bytes(data[: len(data) - cut])
    for decode in (CASES[name][2], CASES[reader][2]):
        with contextlib.suppress(PoisonError):
            assert decode(body) is not None


@given(st.sampled_from(_NAMES), st.binary(max_size=200))
def test_any_bytes(name: str, body: bytes) -> None:
    with contextlib.suppress(PoisonError):
        assert CASES[name][2](body) is not None


_WINDOW = task_pb2.Window(id="j.1")
_DATA = waveform_pb2.TimeSeries(
    clock=waveform_pb2.Clock(rate=waveform_pb2.Rate(numerator=1, denominator=1), reference=1),
    samples=waveform_pb2.Samples(encoding=1, type=3, components=1),
)
_RECIPE = task_pb2.Recipe(gaps="kill", fill="zero", overlap="gap", steps_json="[]")


def _outcome(**fields: object) -> bytes:
    fields = {"window": _WINDOW, "fate": task_pb2.FATE_SAVED, **fields}
    outcome = task_pb2.Outcome(**fields)  # type: ignore[arg-type]
    return task_pb2.Outcomes(recipe=_RECIPE, outcomes=[outcome]).SerializeToString()


def _recipe(**fields: str) -> bytes:
    recipe = task_pb2.Recipe(gaps="kill", fill="zero", overlap="gap", steps_json="[]")
    for name, text in fields.items():
        setattr(recipe, name, text)
    return task_pb2.Outcomes(recipe=recipe).SerializeToString()


def _changed(**fields: object) -> waveform_pb2.TimeSeries:
    message = waveform_pb2.TimeSeries()
    message.CopyFrom(_DATA)
    for path, value in fields.items():
        *way, last = path.split("__")
        inner = message
        for name in way:
            inner = getattr(inner, name)
        setattr(inner, last, value)
    return message


def test_the_outcome_that_these_are_made_of_is_read() -> None:
    assert len(codec.decode_outcomes(_outcome(data=[_DATA])).outcomes[0].pieces) == 1
    assert codec.decode_outcomes(_recipe()).outcomes == ()


@pytest.mark.parametrize(
    "body",
    [
        _outcome(fate=77),
        _outcome(fate=task_pb2.FATE_UNSPECIFIED),
        _outcome(log=[waveform_pb2.LogEntry(severity=99)]),  # type: ignore[arg-type]
        _outcome(data=[waveform_pb2.TimeSeries()]),
        _outcome(data=[_changed(samples__encoding=9)]),
        _outcome(data=[_changed(samples__npts=-1)]),
        _outcome(data=[_changed(samples__components=3)]),
        _outcome(data=[_changed(samples__type=1)]),
        _outcome(data=[_changed(clock__rate__numerator=0)]),
        _outcome(data=[_changed(clock__reference=2)]),
        _outcome(pieces=[task_pb2.Piece(samples=waveform_pb2.Samples(encoding=1, type=3))]),
        _recipe(steps_json="{"),
        _recipe(steps_json="7"),
        _recipe(steps_json='{"a": 1}'),
        _recipe(steps_json="[" * 100_000),
        _recipe(gaps="skip"),
        _recipe(fill="mean"),
        _recipe(overlap=""),
        task_pb2.Outcomes().SerializeToString(),
        b"\x0a\x02\xff\xfe",  # text that is no UTF-8
    ],
    ids=range(20),
)
def test_fields_that_make_no_sense(body: bytes) -> None:
    with pytest.raises(PoisonError, match=r"not a seis\.v1\.Outcomes"):
        codec.decode_outcomes(body)


def test_other_kinds_with_fields_that_make_no_sense() -> None:
    knots = task_pb2.ObjectRef(knots=[1, 2, 3])
    with pytest.raises(PoisonError):
        codec.decode_fetch(task_pb2.FetchTask(objects=[knots], recipe=_RECIPE).SerializeToString())
    with pytest.raises(PoisonError, match="names no object"):
        codec.decode_fetch(task_pb2.FetchTask(recipe=_RECIPE).SerializeToString())
    with pytest.raises(PoisonError):
        codec.decode_measurement(task_pb2.Measurement(fate=77).SerializeToString())  # type: ignore[arg-type]
    with pytest.raises(PoisonError):
        log = [waveform_pb2.LogEntry(severity=77)]  # type: ignore[arg-type]
        codec.decode_measurement(task_pb2.Measurement(fate=task_pb2.FATE_SAVED, log=log).SerializeToString())
    for name in ("windows_json", "rejected_json"):
        for text in ("{", "7", "[]", ""):
            fields = {"fate": task_pb2.FATE_SAVED, name: [text]}
            with pytest.raises(PoisonError):
                codec.decode_measurement(task_pb2.Measurement(**fields).SerializeToString())  # type: ignore[arg-type]
    with pytest.raises(PoisonError):
        codec.decode_misfit(task_pb2.MisfitTask(config_json="[1]").SerializeToString())
    with pytest.raises(PoisonError):
        codec.decode_window(task_pb2.WindowTask(recipe=task_pb2.Recipe(steps_json="[1]")).SerializeToString())
