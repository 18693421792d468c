"""PullSubscription: get messages from a durable consumer, with limits on messages and bytes.

The client library's `fetch` is not used: it waits until its timeout if fewer messages than requested are there, has no
limit in bytes, and can lose messages when it is cancelled.

One request at a time is open, for as many messages as the caller has room. All answers come to one inbox. Idle
heartbeats show whether a subscription is only quiet or dead; a dead one is made again. A stop cancels nothing: the
subscription ends, and messages that the server has sent already are returned to it at once. A pause also ends the
subscription, because an open request would take more messages; messages sent before are accepted.
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
# After three missed heartbeats the subscription is dead (server restarted), so make a new one.
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
        """Take no more; returns when all messages that the server had sent are returned to it."""
        self._stopping.set()
        self._wake.set()
        await self.withdraw()

    async def withdraw(self) -> None:
        """End the open request; returns when `deliver` has all messages that the server had sent.

        Before the call, the caller must make sure that there is no room, and keep it so until it wants messages again.
        """
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            drained: Awaitable[None] = subscription.drain()  # type: ignore[no-untyped-call]
            with contextlib.suppress(NatsError, TimeoutError, OSError):
                await asyncio.wait_for(drained, _SILENCE_SECONDS)

    def wake(self) -> None:
        """Tell the pull that there may be room again."""
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
        """Unsubscribe from the inbox; the next request makes a new one."""
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
                    continue  # this process was slow, not the server
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
        """Wait for a moment or until there may be room; the wait is short, because not all code reports new room."""
        self._wake.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), _RETRY_SECONDS)
