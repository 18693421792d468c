"""Putting a task on the bus; used by the planner and, for tasks that got lost, by the reconciler."""

from __future__ import annotations

from dataclasses import replace

from ..app import Context
from ..bus.client import Tag
from ..bus.codec import encode_build, encode_fetch
from ..bus.topology import MISFIT_INPUTS, fetch_subject, write_subject
from ..model.handovers import BuildOrder, FetchOrder
from ..model.task import Part, Recipe
from ..store.documents import Document
from ..store.tasks import OpenTask

# Where the work of jobs on stored data goes.
_STORED = {
    "export": lambda job: write_subject(job, "build"),
    "misfit": lambda job: fetch_subject(MISFIT_INPUTS, job),
    "purge": lambda job: write_subject(job, "purge"),
}


async def publish_task(
    context: Context, job: Document, recipe: Recipe, open_task: OpenTask, *, patient: bool = False
) -> None:
    """Publish a task's current publication; the server drops an exact repeat. `patient` as in `Bus.publish`."""
    task, attempt = open_task.task, int(job["attempt"])
    if (subject := _STORED.get(job["kind"])) is not None:
        build = BuildOrder(task.job, task.id, attempt, open_task.publication, task.windows[0])
        await context.bus.publish(
            subject(task.job),
            encode_build(build),
            tag=Tag(task.job, task.id, attempt),
            message_id=f"{task.id}/build/{attempt}.{open_task.publication}",
            patient=patient,
        )
        return
    parts = tuple(Part(p.first, 0) if number in open_task.done else p for number, p in enumerate(task.parts))
    if task.pad_before_ns is not None and task.pad_after_ns is not None:
        recipe = replace(recipe, pad_before=task.pad_before_ns / 1e9, pad_after=task.pad_after_ns / 1e9)
    order = FetchOrder(replace(task, parts=parts), recipe, attempt, open_task.publication)
    await context.bus.publish(
        fetch_subject(task.archive, task.job),
        encode_fetch(order),
        tag=Tag(task.job, task.id, attempt),
        message_id=f"{task.id}/fetch/{attempt}.{open_task.publication}",
        patient=patient,
    )
