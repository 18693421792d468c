"""Converts task documents to the model's values and back; no database here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from libseis.codes import Channel

from ..model.marks import Arrival, Pick, Unplaced
from ..model.outcome import Fate
from ..model.subject import Event
from ..model.task import ChannelRun, Existing, ObjectRef, Part, Task, Window, WindowTemplate
from .documents import HeldWindows, Mark, TaskDocument, TaskObject, TaskRun
from .packing import as_bytes, pack_windows, packed_windows, unpack_windows

# A task's document is written again for every part. The embedded server decodes each document, which takes 55 ms for
# thousands of runs, as in event files, and a twentieth of that if they are bytes.
_RUNS: Final = 100


def windows_document(job: str, windows: Sequence[Window]) -> HeldWindows:
    """The fields of a task document that hold its windows."""
    packed = pack_windows(job, windows)
    many = len(packed["runs"]) > _RUNS
    held: HeldWindows = {"windows": as_bytes(packed) if many else packed, "count": len(windows)}
    if any(window.arrival or window.picks for window in windows):
        held["marks"] = [_mark_document(window) for window in windows]
    return held


def _mark_document(window: Window) -> Mark:
    mark: Mark = {}
    if (a := window.arrival) is not None:
        mark["arrival"] = (a.phase, a.time_ns, a.ray_parameter, a.incidence, a.takeoff, a.model)
    if window.picks:
        mark["picks"] = [(p.phase, p.time_ns, p.id, p.score, p.polarity) for p in window.picks]
    return mark


def _marked(window: Window, mark: Mark) -> Window:
    if not mark:
        return window
    arrival = mark.get("arrival")
    return replace(
        window,
        arrival=None if arrival is None else Arrival(*arrival),
        picks=tuple(Pick(*pick) for pick in mark.get("picks", ())),
    )


def windows_of(task: TaskDocument) -> tuple[Window, ...]:
    """The windows of a task document; those of older versions are a list of mappings."""
    windows = task["windows"]
    if isinstance(windows, list):
        return tuple(
            Window(
                id=window["id"],
                channel=Channel.parse(window["channel"]),
                start_ns=window["start_ns"],
                end_ns=window["end_ns"],
                inclusive_end=window["inclusive_end"],
                subject=Event(window["event"]),
            )
            for window in windows
        )
    found = unpack_windows(task["job"], packed_windows(windows))
    if (marks := task.get("marks")) is not None:
        return tuple(map(_marked, found, marks))
    return tuple(found)


def _object_document(ref: ObjectRef) -> TaskObject:
    document: TaskObject = {
        "key": ref.key,
        "size": ref.size,
        "etag": ref.etag,
        "day_ns": ref.day_ns,
        "channel": str(ref.channel) if ref.channel else None,
        "missing": ref.missing,
        "knots": [number for knot in ref.knots for number in knot],
        "ordered": ref.ordered,
    }
    if ref.runs:
        document["runs"] = [
            {
                "channel": str(run.channel),
                "bytes": (run.start, run.end),
                "knots": [number for knot in run.knots for number in knot],
                "ordered": run.ordered,
            }
            for run in ref.runs
        ]
    return document


def _object_value(archive: str, document: TaskObject) -> ObjectRef:
    knots = document.get("knots", [])  # tasks of older versions have none
    return ObjectRef(
        archive=archive,
        key=document["key"],
        size=document["size"],
        etag=document["etag"],
        day_ns=document["day_ns"],
        channel=Channel.parse(document["channel"]) if document["channel"] else None,
        missing=document["missing"],
        knots=tuple(zip(knots[::2], knots[1::2], strict=True)),
        ordered=document.get("ordered", False),
        runs=tuple(map(_run_value, document.get("runs", ()))),
    )


def _run_value(document: TaskRun) -> ChannelRun:
    start, end = document["bytes"]
    knots = document["knots"]
    pairs = tuple(zip(knots[::2], knots[1::2], strict=True))
    return ChannelRun(Channel.parse(document["channel"]), start, end, pairs, document["ordered"])


def task_document(task: Task) -> TaskDocument:
    """A task that was just planned: open, no part done."""
    template, held = task.template, windows_document(task.job, task.windows)
    document: TaskDocument = {
        "_id": task.id,
        "job": task.job,
        "open": True,
        "attempt": 1,
        "archive": task.archive,
        "objects": [_object_document(ref) for ref in task.objects],
        "windows": held["windows"],
        "count": held["count"],
        "parts": [(part.first, part.count) for part in task.parts],
        "done": [],
        "template": None
        if template is None
        else {"start_ns": template.start_ns, "end_ns": template.end_ns, "event": template.event},
        "pad": _pad(task),
    }
    if "marks" in held:
        document["marks"] = held["marks"]
    if task.unplaced:
        document["unplaced"] = [(why.fate.value, why.reason, why.detail) for why in task.unplaced]
    if task.existing:
        document["existing"] = [(one.job, one.pieces, len(list(run))) for one, run in groupby(task.existing)]
    return document


def _pad(task: Task) -> tuple[int, int] | None:
    before, after = task.pad_before_ns, task.pad_after_ns
    return None if before is None or after is None else (before, after)


def task_value(document: TaskDocument) -> Task:
    """Inverse of `task_document`, without the fields for bookkeeping."""
    template = document["template"]
    pad = document.get("pad") or (None, None)
    return Task(
        id=document["_id"],
        job=document["job"],
        archive=document["archive"],
        objects=tuple(_object_value(document["archive"], o) for o in document["objects"]),
        windows=windows_of(document),
        parts=tuple(Part(first, count) for first, count in document["parts"]),
        template=None if template is None else WindowTemplate(**template),
        pad_before_ns=pad[0],
        pad_after_ns=pad[1],
        unplaced=tuple(Unplaced(Fate(fate), reason, detail) for fate, reason, detail in document.get("unplaced", ())),
        existing=tuple(
            Existing(job, pieces) for job, pieces, count in document.get("existing", ()) for _ in range(count)
        ),
    )
