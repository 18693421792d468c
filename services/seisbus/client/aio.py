"""AsyncClient: everything that can be asked of a Seisbus deployment, as values, libseis and obspy objects."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Self, Unpack, cast

from libseis import TimeSeries, TimeSeriesEnsemble
from libseis.codes import ChannelFilter, location_text
from libseis.obspy.inventories import inventory_of
from seis.control.v1 import control_pb2 as pb
from seis.v1 import waveform_pb2

from ..errors import UserError
from ..extras import extra
from ..model.misfit_documents import TotalMisfit
from ..model.outcome import Fate
from ..model.stored_waveforms import DatasetPlace, log_of
from ..model.times import moment_ns
from . import decode, tables
from .connection import Connection
from .direct import Direct
from .download import download
from .errors import ClientError, UnreachableError
from .export import MINISEED, MiniseedFile, check_version, convert_dataset, miniseed_format
from .jobfile import JobSource, job_text
from .keywords import QueryFields
from .transport import Transport
from .values import (
    Archive,
    Availability,
    DeadLetter,
    Estimate,
    Job,
    Outcome,
    Progress,
    Query,
    Reason,
    Stored,
    channel_filter,
    time_ns,
    time_span,
    total_misfit,
)

_logger = logging.getLogger("seisbus.client")

DEFAULT_ADDRESS: Final = "127.0.0.1:50051"
# Between two tries of a watcher: a restart of control or of a server takes seconds.
_AGAIN_SECONDS: Final = 0.5


def default_address() -> str:
    """SEISBUS_CONTROL_ADDRESS, else the local default."""
    return os.environ.get("SEISBUS_CONTROL_ADDRESS") or DEFAULT_ADDRESS


class AsyncClient:
    """A client of a control service; use it as `async with`, on one event loop.

    Every call may raise ClientError with control's sentence, or UnreachableError if control does not answer.

    Parameters
    ----------
    address
        host:port; without it, SEISBUS_CONTROL_ADDRESS or 127.0.0.1:50051.
    transport
        How control is reached; without it, the environment decides (see Transport).
    direct
        Reads stored bytes from the bucket with the caller's own credentials, instead of through control.
    find
        Returns the present address of control ("" if it is unknown). A stack that was started again may have another
        port; a watcher follows it.
    patience
        Returns how many seconds the first call may take; 8.5 by default for a quick call.
    """

    def __init__(
        self,
        address: str | None = None,
        transport: Transport | None = None,
        *,
        direct: Direct | None = None,
        find: Callable[[], str] | None = None,
        patience: Callable[[], float] | None = None,
    ) -> None:
        self.address = address or (find() if find else "") or default_address()
        self._direct = direct
        self._find = find
        self._transport = transport or Transport.from_environment()
        self._connection = Connection(self.address, self._transport, patience)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End the connections."""
        await self._connection.close()
        if self._direct is not None:
            await self._direct.close()

    # jobs

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
        return Job.of((await self._connection.call("SubmitJob", request)).job)

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
        return Estimate.of((await self._connection.call("SubmitJob", request)).estimate)

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
        return Job.of((await self._connection.call("GetJob", pb.GetJobRequest(name=_job(job)))).job)

    async def jobs(self, limit: int = 0, waiting: Callable[[str], None] | None = None) -> list[Job]:
        """Return jobs, newest first.

        Parameters
        ----------
        limit
            Largest number of jobs; 0 means all.
        waiting
            Called with a sentence about each server or service that does not answer.

        Returns
        -------
        list[Job]
            The jobs.
        """

        def jobs_of(response: Any) -> Any:
            if waiting is not None:
                for sentence in response.waits_for:
                    waiting(sentence)
            return response.jobs

        pages = self._connection.pages("ListJobs", pb.ListJobsRequest(page_size=limit), jobs_of)
        return [Job.of(message) async for message in _first(pages, limit)]

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
        waits = _Waits(tell, job.removeprefix("jobs/"))
        while True:
            try:
                async for message in self._connection.stream("WatchJob", pb.WatchJobRequest(name=_job(job))):
                    if said:
                        tell(f"Job {job.removeprefix('jobs/')} is watched again.")
                        said = ""
                    waits.told(message.waits_for)
                    progress = Progress.of(message.progress)
                    if last is None or (progress.ledger, progress.state) != (last.ledger, last.state):
                        yield progress
                    last = progress
            except ClientError as error:
                # who was never reached is more likely at another address than away
                if error.code not in _PASSING or not (said or self._connection.has_answered):
                    raise
                sentence = _waits_for(error)
                if _gist(sentence) != _gist(said):
                    tell(sentence)
                said = sentence
                await asyncio.sleep(_AGAIN_SECONDS)
                await self._follow()
            else:
                return

    async def _follow(self) -> None:
        """Go where control is now, when that is known to change."""
        address = (self._find() if self._find else "") or self.address
        if address != self.address:
            former, self._connection = self._connection, Connection(address, self._transport)
            self.address = address
            await former.close()

    async def wait(self, job: str, waiting: Callable[[str], None] | None = None) -> Job:
        """Wait until a job is closed.

        Parameters
        ----------
        job
            Id of the job.
        waiting
            As for `watch`.

        Returns
        -------
        Job
            The closed job.
        """
        while True:
            async for _ in self.watch(job, waiting):
                pass
            try:
                return await self.job(job)
            except ClientError as error:  # it went away just now: watch says so and waits
                if error.code not in _PASSING:
                    raise
                await asyncio.sleep(_AGAIN_SECONDS)

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
        return Job.of((await self._connection.call("CancelJob", pb.CancelJobRequest(name=_job(job)))).job)

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
        request = pb.RetryJobRequest(name=_job(job), fates=_fates(fates), reason=reason)
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
        response = await self._connection.call("ExplainJob", pb.ExplainJobRequest(name=_job(job)))
        return list(response.findings)

    async def outcomes(self, job: str, fates: Iterable[Fate | str] = ()) -> AsyncIterator[Outcome]:
        """Return the outcomes of a job in the order of its plan.

        Parameters
        ----------
        job
            Id of the job.
        fates
            Only these fates; all if none is given.

        Yields
        ------
        Outcome
            The outcomes.
        """
        request = pb.ListOutcomesRequest(name=_job(job), fates=_fates(fates))
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
        response = await self._connection.call("GetAvailability", pb.GetAvailabilityRequest(name=_job(job)))
        return [Availability.of(row) for row in response.rows]

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
        request = pb.GetAvailabilityRequest(name=_job(job), only_reasons=True)
        return [Reason.of(message) for message in (await self._connection.call("GetAvailability", request)).reasons]

    async def dead_letters(self, job: str = "", limit: int = 0) -> list[DeadLetter]:
        """Return messages that were given up, without their bodies.

        Parameters
        ----------
        job
            Id of a job; "" means all jobs.
        limit
            Largest number of dead letters; 0 means all.

        Returns
        -------
        list[DeadLetter]
            The dead letters.
        """
        pages = self._connection.pages(
            "ListDeadLetters", pb.ListDeadLettersRequest(job=_job(job) if job else ""), lambda r: r.dead_letters
        )
        return [DeadLetter.of(message) async for message in _first(pages, limit)]

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

    # exports

    async def export(
        self,
        format: str,
        *,
        version: int | None = None,
        job: str = "",
        tag: str = "",
        event: str = "",
        misfit: str | Sequence[str] = (),
        folder: str = "",
        waveform_tag: str = "",
        net: str = "*",
        sta: str = "*",
        loc: str = "*",
        chan: str = "*",
    ) -> Job:
        """Start a job that makes datasets of stored waveforms.

        The waveforms must fit all of job, tag and event that are given. When the job is closed, `datasets` says where
        the datasets are.

        Parameters
        ----------
        format
            asdf, mseed, mseed3, sac, parquet or specfem.
        version
            2 or 3, for mseed.
        job
            Id of the job that stored the waveforms.
        tag
            Their data_tag.
        event
            Id of their event.
        misfit
            Ids of misfit jobs. Their synthetics, windows and adjoint sources are added to asdf; specfem is made of
            exactly one.
        folder
            Folder below `exports`; without it, named by job, tag or event.
        waveform_tag
            Tag of the waveforms in ASDF; "observed" by default.
        net
            Network codes, with wildcards.
        sta
            Station codes, with wildcards.
        loc
            Location codes, with wildcards.
        chan
            Channel codes, with wildcards.

        Returns
        -------
        Job
            The job.
        """
        format = miniseed_format(format, version)
        misfits = [one.removeprefix("jobs/") for one in ([misfit] if isinstance(misfit, str) else misfit)]
        wanted: dict[str, Any] = {"job": job.removeprefix("jobs/"), "tag": tag, "event": event, "folder": folder}
        wanted["misfit"] = [one for one in misfits if one]
        wanted |= {"format": format, "waveform_tag": waveform_tag}
        return await self.submit(
            {
                "kind": "export",
                "name": f"export of {job or tag or event} as {format}",
                "select": {"net": net, "sta": sta, "loc": location_text(loc), "chan": chan},
                "export": {key: value for key, value in wanted.items() if value},
            }
        )

    async def datasets(self, job: str) -> list[dict[str, Any]]:
        """Return what an export built.

        Parameters
        ----------
        job
            Id of the export job.

        Returns
        -------
        list[dict[str, Any]]
            Documents with path (below the output folder), format, waveforms, size, problems and more.
        """
        return await self._documents("ListDatasets", pb.ListDatasetsRequest(name=_job(job)))

    async def download(
        self, dataset: Mapping[str, Any], folder: Path | str = ".", *, version: int | None = None
    ) -> Path:
        """Copy a dataset, with the file of its error logs if there is one, and check the copy against its checksums.

        Parameters
        ----------
        dataset
            A document of `datasets`.
        folder
            Where to put it.
        version
            2 or 3 converts the copy of a miniSEED dataset to this version.

        Returns
        -------
        Path
            Path of the copy.

        Raises
        ------
        DatasetError
            The bytes are not those that were built.
        """
        check_version(version)
        if version is not None and dataset["format"] not in MINISEED:
            raise UserError(f"The dataset is {dataset['format']}; only miniSEED has a version 2 or 3.")
        if (log := log_of(cast(DatasetPlace, dataset))) is not None:
            await download(log, self._dataset_files(log, log=True), Path(folder))
        path = await download(dataset, self._dataset_files(dataset), Path(folder))
        if version is not None and dataset["format"] != MINISEED[version - 2]:
            await asyncio.to_thread(convert_dataset, path, version)
        return path

    async def _dataset_files(
        self, dataset: Mapping[str, Any], *, log: bool = False
    ) -> AsyncIterator[tuple[str, bytes]]:
        if self._direct is not None:
            async for name, data in self._direct.files(dataset):
                yield name, data
            return
        request = pb.StreamDatasetRequest(dataset=str(dataset["_id"]), log=log)
        async for message in self._connection.stream("StreamDataset", request):
            yield message.file, message.data

    async def misfits(self, job: str) -> list[TotalMisfit]:
        """Return the total misfits of a misfit job.

        Parameters
        ----------
        job
            Id of the job.

        Returns
        -------
        list[TotalMisfit]
            One per event and evaluation, in this order.
        """
        response = await self._connection.call("ListMisfits", pb.ListMisfitsRequest(name=_job(job)))
        return [total_misfit(row) for row in response.rows]

    # archives

    async def archives(self) -> list[Archive]:
        """Archives that the deployment knows."""
        response = await self._connection.call("ListArchives", pb.ListArchivesRequest())
        return [Archive(a.name, a.bucket, a.region, a.index) for a in response.archives]

    async def sync_index(self, archive: str) -> Job:
        """Start a job that reads an archive's index, catalogs and stations into the database.

        Parameters
        ----------
        archive
            Name of the archive.

        Returns
        -------
        Job
            The job.
        """
        request = pb.SyncIndexRequest(archive=archive, request_id=str(uuid.uuid4()))
        return Job.of((await self._connection.call("SyncIndex", request)).job)

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
            names=[_job(job) for job in jobs],
            closed_before_ns=0 if closed_before is None else moment_ns(closed_before),
            request_id=str(uuid.uuid4()),
            validate_only=dry_run,
        )
        response = await self._connection.call("PurgeJobs", request)
        job = Job.of(response.job) if response.HasField("job") else None
        return job, [name.rpartition("/")[2] for name in response.names]

    async def index_keys(
        self, archive: str, index: str = "waveform", *, year: int = 0, day: int = 0, format: str = ""
    ) -> list[dict[str, Any]]:
        """Return documents of index keys in order of key.

        Parameters
        ----------
        archive
            Name of the archive.
        index
            "waveform" or "catalog".
        year
            Only this year; 0 means all.
        day
            Only this day of the year; 0 means all.
        format
            Only this format; "" means all.

        Returns
        -------
        list[dict[str, Any]]
            The documents.
        """
        request = pb.ListIndexKeysRequest(archive=archive, index=index, year=year, day=day, format=format)
        return await self._documents("ListIndexKeys", request)

    async def day_files(
        self, archive: str, day: Any, *, net: str = "*", sta: str = "*", loc: str = "*", chan: str = "*"
    ) -> list[dict[str, Any]]:
        """Return day_file documents of a UTC day in order of key.

        Parameters
        ----------
        archive
            Name of the archive.
        day
            Any time of the day.
        net
            Network codes, with wildcards.
        sta
            Station codes, with wildcards.
        loc
            Location codes, with wildcards.
        chan
            Channel codes, with wildcards.

        Returns
        -------
        list[dict[str, Any]]
            The documents.
        """
        request = pb.ListDayFilesRequest(
            archive=archive, day_ns=time_ns(day), filter=channel_filter(net, sta, loc, chan)
        )
        return await self._documents("ListDayFiles", request)

    async def events(
        self,
        archive: str,
        start: Any = None,
        end: Any = None,
        *,
        above_magnitude: float | None = None,
        max_magnitude: float | None = None,
    ) -> Any:
        """Return events of an archive's catalog as a pyarrow Table in order of time.

        `to_pandas()` makes a DataFrame. The columns are those of `tables.event_schema`. This needs seisbus[tables];
        `event_documents` does not.

        Parameters
        ----------
        archive
            Name of the archive.
        start
            First origin time.
        end
            Origin times before this.
        above_magnitude
            Only magnitudes above this.
        max_magnitude
            Only magnitudes up to this.

        Returns
        -------
        Any
            The table.
        """
        return tables.event_table(await self._events(archive, start, end, above_magnitude, max_magnitude))

    async def event_documents(
        self,
        archive: str,
        start: Any = None,
        end: Any = None,
        *,
        above_magnitude: float | None = None,
        max_magnitude: float | None = None,
    ) -> list[dict[str, Any]]:
        """Return events of an archive's catalog as documents.

        Parameters
        ----------
        archive
            Name of the archive.
        start
            First origin time.
        end
            Origin times before this.
        above_magnitude
            Only magnitudes above this.
        max_magnitude
            Only magnitudes up to this.

        Returns
        -------
        list[dict[str, Any]]
            Documents with the columns of `events`; `time` is in ns since 1970, and unknown values are None.
        """
        return tables.event_documents(await self._events(archive, start, end, above_magnitude, max_magnitude))

    async def get_events(
        self,
        archive: str,
        start: Any = None,
        end: Any = None,
        *,
        above_magnitude: float | None = None,
        max_magnitude: float | None = None,
    ) -> Any:
        """Return events of an archive's catalog as an obspy Catalog (depths in metres).

        Parameters
        ----------
        archive
            Name of the archive.
        start
            First origin time.
        end
            Origin times before this.
        above_magnitude
            Only magnitudes above this.
        max_magnitude
            Only magnitudes up to this.

        Returns
        -------
        Any
            The Catalog.
        """
        return tables.event_catalog(await self._events(archive, start, end, above_magnitude, max_magnitude))

    async def get_stations(
        self,
        archive: str,
        start: Any = None,
        end: Any = None,
        *,
        net: str = "*",
        sta: str = "*",
        loc: str = "*",
        chan: str = "*",
    ) -> Any:
        """Return channel epochs as an obspy Inventory (metres, dip), without responses.

        Parameters
        ----------
        archive
            Name of the archive.
        start
            Only epochs that end after this time.
        end
            Only epochs that start before this time.
        net
            Network codes, with wildcards.
        sta
            Station codes, with wildcards.
        loc
            Location codes, with wildcards.
        chan
            Channel codes, with wildcards.

        Returns
        -------
        Any
            The Inventory.
        """
        return inventory_of(await self.channels(archive, start, end, net=net, sta=sta, loc=loc, chan=chan))

    async def channels(
        self,
        archive: str,
        start: Any = None,
        end: Any = None,
        *,
        net: str = "*",
        sta: str = "*",
        loc: str = "*",
        chan: str = "*",
    ) -> list[dict[str, Any]]:
        """Return documents of channel epochs with MsPASS's names and units (kilometres, vang).

        Parameters
        ----------
        archive
            Name of the archive.
        start
            Only epochs that end after this time.
        end
            Only epochs that start before this time.
        net
            Network codes, with wildcards.
        sta
            Station codes, with wildcards.
        loc
            Location codes, with wildcards.
        chan
            Channel codes, with wildcards.

        Returns
        -------
        list[dict[str, Any]]
            The documents.
        """
        request = pb.ListChannelsRequest(
            archive=archive,
            filter=channel_filter(net, sta, loc, chan),
            span=time_span(start, end),
        )
        return await self._documents("ListChannels", request)

    # stored data

    async def waveforms(self, query: Query | None = None, **where: Unpack[QueryFields]) -> list[dict[str, Any]]:
        """Return wf documents in order of start time.

        Parameters
        ----------
        query
            Which waveforms.
        **where
            The fields of a Query, in place of `query`.

        Returns
        -------
        list[dict[str, Any]]
            The documents.
        """
        return [document async for document in self._waveforms(_query(query, where))]

    async def _waveforms(self, wanted: Query) -> AsyncIterator[dict[str, Any]]:
        request = pb.ListWaveformsRequest(query=wanted.message())
        pages = self._connection.pages("ListWaveforms", request, lambda r: r.documents_json)
        async for text in _first(pages, wanted.limit):
            yield json.loads(text)

    async def _logged(self, wanted: Query) -> AsyncIterator[tuple[dict[str, Any], tuple[Mapping[str, Any], ...]]]:
        """Documents with their error logs."""
        request = pb.ListWaveformsRequest(query=wanted.message(), with_logs=True)
        pages = self._connection.pages("ListWaveforms", request, _with_logs)
        async for text, log in _first(pages, wanted.limit):
            yield json.loads(text), _log(log)

    async def stored(self, query: Query | None = None, **where: Unpack[QueryFields]) -> AsyncIterator[Stored]:
        """Return wf documents with their stored bytes in order of start time.

        Parameters
        ----------
        query
            Which waveforms.
        **where
            The fields of a Query, in place of `query`.

        Yields
        ------
        Stored
            A document with its bytes.
        """
        if self._direct is not None:
            async for document, log in self._logged(_query(query, where)):
                yield replace(await self._direct.stored(document), log=log)
            return
        document, log = {}, ()
        pieces: list[bytes] = []
        miniseed = False
        request = pb.StreamWaveformsRequest(query=_query(query, where).message())
        async for message in self._connection.stream("StreamWaveforms", request):
            if message.document_json:
                document, pieces = json.loads(message.document_json), []
                log = _log(message.log_json)
                miniseed = message.encoding == waveform_pb2.SAMPLE_ENCODING_MINISEED
            pieces.append(message.data)
            if message.last:
                yield Stored(document, b"".join(pieces), miniseed, message.error, log)

    async def stream(self, query: Query | None = None, **where: Unpack[QueryFields]) -> AsyncIterator[TimeSeries]:
        """Return stored waveforms as TimeSeries, one by one.

        Parameters
        ----------
        query
            Which waveforms.
        **where
            The fields of a Query, in place of `query`.

        Yields
        ------
        TimeSeries
            A waveform; if it cannot be read, it is dead and its elog says why.
        """
        async for stored in self.stored(query, **where):
            yield decode.time_series_of(stored)

    async def read(self, query: Query | None = None, **where: Unpack[QueryFields]) -> TimeSeriesEnsemble:
        """Return stored waveforms as one ensemble.

        If the query names a job, the ensemble's own elog says why windows of the job are missing: one entry per fate
        and reason, with the number of windows and an example.

        Parameters
        ----------
        query
            Which waveforms.
        **where
            The fields of a Query, in place of `query`.

        Returns
        -------
        TimeSeriesEnsemble
            The waveforms. Their Metadata are the wf documents, their elogs the stored ones, and their clocks are exact.
        """
        wanted = _query(query, where)
        ensemble = decode.ensemble_of([datum async for datum in self.stream(wanted)])
        for reason in await self.reasons(wanted.job) if wanted.job else ():
            decode.tell_reason(ensemble, reason)
        return ensemble

    async def save(
        self, path: Path | str, query: Query | None = None, *, version: int | None = None, **where: Unpack[QueryFields]
    ) -> int:
        """Write stored waveforms to one miniSEED file; the file is not made if there are none.

        Parameters
        ----------
        path
            Name of the file.
        query
            Which waveforms.
        version
            2 or 3 converts all of them to this version; without it, they are written as they are stored.
        **where
            The fields of a Query, in place of `query`.

        Returns
        -------
        int
            How many were written.

        Raises
        ------
        WaveformError
            A waveform cannot be read, or the version cannot hold it.
        """
        with MiniseedFile(Path(path), version) as file:
            async for one in self.stored(query, **where):
                await asyncio.to_thread(file.add, one)
        return file.count

    async def get_waveforms(self, net: str, sta: str, loc: str, chan: str, t1: Any, t2: Any, *, job: str = "") -> Any:
        """Return stored waveforms as an obspy Stream, counts as int32.

        Abutting and equal stretches that several jobs stored are joined; stretches in conflict stay two traces.
        `stats.seisbus` of a trace has `elog`, the sentences of the stored error logs, and `wf_ids`.

        Parameters
        ----------
        net
            Network codes, with wildcards.
        sta
            Station codes, with wildcards.
        loc
            Location codes, with wildcards; "" means the blank location and "*" any.
        chan
            Channel codes, with wildcards.
        t1
            First time, included.
        t2
            Last time, included.
        job
            Id of a job. Only its waveforms are read, and `seisbus_elog` of the Stream says why windows of these
            channels and times are missing.

        Returns
        -------
        Any
            The Stream.

        Raises
        ------
        WaveformError
            Stored bytes are damaged or gone.
        """
        with extra("obspy"):
            from obspy import Stream

        start, end = time_ns(t1), time_ns(t2)
        query = Query(job=job, net=net, sta=sta, loc=loc, chan=chan, start=t1, end=end / 1e9 + 1e-6)
        stream = Stream(decode.traces_of([stored async for stored in self.stored(query)], start, end))
        if job:
            channels = ChannelFilter(net, sta, loc, chan)
            ends = self.outcomes(job, [fate for fate in Fate if fate is not Fate.SAVED])
            stream.seisbus_elog = [
                decode.sentence_of(one)
                async for one in ends
                if channels.matches(one.channel) and one.start_ns <= end and one.end_ns >= start
            ]
        return stream

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
        return await self._documents("ListLogs", pb.ListLogsRequest(name=_job(job)))

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
        return await self._documents("ListCemetery", pb.ListCemeteryRequest(name=_job(job)))

    async def _documents(self, method: str, request: Any) -> list[dict[str, Any]]:
        pages = self._connection.pages(method, request, lambda r: r.documents_json)
        return [json.loads(text) async for text in pages]

    async def _events(
        self, archive: str, start: Any, end: Any, above: float | None, most: float | None
    ) -> list[pb.Event]:
        request = pb.ListEventsRequest(
            archive=archive, span=time_span(start, end), above_magnitude=above, max_magnitude=most
        )
        return [event async for event in self._connection.pages("ListEvents", request, lambda r: r.events)]


