"""How far each stage is behind: depths of consumers and streams, looked up now and then by one service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from . import metrics


@dataclass(frozen=True, slots=True)
class StreamFill:
    """A stream: bytes held, bytes it may hold, and since when (epoch seconds) its oldest message is there; 0 without
    any. Messages leave work queues when they are acknowledged."""

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
