"""The calls about data: what archives hold, events, channels, stored waveforms, logs and the cemetery."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import asdict, replace
from typing import Any, TypeVar

from libseis.isotime import iso
from seis.control.v1 import control_pb2 as pb
from seis.v1 import waveform_pb2

from ..app.normalizing import Normalizer, attached_to, each_attached
from ..archive.definition import archive_named
from ..errors import NotFoundError, StateError, UserError
from ..model.dataset_places import DatasetPlace, log_of
from ..store import queries
from ..store.blobs import BlobError, BlobFormat, blob_format, read_blob
from ..store.collections import ASDF_DATASET, CATALOG_INDEX, CEMETERY, WAVEFORM_INDEX, Collection
from ..store.datasets import get_dataset
from ..store.document_json import document_json
from ..store.documents import LogEntry, SavedDocument
from ..store.jobs import get_job
from ..store.misfits import total_misfits
from ..store.named import job_id
from ..store.pages import Page, PageRequest
from . import messages
from .context import CallContext
from .dataset_files import stretches
from .history import history_of
from .resource_names import named_job

D = TypeVar("D", bound=Mapping[str, Any])

_INDEXES = {"catalog": CATALOG_INDEX, "waveform": WAVEFORM_INDEX}
_ENCODINGS = {
    BlobFormat.MSEED: waveform_pb2.SAMPLE_ENCODING_MINISEED,
    BlobFormat.BINARY: waveform_pb2.SAMPLE_ENCODING_RAW,
}


class DataCalls:
    """Methods of ControlService that are about archives and stored data."""

    context: CallContext

    async def ListArchives(self, _: pb.ListArchivesRequest, __: Any) -> pb.ListArchivesResponse:
        """Archives in order of name."""
        return pb.ListArchivesResponse(
            archives=[
                pb.ListArchivesResponse.Archive(
                    name=name, bucket=archive.bucket, region=archive.region or "", index=archive.index.value
                )
                for name, archive in sorted(self.context.archives.items())
            ]
        )

    async def ListIndexKeys(self, request: pb.ListIndexKeysRequest, _: Any) -> pb.ListIndexKeysResponse:
        """Index keys in order of key."""
        archive_named(self.context.archives, request.archive)
        if request.index not in _INDEXES:
            raise UserError(f"{request.index!r} is not an index; expected catalog or waveform.")
        wanted = queries.KeyFilter(request.archive, _INDEXES[request.index], request.year, request.day, request.format)
        page = await queries.index_keys(self.context.store, wanted, replace(_page(request), count=True))
        return pb.ListIndexKeysResponse(
            documents_json=_json(page), next_page_token=page.next_token, total_size=page.total
        )

    async def ListDayFiles(self, request: pb.ListDayFilesRequest, _: Any) -> pb.ListDayFilesResponse:
        """Day files of a day in order of key."""
        archive_named(self.context.archives, request.archive)
        page = await queries.day_files(
            self.context.store,
            request.archive,
            iso(request.day_ns)[:10],
            messages.filter_value(request.filter),
            _page(request),
        )
        return pb.ListDayFilesResponse(
            documents_json=_json(page), next_page_token=page.next_token, total_size=page.total
        )

    async def ListEvents(self, request: pb.ListEventsRequest, _: Any) -> pb.ListEventsResponse:
        """Events in order of time."""
        archive_named(self.context.archives, request.archive)
        page = await queries.events(
            self.context.store,
            request.archive,
            messages.span_value(request.span),
            request.above_magnitude if request.HasField("above_magnitude") else None,
            request.max_magnitude if request.HasField("max_magnitude") else None,
            _page(request),
        )
        if not page.documents and not await queries.has_events(self.context.store, request.archive):
            raise StateError(
                f"No catalog of archive {request.archive} has been read yet; "
                f"run `seisbus index sync {request.archive}`."
            )
        return pb.ListEventsResponse(
            events=[messages.event_message(document) for document in page.documents],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    async def ListChannels(self, request: pb.ListChannelsRequest, _: Any) -> pb.ListChannelsResponse:
        """Channel epochs in order of channel and start."""
        archive_named(self.context.archives, request.archive)
        page = await queries.channels(
            self.context.store,
            request.archive,
            messages.filter_value(request.filter),
            messages.span_value(request.span),
            _page(request),
        )
        return pb.ListChannelsResponse(
            documents_json=_json(page), next_page_token=page.next_token, total_size=page.total
        )

    async def ListWaveforms(self, request: pb.ListWaveformsRequest, _: Any) -> pb.ListWaveformsResponse:
        """wf documents in order of start time."""
        wanted = await self._wanted(request.query)
        page = await queries.waveforms(self.context.store, wanted, _page(request))
        logs = await queries.logdata_of(self.context.store, page.documents) if request.with_logs else []
        return pb.ListWaveformsResponse(
            documents_json=await self._attached_json(page.documents),
            next_page_token=page.next_token,
            logs_json=[_log_json(log) for log in logs],
        )

    async def GetDatum(self, request: pb.GetDatumRequest, _: Any) -> pb.GetDatumResponse:
        """The documents of one datum."""
        store = self.context.store
        documents, grave = await queries.datum(store, request.id)
        return pb.GetDatumResponse(
            documents_json=await self._attached_json(documents),
            logs_json=[_log_json(log) for log in await queries.logdata_of(store, documents)],
            grave_json="" if grave is None else document_json(grave),
        )

    async def _attached_json(self, documents: Sequence[SavedDocument]) -> list[str]:
        attached = await attached_to(Normalizer(self.context.store), documents)
        return [document_json({**values, **document}) for document, values in zip(documents, attached, strict=True)]

    async def StreamWaveforms(
        self, request: pb.StreamWaveformsRequest, _: Any
    ) -> AsyncIterator[pb.StreamWaveformsResponse]:
        """Stored bytes, about 1 MB per message. If a waveform cannot be read, its message says why, and the stream goes
        on."""
        if request.query.limit < 0:
            raise UserError(f"limit is {request.query.limit}; use 0 for no bound, or a positive number.")
        wanted = await self._wanted(request.query)
        async for document, log, attached in each_attached(self.context.store, wanted, request.query.limit):
            async for message in self._waveform(document, log, attached):
                yield message

    async def _waveform(
        self, document: SavedDocument, log: list[LogEntry], attached: Mapping[str, Any]
    ) -> AsyncIterator[pb.StreamWaveformsResponse]:
        """One waveform. Each piece is sent when the next one is known, so that the last message also has data."""
        message = pb.StreamWaveformsResponse(
            document_json=document_json({**attached, **document}), log_json=_log_json(log)
        )
        try:
            message.encoding = _ENCODINGS[blob_format(document)]
            context = self.context
            reading = context.reading_sink() if document["storage_mode"] == "s3" else nullcontext()
            with reading:
                async for piece in read_blob(context.store, context.output_root, document, context.sink):
                    if message.data:
                        yield message
                        message = pb.StreamWaveformsResponse()
                    message.data = piece
        except BlobError as error:
            message.ClearField("data")
            message.error = error.message
        message.last = True
        yield message

    async def GetHistory(self, request: pb.GetHistoryRequest, _: Any) -> pb.GetHistoryResponse:
        """How a waveform was made, and a job that makes it again."""
        return await history_of(self.context, request.id)

    async def ListLogs(self, request: pb.ListLogsRequest, _: Any) -> pb.ListLogsResponse:
        """Error logs of saved data."""
        job = await get_job(self.context.store, await named_job(self.context.store, request.name))
        page = await queries.logs(self.context.store, job["_id"], _page(request))
        return pb.ListLogsResponse(documents_json=_json(page), next_page_token=page.next_token)

    async def ListCemetery(self, request: pb.ListCemeteryRequest, _: Any) -> pb.ListCemeteryResponse:
        """Dead data."""
        page = await self._of_job(CEMETERY, request)
        return pb.ListCemeteryResponse(documents_json=_json(page), next_page_token=page.next_token)

    async def ListDatasets(self, request: pb.ListDatasetsRequest, _: Any) -> pb.ListDatasetsResponse:
        """What an export built."""
        page = await self._of_job(ASDF_DATASET, request)
        return pb.ListDatasetsResponse(
            documents_json=_json(page), next_page_token=page.next_token, total_size=page.total
        )

    async def StreamDataset(self, request: pb.StreamDatasetRequest, _: Any) -> AsyncIterator[pb.StreamDatasetResponse]:
        """A dataset's files one after the other."""
        document: DatasetPlace = await get_dataset(self.context.store, request.dataset)
        if request.log:
            if (log := log_of(document)) is None:
                raise NotFoundError(f"Dataset {request.dataset} has no file with error logs.")
            document = log
        async for name, data in stretches(self.context, document):
            yield pb.StreamDatasetResponse(file=name, data=data)

    async def ListMisfits(self, request: pb.ListMisfitsRequest, _: Any) -> pb.ListMisfitsResponse:
        """Total misfits, summed when asked."""
        job = await get_job(self.context.store, await named_job(self.context.store, request.name))
        rows = await total_misfits(self.context.store, job["_id"])
        return pb.ListMisfitsResponse(rows=[pb.ListMisfitsResponse.Row(**asdict(row)) for row in rows])

    async def _wanted(self, query: pb.WaveformQuery) -> queries.WaveformFilter:
        wanted = messages.waveform_filter(query)
        if wanted.job:
            with suppress(NotFoundError):  # an unknown job is not an error here: nothing is found
                wanted = replace(wanted, job=await job_id(self.context.store, wanted.job))
        return wanted

    async def _of_job(self, collection: Collection[D], request: Any) -> Page[D]:
        job = await get_job(self.context.store, await named_job(self.context.store, request.name))
        return await queries.of_job(self.context.store, collection, job["_id"], _page(request))


def _page(request: Any) -> PageRequest:
    return messages.page_request(request)


def _log_json(log: list[LogEntry]) -> str:
    return f"[{','.join(map(document_json, log))}]" if log else ""


def _json(page: Page[Any]) -> list[str]:
    return [document_json(document) for document in page.documents]
