"""The collections `outcome`, `outcome_superseded` and `summary`: how windows ended, and how many did so.

What one message settles is one document; older versions have one document per window.
"""

from __future__ import annotations

from typing import NotRequired, TypeAlias, TypedDict, final

from bson import ObjectId

from .common import Provenance
from .tasks import PackedWindows

CountRow: TypeAlias = tuple[str, int, str, str, int]
"""[channel, start of the UTC day in ns, fate, reason, windows]"""
BlockRow: TypeAlias = tuple[str, int, str, str, int]
"""[block of tasks as `model.ids.block_of` has it, start of the UTC day in ns, fate, reason, windows]"""
SummaryExample: TypeAlias = tuple[str, int, str]
"""[channel, start_ns, the sentence that says why]"""


class EndKind(TypedDict):
    """A way in which windows of a document ended. One of the last fields says what they refer to."""

    fate: str
    reason: str
    detail: str
    refs: NotRequired[list[str]]  # ids of documents, hex
    pieces: NotRequired[int]  # so many wf documents, whose ids follow from the window's
    of: NotRequired[str]  # the earlier job that has the windows, if it is not this one
    grave: NotRequired[bool]  # True: the cemetery document of its run


@final
class OutcomeDocument(TypedDict):
    """The outcomes of a part of a task; `_id` = task/part, and task/part/1 ... for what came later.

    In `outcome_superseded`, which has what a retry replaced, `_id` ends with "~" and the attempt.
    """

    _id: str
    job: str
    task: str
    part: int
    attempt: int
    windows: PackedWindows
    kinds: list[EndKind]
    ends: list[tuple[int, int]]  # [kind, count] in the order of the windows
    graves: NotRequired[list[int]]  # first windows of runs that share a cemetery document
    counts: dict[str, int]  # fate: windows; no zeros
    rows: list[CountRow]
    provenance: NotRequired[Provenance]  # of all its wf documents that have no provenance themselves


@final
class OutcomeRow(TypedDict):
    """The outcome of one window: what `expand` gives, and what older versions stored; `_id` is the window's id."""

    _id: str
    job: str
    task: str
    part: int
    attempt: int
    fate: str
    reason: str
    detail: str
    refs: list[str]
    channel: str
    start_ns: int
    end_ns: int
    event: str
    subject: NotRequired[str]  # type of what `event` names; older versions had events alone
    window: NotRequired[str]  # its id, if a retry replaced it, because then `_id` has the attempt in it


StoredOutcome: TypeAlias = OutcomeDocument | OutcomeRow
"""A document of `outcome` or `outcome_superseded`; `"fate" in document` tells those of older versions."""


SummaryReason: TypeAlias = tuple[str, str, int, *tuple[SummaryExample, ...]]
"""[fate, reason, windows, example ...]"""


class SummaryCounts(TypedDict):
    """Numbers of windows."""

    reasons: list[SummaryReason]  # only in the first of several documents
    rows: NotRequired[bytes | list[CountRow]]  # see `pack_rows`; a list in older versions
    blocks: NotRequired[bytes | list[BlockRow]]  # packed as rows; not in older versions


class SummaryDocument(SummaryCounts):
    """A change of the counts: a job's counts are the sum of its documents."""

    _id: ObjectId
    job: str
    summed: NotRequired[bool]  # True: it is the sum of several
