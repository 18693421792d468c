"""Windows and their outcomes in packed form, and back. Pure; no database here.

Packed windows have `channels`, `events` (the texts of the windows' subjects; `subjects` has their types if not all are
events) and `runs`. A run is [channel, event, inclusive end, start_ns, length_ns, step_ns, count], with channel and
event as indexes: `count` windows of one length whose starts are `step_ns` apart. A window's id is a hash of these;
`ids` are there only if they are something else.

A packed outcome document holds `windows`, `kinds` (fate, reason, detail and what they refer to, each once) and `ends`
[[kind, count], …] in the order of the windows; `counts` by fate; `rows` [[channel, day_ns, fate, reason, count], …].
"""

from __future__ import annotations

import json
import zlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from libseis.codes import Channel
from libseis.isotime import DAY_NS

from ..model.ids import document_id, window_id
from ..model.outcome import Fate
from ..model.subject import Event, Subject, subject_of
from ..model.task import Window
from .documents import CountRow, EndKind, OutcomeDocument, OutcomeRow, PackedWindows, StoredOutcome, WindowRun


def pack_windows(job: str, windows: Sequence[Window]) -> PackedWindows:
    """Windows of a job in packed form, in their order."""
    channels: dict[Channel, int] = {}
    subjects: dict[Subject, int] = {}
    runs: list[WindowRun] = []
    names: list[str] = []
    computed = True
    for window in windows:
        number = channels.setdefault(window.channel, len(channels))
        if number == len(names):
            names.append(str(window.channel))
        text = window.subject.text
        computed = computed and window.id == window_id(job, names[number], window.start_ns, window.end_ns, text)
        length = window.end_ns - window.start_ns
        kind = (number, subjects.setdefault(window.subject, len(subjects)), window.inclusive_end)
        if runs:
            channel, event, inclusive, start, usual, apart, count = runs[-1]
            step = window.start_ns - start - apart * (count - 1)
            if (channel, event, inclusive) == kind and usual == length and (count == 1 or step == apart):
                runs[-1] = (channel, event, inclusive, start, length, step, count + 1)
                continue
        runs.append((*kind, window.start_ns, length, 0, 1))
    packed: PackedWindows = {"channels": names, "events": [subject.text for subject in subjects], "runs": runs}
    if any(subject.kind != Event.kind for subject in subjects):
        packed["subjects"] = [subject.kind for subject in subjects]
    if not computed:
        packed["ids"] = [window.id for window in windows]
    return packed


def as_bytes(packed: PackedWindows) -> bytes:
    """Packed windows in the form that `packed_windows` reads."""
    return zlib.compress(json.dumps(packed, separators=(",", ":")).encode(), 1)


def packed_windows(stored: PackedWindows | bytes) -> PackedWindows:
    """Unpack windows from the form in which a document stores them."""
    if not isinstance(stored, bytes):
        return stored
    found: PackedWindows = json.loads(zlib.decompress(stored))
    return found


def unpack_windows(job: str, packed: PackedWindows) -> list[Window]:
    """Inverse of `pack_windows`."""
    known, kinds = packed.get("ids"), packed.get("subjects")
    windows: list[Window] = []
    channels = [Channel.parse(name) for name in packed["channels"]]
    for number, at, inclusive, start, length, step, count in packed["runs"]:
        name, channel, text = packed["channels"][number], channels[number], packed["events"][at]
        subject = subject_of(kinds[at] if kinds else Event.kind, text)
        for begin in range(start, start + step * count, step) if step else [start] * count:
            identity = known[len(windows)] if known else window_id(job, name, begin, begin + length, text)
            windows.append(Window(identity, channel, begin, begin + length, inclusive, subject))
    return windows


