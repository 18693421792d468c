"""Calls about stored waveforms, as documents, bytes, libseis and obspy objects."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from libseis.codes import ChannelFilter
from seis.control.v1 import control_pb2 as pb
from seis.v1 import waveform_pb2

from ...extras import extra
from ...model.outcome import Fate
from ...model.shown import Listing
from .. import tables
from ..keywords import QueryFields, spelled
from ..values import (
    Datum,
    Query,
    Stored,
    time_ns,
)
from .base import first
from .jobs import JobCalls

if TYPE_CHECKING:
    from libseis.objects.kinds import Atomic, Ensemble


class DataCalls(JobCalls):
    """Calls about stored data."""

    @spelled
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
        return Listing([document async for document in self._waveforms(_query(query, where))])

    async def _waveforms(self, wanted: Query) -> AsyncIterator[dict[str, Any]]:
        request = pb.ListWaveformsRequest(query=wanted.message())
        pages = self._connection.pages("ListWaveforms", request, lambda r: r.documents_json)
        async for text in first(pages, wanted.limit):
            yield json.loads(text)

    async def _logged(self, wanted: Query) -> AsyncIterator[tuple[dict[str, Any], tuple[Mapping[str, Any], ...]]]:
        """Documents with their error logs."""
        request = pb.ListWaveformsRequest(query=wanted.message(), with_logs=True)
        pages = self._connection.pages("ListWaveforms", request, _with_logs)
        async for text, log in first(pages, wanted.limit):
            yield json.loads(text), _log(log)

    async def datum(self, identity: str) -> Datum:
        """Return all that is known of one datum.

        Parameters
        ----------
        identity
            Id of a wf or cemetery document, or of a window.

        Returns
        -------
        Datum
            Its documents and error logs.

        Raises
        ------
        ClientError
            There is no such datum.
        """
        return Datum.of(await self._connection.call("GetDatum", pb.GetDatumRequest(id=identity)))

    @spelled
    async def table(self, query: Query | None = None, **where: Unpack[QueryFields]) -> Any:
        """Return wf documents as a pyarrow table, with the sources, receivers and error logs of the data.

        Parameters
        ----------
        query
            Which waveforms.
        **where
            The fields of a Query, in place of `query`.

        Returns
        -------
        Any
            The table; what is not known is null.
        """
        return tables.waveform_table([pair async for pair in self._logged(_query(query, where))])

    @spelled
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

    @spelled
    async def stream(
        self, query: Query | None = None, *, cut: bool = False, **where: Unpack[QueryFields]
    ) -> AsyncIterator[Atomic]:
        """Return stored waveforms as TimeSeries, and those of sensors as Seismograms, one by one.

        Parameters
        ----------
        query
            Which waveforms.
        cut
            As for `read`.
        **where
            The fields of a Query, in place of `query`.

        Yields
        ------
        TimeSeries or Seismogram
            A waveform; if it cannot be read, it is dead and its elog says why.
        """
        from .. import decode  # late, as below: it loads numpy

        wanted = _query(query, where)
        span = wanted.bounds_ns if cut else (None, None)
        async for stored in self.stored(wanted):
            if (datum := decode.cut_datum_of(stored, *span)) is not None:
                yield datum

    @spelled
    async def read(self, query: Query | None = None, *, cut: bool = False, **where: Unpack[QueryFields]) -> Ensemble:
        """Return stored waveforms as one ensemble.

        `start` and `end` of the query choose the waveforms that overlap this span. They come as they are stored, from
        their first to their last sample, unless `cut` is true.

        If the query names a job, the ensemble's own elog says why windows of the job are missing: one entry per fate
        and reason, with the number of windows and an example.

        Parameters
        ----------
        query
            Which waveforms.
        cut
            True to keep only the samples from `start` to before `end`. A waveform without a sample there is left out.
        **where
            The fields of a Query, in place of `query`.

        Returns
        -------
        TimeSeriesEnsemble or SeismogramEnsemble
            The waveforms; of a job with `components: 3`, Seismograms. Their Metadata are the wf documents, their elogs
            the stored ones, and their clocks are exact.

        Raises
        ------
        MixedKindsError
            The query finds TimeSeries and Seismograms; `components` 1 or 3 chooses.
        """
        from .. import decode

        wanted = _query(query, where)
        ensemble = decode.ensemble_of([datum async for datum in self.stream(wanted, cut=cut)])
        for reason in await self.reasons(wanted.job) if wanted.job else ():
            decode.tell_reason(ensemble, reason)
        return ensemble

    @spelled
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
        from ..export import MiniseedFile

        with MiniseedFile(Path(path), version) as file:
            async for one in self.stored(query, **where):
                await asyncio.to_thread(file.add, one)
        return file.count

    async def get_waveforms(
        self, net: str, sta: str, loc: str, chan: str, t1: Any, t2: Any, *, job: str = "", tag: str = ""
    ) -> Any:
        """Return stored waveforms as an obspy Stream, counts as int32.

        A channel that was stored raw and processed gives traces of one dtype, float64; `job` or `tag` chooses one of
        both. Abutting and equal stretches that several jobs stored are joined; stretches in conflict stay two traces.
        `stats.seisbus` of a trace has `elog`, the sentences of the stored error logs, and `wf_ids`. The components of
        Seismograms are traces under the codes of their channels; if steps rotated them, of where they point.

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
        tag
            A data_tag. Only waveforms with it are read.

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
        from .. import decode

        start, end = time_ns(t1), time_ns(t2)
        channels = ChannelFilter(net, sta, loc, chan)
        query = Query(job=job, net=net, sta=sta, loc=loc, chan=chan, start=t1, end=end / 1e9 + 1e-6, data_tag=tag)
        stream = Stream(decode.traces_of([stored async for stored in self.stored(query)], start, end, channels))
        if job:
            ends = self.outcomes(job, [fate for fate in Fate if fate is not Fate.SAVED])
            stream.seisbus_elog = [
                decode.sentence_of(one)
                async for one in ends
                if channels.touches(one.channel) and one.start_ns <= end and one.end_ns >= start
            ]
        return stream


def _log(text: str) -> tuple[Mapping[str, Any], ...]:
    return tuple(json.loads(text)) if text else ()


def _with_logs(response: pb.ListWaveformsResponse) -> list[tuple[str, str]]:
    documents = list(response.documents_json)
    logs = list(response.logs_json) or [""] * len(documents)  # an older control sends none
    return list(zip(documents, logs, strict=True))


def _query(query: Query | None, where: QueryFields) -> Query:
    if query is not None and where:
        raise TypeError("give a Query or its fields, not both")
    known = [field.name for field in fields(Query)]
    if strange := where.keys() - set(known):
        raise TypeError(f"a query has no {sorted(strange)[0]}; it has {', '.join(known)}")
    return query or Query(**where)
