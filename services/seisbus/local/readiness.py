"""Wait until a server is ready, with a small probe for each protocol.

Probes use raw sockets, because only `bus`, `store` and `objects` may use the client libraries.
"""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from seisbus.local.process import Child

LOOPBACK = "127.0.0.1"
Probe = Callable[[], Awaitable[bool]]

_OP_MSG = 2013  # MongoDB wire protocol: header of four int32, flag bits, section kind 0, one BSON document


@asynccontextmanager
async def _connection(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def nats_answers(port: int, server_name: str) -> bool:
    """NATS: its greeting has the name `server_name`, so that it is not another server, and JetStream is on."""
    async with _connection(port) as (reader, _):
        greeting = await reader.readline()
    if not greeting.startswith(b"INFO "):
        return False
    info = json.loads(greeting[5:])
    return info.get("server_name") == server_name and info.get("jetstream", False) is True


async def mongodb_answers(port: int) -> bool:
    """MongoDB: it answers `hello` as a writable primary."""
    elements = b"\x10hello\x00" + struct.pack("<i", 1) + b"\x02$db\x00" + struct.pack("<i", 6) + b"admin\x00"
    hello = struct.pack("<i", 4 + len(elements) + 1) + elements + b"\x00"
    async with _connection(port) as (reader, writer):
        writer.write(struct.pack("<iiiiIB", 16 + 4 + 1 + len(hello), 1, 0, _OP_MSG, 0, 0) + hello)
        (length,) = struct.unpack("<i", await reader.readexactly(4))
        reply = await reader.readexactly(length - 4)
    return b"\x08isWritablePrimary\x00\x01" in reply


async def s3_answers(port: int) -> bool:
    """S3: it lists buckets, or refuses because the request has no signature."""
    async with _connection(port) as (reader, writer):
        writer.write(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
        status = await reader.readline()
    return status.startswith(b"HTTP/1.") and int(status.split()[1]) < 500


async def accepts(port: int) -> bool:
    """Any server: it accepts a connection."""
    async with _connection(port):
        return True


async def until_ready(child: Child, probe: Probe, timeout: timedelta) -> bool:
    """Repeat `probe` until it holds (True), or the process ends or `timeout` passes (False)."""
    try:
        async with asyncio.timeout(timeout.total_seconds()):
            while child.returncode is None:
                try:
                    if await probe():
                        return child.returncode is None
                except (OSError, EOFError, ValueError, IndexError):
                    pass  # not listening yet, or cut off while it starts
                await asyncio.sleep(0.02)
    except TimeoutError:
        pass
    return False
