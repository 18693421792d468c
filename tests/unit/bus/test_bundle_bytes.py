"""Envelopes are written without Protocol Buffers' copies, and are byte for byte what it would write."""

from __future__ import annotations

import pytest

from seis.v1 import task_pb2
from seisbus.bus.bundles import Enclosed, enclosed_in, enclosing, inline_envelope, is_bundle
from seisbus.bus.tags import Tag

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
