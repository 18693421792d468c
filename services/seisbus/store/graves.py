"""Puts windows in a row into one document if they have one reason for being dead, or if they are saved with the same
log.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from libseis.codes import Channel

from ..model.ids import document_id, window_id
from ..model.normalized import IDS
from ..model.task import Window
from .collections import ELOG, Collection
from .documents import ErrorLog, Grave, ObjectId
from .settled import SettledWindow

# The fields of a run's tombstone that hold for all its windows.
_SHARED: Final = ("provenance", *IDS)


def same_grave(windows: Sequence[SettledWindow], begin: int, number: int) -> bool:
    """Whether window `number` continues the run of all windows from `begin` on: the same channel, event and reason,
    equal lengths and distances."""
    first, last = windows[begin], windows[number]
    if first.grave is None or last.grave is None:
        return False
    return (
        first.reason == last.reason
        and _in_row(windows, begin, number)
        and all(first.grave["tombstone"].get(name) == last.grave["tombstone"].get(name) for name in _SHARED)
    )


def _in_row(windows: Sequence[SettledWindow], begin: int, number: int) -> bool:
    """Whether window `number` has the channel, event and length of those from `begin` on, and the same distance from
    the one before."""
    one, before, other = (windows[n].window for n in (begin, number - 1, number))
    step = windows[begin + 1].window.start_ns - one.start_ns
    return (
        (one.channel, one.subject, one.inclusive_end) == (other.channel, other.subject, other.inclusive_end)
        and (one.arrival, one.picks) == (other.arrival, other.picks)
        and one.end_ns - one.start_ns == other.end_ns - other.start_ns
        and other.start_ns - before.start_ns == step > 0
    )


def with_shared_logs(windows: Sequence[SettledWindow]) -> list[list[tuple[Collection[Any], Any]]]:
    """The documents of each window. Windows in a row with equal logs share the log of the first, which gets their span
    and count; the documents of the others refer to it."""
    result: list[list[tuple[Collection[Any], Any]]] = []
    begin = 0
    shared: ErrorLog | None = None
    for number, entry in enumerate(windows):
        log: ErrorLog | None = next((document for collection, document in entry.documents if collection == ELOG), None)
        if log is None or shared is None or not _joins(shared, log, windows, begin, number):
            begin, shared = number, None if log is None else log.copy()
            result.append([(name, shared if shared and name == ELOG else d) for name, d in entry.documents])
            continue
        first = windows[begin].window
        shared["count"], shared["channel"] = number - begin + 1, str(first.channel)
        shared["start_ns"], shared["length_ns"] = first.start_ns, first.end_ns - first.start_ns
        shared["step_ns"] = windows[begin + 1].window.start_ns - first.start_ns
        result.append(
            [
                (name, {**d, "elog_id": shared["_id"]} if "elog_id" in d else d)
                for name, d in entry.documents
                if name != ELOG
            ]
        )
    return result


def _joins(shared: ErrorLog, log: ErrorLog, windows: Sequence[SettledWindow], begin: int, number: int) -> bool:
    """Whether a window's log is equal to the run's, and its id follows from its span, so that it can be found."""
    window = windows[number].window
    return (
        all(shared.get(name) == log.get(name) for name in ("logdata", "data_tag", "event", "attempt"))
        and _in_row(windows, begin, number)
        and window.id == window_id(log["job"], str(window.channel), window.start_ns, window.end_ns, window.event)
    )


def expand_log(document: ErrorLog) -> list[ErrorLog]:
    """One log document per window, out of a document of `elog`."""
    if document.get("count", 1) == 1:
        return [document]
    plain = document.copy()
    del plain["count"], plain["step_ns"]
    found: list[ErrorLog] = []
    for number in range(document["count"]):
        start = document["start_ns"] + number * document["step_ns"]
        end = start + document["length_ns"]
        window = window_id(document["job"], document["channel"], start, end, document.get("event", ""))
        identity = ObjectId(document_id(window, "0"))
        log: ErrorLog = {**plain, "window": window, "start_ns": start}
        if "wf_Seismogram_id" in log:
            log["wf_Seismogram_id"] = identity
        else:
            log["wf_TimeSeries_id"] = identity
        found.append(log)
    return found


def windows_of_grave(document: Grave) -> Iterator[str]:
    """Ids of the windows of a grave."""
    yield document["window"]
    channel = Channel.of_document(document["tombstone"])
    for number in range(1, document.get("count", 1)):
        start = document["start_ns"] + number * document["step_ns"]
        yield window_id(document["job"], str(channel), start, start + document["length_ns"], document.get("event", ""))


def share_grave(document: Grave, window: Window, grave: Grave) -> None:
    """Add a window to the run of a cemetery document: span and count grow, and each log line is kept once."""
    tombstone = document["tombstone"]
    if document["count"] == 1:
        document["tombstone"] = tombstone = tombstone.copy()
        document["logdata"] = list(document["logdata"])
        document["step_ns"] = window.start_ns - document["start_ns"]
    document["count"] += 1
    tombstone["endtime"] = grave["tombstone"]["endtime"]
    document["logdata"] += [line for line in grave["logdata"] if line not in document["logdata"]]
