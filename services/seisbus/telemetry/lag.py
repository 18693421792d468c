"""How far each stage is behind: depths of consumers and streams, looked up now and then by one service."""

from __future__ import annotations

from collections.abc import Mapping

from . import metrics


def note_lag(lag: Mapping[str, tuple[int, int, int]], streams: Mapping[str, tuple[int, int]]) -> None:
    """`lag`: consumer -> (pending, being worked on, waiting requests); `streams`: stream -> (bytes, limit)."""
    for consumer, (pending, working, _) in lag.items():
        metrics.CONSUMER_PENDING.labels(consumer).set(pending)
        metrics.CONSUMER_WORKING.labels(consumer).set(working)
    for stream, (size, limit) in streams.items():
        metrics.STREAM_BYTES.labels(stream).set(size)
        metrics.STREAM_LIMIT.labels(stream).set(limit)