def _log(text: str) -> tuple[Mapping[str, Any], ...]:
    return tuple(json.loads(text)) if text else ()


def _with_logs(response: pb.ListWaveformsResponse) -> list[tuple[str, str]]:
    documents = list(response.documents_json)
    logs = list(response.logs_json) or [""] * len(documents)  # an older control sends none
    return list(zip(documents, logs, strict=True))


# Who does not answer now may do so later.
_PASSING: Final = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED"})


def _waits_for(error: ClientError) -> str:
    if isinstance(error, UnreachableError):
        return f"Waiting for Seisbus control, which does not answer at {error.address}; the job goes on where it can."
    return f"Waiting: {error.message}"


class _Waits:
    """Says who a job waits for once, while it is watched, and when it waits for nobody any more."""

    def __init__(self, tell: Callable[[str], None], job: str) -> None:
        self._tell, self._job = tell, job
        self._known: set[str] = set()

    def told(self, sentences: Iterable[str]) -> None:
        """What control says now."""
        found = {_gist(sentence): sentence for sentence in sentences}
        for gist, sentence in found.items():
            if gist not in self._known:
                self._tell(f"Waiting: {sentence}")
        if self._known and not found:
            self._tell(f"Job {self._job} waits for nobody any more and goes on.")
        self._known = set(found)


def _gist(sentence: str) -> str:
    """A sentence without its count of tries: what changed is who is waited for."""
    return sentence.split(" (tried ")[0]


def _job(job: str) -> str:
    return job if job.startswith("jobs/") else f"jobs/{job}"


def _fates(fates: Iterable[Fate | str]) -> list[str]:
    return [f"FATE_{Fate(fate).name}" for fate in fates]


def _query(query: Query | None, where: QueryFields) -> Query:
    if query is not None and where:
        raise TypeError("give a Query or its fields, not both")
    return query or Query(**where)


async def _first(items: AsyncIterator[Any], limit: int) -> AsyncIterator[Any]:
    given = 0
    async for item in items:
        yield item
        given += 1
        if given == limit:
            return
