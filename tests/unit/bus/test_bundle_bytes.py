"""Envelopes are written without Protocol Buffers' copies, and are byte for byte what it would write."""

from __future__ import annotations

import pytest
from google.protobuf.message import DecodeError
from hypothesis import example, given
from hypothesis import strategies as st

from seis.v1 import task_pb2
from seisbus.bus.bundles import Enclosed, enclosed_in, enclosing, inline_envelope, is_bundle
from seisbus.bus.tags import Tag
from seisbus.errors import PoisonError

# lengths whose numbers take one, two, three and four bytes
SIZES = (1, 127, 128, 16_383, 16_384, 300_000, 2_200_000)


@pytest.mark.parametrize("size", SIZES)
def test_one_body(size: int) -> None:
    body = bytes(range(256)) * (size // 256) + bytes(size % 256)
    assert b"".join(inline_envelope(body)) == task_pb2.Envelope(inline=body).SerializeToString()


def test_several_bodies() -> None:
    messages = [Enclosed(Tag("j", f"t{n}", 3, n), f"id-{n}", bytes([n]) * size) for n, size in enumerate(SIZES)]
    theirs = [
        task_pb2.Enclosed(message_id=m.message_id, task=m.tag.task, part=m.tag.part, body=m.body) for m in messages
    ]
    data = b"".join(enclosing(messages))
    assert data == task_pb2.Envelope(bundle=task_pb2.Bundle(enclosed=theirs)).SerializeToString()
    assert is_bundle(data)
    assert enclosed_in(data, Tag("j", "", 3)) == messages


def test_fields_in_another_order_and_unknown_ones_are_read() -> None:
    """A later version may write more, and Protocol Buffers promise no order."""
    body = b"\x22\x03abc"  # field 4
    unknown = b"\x78\xff\x01" + b"\x7a\x02zz"  # fields 15: a number, a text
    rest = task_pb2.Enclosed(message_id="id", task="t", part=300).SerializeToString()
    one = body + unknown + rest
    bundle = b"\x0a" + bytes([len(one)]) + one
    data = unknown + b"\x1a" + bytes([len(bundle)]) + bundle
    assert enclosed_in(data, Tag("j", "", 2)) == [Enclosed(Tag("j", "t", 2, 300), "id", b"abc")]


@given(st.binary(max_size=60))
@example(b"\x1a\x00")
@example(b"\x1a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")
def test_other_bytes_are_poison_or_what_protocol_buffers_read(data: bytes) -> None:
    try:
        theirs = [
            Enclosed(Tag("j", m.task, 1, m.part), m.message_id, m.body)
            for m in task_pb2.Envelope.FromString(data).bundle.enclosed
        ]
    except DecodeError:
        theirs = []
    try:
        mine = enclosed_in(data, Tag("j", "", 1))
    except PoisonError:
        return
    assert mine == theirs or not theirs
