"""What exports read and keep: the selected waveforms, the planned datasets, the documents of datasets that were
built."""

from __future__ import annotations

import hashlib
from typing import Final

from libseis.codes import ChannelFilter
from libseis.epochs import of_document

from ..errors import NotFoundError
from ..model.ids import document_id
from ..model.kind import StoredJob
from ..model.task import Window
from .client import Store, translated
from .collections import ASDF_DATASET, SITE, TASK
from .documents import DatasetDocument, DatasetFacts, ObjectId, SiteDocument
from .queries import ANY_TIME, TimeSpan, WaveformFilter
from .task_documents import windows_of


def selected(spec: StoredJob) -> WaveformFilter:
    """The stored waveforms that a job selects."""
    wanted = spec.stored
    return WaveformFilter(job=wanted.job, channels=spec.select.filter, data_tag=wanted.tag, event=wanted.event)


def of_item(spec: StoredJob, window: Window) -> WaveformFilter:
    """Narrow a selection to one item of the ledger: an event, a station and event, a channel and day.

    If the item has no event, the caller must leave out waveforms of other events.
    """
    whole, channel, span = selected(spec), window.channel, ANY_TIME
    codes, event = whole.channels, window.event or whole.event
    if channel.chan:
        codes = ChannelFilter(channel.net, channel.sta, channel.loc, channel.chan)
        span = TimeSpan(window.start_ns, window.end_ns)
    elif channel.sta:
        codes = ChannelFilter(channel.net, channel.sta, codes.loc, codes.chan)
    return WaveformFilter(whole.job, codes, span, whole.data_tag, event)


async def planned_windows(store: Store, job: str) -> list[Window]:
    """The windows that a job has planned so far."""
    with translated():
        tasks = store[TASK].find({"job": job}, {"job": 1, "windows": 1})
        return [window async for task in tasks for window in windows_of(task)]


async def planned_ids(store: Store, job: str) -> set[str]:
    """Ids of the windows that a job has planned so far."""
    return {window.id for window in await planned_windows(store, job)}


async def site_at(store: Store, archive: str, net: str, sta: str, time_ns: int) -> SiteDocument | None:
    """The epoch of a station at a moment: the latest of several, None if the metadata have none."""
    with translated():
        sites = await store[SITE].find({"archive": archive, "net": net, "sta": sta}).to_list()
    there = [site for site in sites if of_document(site).holds(time_ns)]
    # among several location codes, the first
    return min(there, key=lambda site: (-of_document(site).start_ns, site.get("loc") or ""), default=None)


def dataset_document(job: str, window: Window, facts: DatasetFacts) -> DatasetDocument:
    """The document of a dataset that was built for a ledger item; `facts`: path, format, size …"""
    return {
        "_id": ObjectId(document_id(window.id, "dataset")),
        "job": job,
        "window": window.id,
        "event": window.event,
        "channel": str(window.channel) if window.channel.sta else "",
        **facts,
    }


async def get_dataset(store: Store, identity: str) -> DatasetDocument:
    """The document of a dataset; NotFoundError if the id (hex) is unknown."""
    with translated():
        found = await store[ASDF_DATASET].find_one({"_id": ObjectId(identity)}) if ObjectId.is_valid(identity) else None
    if found is None:
        raise NotFoundError(f"There is no dataset {identity}; `datasets` of an export's job names those it built.")
    return found


LEASES: Final = "dataset/"


def lease_name(path: str) -> str:
    """Name of the lease under which a dataset is built; a hash, because paths may be long."""
    return f"{LEASES}{hashlib.blake2b(path.encode(), digest_size=12).hexdigest()}"
