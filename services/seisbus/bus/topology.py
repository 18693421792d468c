"""Definitions of all streams and consumers, and the function that creates them on a server.

Messages in work queues never expire (max_age 0). A full work queue refuses new messages (discard new), so that
producers wait instead of losing work. Only events expire.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from ..model.kind import Queue
from .names import CLAIMS, CLAIMS_STREAM, EVENTS, FETCH, PLAN, WINDOW, WRITE

# Largest message that goes inline: max_payload is 8 MB, headers and the envelope need some of it, and a claim costs
# 4-20 times an inline message of the same size (measured), so as much as possible goes inline.
INLINE_BYTES: Final = 7_000_000
# The server ignores a repeated Nats-Msg-Id for this time.
DUPLICATE_WINDOW_SECONDS: Final = 120.0
EVENT_SECONDS: Final = 3600.0

# Shares of the JetStream store; together under 80 % of it.
_SHARES: Final = {PLAN: 0.02, FETCH: 0.06, WINDOW: 0.25, WRITE: 0.25, CLAIMS_STREAM: 0.18, EVENTS: 0.02}


@dataclass(frozen=True, slots=True)
class ConsumerSpec:
    """A durable pull consumer; `max_ack_pending` bounds the work in progress over all replicas."""

    stream: str
    name: str
    filter_subject: str
    max_ack_pending: int


def plan_consumer() -> ConsumerSpec:
    """Work of the indexer. A job that is being planned holds its message, so this bounds jobs in planning."""
    return ConsumerSpec(PLAN, "plan", "seis.plan.*", 1000)


def fetch_consumer(archive: str, max_ack_pending: int) -> ConsumerSpec:
    """Work of the fetcher on one archive; the limit is the archive's politeness over all replicas."""
    return ConsumerSpec(FETCH, f"fetch-{archive}", f"seis.fetch.{archive}.*", max_ack_pending)


def consumer_of(queue: Queue) -> ConsumerSpec:
    """Work of a kind of job, of fetchers, windowers or writers."""
    return ConsumerSpec(_STREAM_OF[queue.work], f"{queue.work}-{queue.name}", subject_of(queue, "*"), queue.in_progress)


def plan_subject(job: str) -> str:
    """Subject of a job to plan."""
    return f"seis.plan.{job}"


def fetch_subject(archive: str, job: str) -> str:
    """Subject of a fetch task."""
    return f"seis.fetch.{archive}.{job}"


def subject_of(queue: Queue, job: str) -> str:
    """Subject of a job's messages on a queue of its kind."""
    return f"seis.{queue.work}.{queue.name}.{job}"


_STREAM_OF: Final = {"plan": PLAN, "fetch": FETCH, "window": WINDOW, "write": WRITE}


def stream_of(subject: str) -> str:
    """The work stream that a subject belongs to."""
    return _STREAM_OF[subject.split(".")[1]]


def job_subjects(job: str) -> dict[str, str]:
    """Stream -> subject filter of everything a job has on the work queues."""
    return {
        PLAN: plan_subject(job),
        FETCH: f"seis.fetch.*.{job}",
        WINDOW: f"seis.window.*.{job}",
        WRITE: f"seis.write.*.{job}",
    }


def subject_in(filter_subject: str, job: str) -> str:
    """The subject of a job's messages for a consumer with this filter; "" if the filter is not ours."""
    head, _, last = filter_subject.rpartition(".")
    return f"{head}.{job}" if head and last == "*" else ""


def _streams(store_bytes: int, replicas: int) -> list[StreamConfig]:
    def work(name: str, subjects: str) -> StreamConfig:
        return StreamConfig(
            name=name,
            subjects=[subjects],
            retention=RetentionPolicy.WORK_QUEUE,
            discard=DiscardPolicy.NEW,
            storage=StorageType.FILE,
            max_age=0,
            max_bytes=int(store_bytes * _SHARES[name]),
            duplicate_window=DUPLICATE_WINDOW_SECONDS,
            num_replicas=replicas,
        )

    events = StreamConfig(
        name=EVENTS,
        subjects=["seis.event.>"],
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.OLD,
        storage=StorageType.FILE,
        max_age=EVENT_SECONDS,
        max_msgs_per_subject=1,
        max_bytes=int(store_bytes * _SHARES[EVENTS]),
        num_replicas=replicas,
    )
    return [
        work(PLAN, "seis.plan.>"),
        work(FETCH, "seis.fetch.>"),
        work(WINDOW, "seis.window.>"),
        work(WRITE, "seis.write.>"),
        events,
    ]


async def ensure_topology(
    js: JetStreamContext, consumers: Iterable[ConsumerSpec], *, store_bytes: int, ack_wait: float, replicas: int = 1
) -> None:
    """Create or update every stream, the claims bucket and the consumers; safe to repeat and to race."""
    for config in _streams(store_bytes, replicas):
        try:
            await js.stream_info(str(config.name))
        except NotFoundError:
            await js.add_stream(config)
        else:
            await js.update_stream(config)
    try:
        await js.object_store(CLAIMS)
    except NotFoundError:
        await js.create_object_store(CLAIMS, max_bytes=int(store_bytes * _SHARES[CLAIMS_STREAM]), replicas=replicas)
    for spec in consumers:
        await js.add_consumer(
            spec.stream,
            ConsumerConfig(
                durable_name=spec.name,
                filter_subject=spec.filter_subject,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=ack_wait,
                max_deliver=-1,
                max_ack_pending=spec.max_ack_pending,
            ),
        )
