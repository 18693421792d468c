"""The calls about jobs: submit, look, watch, cancel, retry, explain, outcomes, availability, dead letters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import asdict
from typing import Any

from seis.control.v1 import control_pb2 as pb

from ..app.access import ANYBODY, CALLER
from ..archive.definition import archive_named
from ..model.kinds.index import IndexJob
from ..model.kinds.purge import Purge, PurgeJob
from ..model.outcome import Fate
from ..store import outcomes, queries
from ..store.collections import DEAD_LETTER
from ..store.documents import JobDocument
from ..store.jobs import get_job, request_cancel, request_retry
from ..store.summaries import summary
from . import messages
from .context import CallContext
from .explain import explain
from .kind import CONTROL, PLAIN
from .purge_checks import purgeable
from .resource_names import DEAD_LETTERS, JOBS, named_job, resource_id
from .start import announce, start
from .submit import checked_spec, submit
from .watch import watch


class JobCalls:
    """Methods of ControlService that are about jobs."""

    context: CallContext

    async def SubmitJob(self, request: pb.SubmitJobRequest, _: Any) -> pb.SubmitJobResponse:
        """Validate and start, or estimate."""
        if request.validate_only:
            spec, notes = await checked_spec(self.context, request.spec)
            kind = CONTROL.get(spec.kind, PLAIN)
            found = await kind.estimate(self.context, spec)
            found.basis = " ".join([found.basis, *notes])
            return pb.SubmitJobResponse(estimate=found, already=await kind.already(self.context, spec))
        job, already = await submit(self.context, request.spec, request.request_id)
        return pb.SubmitJobResponse(job=messages.job_message(job), already=already)

    async def SyncIndex(self, request: pb.SyncIndexRequest, _: Any) -> pb.SyncIndexResponse:
        """Start a job of kind index."""
        archive_named(self.context.archives, request.archive)
        spec = IndexJob(archive=request.archive, name=f"index of {request.archive}")
        job = await start(self.context, spec, request.request_id)
        return pb.SyncIndexResponse(job=messages.job_message(job))

    async def PurgeJobs(self, request: pb.PurgeJobsRequest, _: Any) -> pb.PurgeJobsResponse:
        """Start a job of kind purge."""
        jobs = await purgeable(self.context.store, request)
        response = pb.PurgeJobsResponse(names=[f"{JOBS}/{job}" for job in jobs])
        if not request.validate_only:
            spec = PurgeJob(name=f"purge of {len(jobs):,} jobs", purge=Purge(jobs=tuple(jobs)))
            response.job.CopyFrom(messages.job_message(await start(self.context, spec, request.request_id)))
        return response

    async def GetJob(self, request: pb.GetJobRequest, _: Any) -> pb.GetJobResponse:
        """One job."""
        return pb.GetJobResponse(job=messages.job_message(await self._job(request.name)))

    async def ListJobs(self, request: pb.ListJobsRequest, _: Any) -> pb.ListJobsResponse:
        """Jobs, newest first."""
        page = await queries.jobs(self.context.store, messages.page_request(request))
        waits = [] if request.page_token else self.context.hops.waits()
        return pb.ListJobsResponse(
            jobs=[messages.job_message(document) for document in page.documents],
            next_page_token=page.next_token,
            total_size=page.total,
            waits_for=[wait.text for wait in waits],
        )

    async def WatchJob(self, request: pb.WatchJobRequest, _: Any) -> AsyncIterator[pb.WatchJobResponse]:
        """Snapshots until the job is closed."""
        async for progress, waits in watch(self.context, await named_job(self.context.store, request.name)):
            yield pb.WatchJobResponse(progress=progress, waits_for=[wait.text for wait in waits])

    async def CancelJob(self, request: pb.CancelJobRequest, _: Any) -> pb.CancelJobResponse:
        """Stop a job."""
        job = await request_cancel(self.context.store, await named_job(self.context.store, request.name))
        await announce(self.context, job)
        return pb.CancelJobResponse(job=messages.job_message(job))

    async def RetryJob(self, request: pb.RetryJobRequest, _: Any) -> pb.RetryJobResponse:
        """Plan chosen fates again."""
        fates = tuple(sorted(messages.fate_values(request.fates)))
        job = await self._retry(await named_job(self.context.store, request.name), fates, request.reason)
        return pb.RetryJobResponse(job=messages.job_message(job))

    async def ExplainJob(self, request: pb.ExplainJobRequest, _: Any) -> pb.ExplainJobResponse:
        """Why a job is not moving."""
        findings, stages = await explain(self.context, await named_job(self.context.store, request.name))
        return pb.ExplainJobResponse(
            findings=findings, stages=[pb.ExplainJobResponse.Stage(**asdict(stage)) for stage in stages]
        )

    async def GetCaller(self, _: pb.GetCallerRequest, __: Any) -> pb.GetCallerResponse:
        """Who is calling."""
        caller = CALLER.get()
        return pb.GetCallerResponse(name=caller.name, role=caller.role.name.lower(), told_apart=caller is not ANYBODY)

    async def ListOutcomes(self, request: pb.ListOutcomesRequest, _: Any) -> pb.ListOutcomesResponse:
        """Outcomes in the order of the plan."""
        job, fates = await self._job(request.name), messages.fate_values(request.fates)
        span = messages.span_value(request.span)
        wanted = outcomes.OutcomeFilter(fates, request.reason, request.channel, span.start_ns, span.end_ns)
        page = await outcomes.outcomes(
            self.context.store,
            job,
            wanted,
            messages.page_request(request),
        )
        return pb.ListOutcomesResponse(
            rows=[messages.outcome_message(document) for document in page.documents],
            next_page_token=page.next_token,
            total_size=_number(job, fates) if request.count else 0,
        )

    async def GetAvailability(self, request: pb.GetAvailabilityRequest, _: Any) -> pb.GetAvailabilityResponse:
        """Counts by channel and day."""
        job = await self._job(request.name)
        if request.only_reasons:
            counted = await summary(self.context.store, job)
            return pb.GetAvailabilityResponse(reasons=messages.reason_messages(counted))
        rows = await outcomes.availability(self.context.store, job)
        return pb.GetAvailabilityResponse(rows=[messages.availability_message(*row) for row in rows])

    async def ListDeadLetters(self, request: pb.ListDeadLettersRequest, _: Any) -> pb.ListDeadLettersResponse:
        """Messages that were given up."""
        page = await queries.of_job(
            self.context.store,
            DEAD_LETTER,
            await named_job(self.context.store, request.job) if request.job else "",
            messages.page_request(request, 100),
        )
        return pb.ListDeadLettersResponse(
            dead_letters=[messages.dead_letter_message(document) for document in page.documents],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    async def GetDeadLetter(self, request: pb.GetDeadLetterRequest, _: Any) -> pb.GetDeadLetterResponse:
        """One of them, with its body."""
        found = await queries.dead_letter(self.context.store, resource_id(request.name, DEAD_LETTERS))
        return pb.GetDeadLetterResponse(dead_letter=messages.dead_letter_message(found))

    async def ReplayDeadLetter(self, request: pb.ReplayDeadLetterRequest, _: Any) -> pb.ReplayDeadLetterResponse:
        """Plan the windows again that failed because of dead letters of this job."""
        found = await queries.dead_letter(self.context.store, resource_id(request.name, DEAD_LETTERS))
        job = await self._retry(found["job"], (Fate.FAILED,), "dead_letter")
        return pb.ReplayDeadLetterResponse(job=messages.job_message(job))

    async def _retry(self, job: str, fates: tuple[Fate, ...], reason: str) -> JobDocument:
        found = await request_retry(self.context.store, job, fates, reason)
        await announce(self.context, found)
        return found

    async def _job(self, name: str) -> JobDocument:
        return await get_job(self.context.store, await named_job(self.context.store, name))


def _number(job: JobDocument, fates: Collection[Fate]) -> int:
    """How many outcomes of these fates (all fates if none is given) a job has, by its ledger."""
    counts = messages.ledger_of(job).counts()
    return sum(counts[fate.value] for fate in fates or Fate)
