"""Worker: get messages from a consumer and give them to a service's handler, in the same way for all services.

A worker pulls within a budget of messages and bytes, keeps long work alive with `in_progress`, drops messages of older
attempts, and reads claims. While a server is away it holds messages and never naks them. It dead-letters a message with
too many deliveries before it reads the body. It acknowledges after the handler has returned, and drains on request.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial

from cachetools import LRUCache
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.errors import Error as JetStreamError

from ..backoff import Backoff
from ..errors import PoisonError, UnavailableError
from ..failpoints import failpoint
from ..model.ids import dead_letter_id
from ..telemetry import tracing
from ..telemetry.current_work import working_for
from ..telemetry.metrics import StageMeter, TaskEnd
from .bundles import Enclosed, Gathering, enclosed_in, inline_envelope, is_bundle
from .client import Bus, ClaimGoneError
from .jobboard import JobBoard
from .pull import PullSubscription
from .tags import Tag
from .topology import ConsumerSpec

_log = logging.getLogger(__name__)

# First and longest wait between tries while a server is away.
_HOLD = Backoff(first=0.1, most=3.0, jitter=0.3)
_NAK_DELAY_SECONDS = 1.0
# More than a worker ends within the time after which the server sends a message again.
_REMEMBERED = 10_000


class WorkerState(StrEnum):
    """What a worker is doing."""

    RUNNING = "running"
    PAUSED = "paused"
    HOLDING = "holding"
    DRAINING = "draining"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message for a handler.

    A handler that waits for a server calls `hold(reason)`; the worker takes no new messages until the handler ends.
    """

    tag: Tag
    body: bytes
    deliveries: int
    hold: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up. The same message always has the same `id`.

    `poison`: True if no delivery can help, False if too many deliveries failed.
    """

    id: str
    tag: Tag
    stream: str
    subject: str
    headers: dict[str, str]
    body: bytes
    deliveries: int
    reason: str
    poison: bool


Handler = Callable[[Delivery], Awaitable[None]]
Undertaker = Callable[[DeadLetter], Awaitable[None]]


@dataclass(slots=True)
class WorkerStats:
    """Counts since the process began."""

    done: int = 0
    redelivered: int = 0
    dead_letters: int = 0
    in_progress: dict[int, Msg] = field(default_factory=dict)
    bytes_in_flight: int = 0


@dataclass(slots=True)
class _Begun:
    """What was done of a bundle, and what came of it and is not sent yet."""

    done: set[int] = field(default_factory=set)
    failed: list[Exception] = field(default_factory=list)
    made: Gathering = field(default_factory=Gathering)


class Worker:
    """Runs one handler on the messages of one consumer.

    The handler returns when its outputs are safe. After UnavailableError the message is held and the handler called
    again. After PoisonError the message is dead-lettered at once. After any other error it is delivered again.

    Of a bundle the handler gets each message, in turn if `in_turn`, else all at once; their outputs travel together
    too, and are safe before the bundle is acknowledged. A bundle that is delivered again goes back on its queue as
    single messages, so that the one that was the reason is found.
    """

    def __init__(
        self,
        bus: Bus,
        consumer: ConsumerSpec,
        handler: Handler,
        *,
        board: JobBoard,
        bury: Undertaker,
        slots: int,
        max_bytes: int,
        ack_wait: float,
        max_deliver: int,
        trouble: Callable[[], str] = lambda: "",
        apart: frozenset[str] = frozenset(),
        in_turn: bool = False,
    ) -> None:
        self._in_turn = in_turn
        self._bus = bus
        self._consumer = consumer
        self._handler = handler
        self._board = board
        self._bury = bury
        self._slots = slots
        self._max_bytes = max_bytes
        self._ack_wait = ack_wait
        self._max_deliver = max_deliver
        self._trouble = trouble  # the result of the last check of the servers; "" if they work
        self._apart = apart  # hops that only some messages need, so that such a message waits alone
        self._alone: set[int] = set()  # messages that wait for such a hop
        self._paused = False
        self._draining = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._holds: dict[int, str] = {}
        # The newest delivery of each message in hand, by place in the stream; only this delivery may acknowledge the
        # message.
        self._newest: dict[int, Msg] = {}
        # Messages that were acknowledged lately, by place in the stream, with the time when they were sent.
        self._over: LRUCache[int, datetime] = LRUCache(_REMEMBERED)
        self.stats = WorkerStats()
        self._meter = StageMeter(consumer.name)
        self._pull = PullSubscription(bus.connection, consumer, room=self._room, deliver=self._accept)

    @property
    def name(self) -> str:
        """Name of the consumer."""
        return self._consumer.name

    @property
    def state(self) -> WorkerState:
        """What the worker is doing now."""
        if self._draining:
            return WorkerState.DRAINING
        if self._paused:
            return WorkerState.PAUSED
        return WorkerState.HOLDING if self.holding_for else WorkerState.RUNNING

    @property
    def holding_for(self) -> str:
        """The reason why the worker cannot continue; "" if there is none."""
        return next(iter(self._holds.values()), "") or self._stops()

    def _stops(self) -> str:
        """The reason why no message could be worked on; "" if there is none."""
        for_all = (reason for message, reason in self._holds.items() if message not in self._alone)
        return next(for_all, "") or self._bus.waiting_for or self._bus.away or self._trouble()

    async def pause(self) -> None:
        """Take no new messages until `resume`; after this returns, no message arrives."""
        self._paused = True
        await self._pull.withdraw()

    def resume(self) -> None:
        """Start to take messages again."""
        self._paused = False
        self._pull.wake()

    async def run(self) -> None:
        """Work until drained."""
        heart = asyncio.create_task(self._heartbeat())
        try:
            await self._pull.run()
            if self._tasks:
                await asyncio.wait(self._tasks)
        finally:
            heart.cancel()

    async def drain(self, budget: float) -> None:
        """Stop pulling, wait up to `budget` seconds for running work, and return the rest to the server."""
        self._draining = True
        await self._pull.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=budget)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)

    # -- inside -----------------------------------------------------------------------------------

    def _room(self) -> tuple[int, int]:
        if self._paused or self._stops():
            return 0, 0
        return self._slots - len(self._tasks), self._max_bytes - self.stats.bytes_in_flight

    def _accept(self, message: Msg) -> None:
        place, sent = message.metadata.sequence.stream, message.metadata.timestamp
        if (mine := self._newest.get(place)) is not None and mine.metadata.timestamp == sent:
            # The server sent it again because this process was too slow to report; the work is running already.
            self._newest[place] = message
            self.stats.redelivered += 1
            return
        if self._over.get(place) == sent:  # or too slow to acknowledge; the work is done already
            self.stats.redelivered += 1
            self._tasks.add(task := asyncio.create_task(self._acknowledge(message)))
            task.add_done_callback(self._finished)
            return
        self._newest[place] = message
        self.stats.in_progress[id(message)] = message
        self.stats.bytes_in_flight += len(message.data)
        self._meter.taken(id(message), len(message.data), redelivered=message.metadata.num_delivered > 1)
        task = asyncio.create_task(self._process(message))
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._pull.wake()

    def _hold(self, message: int, reason: str) -> None:
        """Take no new messages until this one has ended, because the next one would wait for the same server.

        Other messages go on if this one waits for a hop that only some messages need.
        """
        if not self._holds:
            _log.warning("worker %s holds: %s", self.name, reason)
            self._meter.holding(True)
        self._holds[message] = reason

    def _ended(self, message: Msg, end: TaskEnd) -> None:
        self._newest.pop(message.metadata.sequence.stream, None)
        self._meter.left(id(message), len(message.data), end)
        self.stats.in_progress.pop(id(message), None)
        self.stats.bytes_in_flight -= len(message.data)
        self._alone.discard(id(message))
        if self._holds.pop(id(message), None) is not None and not self._holds:
            _log.info("worker %s goes on", self.name)
            self._meter.holding(False)

    async def _heartbeat(self) -> None:
        while True:
            await asyncio.sleep(self._ack_wait / 3)
            for message in list(self._newest.values()):
                with contextlib.suppress(NatsError, JetStreamError):
                    await message.in_progress()

    async def _process(self, message: Msg) -> None:
        if message.metadata.num_delivered > 1:
            self.stats.redelivered += 1
        end = TaskEnd.HANDED_BACK
        try:
            end = await self._held(message)
        except asyncio.CancelledError:
            # The time for draining is over: return the message, so that another replica gets it at once.
            with contextlib.suppress(NatsError, JetStreamError):
                await self._let_go(message).nak()
            raise
        except Exception:
            end = TaskEnd.RETRIED
            _log.exception("worker %s: a delivery failed and will be repeated", self.name)
            with contextlib.suppress(NatsError, JetStreamError):
                await self._let_go(message).nak(delay=_NAK_DELAY_SECONDS)
        finally:
            self._ended(message, end)

    async def _held(self, message: Msg) -> TaskEnd:
        """Call the handler again until no server is away; meanwhile nothing is pulled and the message stays alive."""
        failures = 0
        begun = _Begun()
        while True:
            try:
                return await self._attempt(message, begun)
            except UnavailableError as error:
                if error.hop in self._apart:
                    self._alone.add(id(message))
                else:
                    self._alone.discard(id(message))
                self._hold(id(message), error.message)
                self._pull.wake()
                failures += 1
                await asyncio.sleep(_HOLD.delay(failures))

    async def _attempt(self, message: Msg, begun: _Begun) -> TaskEnd:
        deliveries = message.metadata.num_delivered
        try:
            tag = Tag.of(message.headers)
        except PoisonError as error:
            return await self._give_up(message, Tag("", "", 0), error.message, poison=True)
        working_for(tag.job, tag.task, tag.attempt)
        if await self._board.stale(tag.job, tag.attempt):
            await self._acknowledge(message)
            return TaskEnd.STALE
        bundle = is_bundle(message.data)
        if deliveries > self._max_deliver:
            if bundle:  # which of them is to blame nobody knows: the reconciler sends their tasks again, one by one
                _log.error("worker %s: a bundle was delivered %d times without success", self.name, deliveries)
                await self._acknowledge(message)
                return TaskEnd.DEAD_LETTER
            reason = f"delivered {deliveries} times without success, allowed are {self._max_deliver}"
            return await self._give_up(message, tag, reason, poison=False)
        try:
            if bundle:
                return await self._work_on_bundle(message, enclosed_in(message.data, tag), begun)
            body, claim = await self._bus.open_envelope(message.data)
            self._meter.opened(len(body), claim=bool(claim))
            work = self._handler(Delivery(tag, body, deliveries, partial(self._hold, id(message))))
            del body  # a handler may let it go once it has read it
            with tracing.processing(self._consumer.stream, message.headers or {}):
                await work
        except ClaimGoneError:
            # Its windows have outcomes, or the reconciler sends the task again.
            await self._acknowledge(message)
            return TaskEnd.CLAIM_GONE
        except PoisonError as error:
            return await self._give_up(message, tag, error.message, poison=True)
        failpoint(f"{self._consumer.stream.lower()}-before-ack")
        await self._acknowledge(message, sync=bool(claim))
        if claim:
            failpoint("claim-delete")
            await self._bus.delete_claim(claim)
        self.stats.done += 1
        return TaskEnd.DONE

    async def _work_on_bundle(self, message: Msg, enclosed: list[Enclosed], begun: _Begun) -> TaskEnd:
        if message.metadata.num_delivered > 1 and not begun.done and await self._taken_apart(message, enclosed):
            await self._acknowledge(message)
            self.stats.done += 1
            return TaskEnd.DONE
        self._meter.opened(len(message.data), claim=False)

        async def work(number: int, one: Enclosed) -> None:
            working_for(one.tag.job, one.tag.task, one.tag.attempt)
            delivery = Delivery(one.tag, one.body, message.metadata.num_delivered, partial(self._hold, id(message)))
            try:
                await self._handler(delivery)
            except PoisonError as error:
                await self._buried(message, one.tag, error.message, poison=True, number=number, one=one)
            except UnavailableError:
                raise
            except Exception as error:
                begun.failed.append(error)
            begun.done.add(number)

        left = [(number, one) for number, one in enumerate(enclosed) if number not in begun.done]
        with begun.made.at_work(), tracing.processing(self._consumer.stream, message.headers or {}):
            if self._in_turn:
                for number, one in left:
                    await work(number, one)
            else:
                ends = await asyncio.gather(*(work(number, one) for number, one in left), return_exceptions=True)
                for end in ends:
                    if isinstance(end, BaseException):
                        raise end
        await self._bus.publish_gathered(begun.made, patient=True)
        if begun.failed:  # it is delivered again, and taken apart
            raise begun.failed[0]
        failpoint(f"{self._consumer.stream.lower()}-before-ack")
        await self._acknowledge(message)
        self.stats.done += 1
        return TaskEnd.DONE

    async def _taken_apart(self, message: Msg, enclosed: list[Enclosed]) -> bool:
        """Put the messages of a bundle on its queue one by one. False where the queue has no room: only who works on
        what it holds can make some, so the bundle is worked on as it is."""
        try:
            for one in enclosed:
                await self._bus.publish(message.subject, one.body, tag=one.tag, message_id=one.message_id)
        except UnavailableError as error:
            _log.warning("worker %s: a bundle is not taken apart: %s", self.name, error)
            return False
        return True

    async def _give_up(self, message: Msg, tag: Tag, reason: str, *, poison: bool) -> TaskEnd:
        await self._buried(message, tag, reason, poison=poison)
        await self._acknowledge(message)
        return TaskEnd.DEAD_LETTER

    async def _buried(
        self,
        message: Msg,
        tag: Tag,
        reason: str,
        *,
        poison: bool,
        number: int | None = None,
        one: Enclosed | None = None,
    ) -> None:
        """Have a message buried, or one of a bundle as if it had come alone."""
        about = message.metadata
        time_ns = int(about.timestamp.timestamp() * 1e6) * 1000
        place = f"{self._consumer.stream}/{about.sequence.stream}/{time_ns}"
        alone = {} if one is None else {"Nats-Msg-Id": one.message_id, **one.tag.headers()}
        await self._bury(
            DeadLetter(
                id=dead_letter_id(time_ns, place if one is None else f"{place}/{number}"),
                tag=tag,
                stream=self._consumer.stream,
                subject=message.subject,
                headers=dict(message.headers or {}) | alone,
                body=message.data if one is None else b"".join(inline_envelope(one.body)),
                deliveries=about.num_delivered,
                reason=reason,
                poison=poison,
            )
        )
        self.stats.dead_letters += 1

    async def _acknowledge(self, message: Msg, *, sync: bool = False) -> None:
        """Acknowledge. If the acknowledgement is lost, the next delivery finds the outcomes already stored."""
        self._over[message.metadata.sequence.stream] = message.metadata.timestamp
        with contextlib.suppress(NatsError, JetStreamError, TimeoutError):
            if sync:
                await self._let_go(message).ack_sync(timeout=5)
            else:
                await self._let_go(message).ack()

    def _let_go(self, message: Msg) -> Msg:
        """Take a message out of hand; returns its newest delivery."""
        return self._newest.pop(message.metadata.sequence.stream, message)
