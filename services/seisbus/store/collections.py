"""Names, types and indexes of the collections, in one list; `ensure_indexes` creates what is missing.

Rules for speed, for MongoDB and for the embedded server: query by `_id`, or by the full equality prefix of an index
plus at most one range (for a range of `_id` alone the embedded server scans everything). Bound what grows with a job by
ranges, because a limit does not help (`slices`). Write in batches. Never claim work by a state field.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final, Generic, TypeVar

from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.database import AsyncDatabase

from .documents import (
    AdjointSourceDocument,
    ChannelDocument,
    DatasetDocument,
    DayDocument,
    DayFileDocument,
    DeadLetterDocument,
    Document,
    ErrorLog,
    GlobalHistory,
    Grave,
    IndexKeyDocument,
    JobDocument,
    LeaseDocument,
    MisfitWindowDocument,
    ObjectHistory,
    ProcessDocument,
    RejectedWindowDocument,
    SeismogramDocument,
    SiteDocument,
    SourceDocument,
    StoredOutcome,
    SummaryDocument,
    SyntheticDocument,
    TaskDocument,
    WaveformDocument,
)

D = TypeVar("D", bound=Mapping[str, Any])


class Collection(str, Generic[D]):
    """The name of a collection, with the type of its documents, by which `store[name]` is checked.

    A package that brings a job kind may name collections of its own in this way.
    """

    __slots__ = ()


JOB: Final[Collection[JobDocument]] = Collection("job")
TASK: Final[Collection[TaskDocument]] = Collection("task")
OUTCOME: Final[Collection[StoredOutcome]] = Collection("outcome")
OUTCOME_SUPERSEDED: Final[Collection[StoredOutcome]] = Collection("outcome_superseded")
SUMMARY: Final[Collection[SummaryDocument]] = Collection("summary")
WF_TIMESERIES: Final[Collection[WaveformDocument]] = Collection("wf_TimeSeries")
WF_SEISMOGRAM: Final[Collection[SeismogramDocument]] = Collection("wf_Seismogram")
CEMETERY: Final[Collection[Grave]] = Collection("cemetery")
ELOG: Final[Collection[ErrorLog]] = Collection("elog")
ASDF_DATASET: Final[Collection[DatasetDocument]] = Collection("asdf_dataset")
MISFIT_WINDOW: Final[Collection[MisfitWindowDocument]] = Collection("misfit_window")
ADJOINT_SOURCE: Final[Collection[AdjointSourceDocument]] = Collection("adjoint_source")
SYNTHETIC: Final[Collection[SyntheticDocument]] = Collection("synthetic")
REJECTED_WINDOW: Final[Collection[RejectedWindowDocument]] = Collection("rejected_window")
CATALOG_INDEX: Final[Collection[IndexKeyDocument]] = Collection("s3_catalog_index")
WAVEFORM_INDEX: Final[Collection[IndexKeyDocument]] = Collection("s3_waveform_index")
DAY_INDEX: Final[Collection[DayDocument]] = Collection("day_index")
DAY_FILE: Final[Collection[DayFileDocument]] = Collection("day_file")
SOURCE: Final[Collection[SourceDocument]] = Collection("source")
SITE: Final[Collection[SiteDocument]] = Collection("site")
CHANNEL: Final[Collection[ChannelDocument]] = Collection("channel")
HISTORY_GLOBAL: Final[Collection[GlobalHistory]] = Collection("history_global")
HISTORY_OBJECT: Final[Collection[ObjectHistory]] = Collection("history_object")
DEAD_LETTER: Final[Collection[DeadLetterDocument]] = Collection("dead_letter")
LEASE: Final[Collection[LeaseDocument]] = Collection("lease")
PROCESS: Final[Collection[ProcessDocument]] = Collection("process")

# The collections of waveforms, with the number of components.
WAVEFORMS: Final[dict[Collection[Any], int]] = {WF_TIMESERIES: 1, WF_SEISMOGRAM: 3}

# Longer than a holiday, so that somebody can still look at it; outcomes keep the reason for ever.
DEAD_LETTER_SECONDS: Final = 90 * 86_400


def _index(*keys: str, unique: bool = False, sparse: bool = False) -> IndexModel:
    return IndexModel([(key, ASCENDING) for key in keys], unique=unique, sparse=sparse)


_SHARED: Final = IndexModel(
    [("shared_by", ASCENDING), ("starttime", ASCENDING)], partialFilterExpression={"shared_by": {"$exists": True}}
)

INDEXES: Final[dict[str, list[IndexModel]]] = {
    JOB: [_index("open", sparse=True), _index("request_id", unique=True, sparse=True), _index("recipe", sparse=True),
          _index("points_to", sparse=True)],
    TASK: [
        _index("job", "_id"),
        IndexModel([("job", ASCENDING), ("open", ASCENDING)], partialFilterExpression={"open": True}),
    ],
    OUTCOME: [_index("job", "_id")],
    SUMMARY: [_index("job")],
    DAY_FILE: [_index("day", "_id")],
    WF_TIMESERIES: [
        _index("job", "starttime"),
        _index("net", "sta", "chan", "starttime"),
        _index("data_tag", sparse=True),
        _SHARED,
        _index("event", sparse=True),
    ],
    WF_SEISMOGRAM: [
        _index("job", "starttime"),
        _index("net", "sta", "starttime"),
        _index("data_tag", sparse=True),
        _SHARED,
        _index("event", sparse=True),
    ],
    HISTORY_GLOBAL: [_index("job")],
    HISTORY_OBJECT: [_index("job", "_id")],
    CEMETERY: [_index("job", "_id")],
    ELOG: [_index("job", "_id")],
    ASDF_DATASET: [_index("job"), _index("path")],
    MISFIT_WINDOW: [_index("job", "event", "net", "sta")],
    ADJOINT_SOURCE: [_index("job", "event", "net", "sta")],
    SYNTHETIC: [_index("job", "event", "net", "sta")],
    REJECTED_WINDOW: [_index("job", "event", "net", "sta")],
    CATALOG_INDEX: [_index("archive", "year", "format")],
    WAVEFORM_INDEX: [_index("archive", "year", "day", "format")],
    SOURCE: [_index("archive", "time_ns")],
    SITE: [_index("archive", "net", "sta")],
    CHANNEL: [_index("archive", "net", "sta")],
    DEAD_LETTER: [_index("job"), IndexModel([("buried", ASCENDING)], expireAfterSeconds=DEAD_LETTER_SECONDS)],
}  # fmt: skip

# Indexes of older versions that other indexes replace.
_OBSOLETE: Final[Mapping[str, tuple[str, ...]]] = {
    WF_TIMESERIES: ("data_tag_1_starttime_1", "event_1_starttime_1"),
    HISTORY_OBJECT: ("job_1",),
    CEMETERY: ("job_1",),
    ELOG: ("job_1",),
}


async def ensure_indexes(database: AsyncDatabase[Document]) -> None:
    """Create missing collections and indexes. Collections too, because not every server can create one in a
    transaction.

    All at once, because a server that writes each to the disk spends its time waiting.
    """
    present = set(await database.list_collection_names())
    everything: Iterable[str] = (TASK, OUTCOME, OUTCOME_SUPERSEDED, DAY_INDEX, DAY_FILE, LEASE, PROCESS, *INDEXES)

    async def ensure(name: str) -> None:
        if name not in present:
            await database.create_collection(name)
        if name in INDEXES:
            await database[name].create_indexes(INDEXES[name])
        if name in _OBSOLETE:
            for index in set(await database[name].index_information()).intersection(_OBSOLETE[name]):
                await database[name].drop_index(index)

    await asyncio.gather(*map(ensure, dict.fromkeys(everything)))
