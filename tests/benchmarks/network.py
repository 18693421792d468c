"""Emulate a network in front of an HTTP server: round trip, bandwidth (total and per connection), faults, request log.

One asyncio proxy on a loopback port. It knows only the HTTP/1.1 that S3 reads need (requests without bodies), and keeps
the order on a connection. Slow start is not emulated: a new connection costs one round trip and then runs at full rate.
The proxy itself may serve objects from their folder, since our S3 server hashes whole files for many ranges.
That costs nothing on S3.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit
from urllib.request import Request as Asked
from urllib.request import urlopen

# So many bytes are sent at once: 1.3 ms at 100 Mbit/s, so that connections share the line evenly.
_PIECE = 16_384
_RANGE = re.compile(rb"\r\nrange: *bytes=(\d+)-(\d*)", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_IF_MATCH = re.compile(rb'\r\nif-match: *"?([^"\r]*)"?', re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_SLOW_DOWN = b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"
_HEAD_LIMIT = 65_536


class Fault(Enum):
    """A fault that replaces the normal answer to a request."""

    SLOW_DOWN = "answer 503 SlowDown"
    STALL = "send the head and half of the body, then nothing, until the client leaves"
    SHORT = "send half of the body, then close the connection"
    RESET = "close the connection without an answer"


@dataclass(frozen=True, slots=True)
class Line:
    """A network: seconds of a round trip, bits per second in total and per connection; None is without limit."""

    round_trip: float = 0.0
    total: float | None = None
    connection: float | None = None


@dataclass(slots=True)
class Request:
    """One request as the proxy saw it; `start` and `end` are the bytes [start, end) asked for, None where not said."""

    method: str
    path: str
    start: int | None
    end: int | None
    began: float
    status: int = 0
    sent: int = 0
    ended: float | None = None
    fault: Fault | None = None
    left: bool = False

    @property
    def key(self) -> str:
        """The object's key, "" for a listing."""
        return "/".join(unquote(urlsplit(self.path).path).split("/")[2:])


class _Pace:
    """Lets bytes through at a rate, in order of arrival."""

    def __init__(self, bits_per_second: float | None) -> None:
        self._seconds_a_byte = 8 / bits_per_second if bits_per_second else 0.0
        self._free_at = 0.0

    async def pass_(self, size: int) -> None:
        if not self._seconds_a_byte:
            return
        now = time.monotonic()
        self._free_at = max(self._free_at, now) + size * self._seconds_a_byte
        if (wait := self._free_at - now) > 0.002:  # the loop's clock has this resolution
            await asyncio.sleep(wait)


@dataclass(slots=True)
class EmulatedNetwork:
    """A running proxy: its URL, the log of requests, and what is to go wrong."""

    url: str
    line: Line
    requests: list[Request] = field(default_factory=list)
    # asked for every request; None serves it well
    fault: Callable[[Request], Fault | None] = lambda request: None
    # while set, the line is without limits and without distance
    unlimited: bool = False
    folder: Path | None = None
    upstream: str = ""
    etags: dict[Path, str] = field(default_factory=dict)
    open_now: int = 0
    most_open: int = 0

    def gets(self) -> list[Request]:
        """Requests for objects' bytes: no listings."""
        return [r for r in self.requests if r.method == "GET" and r.key]

    def ask_etags(self, paths: Iterable[Path]) -> None:
        """Ask the server for the ETags of objects that are served here, before somebody waits for them."""
        assert self.folder is not None
        for path in paths:
            self.etags[path] = etag_of(f"{self.upstream}/{quote(path.relative_to(self.folder).as_posix())}")

    def clear(self) -> None:
        """Forget the log."""
        self.requests.clear()
        self.most_open = self.open_now


def etag_of(url: str) -> str:
    """The ETag that a server has for an object."""
    with urlopen(Asked(url, method="HEAD")) as answer:
        return str(answer.headers["ETag"]).strip('"')


@asynccontextmanager
async def emulated_network(upstream: str, line: Line, folder: Path | None = None) -> AsyncIterator[EmulatedNetwork]:
    """Run the proxy before the server at `upstream` (http://host:port) on a free loopback port; objects of buckets in
    `folder` are served by the proxy itself."""
    network = EmulatedNetwork("", line, folder=folder, upstream=upstream)
    total = _Pace(line.total)
    connections: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        task.add_done_callback(connections.discard)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await _Connection(network, upstream, total, reader, writer).run()
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=_HEAD_LIMIT)
    network.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield network
    finally:
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


