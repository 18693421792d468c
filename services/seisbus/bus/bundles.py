"""Bundles: messages of one job and attempt for one stage that travel as one.

Each message on a work queue costs its publisher, the server and its reader about the same whatever its size: it is
written, acknowledged, delivered and acknowledged again. So tasks that are planned together, and what a stage makes of
them, travel together as far as they fit. What is in a bundle has the headers and the body that it would have alone, and
a bundle that does not end at once is taken apart again: one bad message must not take others with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from google.protobuf.message import DecodeError

from seis.v1 import task_pb2

from ..errors import PoisonError
from .tags import Tag

BUNDLE_BYTES: Final = 4_000_000
"""Bodies of a bundle: what is larger gains nothing any more, and has to be held in memory until it is complete."""

_DELIMITED: Final = 2  # the kind of fields that begin with their length

# How the bytes of an envelope with a bundle begin: the number and the kind of its only field.
_KEY: Final = bytes([task_pb2.Envelope.BUNDLE_FIELD_NUMBER << 3 | _DELIMITED])


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A message of a bundle, with its headers and its id."""

    tag: Tag
    message_id: str
    body: bytes


class Gathering:
    """Messages that wait for others to travel with, by subject, job and attempt."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str, int], list[Enclosed]] = {}

    def add(self, subject: str, message: Enclosed) -> list[Enclosed]:
        """Take a message; those for which it leaves no room are given back and have to be sent now."""
        key = (subject, message.tag.job, message.tag.attempt)
        waiting = self._waiting.setdefault(key, [])
        if sum(len(one.body) for one in waiting) + len(message.body) <= BUNDLE_BYTES:
            waiting.append(message)
            return []
        self._waiting[key] = [message]
        return waiting

    def take(self) -> list[tuple[str, list[Enclosed]]]:
        """What waits, with its subjects; then nothing does."""
        waiting, self._waiting = self._waiting, {}
        return [(subject, messages) for (subject, _, _), messages in waiting.items()]

    def put_back(self, subject: str, messages: Sequence[Enclosed]) -> None:
        """Have messages wait again that could not be sent."""
        first = messages[0].tag
        self._waiting.setdefault((subject, first.job, first.attempt), [])[:0] = messages

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Inside, what is published is gathered here, also by asyncio tasks that are begun there."""
        before = _GATHERING.set(self)
        try:
            yield
        finally:
            _GATHERING.reset(before)


_GATHERING: Final[ContextVar[Gathering | None]] = ContextVar("seisbus_gathering", default=None)


def gathering() -> Gathering | None:
    """Where messages of the running code are gathered; None if each goes on its own."""
    return _GATHERING.get()


def bundle_id(messages: Sequence[Enclosed]) -> str:
    """Id of a bundle; the same messages in the same order have the same, so that the server knows a repeat."""
    names = "\n".join(message.message_id for message in messages)
    return f"{messages[0].message_id}+{hashlib.blake2b(names.encode(), digest_size=8).hexdigest()}"


def enclosing(messages: Sequence[Enclosed]) -> list[bytes]:
    """The body of a message on the bus that holds these, in pieces."""
    pieces: list[bytes] = []
    for message in messages:
        head = task_pb2.Enclosed(message_id=message.message_id, task=message.tag.task, part=message.tag.part)
        body = _field(task_pb2.Enclosed.BODY_FIELD_NUMBER, message.body)
        pieces += _field(task_pb2.Bundle.ENCLOSED_FIELD_NUMBER, head.SerializeToString(), *body)
    return _field(task_pb2.Envelope.BUNDLE_FIELD_NUMBER, *pieces)


def inline_envelope(body: bytes) -> list[bytes]:
    """The body of a message on the bus that holds one: the bytes of `Envelope(inline=body)`, in pieces."""
    return _field(task_pb2.Envelope.INLINE_FIELD_NUMBER, body)


def _field(number: int, *content: bytes) -> list[bytes]:
    """A field with bytes, text or a message, in pieces: its key and length, then its content. Protocol Buffers would
    copy the content several times."""
    head = bytearray()
    for value in (number << 3 | _DELIMITED, sum(map(len, content))):
        while value > 0x7F:  # as Protocol Buffers write numbers
            head.append(value & 0x7F | 0x80)
            value >>= 7
        head.append(value)
    return [bytes(head), *content]


def is_bundle(data: bytes) -> bool:
    """Whether a message on the bus is a bundle; a look at its first byte."""
    return data[:1] == _KEY


def enclosed_in(data: bytes, tag: Tag) -> list[Enclosed]:
    """Inverse of `enclosing`, of a bundle with the headers `tag`; PoisonError if the bytes are not a bundle."""
    try:
        found = task_pb2.Envelope.FromString(data).bundle.enclosed
    except DecodeError as error:
        raise PoisonError(f"A message body that is not an Envelope ({error}).") from error
    if not found:
        raise PoisonError("A bundle without messages.")
    return [Enclosed(Tag(tag.job, m.task, tag.attempt, m.part), m.message_id, m.body) for m in found]
