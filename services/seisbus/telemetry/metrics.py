"""Prometheus metrics of the stages, and the port they are read from.

Names have one prefix and base units, and no label has an unlimited number of values
(prometheus.io/docs/practices/naming).
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from prometheus_client import Counter, Gauge, Histogram, start_http_server

from ..errors import UserError

TASKS: Final = Counter("seis_tasks", "Messages that a stage ended, by how they ended", ["stage", "outcome"])
REDELIVERED: Final = Counter("seis_task_redeliveries", "Messages that came again", ["stage"])
PAYLOAD: Final = Counter("seis_payload_bytes", "Bytes of messages that a stage took", ["stage", "location"])
IN_PROGRESS: Final = Gauge("seis_tasks_in_progress", "Messages that a stage works on", ["stage"])
BYTES_IN_FLIGHT: Final = Gauge("seis_bytes_in_flight", "Bytes of messages in memory", ["stage"])
HOLDING: Final = Gauge("seis_stage_holding", "1 while a stage waits for a server or the disk", ["stage"])
LAST_TASK: Final = Gauge("seis_last_task_timestamp_seconds", "When a stage last ended a message", ["stage"])
DURATION: Final = Histogram(
    "seis_task_duration_seconds",
    "How long a message took from its arrival to its acknowledgement",
    ["stage"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
PUBLISHED: Final = Counter("seis_published", "Messages put on a stream", ["stream"])
ARCHIVE_READ: Final = Counter("seis_archive_read_bytes", "Bytes of objects read from an archive", ["archive"])
WINDOWS: Final = Counter("seis_windows", "Windows that got their outcome", ["fate"])
STORED: Final = Counter("seis_stored_bytes", "Bytes of waveforms committed")
ARCHIVE_ALLOWED: Final = Gauge(
    "seis_archive_requests_allowed", "Requests to an archive at once; fewer while it is in trouble", ["archive"]
)
OUTPUT_FREE: Final = Gauge("seis_output_free_ratio", "Free part of the disk that waveforms are written to")
CONSUMER_PENDING: Final = Gauge("seis_consumer_pending", "Messages that no worker has taken yet", ["consumer"])
CONSUMER_WORKING: Final = Gauge("seis_consumer_ack_pending", "Messages being worked on", ["consumer"])
STREAM_BYTES: Final = Gauge("seis_stream_bytes", "Bytes of a stream", ["stream"])
STREAM_OLDEST: Final = Gauge(
    "seis_stream_oldest_timestamp_seconds", "When the oldest unacknowledged message came, 0 without any", ["stream"]
)
STREAM_LIMIT: Final = Gauge("seis_stream_limit_bytes", "Bytes that a stream may hold", ["stream"])


class TaskEnd(StrEnum):
    """The result of a message in a stage."""

    DONE = "done"
    STALE = "stale"
    CLAIM_GONE = "claim_gone"
    DEAD_LETTER = "dead_letter"
    RETRIED = "retried"
    HANDED_BACK = "handed_back"


@dataclass(slots=True)
class StageMeter:
    """The metrics of one worker."""

    stage: str
    _began: dict[int, float] = field(default_factory=dict)

    def taken(self, message: int, size: int, *, redelivered: bool) -> None:
        """A message (by identity) of `size` bytes arrived."""
        self._began[message] = time.monotonic()
        IN_PROGRESS.labels(self.stage).inc()
        BYTES_IN_FLIGHT.labels(self.stage).inc(size)
        if redelivered:
            REDELIVERED.labels(self.stage).inc()

    def opened(self, size: int, *, claim: bool) -> None:
        """The body of the message was read."""
        PAYLOAD.labels(self.stage, "claim" if claim else "inline").inc(size)

    def left(self, message: int, size: int, end: TaskEnd) -> None:
        """This process has finished with the message."""
        IN_PROGRESS.labels(self.stage).dec()
        BYTES_IN_FLIGHT.labels(self.stage).dec(size)
        TASKS.labels(self.stage, end.value).inc()
        DURATION.labels(self.stage).observe(time.monotonic() - self._began.pop(message))
        LAST_TASK.labels(self.stage).set_to_current_time()

    def holding(self, waits: bool) -> None:
        """Set whether the stage waits for something."""
        HOLDING.labels(self.stage).set(waits)


def free_ratio(folder: Path) -> float:
    """Free part of a folder's disk, 0 if it cannot be checked."""
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return 0.0
    return usage.free / usage.total


def serve_metrics(address: str) -> None:
    """Serve metrics at `address` (host:port) while the process lives; does nothing if `address` is empty.

    The server has its own thread, so that it answers even if the event loop is busy. UserError if the port is not free.
    """
    if not address:
        return
    host, _, port = address.rpartition(":")
    try:
        start_http_server(int(port), host or "0.0.0.0")
    except (OSError, ValueError, OverflowError) as error:
        raise UserError(f"SEISBUS_METRICS_ADDRESS={address} cannot be listened on ({error}).") from None
