"""A pull subscription of our own on a durable consumer, because the client library's `fetch` waits out its timeout
when fewer messages than asked are there, has no byte bound, and can lose messages when it is cancelled.

One request is outstanding at a time, for as many messages as the caller has room, all answered on one inbox; idle
heartbeats tell a quiet stream from a dead subscription, which is made again. Stopping never cancels anything: interest
is withdrawn, and what the server had sent before that is handed back at once. A pause withdraws interest, too, since
an open request would go on taking messages; what the server had sent before is taken.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from enum import Enum

from nats.aio.client import Client as NatsClient
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from .topology import ConsumerSpec

_log = logging.getLogger(__name__)

_EXPIRES_NS = 2_000_000_000
_HEARTBEAT_NS = 500_000_000
# Three missed heartbeats: the subscription is dead (server restarted), so build a new one.
_SILENCE_SECONDS = 1.6
_RETRY_SECONDS = 0.3


class _Ended(Enum):
    """How a pull request ended."""

    EXHAUSTED = "all that was asked for came, or the request ran out"
    BROKEN = "the consumer or the connection is gone for now"


class PullSubscription:
    """Feeds `deliver` with messages of `consumer`, never more than `room()` (messages, bytes) allows."""

    def __init__(
        self,
        connection: NatsClient,
        consumer: ConsumerSpec,
        *,
        room: Callable[[], tuple[int, int]],
        deliver: Callable[[Msg], None],
    ) -> None:
        self._nc = connection
        self._consumer = consumer
        self._room = room
        self._deliver = deliver
        self._stopping = asyncio.Event()
        self._subscription: Subscription | None = None
        self._inbox = ""
        self._requests = 0
        self._wake = asyncio.Event()

    async def stop(self) -> None:
        """Take no more; returns when all that the server had sent already is handed back."""
        self._stopping.set()
        self._wake.set()
        await self.withdraw()

    async def withdraw(self) -> None:
        """End the open request; returns when all that the server had sent already is with `deliver`.

        The caller sees to it that there is no room before, and none until messages are wanted again.
        """
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            drained: Awaitable[None] = subscription.drain()  # type: ignore[no-untyped-call]
            with contextlib.suppress(NatsError, TimeoutError, OSError):
                await asyncio.wait_for(drained, _SILENCE_SECONDS)

    def wake(self) -> None:
        """There may be room again."""
        self._wake.set()

    async def run(self) -> None:
        """Pull until stopped, surviving restarts of the server."""
        try:
            while not self._stopping.is_set():
                messages, size = self._room()
                if messages <= 0 or size <= 0:
                    await self._pause()
                    continue
                try:
                    ended = await self._request(messages, size)
                except (NatsError, OSError) as error:
                    _log.debug("pull on %s: %s", self._consumer.name, error)
                    ended = _Ended.BROKEN
                if ended is _Ended.BROKEN and not self._stopping.is_set():
                    await self._forget()
                    await asyncio.sleep(_RETRY_SECONDS)
        finally:
            await self._forget()

    async def _subscribed(self) -> Subscription:
        """The subscription to the inbox of all requests."""
        if self._subscription is None:
            self._inbox = self._nc.new_inbox()
            self._subscription = await self._nc.subscribe(f"{self._inbox}.*")
        return self._subscription

    async def _forget(self) -> None:
        """Leave the inbox; the next request makes another."""
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            with contextlib.suppress(NatsError):
                await subscription.unsubscribe()

    async def _request(self, batch: int, max_bytes: int) -> _Ended:
        subscription = await self._subscribed()
        if self._stopping.is_set() or min(self._room()) <= 0:  # stopped or paused meanwhile
            return _Ended.EXHAUSTED
        self._requests += 1
        inbox = f"{self._inbox}.{self._requests}"
        request = {"batch": batch, "max_bytes": max_bytes, "expires": _EXPIRES_NS, "idle_heartbeat": _HEARTBEAT_NS}
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{self._consumer.stream}.{self._consumer.name}"
        await self._nc.publish(subject, json.dumps(request).encode(), reply=inbox)
        left = batch
        while left:
            try:
                message = await subscription.next_msg(timeout=_SILENCE_SECONDS)
            except TimeoutError:
                if subscription.pending_msgs:
                    continue  # it was this process that was slow, not the server
                return _Ended.BROKEN
            status = (message.headers or {}).get("Status")
            if status is not None and not message.reply.startswith("$JS.ACK"):
                if status == "100" or message.subject != inbox:  # a heartbeat, or the end of a request before this one
                    continue
                # 404 and 408: nothing (more) there; 409 "Message Size Exceeds MaxBytes": no room for the next one.
                description = (message.headers or {}).get("Description", "")
                quiet = status in ("404", "408") or "MaxBytes" in description
                if not quiet:
                    _log.debug("pull on %s ended: %s %s", self._consumer.name, status, description)
                elif "MaxBytes" in description:
                    await self._pause()
                return _Ended.EXHAUSTED if quiet else _Ended.BROKEN
            left -= 1
            if self._stopping.is_set():
                await message.nak()
            else:
                self._deliver(message)
        return _Ended.EXHAUSTED

    async def _pause(self) -> None:
        """Wait until somebody says that there may be room, at most a moment: not all that makes room says so."""
        self._wake.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), _RETRY_SECONDS)
