"""A client for programs that show one page at a time, such as the web page: pages of jobs, windows and dead letters."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from libseis.isotime import iso
from seis.control.v1 import control_pb2 as pb

from ..model.outcome import Fate
from .aio import AsyncClient
from .calls.base import fate_names, job_name
from .values import Already, DeadLetter, Estimate, Job, Outcome, Query, Stored

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Paged(Generic[T]):
    """Some items, and the token for the items after them ("" on the last page). `waits` are sentences on servers that
    do not answer."""

    items: tuple[T, ...]
    next: str = ""
    waits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller. `role` is reader, submitter or operator; `told_apart` says whether callers are known by tokens."""

    name: str
    role: str
    told_apart: bool


@dataclass(frozen=True, slots=True)
class StageState:
    """A stage of the pipeline: the number of `messages` of the job that are with it, the number of messages of all jobs
    on which it is `working`, and the number of `idle` requests of its workers for more."""

    service: str
    messages: int
    working: int
    idle: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a job is where it is: sentences, the most important first, and the stages in the order of the pipeline."""

    findings: tuple[str, ...] = ()
    stages: tuple[StageState, ...] = ()


class PagedClient(AsyncClient):
    """An AsyncClient that can also give single pages."""

    async def caller(self) -> Caller:
        """The caller, by this client's token."""
        found = await self._connection.call("GetCaller", pb.GetCallerRequest())
        return Caller(found.name, found.role, found.told_apart)

    async def job_page(self, size: int, token: str = "") -> Paged[Job]:
        """Jobs, newest first."""
        found = await self._connection.call("ListJobs", pb.ListJobsRequest(page_size=size, page_token=token))
        return Paged(tuple(map(Job.of, found.jobs)), found.next_page_token, tuple(found.waits_for))

    async def outcome_page(
        self,
        job: str,
        size: int,
        token: str = "",
        *,
        fates: Iterable[Fate] = (),
        reason: str = "",
        channel: str = "",
        start_ns: int = 0,
        end_ns: int = 0,
    ) -> Paged[Outcome]:
        """Outcomes of a job in the order of its plan, optionally of one reason and channel, and of windows that start
        in a span."""
        request = pb.ListOutcomesRequest(
            name=job_name(job),
            fates=fate_names(fates),
            page_size=size,
            page_token=token,
            reason=reason,
            channel=channel,
            span=pb.TimeSpan(start_ns=start_ns, end_ns=end_ns),
        )
        found = await self._connection.call("ListOutcomes", request)
        return Paged(tuple(map(Outcome.of, found.rows)), found.next_page_token)

    async def letter_page(self, job: str, size: int, token: str = "") -> Paged[DeadLetter]:
        """Dead letters of a job; of all jobs for ""."""
        request = pb.ListDeadLettersRequest(job=job_name(job) if job else "", page_size=size, page_token=token)
        found = await self._connection.call("ListDeadLetters", request)
        return Paged(tuple(map(DeadLetter.of, found.dead_letters)), found.next_page_token)

    async def waveform_page(self, query: Query, size: int) -> list[dict[str, Any]]:
        """The first wf documents that match a query."""
        request = pb.ListWaveformsRequest(query=query.message(), page_size=size)
        found = await self._connection.call("ListWaveforms", request)
        return [json.loads(text) for text in found.documents_json]

    async def submit_text(self, text: str, request_id: str) -> Job:
        """Start a job from a YAML or JSON text. Files of this machine are not read for it."""
        response = await self._connection.call("SubmitJob", pb.SubmitJobRequest(spec=text, request_id=request_id))
        return replace(Job.of(response.job), already=Already.of_response(response))

    async def estimate_text(self, text: str) -> Estimate:
        """Estimate what the job of such a text would need."""
        response = await self._connection.call("SubmitJob", pb.SubmitJobRequest(spec=text, validate_only=True))
        return replace(Estimate.of(response.estimate), already=Already.of_response(response))

    async def explanation(self, job: str) -> Explanation:
        """Why a job is where it is."""
        found = await self._connection.call("ExplainJob", pb.ExplainJobRequest(name=job_name(job)))
        stages = tuple(StageState(s.service, s.messages, s.working, s.idle) for s in found.stages)
        return Explanation(tuple(found.findings), stages)

    async def pieces(self, documents: Collection[dict[str, Any]]) -> AsyncIterator[Stored]:
        """The stored bytes of wf documents of one channel and job that overlap only for short times."""
        wanted = {str(document["_id"]) for document in documents}
        first = next(iter(documents))
        start = min(document["t0_ns"] for document in documents)
        end = max(end_ns(document) for document in documents)
        many = isinstance(first["chan"], list)
        query = Query(
            job=first["job"],
            net=first["net"],
            sta=first["sta"],
            loc=first.get("loc") or "--",
            chan=",".join(first["chan"]) if many else first["chan"],
            start=iso(start),
            end=iso(end + 1000),
            components=3 if many else 1,
        )
        async for stored in self.stored(query):
            if str(stored.document["_id"]) in wanted:
                yield stored
                wanted.discard(str(stored.document["_id"]))
            if not wanted:
                return


def end_ns(document: dict[str, Any]) -> int:
    """Time of the last sample of a wf document, nanoseconds since 1970."""
    numerator, denominator = document["rate"]
    last: int = document["t0_ns"] + max(0, document["npts"] - 1) * 1_000_000_000 * denominator // numerator
    return last
