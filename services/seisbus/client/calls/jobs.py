"""Calls about jobs: start, list, watch, cancel, retry, explain, outcomes, dead letters, purge."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from seis.control.v1 import control_pb2 as pb

from ...errors import ClientError
from ...model.outcome import Fate
from ...model.shown import Listing
from ...model.times import moment_ns
from ..bar import ProgressBar, closed
from ..connection import Connection
from ..jobfile import JobSource, job_text
from ..values import (
    Already,
    Availability,
    DeadLetter,
    Estimate,
    Job,
    Outcome,
    Progress,
    Reason,
)
from .base import Calls, Rows, fate_names, job_name
from .waiting import AGAIN_SECONDS, PASSING, Waits, gist, waits_for

_logger = logging.getLogger("seisbus.client")


class JobCalls(Calls):
    """Calls about jobs."""

    async def submit(self, job: JobSource) -> Job:
        """Start a job.

        Parameters
        ----------
        job
            A path, a YAML or JSON text, or a mapping.

        Returns
        -------
        Job
            The job.

        Raises
        ------
        JobFileError
            The job is not valid.
        """
        request = pb.SubmitJobRequest(spec=job_text(job), request_id=str(uuid.uuid4()))
        response = await self._connection.call("SubmitJob", request)
        return replace(Job.of(response.job), already=Already.of_response(response))

    async def estimate(self, job: JobSource) -> Estimate:
        """Estimate what a job would take; nothing is started.

        Parameters
        ----------
        job
            A path, a YAML or JSON text, or a mapping.

        Returns
        -------
        Estimate
            The estimate.

        Raises
        ------
        JobFileError
            The job is not valid.
        """
        request = pb.SubmitJobRequest(spec=job_text(job), validate_only=True)
        response = await self._connection.call("SubmitJob", request)
        return replace(Estimate.of(response.estimate), already=Already.of_response(response))

    async def job(self, job: str) -> Job:
        """Return one job with its specification.

        Parameters
        ----------
        job
            Id of the job.

        Returns
        -------
        Job
            The job.
        """
        return Job.of((await self._connection.call("GetJob", pb.GetJobRequest(name=job_name(job)))).job)

    async def jobs(self, limit: int = 0, waiting: Callable[[str], None] | None = None, *, skip: int = 0) -> Rows[Job]:
        """Return jobs, newest first.

        Parameters
        ----------
        limit
            Largest number of jobs; 0 means all.
        waiting
            Called with a sentence about each server or service that does not answer.
        skip
            So many newer ones are left out.

        Returns
        -------
        Rows[Job]
            The jobs; `total` says how many there are.
        """

        def jobs_of(response: Any) -> Any:
            if waiting is not None:
                for sentence in response.waits_for:
                    waiting(sentence)
            return map(Job.of, response.jobs)

        return await self._rows("ListJobs", pb.ListJobsRequest(), jobs_of, limit, skip)

    async def watch(self, job: str, waiting: Callable[[str], None] | None = None) -> AsyncIterator[Progress]:
        """Follow a job until it is closed.

        The watch continues when control, NATS or the database are restarted, as long as that takes.

        Parameters
        ----------
        job
            Id of the job.
        waiting
            Called with a sentence on what the watch waits for, once and again when that changes; by default the
            sentence goes to the log `seisbus.client`, as a warning.

        Yields
        ------
        Progress
            The progress, at once and at every change.
        """
        last: Progress | None = None
        said = ""
        tell = waiting or _logger.warning
        waits = Waits(tell, job.removeprefix("jobs/"))
        while True:
            try:
                async for message in self._connection.stream("WatchJob", pb.WatchJobRequest(name=job_name(job))):
                    job = message.progress.job or job  # a job that was named by @last does not change during the watch
                    if said:
                        tell(f"Job {job.removeprefix('jobs/')} is watched again.")
                        said = ""
                    waits.told(message.waits_for)
                    progress = Progress.of(message.progress)
                    if last is None or (progress.ledger, progress.state) != (last.ledger, last.state):
                        yield progress
                    last = progress
            except ClientError as error:
                # a control that was never reached is probably at another address, and not only away for a moment
                if error.code not in PASSING or not (said or self._connection.has_answered):
                    raise
                sentence = waits_for(error)
                if gist(sentence) != gist(said):
                    tell(sentence)
                said = sentence
                await asyncio.sleep(AGAIN_SECONDS)
                await self._follow()
            else:
                return

    async def _follow(self) -> None:
        """Use the address at which control is now, if it is known that it may change."""
        place = self._find() if self._find else None
        if place is not None and place != self.place:
            self.place = place
            former, self._connection = self._connection, Connection(self.place, self._transport)
            await former.close()

    async def wait(
        self,
        job: str,
        waiting: Callable[[str], None] | None = None,
        *,
        check: bool = True,
        progress: bool | None = None,
    ) -> Job:
        """Wait until a job is closed.

        Parameters
        ----------
        job
            Id of the job.
        waiting
            As for `watch`.
        check
            False to return a failed job as any other.
        progress
            Whether a bar shows how far the job is; without it, a notebook and a terminal show one.

        Returns
        -------
        Job
            The closed job; a cancelled one too.

        Raises
        ------
        FailedJobError
            The job failed.
        """
        with ProgressBar(job, progress) as bar:
            async for seen in self._until_closed(job, waiting):
                bar.show(seen)
        return closed(seen, check=check)

    async def _until_closed(self, job: str, waiting: Callable[[str], None] | None) -> AsyncIterator[Progress | Job]:
        """Every change of a job; the last is the closed job itself."""
        while True:
            async for progress in self.watch(job, waiting):
                job = progress.job
                yield progress
            try:
                yield await self.job(job)
                return
            except ClientError as error:  # it stopped answering just now: watch says so and waits
                if error.code not in PASSING:
                    raise
                await asyncio.sleep(AGAIN_SECONDS)

    async def cancel(self, job: str) -> Job:
        """Cancel a job; windows without an outcome become cancelled.

        Parameters
        ----------
        job
            Id of the job.

        Returns
        -------
        Job
            The job.
        """
        return Job.of((await self._connection.call("CancelJob", pb.CancelJobRequest(name=job_name(job)))).job)

    async def retry(self, job: str, fates: Iterable[Fate | str] = (), reason: str = "") -> Job:
        """Plan windows again.

        Parameters
        ----------
        job
            Id of the job.
        fates
            Fates of the windows; failed and cancelled if none is given.
        reason
            Only windows with this reason; "" means any.

        Returns
        -------
        Job
            The job.
        """
        request = pb.RetryJobRequest(name=job_name(job), fates=fate_names(fates), reason=reason)
        return Job.of((await self._connection.call("RetryJob", request)).job)

    async def explain(self, job: str) -> list[str]:
        """Explain why a job makes no progress.

        Parameters
        ----------
        job
            Id of the job.

        Returns
        -------
        list[str]
            Sentences, the most important one first.
        """
        response = await self._connection.call("ExplainJob", pb.ExplainJobRequest(name=job_name(job)))
        return list(response.findings)

    async def outcomes(self, job: str, fates: Iterable[Fate | str] = (), *, skip: int = 0) -> AsyncIterator[Outcome]:
        """Return the outcomes of a job in the order of its plan.

        Parameters
        ----------
        job
            Id of the job.
        fates
            Only these fates; all if none is given.
        skip
            So many are left out before the first.

        Yields
        ------
        Outcome
            The outcomes.
        """
        request = pb.ListOutcomesRequest(name=job_name(job), fates=fate_names(fates), skip=skip)
        async for message in self._connection.pages("ListOutcomes", request, lambda r: r.rows):
            yield Outcome.of(message)

    async def availability(self, job: str) -> list[Availability]:
        """Count windows by fate.

        Parameters
        ----------
        job
            Id of the job.

        Returns
        -------
        list[Availability]
            One row per channel and UTC day, in this order.
        """
        response = await self._connection.call("GetAvailability", pb.GetAvailabilityRequest(name=job_name(job)))
        return Listing([Availability.of(row) for row in response.rows])

    async def reasons(self, job: str) -> list[Reason]:
        """Return why windows of a job are not saved.

        Parameters
        ----------
        job
            Id of the job.

        Returns
        -------
        list[Reason]
            The number of windows for each fate and reason, with one example.
        """
        request = pb.GetAvailabilityRequest(name=job_name(job), only_reasons=True)
        return Listing(
            [Reason.of(message) for message in (await self._connection.call("GetAvailability", request)).reasons]
        )

    async def dead_letters(self, job: str = "", limit: int = 0, *, skip: int = 0) -> Rows[DeadLetter]:
        """Return messages that were given up, without their bodies.

        Parameters
        ----------
        job
            Id of a job; "" means all jobs.
        limit
            Largest number of dead letters; 0 means all.
        skip
            So many older ones are left out.

        Returns
        -------
        Rows[DeadLetter]
            The dead letters; `total` says how many there are.
        """
        request = pb.ListDeadLettersRequest(job=job_name(job) if job else "")
        return await self._rows("ListDeadLetters", request, lambda r: map(DeadLetter.of, r.dead_letters), limit, skip)

    async def dead_letter(self, identity: str) -> DeadLetter:
        """Return one dead letter with its body.

        Parameters
        ----------
        identity
            Id of the dead letter.

        Returns
        -------
        DeadLetter
            The dead letter.
        """
        request = pb.GetDeadLetterRequest(name=f"deadLetters/{identity}")
        return DeadLetter.of((await self._connection.call("GetDeadLetter", request)).dead_letter)

    async def replay(self, identity: str) -> Job:
        """Plan the windows again that the job of a dead letter lost to dead letters; the job must be closed.

        Parameters
        ----------
        identity
            Id of the dead letter.

        Returns
        -------
        Job
            The job.
        """
        request = pb.ReplayDeadLetterRequest(name=f"deadLetters/{identity}")
        return Job.of((await self._connection.call("ReplayDeadLetter", request)).job)

    async def purge(
        self, jobs: Sequence[str] = (), *, closed_before: Any = None, dry_run: bool = False
    ) -> tuple[Job | None, list[str]]:
        """Start a job that removes closed jobs with all that they stored; for operators only.

        Parameters
        ----------
        jobs
            Ids of the jobs.
        closed_before
            All jobs that were closed before this time.
        dry_run
            True to remove nothing and to return only the ids.

        Returns
        -------
        tuple[Job | None, list[str]]
            The job that removes them (None for a dry run), and their ids.
        """
        request = pb.PurgeJobsRequest(
            names=[job_name(job) for job in jobs],
            closed_before_ns=0 if closed_before is None else moment_ns(closed_before),
            request_id=str(uuid.uuid4()),
            validate_only=dry_run,
        )
        response = await self._connection.call("PurgeJobs", request)
        job = Job.of(response.job) if response.HasField("job") else None
        return job, [name.rpartition("/")[2] for name in response.names]

    async def logs(self, job: str) -> list[dict[str, Any]]:
        """Return elog documents of a job's saved data.

        Parameters
        ----------
        job
            Id of the job.

        Returns
        -------
        list[dict[str, Any]]
            The documents.
        """
        return await self._documents("ListLogs", pb.ListLogsRequest(name=job_name(job)))

    async def cemetery(self, job: str) -> list[dict[str, Any]]:
        """Return cemetery documents of a job's dead windows.

        Parameters
        ----------
        job
            Id of the job.

        Returns
        -------
        list[dict[str, Any]]
            The documents.
        """
        return await self._documents("ListCemetery", pb.ListCemeteryRequest(name=job_name(job)))
