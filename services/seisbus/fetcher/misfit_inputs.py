"""Reads everything that the measurement of one station of an event needs, and hands it to the windower."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from cachetools import LRUCache

from libseis.codes import Channel
from libseis.misfit.config import Config
from libseis.misfit.flexwin.window import Window as MisfitWindow

from ..app import FetcherContext
from ..app.events import event_of
from ..app.inventories import inventory_of
from ..archive.definition import archive_named
from ..archive.event import Event
from ..archive.quakeml import catalog_of
from ..bus import Delivery
from ..bus.codec import decode_build, encode_misfit
from ..bus.tags import Tag
from ..bus.topology import subject_of
from ..errors import SeisbusError, UnavailableError
from ..model.handovers import BuildOrder, MisfitOrder, Packing, Piece
from ..model.kind import Job
from ..model.kinds.misfit import MEASURE, Misfit, MisfitJob
from ..model.misfit_documents import window_value
from ..model.stored_waveforms import StoredBytesError, components_of, row_channels, stored_components
from ..model.task import Window
from ..store.blobs import BlobError, BlobFormat, blob_format, read_blob
from ..store.datasets import selected
from ..store.documents import SavedDocument
from ..store.jobs import job_spec
from ..store.misfits import windows_of
from ..store.queries import WaveformFilter, each_waveform
from .synthetics import SyntheticError, below, from_asdf, from_sac, from_specfem

_ByStation = dict[tuple[str, str], list[SavedDocument]]

# StationXML of so many stations is kept, because a plan goes through all stations of one event, then of the next.
_STATIONS = 2000
# Waveform documents of so many events are kept: about 15 MB per event with a thousand stations.
_EVENTS = 2


class MisfitInputs:
    """Handles the messages of stations to measure."""

    def __init__(self, context: FetcherContext) -> None:
        self._context = context
        self._stationxml: LRUCache[tuple[str, str, str], tuple[bytes, str]] = LRUCache(_STATIONS)
        self._events: LRUCache[tuple[str, int, str], _ByStation] = LRUCache(_EVENTS)
        self._reading = asyncio.Lock()

    async def handle(self, delivery: Delivery) -> None:
        """Returns when the station is on the bus. The windower is told what could not be read."""
        order = decode_build(delivery.body)
        spec = await job_spec(self._context.store, order.job, MisfitJob)
        window, problems = order.window, list[str]()
        observed, jobs = await self._observed(order, spec, problems)
        event = await event_of(self._context.store, jobs, window.event)
        if event is None:
            problems.append(f"Nothing is known of event {window.event!r}.")
        inventory = await self._station(jobs, window, problems)
        message = MisfitOrder(
            job=order.job,
            task=order.task,
            attempt=order.attempt,
            publication=order.publication,
            window=window,
            observed=tuple(observed),
            synthetic=tuple(await self._synthetics(spec.misfit, window, event, problems)),
            config=Config.from_stored(spec.misfit.config),
            quakeml=b"" if event is None else await asyncio.to_thread(_quakeml, event),
            stationxml=inventory,
            fixed_windows=await self._fixed(spec.misfit, window),
            problems=tuple(problems),
            keep_rejected=spec.misfit.rejected,
        )
        await self._context.bus.publish(
            subject_of(MEASURE, order.job),
            encode_misfit(message),
            tag=Tag(order.job, order.task, order.attempt),
            message_id=f"{order.task}/misfit/{order.attempt}.{order.publication}",
            patient=True,
        )

    async def _observed(
        self, order: BuildOrder, spec: MisfitJob, problems: list[str]
    ) -> tuple[list[Piece], dict[str, str]]:
        """Stored waveforms of the station, and the jobs (with their archives) that stored them."""
        wanted, channel = selected(spec), order.window.channel
        async with self._reading:
            stations = await self._of_event(order, wanted)
        pieces: list[Piece] = []
        jobs: dict[str, str] = {}
        if wanted.job:  # without stored waveforms, the planned windows still tell the event and the station
            jobs[wanted.job] = await self._archive_of(wanted.job)
        for document in stations.get((channel.net, channel.sta), ()):
            job = str(document["job"])
            if job not in jobs:
                jobs[job] = await self._archive_of(job)
            try:
                pieces += await self._pieces(document)
            except (BlobError, StoredBytesError) as error:
                problems.append(error.message)
        return pieces, jobs

    async def _of_event(self, order: BuildOrder, wanted: WaveformFilter) -> _ByStation:
        """wf documents of an event by station, read once for all stations; another attempt reads them again."""
        event = order.window.event
        key = (order.job, order.attempt, event)
        if key not in self._events:
            found: _ByStation = {}
            async for document in each_waveform(self._context.store, replace(wanted, event=event)):
                if str(document.get("event") or "") == event:
                    found.setdefault((document["net"], document["sta"]), []).append(document)
            self._events[key] = found
        return self._events[key]

    async def _archive_of(self, job: str) -> str:
        return str(getattr(await job_spec(self._context.store, job, Job), "archive", ""))

    async def _pieces(self, document: SavedDocument) -> list[Piece]:
        """One piece per channel."""
        packing = Packing.MINISEED if blob_format(document) is BlobFormat.MSEED else Packing.FLOAT64
        context = self._context
        read = read_blob(context.store, context.settings.output_root, document, context.sink)
        data = b"".join([piece async for piece in read])
        numerator, denominator = document["rate"]
        units = str(document.get("units") or "")
        clock = (document["t0_ns"], numerator, denominator, document["npts"])
        if components_of(document) == 1:
            return [Piece(Channel.of_document(document), *clock, packing, data, units)]
        rows = zip(row_channels(document), stored_components(document, data), strict=True)
        return [Piece(channel, *clock, packing, row.tobytes(), units) for channel, row in rows]

    async def _station(self, jobs: dict[str, str], window: Window, problems: list[str]) -> bytes:
        """StationXML from the first archive that has the station; b"" if none has it."""
        channel = window.channel
        for archive in sorted(set(jobs.values())):
            key = (archive, channel.net, channel.sta)
            if key not in self._stationxml:
                inventory, problem = await inventory_of(self._context, *key)
                xml = b"" if inventory is None else await asyncio.to_thread(_stationxml, inventory)
                self._stationxml[key] = xml, problem
            xml, problem = self._stationxml[key]
            if problem:
                problems.append(problem)
            if xml:
                return xml
        return b""

    async def _synthetics(
        self, misfit: Misfit, window: Window, event: Event | None, problems: list[str]
    ) -> list[Piece]:
        from libseis.misfit.comparable import stated_unit

        config = Config.from_stored(misfit.config)
        channel, wanted = window.channel, misfit.synthetics
        components = [""] if wanted.format == "asdf" else config.component_list
        # rotation makes R and T of these
        components = ["N", "E", "Z"] if {"R", "T"} & set(components) else components
        pieces: list[Piece] = []
        for component in components:
            name = wanted.name(window.event, channel.net, channel.sta, component)
            try:
                if wanted.format == "asdf":
                    path = await asyncio.to_thread(below, self._context.settings.input_root, name)
                    tag = config.synthetic_waveform_tag
                    pieces += await asyncio.to_thread(from_asdf, path, channel.net, channel.sta, tag)
                    continue
                data = await self._bytes(wanted.archive, name)
                if wanted.format == "sac":
                    pieces.append(await asyncio.to_thread(from_sac, data, name, channel.net, channel.sta, component))
                elif event is not None:
                    codes = (channel.net, channel.sta, component)
                    pieces.append(await asyncio.to_thread(from_specfem, data, name, *codes, event.time_ns))
            except UnavailableError:
                raise
            except SeisbusError as error:
                problems.append(error.message)
        stated = stated_unit(config).si  # used if a file does not tell its units
        return [replace(piece, units=piece.units or stated) for piece in pieces]

    async def _bytes(self, archive: str, name: str) -> bytes:
        if not archive:
            path = await asyncio.to_thread(below, self._context.settings.input_root, name)
            return await asyncio.to_thread(path.read_bytes)
        found = await self._context.objects.get(archive_named(self._context.archives, archive), name)
        if found is None:
            raise SyntheticError(name, f"archive {archive} has no such object")
        return found.data

    async def _fixed(self, misfit: Misfit, window: Window) -> dict[str, tuple[MisfitWindow, ...]] | None:
        if not misfit.fixed_windows:
            return None
        channel = window.channel
        found = await windows_of(self._context.store, misfit.fixed_windows, window.event, channel.net, channel.sta)
        return {component: tuple(map(window_value, documents)) for component, documents in found.items()}


def _quakeml(event: Event) -> bytes:
    from libseis.obspy.events import write_quakeml  # brings obspy

    return write_quakeml(catalog_of(event))


def _stationxml(inventory: Any) -> bytes:
    from libseis.obspy.inventories import write_stationxml  # brings obspy

    return write_stationxml(inventory)
