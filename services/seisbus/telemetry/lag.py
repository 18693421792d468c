"""How far each stage is behind: depths of consumers and streams, which one service updates regularly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from . import metrics


@dataclass(frozen=True, slots=True)
class StreamFill:
    """A stream: bytes in it, its limit in bytes, and the time (epoch seconds) of its oldest message, or 0 if it is
    empty. Messages leave work queues when they are acknowledged."""

    bytes: int
    limit: int
    oldest: float


def note_lag(lag: Mapping[str, tuple[int, int, int]], streams: Mapping[str, StreamFill]) -> None:
    """`lag`: consumer -> (pending, being worked on, waiting requests); `streams`: stream -> how full it is."""
    for consumer, (pending, working, _) in lag.items():
        metrics.CONSUMER_PENDING.labels(consumer).set(pending)
        metrics.CONSUMER_WORKING.labels(consumer).set(working)
    for stream, fill in streams.items():
        metrics.STREAM_BYTES.labels(stream).set(fill.bytes)
        metrics.STREAM_LIMIT.labels(stream).set(fill.limit)
        metrics.STREAM_OLDEST.labels(stream).set(fill.oldest)
