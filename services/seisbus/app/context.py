"""ServiceContext: the settings, connections and archives of a service process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from ..archive.definition import ArchiveDefinition
from ..bus import Bus, Worker
from ..bus.jobboard import JobBoard
from ..bus.names import PLAN
from ..bus.topology import ConsumerSpec
from ..bus.worker import DeadLetter, Handler
from ..objects import Bucket, ObjectReader
from ..settings import (
    ControlSettings,
    FetcherSettings,
    IndexerSettings,
    ServiceSettings,
    WindowerSettings,
    WorkerSettings,
    WriterSettings,
)
from ..store.client import Store
from ..store.deadletters import bury_message
from ..store.jobs import give_up_job, job_attempt
from ..telemetry.hops import Hops

S = TypeVar("S", bound=ServiceSettings)
S_co = TypeVar("S_co", bound=ServiceSettings, covariant=True)


@dataclass(slots=True)
class ServiceContext(Generic[S_co]):
    """The connections and archives of a service; one of each per process.

    `sink`: the bucket for waveform files and datasets; None if they go to the output folder.
    """

    service: str
    boot: str
    settings: S_co
    bus: Bus
    store: Store
    objects: ObjectReader
    archives: Mapping[str, ArchiveDefinition]
    sink: Bucket | None = None
    hops: Hops = field(default_factory=Hops)
    board: JobBoard = field(init=False)

    def __post_init__(self) -> None:
        self.board = JobBoard(self.bus, lambda job: job_attempt(self.store, job))

    def worker(
        self: ServiceContext[WorkerSettings],
        consumer: ConsumerSpec,
        handler: Handler,
        *,
        slots: int,
        max_bytes: int | None = None,
        apart: frozenset[str] = frozenset(),
        in_turn: bool = False,
    ) -> Worker:
        """A worker on `consumer` with this process's settings; `apart`: hops for which a message waits alone;
        `in_turn`: the messages of a bundle are worked on one after the other."""
        return Worker(
            self.bus,
            consumer,
            handler,
            board=self.board,
            bury=self._bury,
            slots=slots,
            max_bytes=max_bytes or self.settings.bytes_in_flight,
            ack_wait=self.settings.ack_wait_seconds,
            max_deliver=self.settings.max_deliver,
            trouble=lambda: self.hops.sentence("MongoDB"),
            apart=apart,
            in_turn=in_turn,
        )

    async def _bury(self, letter: DeadLetter) -> None:
        await bury_message(
            self.store,
            identity=letter.id,
            job=letter.tag.job,
            task=letter.tag.task,
            part=letter.tag.part,
            attempt=letter.tag.attempt,
            stage=letter.stream,
            subject=letter.subject,
            headers=letter.headers,
            body=letter.body,
            deliveries=letter.deliveries,
            reason=letter.reason,
        )
        if letter.stream == PLAN and not letter.poison:
            # The reconciler sends an unreadable message again, but not a plan that cannot be made.
            await give_up_job(self.store, letter.tag.job, f"It could not be planned: {letter.reason}.")


ControlContext: TypeAlias = ServiceContext[ControlSettings]
IndexerContext: TypeAlias = ServiceContext[IndexerSettings]
FetcherContext: TypeAlias = ServiceContext[FetcherSettings]
WindowerContext: TypeAlias = ServiceContext[WindowerSettings]
WriterContext: TypeAlias = ServiceContext[WriterSettings]
