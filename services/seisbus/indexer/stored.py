"""Planning jobs on what is stored: a task a dataset (export), a station of an event (misfit), a job (purge)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from libseis.codes import Channel, ChannelFilter

from ..app import Context
from ..errors import UserError
from ..model.job import JobSpec
from ..model.task import Task
from ..planning.datasets import DatasetKey, StoredSpan, dataset_keys, plan_datasets, station_keys
from ..store.datasets import planned_ids, selected
from ..store.jobs import get_job
from ..store.outcomes import each_outcome
from ..store.queries import each_waveform, last_sample_ns
from ..store.tasks import Cursor

_CHUNK = 100
# In the codes of an entry whose object was never read, what it was to hold is still a selection.
_WILD = frozenset("*?,")
# Waveforms looked at before their datasets are merged with those found so far.
_BATCH = 10_000


async def stored_tasks(
    context: Context, job: str, spec: JobSpec, cursor: Cursor
) -> AsyncIterator[tuple[Cursor, list[Task]]]:
    """Chunks of tasks, each with the cursor behind it.

    What was stored since a crash must not shift the plan, so a restart leaves out the datasets that have a task.
    """
    known = await planned_ids(context.store, job) if cursor.offset else set()
    keys = [key for key in await _keys(context, spec) if key.window(job).id not in known]
    offset = cursor.offset
    for start in range(0, len(keys), _CHUNK):
        tasks = list(plan_datasets(job, keys[start : start + _CHUNK], offset))
        offset += len(tasks)
        yield Cursor(0, offset), tasks


async def _keys(context: Context, spec: JobSpec) -> list[DatasetKey]:
    if spec.purge is not None:
        return [DatasetKey(event=job) for job in spec.purge.jobs]
    if spec.misfit is not None and spec.misfit.observed is not None and not spec.misfit.observed.tag:
        return await _planned_stations(context, spec.misfit.observed.job, spec.select.filter)
    keys: set[DatasetKey] = set()
    batch: list[StoredSpan] = []
    async for document in each_waveform(context.store, selected(spec)):
        event = str(document.get("event") or "")
        batch.append(StoredSpan(Channel.of_document(document), event, int(document["t0_ns"]), last_sample_ns(document)))
        if len(batch) == _BATCH:
            keys.update(_keys_of(spec, batch))
            batch.clear()
    keys.update(_keys_of(spec, batch))
    if not keys:
        raise UserError("No stored waveform fits job, tag, event and select; widen them.")
    return sorted(keys, key=lambda key: (key.event, key.channel, key.day or 0))


async def _planned_stations(context: Context, job: str, wanted: ChannelFilter) -> list[DatasetKey]:
    """The stations of each event that a window job looked for: also those of which it could store nothing."""
    found = await get_job(context.store, job)
    keys: set[DatasetKey] = set()
    async for outcome in each_outcome(context.store, found):
        channel = Channel.parse(outcome["channel"])
        if channel.sta and _WILD.isdisjoint(channel.net + channel.sta) and wanted.matches(channel):
            keys.add(DatasetKey(str(outcome["event"]), Channel(channel.net, channel.sta, "", "")))
    if not keys:
        raise UserError(f"No window of job {job} is of a channel that select names; widen it.")
    return sorted(keys, key=lambda key: (key.event, key.channel))


def _keys_of(spec: JobSpec, batch: Sequence[StoredSpan]) -> set[DatasetKey]:
    if spec.export is not None:
        return dataset_keys(spec.export, batch)
    return station_keys(batch)
