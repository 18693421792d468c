"""Large messages on the connection: the same as the client library's, however the bytes come."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nats.protocol.parser import Parser

from seisbus.bus import connection
from seisbus.bus.connection import Pieces

LIMIT = 200  # of what is large, in this test


class Client:
    """What a parser tells its client."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    async def _process_msg(self, *message: Any) -> None:
        self.told.append(message)

    async def _process_ping(self) -> None:
        self.told.append("ping")

    async def _process_pong(self) -> None:
        self.told.append("pong")


def message(body: bytes, headers: bytes, reply: bytes) -> bytes:
    """A message as the server sends it."""
    about = b" ".join(filter(None, (b"some.subject 7", reply)))
    if headers:
        return b"HMSG %b %d %d\r\n%b%b\r\n" % (about, len(headers), len(headers) + len(body), headers, body)
    return b"MSG %b %d\r\n%b\r\n" % (about, len(body), body)


sizes = st.one_of(st.integers(0, 10), st.integers(LIMIT - 40, LIMIT + 5), st.integers(LIMIT, 5 * LIMIT))
messages = st.builds(
    message,
    sizes.map(lambda size: random.Random(size).randbytes(size)),
    st.sampled_from([b"", b"NATS/1.0\r\na: 1\r\n\r\n", b"NATS/1.0\r\nlong: " + b"x" * LIMIT + b"\r\n\r\n"]),
    st.sampled_from([b"", b"_INBOX.1"]),
)


@given(st.lists(st.one_of(messages, st.sampled_from([b"PING\r\n", b"PONG\r\n", b"+OK\r\n"]))), st.data())
def test_messages_are_those_of_the_library(sent: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(sent)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=30)))
    chunks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]

    async def told(kind: type[Parser]) -> list[Any]:
        client = Client()
        parser = kind(client)
        for chunk in chunks:
            await parser.parse(chunk)
        return client.told

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(connection, "_LARGE_BYTES", LIMIT)
        mine = asyncio.run(told(connection._LargeMessages))
    theirs = asyncio.run(told(Parser))
    assert mine == theirs
    assert len(mine) == len([one for one in sent if one != b"+OK\r\n"])
    assert [type(part) for one in mine for part in one] == [type(part) for one in theirs for part in one]


def test_a_new_connection_begins_without_the_rest_of_a_message() -> None:
    client = Client()
    parser = connection._LargeMessages(client)

    async def feed() -> None:
        await parser.parse(message(b"x" * 1_000_000, b"", b"")[:500_000])
        parser.reset()  # as the client does when it connects again
        await parser.parse(message(b"after", b"", b""))

    asyncio.run(feed())
    assert [told[3] for told in client.told] == [b"after"]


def test_pieces_are_one_body() -> None:
    body = Pieces([b"ab", b"", b"cde"])
    assert (len(body), bytes(body)) == (5, b"abcde")
    assert not Pieces([])
