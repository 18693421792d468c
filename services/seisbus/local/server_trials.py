"""Test whether a server works, with a small real task for each, because an answer to a greeting is not enough.

Raises OSError, EOFError or ValueError (with the server's answer) if the task fails. It uses raw sockets, because only
other packages may use the client libraries.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import struct
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from seisbus.local.readiness import LOOPBACK

Work = Callable[[], Awaitable[None]]

DATABASE = "seisbus_supervision"
STREAM = "SEIS_SUPERVISION"
_SUBJECT = "seisbus.supervision"
_NOBODYS_SUBJECT = "seisbus.supervision.nobody"
_OP_MSG = 2013
_OK = b"\x01ok\x00" + struct.pack("<d", 1.0)


async def mongodb_works(port: int) -> None:
    """A journaled write and a read of it, in a database for this purpose."""
    number = time.time_ns()
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        change = {"q": {"_id": "probe"}, "u": {"$set": {"number": number}}, "upsert": True}
        await _command(reader, writer, {"update": "probe", "updates": [change], "writeConcern": {"w": 1, "j": True}})
        found = await _command(
            reader, writer, {"find": "probe", "filter": {"_id": "probe"}, "limit": 1, "singleBatch": True}
        )
        if b"\x12number\x00" + struct.pack("<q", number) not in found:
            raise ValueError("what was written is not read back")
    finally:
        writer.close()


async def end_transactions(port: int) -> None:
    """Abort all transactions of the MongoDB server. Transactions of a dead process would lock their documents for a
    minute. Processes that run get an error and repeat their transactions."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        await _command(reader, writer, {"killAllSessions": []}, "admin")
    finally:
        writer.close()


async def _command(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, command: Mapping[str, Any], database: str = DATABASE
) -> bytes:
    body = _bson({**command, "$db": database})
    writer.write(struct.pack("<iiiiIB", 16 + 4 + 1 + len(body), 1, 0, _OP_MSG, 0, 0) + body)
    (length,) = struct.unpack("<i", await reader.readexactly(4))
    reply = await reader.readexactly(length - 4)
    if _OK not in reply or b"writeErrors" in reply:
        said = re.search(rb"\x02errmsg\x00.{4}([^\x00]*)", reply, re.DOTALL)
        raise ValueError(said[1].decode(errors="replace") if said else "it refuses a write")
    return reply


def _bson(document: Mapping[str, Any]) -> bytes:
    elements = b"".join(_element(name, value) for name, value in document.items())
    return struct.pack("<i", len(elements) + 5) + elements + b"\x00"


def _element(name: str, value: object) -> bytes:
    key = name.encode() + b"\x00"
    match value:
        case bool():
            return b"\x08" + key + bytes([value])
        case int():
            return b"\x12" + key + struct.pack("<q", value)
        case str():
            return b"\x02" + key + struct.pack("<i", len(value.encode()) + 1) + value.encode() + b"\x00"
        case Mapping():
            return b"\x03" + key + _bson(value)
        case Sequence():
            return b"\x04" + key + _bson({str(number): item for number, item in enumerate(value)})
    raise TypeError(f"no BSON for {type(value).__name__}")


async def nats_works(port: int) -> None:
    """A publish and a fetch of it, on a stream for this purpose that keeps one message; no stream refuses to change.

    After a write that failed, for instance on a full disk, a stream refuses every change until the server starts again,
    while others work. A purge of a subject that has no messages changes nothing, is refused too, and takes less than a
    millisecond.
    """
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        await reader.readline()  # the server's greeting
        writer.write(b'CONNECT {"verbose":false,"pedantic":false}\r\nSUB seisbus.inbox.supervision 1\r\n')
        stream = {"name": STREAM, "subjects": [_SUBJECT], "storage": "file", "max_msgs": 1, "max_bytes": 65536,
                  "retention": "limits", "discard": "old", "num_replicas": 1}  # fmt: skip
        await _request(reader, writer, f"$JS.API.STREAM.CREATE.{STREAM}", json.dumps(stream).encode())
        sent = str(time.time_ns()).encode()
        number = (await _request(reader, writer, _SUBJECT, sent))["seq"]
        wanted = json.dumps({"seq": number}).encode()
        found = await _request(reader, writer, f"$JS.API.STREAM.MSG.GET.{STREAM}", wanted)
        if base64.b64decode(found["message"]["data"]) != sent:
            raise ValueError("what was published is not fetched")
        nothing = json.dumps({"filter": _NOBODYS_SUBJECT}).encode()
        for name in (await _request(reader, writer, "$JS.API.STREAM.NAMES", b"{}"))["streams"]:
            await _request(reader, writer, f"$JS.API.STREAM.PURGE.{name}", nothing)
    finally:
        writer.close()


async def _request(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, subject: str, body: bytes
) -> dict[str, Any]:
    writer.write(f"PUB {subject} seisbus.inbox.supervision {len(body)}\r\n".encode() + body + b"\r\n")
    while line := await reader.readline():
        if line.startswith(b"MSG "):
            answer: dict[str, Any] = json.loads(await reader.readexactly(int(line.split()[-1]) + 2))
            if error := answer.get("error"):
                raise ValueError(str(error.get("description", error)))
            return answer
        if line.startswith(b"PING"):
            writer.write(b"PONG\r\n")
        elif line.startswith(b"-ERR"):
            raise ValueError(line.decode(errors="replace").strip())
    raise EOFError("it closed the connection")


async def s3_works(port: int) -> None:
    """A list of buckets, and of the first one's objects. A server that requires a signature has also passed."""
    if (name := re.search(rb"<Name>([^<]+)</Name>", await _get(port, "/"))) is not None:
        await _get(port, f"/{name[1].decode()}?list-type=2&max-keys=1&delimiter=/&prefix=.seisbus-supervision/")


async def _get(port: int, path: str) -> bytes:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        answer = await reader.read(1 << 20)
        if not answer:
            raise EOFError("it closed the connection")
        if int(answer.split()[1]) >= 500:
            raise ValueError(answer.split(b"\r\n", 1)[0].decode(errors="replace"))
        return answer
    finally:
        writer.close()
