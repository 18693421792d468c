"""Windows in a row that are dead for one reason, in one document of the cemetery. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..model.task import Window
from .packing import Document

if TYPE_CHECKING:
    from .settle import SettledWindow


def same_grave(windows: Sequence[SettledWindow], begin: int, number: int) -> bool:
    """Whether window `number` goes on the run that begins at `begin` and holds all between: one channel, event and
    reason, equally long and far apart."""
    first, before, last = windows[begin], windows[number - 1], windows[number]
    one, other = first.window, last.window
    if first.grave is None or last.grave is None:
        return False
    step = windows[begin + 1].window.start_ns - one.start_ns
    return (
        first.reason == last.reason
        and (one.channel, one.event, one.inclusive_end) == (other.channel, other.event, other.inclusive_end)
        and one.end_ns - one.start_ns == other.end_ns - other.start_ns
        and other.start_ns - before.window.start_ns == step > 0
        and first.grave["tombstone"].get("provenance") == last.grave["tombstone"].get("provenance")
    )


def share_grave(document: Document, window: Window, grave: Document) -> None:
    """Add a window to the run of a cemetery document: its span and count grow, each line of its log stands once."""
    tombstone = document["tombstone"]
    if document["count"] == 1:
        document["tombstone"] = tombstone = dict(tombstone)
        document["logdata"] = list(document["logdata"])
        document["step_ns"] = window.start_ns - document["start_ns"]
    document["count"] += 1
    tombstone["endtime"] = grave["tombstone"]["endtime"]
    document["logdata"] += [line for line in grave["logdata"] if line not in document["logdata"]]