def days_of(packed: PackedWindows, first: int, count: int) -> Counter[tuple[str, int]]:
    """Count the `count` packed windows from number `first` on by channel and start of the UTC day in ns. Whole runs are
    counted without making windows, because a job may have millions of open ones."""
    found: Counter[tuple[str, int]] = Counter()
    before = 0
    for number, _, _, start, _, step, length in packed["runs"]:
        low, high = max(first - before, 0), min(first + count - before, length)
        before += length
        while low < high:
            begin = start + low * step
            day = day_of(begin)
            # to the end of the day; without a step all start at once, and what goes back is counted singly
            many = -(-(day + DAY_NS - begin) // step) if step > 0 else 1 if step else high - low
            many = min(many, high - low)
            found[packed["channels"][number], day] += many
            low += many
    return found


@dataclass(frozen=True, slots=True)
class End:
    """How a window ended. It refers to a number of `pieces` (of the earlier job `of`, if that has them), to a `grave`
    (the first window in it), or to `refs`."""

    fate: Fate
    reason: str = ""
    detail: str = ""
    refs: tuple[str, ...] = ()
    pieces: int = 0
    grave: int | None = None
    of: str = ""


def pack_outcomes(
    identity: str, job: str, task: str, part: int, attempt: int, ends: Sequence[tuple[Window, End]]
) -> OutcomeDocument:
    """One outcome document for windows that one message settled; `End.grave` is an index into `ends`."""
    kinds: dict[End, int] = {}
    runs: list[tuple[int, int]] = []
    graves: list[int] = []
    counts: Counter[str] = Counter()
    rows: Counter[tuple[str, int, str, str]] = Counter()
    names: dict[Channel, str] = {}
    for number, (window, end) in enumerate(ends):
        if end.grave == number:
            graves.append(number)
        kind = End(end.fate, end.reason, end.detail, end.refs, end.pieces, None if end.grave is None else 0, end.of)
        at = kinds.setdefault(kind, len(kinds))
        if runs and runs[-1][0] == at:
            runs[-1] = (at, runs[-1][1] + 1)
        else:
            runs.append((at, 1))
        counts[end.fate.value] += 1
        name = names.get(window.channel) or names.setdefault(window.channel, str(window.channel))
        rows[name, day_of(window.start_ns), end.fate.value, end.reason] += 1
    packed: OutcomeDocument = {
        "_id": identity,
        "job": job,
        "task": task,
        "part": part,
        "attempt": attempt,
        "windows": pack_windows(job, [window for window, _ in ends]),
        "kinds": [_kind_document(kind) for kind in kinds],
        "ends": runs,
        "counts": dict(counts),
        "rows": [(*row, n) for row, n in rows.items()],
    }
    if graves:
        packed["graves"] = graves
    return packed


def _kind_document(kind: End) -> EndKind:
    document: EndKind = {"fate": kind.fate.value, "reason": kind.reason, "detail": kind.detail}
    if kind.refs:
        document["refs"] = list(kind.refs)
    if kind.pieces:
        document["pieces"] = kind.pieces
    if kind.of:
        document["of"] = kind.of
    if kind.grave is not None:
        document["grave"] = True
    return document


def unpack_ends(document: OutcomeDocument) -> list[tuple[Window, End]]:
    """Inverse of `pack_outcomes` for its `ends`."""
    windows = unpack_windows(document["job"], document["windows"])
    graves = document.get("graves", [])
    found: list[tuple[Window, End]] = []
    for at, count in document["ends"]:
        kind = document["kinds"][at]
        plain = End(
            Fate(kind["fate"]), kind["reason"], kind["detail"], tuple(kind.get("refs", ())), kind.get("pieces", 0),
            of=kind.get("of", ""),
        )  # fmt: skip
        for number in range(len(found), len(found) + count):
            if kind.get("grave"):
                first = graves[bisect_right(graves, number) - 1]
                found.append((windows[number], End(plain.fate, plain.reason, plain.detail, plain.refs, 0, first)))
            else:
                found.append((windows[number], plain))
    return found


def expand(document: StoredOutcome) -> list[OutcomeRow]:
    """The outcomes of a document of either form, one document per window: `_id` is the window's id."""
    if "fate" in document:
        return [document]
    ends = unpack_ends(document)
    return [
        {
            "_id": window.id,
            "job": document["job"],
            "task": document["task"],
            "part": document["part"],
            "attempt": document["attempt"],
            "fate": end.fate.value,
            "reason": end.reason,
            "detail": end.detail,
            "refs": _refs(window, end, ends, document["attempt"]),
            "channel": str(window.channel),
            "start_ns": window.start_ns,
            "end_ns": window.end_ns,
            "event": window.subject.text,
            "subject": window.subject.kind,
        }
        for window, end in ends
    ]


def expand_all(documents: Iterable[StoredOutcome]) -> list[OutcomeRow]:
    """`expand` of each document."""
    return [outcome for document in documents for outcome in expand(document)]


def _refs(window: Window, end: End, ends: Sequence[tuple[Window, End]], attempt: int) -> list[str]:
    if end.pieces:
        identity = window.id
        if end.of:
            identity = window_id(end.of, str(window.channel), window.start_ns, window.end_ns, window.subject.text)
        return [document_id(identity, str(number)) for number in range(end.pieces)]
    if end.grave is not None:
        return [grave_id(ends[end.grave][0].id, attempt)]
    return list(end.refs)


def split_outcomes(
    document: OutcomeDocument, chosen: Callable[[str, str], bool], identity: str
) -> tuple[OutcomeDocument, OutcomeDocument]:
    """Divide a packed document: outcomes chosen by fate and reason get the id `identity`, the rest keeps its own."""
    ends = unpack_ends(document)
    job, task, part, attempt = document["job"], document["task"], document["part"], document["attempt"]
    halves: dict[bool, list[tuple[Window, End]]] = {True: [], False: []}
    for window, end in ends:
        plain = end
        if end.grave is not None:  # the first window of its run may be taken out
            plain = End(end.fate, end.reason, end.detail, tuple(_refs(window, end, ends, attempt)))
        halves[chosen(end.fate.value, end.reason)].append((window, plain))
    gone = pack_outcomes(identity, job, task, part, attempt, halves[True])
    rest = pack_outcomes(document["_id"], job, task, part, attempt, halves[False])
    if "provenance" in document:
        rest["provenance"] = document["provenance"]
    return gone, rest


def old_row(outcome: OutcomeRow) -> CountRow:
    """The row of an outcome document of an older version."""
    return outcome["channel"], day_of(outcome["start_ns"]), outcome["fate"], outcome.get("reason") or "", 1


def grave_id(window: str, attempt: int) -> str:
    """24 hex digits for the cemetery document of a run that begins with a window."""
    return document_id(window, f"cemetery/{attempt}")


def day_of(time_ns: int) -> int:
    """Start of the UTC day of a time, nanoseconds since 1970."""
    return time_ns // DAY_NS * DAY_NS
