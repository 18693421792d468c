"""The client library's connection, with large messages sent and received without copies on the way.

The library joins what it sends twice, and grows a buffer for what it receives, from which it then takes the message in
two steps. That was a seventh of a windower's CPU time. Small messages take the library's own way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nats.aio.client import Client
from nats.protocol.parser import AWAITING_CONTROL_LINE, AWAITING_MSG_PAYLOAD, CRLF_SIZE, Parser

# Below this the library's own way is as fast.
_LARGE_BYTES = 65_536
_CRLF = b"\r\n"
_LINE_ENDS = str.maketrans("\r\n", "  ")


class Pieces:
    """A body in pieces, which stand one after the other in the message."""

    __slots__ = ("parts", "size")

    def __init__(self, parts: Sequence[bytes]) -> None:
        self.parts = parts
        self.size = sum(map(len, parts))

    def __len__(self) -> int:
        return self.size

    def __bytes__(self) -> bytes:
        return b"".join(self.parts)


class Connection(Client):
    """A connection that also publishes a body in `Pieces`."""

    def __init__(self) -> None:
        super().__init__()
        self._ps = _LargeMessages(self)

    async def _send_publish(
        self, subject: str, reply: str, payload: bytes | Pieces, payload_size: int, headers: dict[str, Any] | None
    ) -> None:
        """Queue an HPUB command (docs.nats.io/reference/reference-protocols/nats-protocol) and have it sent."""
        if not isinstance(payload, Pieces) or payload_size < _LARGE_BYTES or not headers:
            await super()._send_publish(subject, reply, bytes(payload), payload_size, headers)
            return
        head = _head(headers)
        command = f"HPUB {subject} {reply} {len(head)} {len(head) + payload_size}".encode() + _CRLF + head
        self.stats["out_msgs"] += 1
        self.stats["out_bytes"] += payload_size
        self._pending += [command, *payload.parts]
        self._pending_data_size += len(command) + payload_size
        await self._send_command(_CRLF)
        if self._flush_queue is not None and self._flush_queue.empty():
            await self._flush_pending()


def _head(headers: Mapping[str, str]) -> bytes:
    """Headers as they stand in a command; a value cannot end its line."""
    lines = [f"{key}: {value.strip().translate(_LINE_ENDS)}" for key, value in headers.items()]
    return "\r\n".join(["NATS/1.0", *lines, "", ""]).encode()


class _LargeMessages(Parser):
    """A parser that keeps the pieces in which a large message comes, and joins them once."""

    def reset(self) -> None:
        super().reset()
        self._pieces: list[bytes | memoryview] = []
        self._missing = 0  # bytes of a large message that have not come yet

    async def parse(self, data: bytes = b"") -> None:
        """Take more bytes from the server, and hand over the messages that are complete."""
        if not self._missing:
            await super().parse(data)
            if self.state == AWAITING_MSG_PAYLOAD and self.needed >= _LARGE_BYTES:
                self._pieces, self._missing = [bytes(self.buf)], self.needed + CRLF_SIZE - len(self.buf)
                self.buf.clear()
        elif len(data) < self._missing:
            self._pieces.append(data)
            self._missing -= len(data)
        else:
            self._pieces.append(data[: self._missing])
            rest = data[self._missing :]
            await self._handed_over()
            if rest:
                await self.parse(rest)

    async def _handed_over(self) -> None:
        pieces, head, end = self._pieces, self.header_needed, self.needed
        if len(pieces[0]) < head or len(pieces[-1]) < CRLF_SIZE:  # cut within the headers or the end
            pieces = [b"".join(pieces)]
        headers = bytes(pieces[0][:head])
        pieces[0] = memoryview(pieces[0])[head:]
        pieces[-1] = memoryview(pieces[-1])[:-CRLF_SIZE]
        body = b"".join(pieces)
        assert len(body) == end - head
        about, self._pieces, self._missing, self.header_needed = self.msg_arg, [], 0, 0
        self.state = AWAITING_CONTROL_LINE
        await self.nc._process_msg(about["sid"], about["subject"], about["reply"], body, headers or None)