class _Connection:
    """One client's connection and the one to the server that goes with it."""

    def __init__(
        self,
        network: EmulatedNetwork,
        upstream: str,
        total: _Pace,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._network = network
        self._upstream = urlsplit(upstream)
        self._paces = (_Pace(network.line.connection), total)
        self._reader, self._writer = reader, writer

    async def run(self) -> None:
        """Serve requests until either side leaves."""
        await asyncio.sleep(self._network.line.round_trip)  # the handshake
        host, port = self._upstream.hostname, self._upstream.port
        server_reader, server_writer = await asyncio.open_connection(host, port, limit=_HEAD_LIMIT)
        try:
            while head := await self._head(self._reader):
                if not await self._serve(head, server_reader, server_writer):
                    return
        finally:
            server_writer.close()

    async def _head(self, reader: asyncio.StreamReader) -> bytes:
        try:
            return await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return b""

    async def _serve(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serve one request; returns whether the connection goes on."""
        method, path = head.split(b" ", 2)[:2]
        asked = _RANGE.search(head)
        start = int(asked[1]) if asked else None
        end = int(asked[2]) + 1 if asked and asked[2] else None
        network = self._network
        request = Request(method.decode(), path.decode(), start, end, time.monotonic())
        request.fault = network.fault(request)
        network.requests.append(request)
        network.open_now += 1
        network.most_open = max(network.most_open, network.open_now)
        try:
            await asyncio.sleep(0 if network.unlimited else network.line.round_trip)
            if request.fault is Fault.RESET:
                self._writer.transport.abort()
                return False
            if request.fault is Fault.SLOW_DOWN:
                request.status = 503
                answer = f"HTTP/1.1 503 Slow Down\r\nContent-Length: {len(_SLOW_DOWN)}\r\n\r\n".encode() + _SLOW_DOWN
                await self._send(answer, request)
                return True
            if (path := self._object(request)) is not None:
                return await self._served(path, head, request)
            writer.write(head)
            answer = await self._head(reader)
            if not answer:  # the server left; so does the line
                return False
            request.status = int(answer.split(b" ", 2)[1])
            self._writer.write(answer)
            return await self._body(answer, reader, request)
        except (OSError, asyncio.CancelledError):
            request.left = True
            raise
        finally:
            request.ended = time.monotonic()
            network.open_now -= 1

    def _object(self, request: Request) -> Path | None:
        """The file of an object that is served here."""
        if self._network.folder is None or request.method != "GET" or not request.key or request.fault is not None:
            return None
        path = self._network.folder / unquote(urlsplit(request.path).path).lstrip("/")
        return path if path.is_file() else None

    async def _served(self, path: Path, head: bytes, request: Request) -> bool:
        etags = self._network.etags
        if path not in etags:
            await asyncio.to_thread(self._network.ask_etags, [path])
        size, etag = os.stat(path).st_size, etags[path]  # a file that is in memory
        start, end = request.start or 0, min(size, size if request.end is None else request.end)
        wanted = _IF_MATCH.search(head)
        if wanted and wanted[1].decode() != etag:
            request.status, text = 412, "412 Precondition Failed"
            start = end = 0
        elif start >= size > 0:
            request.status, text = 416, "416 Range Not Satisfiable"
            start = end = 0
        else:
            request.status, text = (200, "200 OK") if request.start is None else (206, "206 Partial Content")
        where = f"Content-Range: bytes {start}-{end - 1}/{size}\r\n" if request.status == 206 else ""
        answer = f'HTTP/1.1 {text}\r\nETag: "{etag}"\r\n{where}Content-Length: {end - start}\r\n\r\n'
        self._writer.write(answer.encode())
        with path.open("rb") as file:
            file.seek(start)
            for at in range(start, end, _PIECE):
                await self._send(file.read(min(_PIECE, end - at)), request)
        await self._writer.drain()
        return True

    async def _body(self, head: bytes, reader: asyncio.StreamReader, request: Request) -> bool:
        if _CHUNKED.search(head):
            await self._chunks(reader, request)
            return True
        found = _LENGTH.search(head)
        left = int(found[1]) if found and request.method != "HEAD" else 0
        if request.fault in (Fault.SHORT, Fault.STALL):
            await self._send(await reader.readexactly(left // 2), request)
            if request.fault is Fault.STALL:
                await self._reader.read(1)  # until the client leaves
                request.left = True
            return False
        while left:
            piece = await reader.readexactly(min(left, _PIECE))
            left -= len(piece)
            await self._send(piece, request)
        return True

    async def _chunks(self, reader: asyncio.StreamReader, request: Request) -> None:
        size = -1
        while size:
            line = await reader.readuntil(b"\r\n")
            size = int(line.split(b";")[0], 16)
            await self._send(line + await reader.readexactly(size + 2), request)

    async def _send(self, piece: bytes, request: Request) -> None:
        for pace in () if self._network.unlimited else self._paces:
            await pace.pass_(len(piece))
        if self._writer.transport.is_closing():
            raise ConnectionResetError("the client left")
        self._writer.write(piece)
        await self._writer.drain()
        request.sent += len(piece)
