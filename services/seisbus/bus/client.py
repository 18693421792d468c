"""The connection of a process to the bus: publish work (inline or by claim) and snapshots, count and purge messages.

Every problem with the server becomes an `UnavailableError`, for which the worker holds its messages.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import json
import logging
import ssl
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Any, Self

from google.protobuf.message import DecodeError
from nats.aio.client import Client as NatsClient
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import ObjectMeta, ObjectMetaOptions
from nats.js.errors import APIError, DigestMismatchError, ObjectNotFoundError
from nats.js.errors import Error as JetStreamError
from nats.js.errors import NotFoundError as JsNotFound

from seis.v1 import task_pb2

from ..backoff import Backoff
from ..deadlines import LOOK_SECONDS, NATS_ANSWER_SECONDS, NATS_CONNECT_SECONDS, NATS_FIRST_SECONDS, NATS_PING_SECONDS
from ..errors import PoisonError, SeisbusError, UnavailableError
from ..model.handovers import PlanOrder
from ..model.ids import job_of
from ..telemetry import tracing
from ..telemetry.lag import StreamFill
from ..telemetry.metrics import PUBLISHED
from . import names, topology
from .bundles import BUNDLE_BYTES, Enclosed, Gathering, bundle_id, enclosing, gathering, inline_envelope
from .codec import encode_plan
from .connection import Connection, Pieces
from .login import Login
from .tags import Tag
from .topology import ConsumerSpec


class ClaimGoneError(SeisbusError):
    """The claim of a message, under `key`, does not exist any more."""

    def __init__(self, key: str) -> None:
        super().__init__(f"Claim {key} is not in the store any more.")
        self.key = key


_log = logging.getLogger(__name__)

# Size of a claim's chunks: larger ones need fewer round trips, and 1 MiB is well below max_payload.
_CLAIM_CHUNK = 1 << 20
# JetStream's error code if a full stream refuses a message.
_STREAM_FULL = 10077
# The status of an answer while JetStream is not available, for example after a full disk.
_NO_JETSTREAM = 503
# First and longest wait between the tries of a patient publisher.
_PATIENCE = Backoff(first=0.1, most=2.0, jitter=0.3)


@contextlib.contextmanager
def _translated(what: str) -> Any:
    """Turn every failure of the client library into UnavailableError("NATS", …)."""
    try:
        yield
    except APIError as error:
        if error.err_code == _STREAM_FULL:
            raise UnavailableError(
                "NATS", f"NATS: {what} waits: the stream is full until its consumers make room."
            ) from error
        raise UnavailableError("NATS", f"NATS: {what} failed: {error}.") from error
    except (NatsError, JetStreamError, TimeoutError, OSError) as error:
        raise UnavailableError("NATS", f"NATS: {what} failed: {error or type(error).__name__}.") from error


def _refusal(url: str, problems: Sequence[Exception]) -> str:
    """Why there is no connection, and what to do; without the credentials in `url`."""
    where = ",".join(part.rsplit("@", 1)[-1] for part in url.split(","))
    text = " ".join(str(problem) for problem in problems).lower()
    if "authorization" in text or "authentication" in text:
        return f"NATS at {where} refuses the login; check SEISBUS_NATS_USER and SEISBUS_NATS_PASSWORD_FILE."
    if (failed := next((p for p in problems if isinstance(p, ssl.SSLError)), None)) is not None:
        return f"The TLS handshake with NATS at {where} failed ({failed}); check SEISBUS_NATS_TLS_CA_FILE."
    if "tls" in text or "secure" in text:
        return f"NATS at {where} speaks TLS; write tls:// in SEISBUS_NATS_URL and set SEISBUS_NATS_TLS_CA_FILE."
    return f"No NATS server answers at {where}; start one or set SEISBUS_NATS_URL."


class Bus:
    """A connection to NATS with JetStream. Made by `connect`; close with `close` or `async with`."""

    def __init__(self, connection: NatsClient) -> None:
        self._nc = connection
        self._js: JetStreamContext = connection.jetstream(timeout=NATS_ANSWER_SECONDS)
        self._waits: dict[str, str] = {}

    @classmethod
    async def connect(
        cls, url: str, *, name: str, login: Login | None = None, connect_timeout: float = NATS_FIRST_SECONDS
    ) -> Self:
        """Connect within `connect_timeout` seconds; if it fails, UnavailableError says why.

        Once connected the client reconnects for ever.
        """
        connection = Connection()
        problems: list[Exception] = []

        async def on_error(error: Exception) -> None:
            problems.append(error)
            if "permissions violation" in str(error).lower():
                _log.error("NATS refuses what this service asks for: %s", error)
            else:
                _log.debug("NATS client: %s", error or type(error).__name__)

        try:
            # The client library tries for ever.
            async with asyncio.timeout(connect_timeout):
                await connection.connect(
                    url,
                    name=name,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=0.2,  # type: ignore[arg-type]  # any number of seconds does
                    error_cb=on_error,
                    connect_timeout=NATS_CONNECT_SECONDS,
                    ping_interval=NATS_PING_SECONDS,
                    **(login or Login()).options(),
                )
        except (NatsError, OSError, TimeoutError) as error:
            with contextlib.suppress(NatsError, OSError):
                await connection.close()
            raise UnavailableError("NATS", _refusal(url, problems or [error])) from error
        return cls(connection)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Flush and close; an unreachable server does not delay this."""
        with contextlib.suppress(NatsError, TimeoutError, asyncio.CancelledError):
            if self._nc.is_connected:
                await asyncio.wait_for(self._nc.flush(timeout=5), 5)
        await self._nc.close()

    @property
    def connected(self) -> bool:
        """Whether the server can be reached now."""
        return bool(self._nc.is_connected)

    @property
    def away(self) -> str:
        """A sentence if the server cannot be reached; "" if it can."""
        return "" if self.connected else "NATS: the connection is lost; it is tried again until the server is back."

    async def look(self, stream: str) -> None:
        """Ask the server about a stream that this user may read. UnavailableError if it does not answer."""
        if self.away:
            raise UnavailableError("NATS", self.away)
        try:
            answer = await self._nc.request(f"$JS.API.STREAM.INFO.{stream}", timeout=LOOK_SECONDS)
        except TimeoutError as error:
            raise UnavailableError("NATS", "NATS: no answer in time.") from error
        except (NatsError, OSError) as error:
            raise UnavailableError("NATS", f"NATS: it cannot be asked: {error}.") from error
        error_said = json.loads(answer.data).get("error", {})
        if error_said.get("code") == _NO_JETSTREAM:  # "no such stream" is an answer too
            raise UnavailableError("NATS", f"NATS: it does no work: {error_said.get('description')}.")

    @property
    def connection(self) -> NatsClient:
        """The underlying connection, for the worker."""
        return self._nc

    async def ensure_topology(
        self, consumers: Iterable[ConsumerSpec], *, store_bytes: int, ack_wait: float, replicas: int = 1
    ) -> None:
        """Create or update the streams, claims bucket and consumers of `topology`."""
        with _translated("creating the topology"):
            await topology.ensure_topology(
                self._js, consumers, store_bytes=store_bytes, ack_wait=ack_wait, replicas=replicas
            )

    # -- publishing -------------------------------------------------------------------------------

    @property
    def waiting_for(self) -> str:
        """Why a patient publisher of this process waits; "" if none waits."""
        return next(iter(self._waits.values()), "")

    async def publish(self, subject: str, body: bytes, *, tag: Tag, message_id: str, patient: bool = False) -> None:
        """Put `body` on a work queue, acknowledged by the server; above INLINE_BYTES it travels as a claim.

        A full stream or an unreachable server raises UnavailableError. A `patient` publisher waits until the server
        takes the message, so that the fetched or computed data are not lost; `waiting_for` says so meanwhile.

        Inside `together`, or in the work on a bundle, a small message waits there for others to travel with.
        """
        gathers = gathering()
        if gathers is None or len(body) > BUNDLE_BYTES:
            await self._published(subject, body, tag, message_id, patient=patient)
        elif full := gathers.add(subject, Enclosed(tag, message_id, body)):
            await self._publish_bundle(subject, full, patient=patient)

    @contextlib.asynccontextmanager
    async def together(self, *, patient: bool = False) -> AsyncIterator[None]:
        """What is published inside travels in as few messages as it fits into; on leaving, all of it is on the work
        queues. Errors are those of `publish`."""
        gathers = Gathering()
        with gathers.at_work():
            yield
        await self.publish_gathered(gathers, patient=patient)

    async def publish_gathered(self, gathers: Gathering, *, patient: bool = False) -> None:
        """Put what was gathered on the work queues; what could not be put there when an error is raised waits on."""
        left = gathers.take()
        while left:
            try:
                await self._publish_bundle(*left[0], patient=patient)
            except BaseException:
                for subject, messages in left:
                    gathers.put_back(subject, messages)
                raise
            del left[0]

    async def _publish_bundle(self, subject: str, messages: Sequence[Enclosed], *, patient: bool) -> None:
        first = messages[0]
        if len(messages) == 1:
            await self._published(subject, first.body, first.tag, first.message_id, patient=patient)
        else:
            bundle = Pieces(enclosing(messages))
            await self._published(subject, bundle, first.tag, bundle_id(messages), patient=patient)

    async def _published(self, subject: str, body: bytes | Pieces, tag: Tag, message_id: str, *, patient: bool) -> None:
        """Publish a body, or the `Pieces` of an envelope."""
        failures = 0
        try:
            while True:
                try:
                    await self._publish_once(subject, body, tag, message_id)
                except UnavailableError as error:
                    if not patient:
                        raise
                    if not self._waits:
                        _log.warning("publishers wait: %s", error)
                    self._waits[message_id] = error.message
                    failures += 1
                    await asyncio.sleep(_PATIENCE.delay(failures))
                else:
                    return
        finally:
            self._waits.pop(message_id, None)

    async def _publish_once(self, subject: str, body: bytes | Pieces, tag: Tag, message_id: str) -> None:
        if isinstance(body, Pieces):
            data = body
        elif len(body) <= topology.INLINE_BYTES:
            data = Pieces(inline_envelope(body))
        else:
            data = Pieces([task_pb2.Envelope(claim=await self._put_claim(message_id, body)).SerializeToString()])
        stream = topology.stream_of(subject)
        headers = {"Nats-Msg-Id": message_id, **tag.headers()}
        with _translated(f"publishing to {subject}"), tracing.publishing(stream, headers):
            # Time to wait for a publication that was lost with a connection; then it is repeated with the same id.
            await self._js.publish(
                subject,
                data,  # type: ignore[arg-type]  # `Connection` sends pieces
                timeout=NATS_ANSWER_SECONDS,
                headers=headers,
            )
        PUBLISHED.labels(stream).inc()

    async def publish_plan(self, job: str, attempt: int, *, nonce: int = 0) -> None:
        """Ask the indexers to plan (or go on planning) a job; `nonce` tells repeats of one attempt apart."""
        await self.publish(
            topology.plan_subject(job),
            encode_plan(PlanOrder(job, attempt)),
            tag=Tag(job, "", attempt),
            message_id=f"{job}/plan/{attempt}.{nonce}",
        )

    async def publish_snapshot(self, snapshot: task_pb2.JobSnapshot) -> None:
        """Send a job's progress to watchers. A lost snapshot does no harm, so the server's answer is not awaited."""
        with _translated("publishing an event"):
            await self._nc.publish(names.event_subject(snapshot.job), snapshot.SerializeToString())

    async def snapshots(self, job: str = "*") -> AsyncIterator[task_pb2.JobSnapshot]:
        """Snapshots of one job, or of all, as they are published."""
        with _translated("subscribing to events"):
            subscription = await self._nc.subscribe(names.event_subject(job))
        try:
            async for message in subscription.messages:
                try:
                    yield task_pb2.JobSnapshot.FromString(message.data)
                except DecodeError:
                    _log.warning("a message on %s is not a snapshot and is ignored", message.subject)
        finally:
            with contextlib.suppress(NatsError):
                await subscription.unsubscribe()

    # -- claims -----------------------------------------------------------------------------------

    async def _put_claim(self, message_id: str, body: bytes) -> task_pb2.Claim:
        digest = hashlib.sha256(body).digest()
        # With the digest, a repeat with other bytes (an object changed) gets another key.
        key = f"{message_id}/{digest[:6].hex()}"
        with _translated("storing a claim"):
            store = await self._js.object_store(names.CLAIMS)
            # do not put a key again, because readers of it may get no answer
            try:
                present = await store.get_info(key)
            except ObjectNotFoundError:
                present = None
            if present is None or present.size != len(body):
                await store.put(
                    key, body, meta=ObjectMeta(name=key, options=ObjectMetaOptions(max_chunk_size=_CLAIM_CHUNK))
                )
        return task_pb2.Claim(bucket=names.CLAIMS, key=key, size=len(body), sha256=digest)

    async def open_envelope(self, data: bytes) -> tuple[bytes, str]:
        """Body of a received message and the key of its claim ("" if the body was inline).

        ClaimGoneError if the claim is gone, PoisonError if its bytes differ from those that were put there.
        """
        try:
            envelope = task_pb2.Envelope.FromString(data)
        except DecodeError as error:
            raise PoisonError(f"A message body that is not an Envelope ({error}).") from error
        if envelope.WhichOneof("body") == "inline":
            return envelope.inline, ""
        claim = envelope.claim
        if not claim.key:
            raise PoisonError("A message with neither a body nor a claim.")
        if claim.bucket != names.CLAIMS:  # a request to NATS for it would look like trouble with NATS
            raise PoisonError(f"A claim in the bucket {claim.bucket!r}; claims are in {names.CLAIMS}.")
        sink = io.BytesIO()
        try:
            store = await self._js.object_store(claim.bucket)
            await store.get(claim.key, writeinto=sink)  # without writeinto, time grows with the size squared
        except (ObjectNotFoundError, JsNotFound) as error:
            raise ClaimGoneError(claim.key) from error
        except DigestMismatchError as error:
            raise PoisonError(f"Claim {claim.key} is damaged in NATS's Object Store: {error}.") from error
        except (NatsError, JetStreamError, TimeoutError, OSError) as error:
            raise UnavailableError("NATS", f"NATS: reading claim {claim.key} failed: {error}.") from error
        body = sink.getvalue()
        if len(body) != claim.size or hashlib.sha256(body).digest() != claim.sha256:
            raise PoisonError(f"Claim {claim.key} holds other bytes than the message says.")
        return body, claim.key

    async def delete_claim(self, key: str) -> None:
        """Remove a claim; does nothing if it is gone already."""
        with _translated("deleting a claim"), contextlib.suppress(ObjectNotFoundError, JsNotFound):
            store = await self._js.object_store(names.CLAIMS)
            await store.delete(key)

    async def claims(self, job: str) -> list[str]:
        """Keys of all claims of a job."""
        with _translated("listing claims"):
            info = await self._js.stream_info(names.CLAIMS_STREAM)
            if not info.state.messages:  # the usual case, because only windows above 7 MB need claims
                return []
            store = await self._js.object_store(names.CLAIMS)
            try:
                return [i.name for i in await store.list(ignore_deletes=True) if i.name and job_of(i.name) == job]
            except JsNotFound:
                return []

    async def delete_claims(self, job: str) -> None:
        """Remove a job's claims that are left because a message was purged or a reader died before removing them."""
        for key in await self.claims(job):
            await self.delete_claim(key)

    # -- looking and clearing ---------------------------------------------------------------------

    async def pending(self, job: str) -> dict[str, int]:
        """Number of messages of a job by stream, including those that are being worked on."""
        counts: dict[str, int] = {}
        with _translated("counting messages"):
            for stream, subject in topology.job_subjects(job).items():
                info = await self._js.stream_info(stream, subjects_filter=subject)
                counts[stream] = sum((info.state.subjects or {}).values())
        return counts

    async def purge_job(self, job: str, *, plan: bool = True) -> None:
        """Remove all messages of a job from the work queues (by default also its plan message)."""
        with _translated("purging a job"):
            for stream, subject in topology.job_subjects(job).items():
                if plan or stream != names.PLAN:
                    await self._js.purge_stream(stream, subject=subject)

    async def purge_acknowledged(self, job: str) -> None:
        """Remove messages of a job that are still on the work queues although their consumers count them as done, which
        happens after a full disk under NATS. A message that will be delivered again is never removed.

        A consumer never delivers a message at or below its floor of acknowledgements again, even after a restart.
        """
        with _translated("purging acknowledged messages"):
            for stream in names.WORK_STREAMS:
                for info in await self._js.consumers_info(stream):
                    floor = info.ack_floor.stream_seq if info.ack_floor else 0
                    subject = topology.subject_in(info.config.filter_subject or "", job)
                    if floor and subject:
                        await self._js.purge_stream(stream, seq=floor + 1, subject=subject)

    async def consumer_lag(self) -> dict[str, tuple[int, int, int]]:
        """Consumer -> (pending, being worked on, waiting pull requests), for explanations and metrics."""
        lag: dict[str, tuple[int, int, int]] = {}
        with _translated("asking for consumers"):
            for stream in names.WORK_STREAMS:
                for info in await self._js.consumers_info(stream):
                    lag[info.name] = (info.num_pending or 0, info.num_ack_pending or 0, info.num_waiting or 0)
        return lag

    async def stream_fill(self) -> dict[str, StreamFill]:
        """How full each work stream is."""
        fill: dict[str, StreamFill] = {}
        with _translated("asking for streams"):
            for stream in names.WORK_STREAMS:
                # not the client's stream_info, which drops the time of the first message
                answer = json.loads((await self._nc.request(f"$JS.API.STREAM.INFO.{stream}", timeout=5)).data)
                if "error" in answer:
                    raise APIError.from_error(answer["error"])
                state = answer["state"]
                oldest = datetime.fromisoformat(state["first_ts"]).timestamp() if state["messages"] else 0.0
                fill[stream] = StreamFill(state["bytes"], answer["config"]["max_bytes"], oldest)
        return fill
