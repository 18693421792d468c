"""Kinds of jobs in which the writer itself works on each item of the ledger; each item is one message."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from ..app import Service, WriterContext
from ..bus import Delivery
from ..bus.codec import decode_build
from ..bus.topology import consumer_of
from ..model.handovers import BuildOrder
from ..model.kind import Job
from ..store.jobs import job_spec
from ..store.settled import SettledWindow
from .kind import WriterKind
from .ledger_item import settle_alone

J = TypeVar("J", bound=Job)


class ItemsWriter(WriterKind[J]):
    """One such kind: `job` is the type of its jobs, with their queue; `slots` items are worked on at once."""

    job: type[J]
    slots: ClassVar[int] = 4

    async def settled(self, context: WriterContext, spec: J, order: BuildOrder) -> SettledWindow:
        """Do the work for the item `order.window`, and return how it ended; work that is repeated must do no harm."""
        raise NotImplementedError

    async def service(self, context: WriterContext) -> Service:
        """A worker on the first queue of the kind."""

        async def handle(delivery: Delivery) -> None:
            order = decode_build(delivery.body)
            spec = await job_spec(context.store, order.job, self.job)
            await settle_alone(context, order, await self.settled(context, spec, order))

        return Service([context.worker(consumer_of(self.job.queues[0]), handle, slots=self.slots)])
