"""The shapes of all documents, a module for each family of collections; `collections` says which one has which.

Types say what a document holds today, and what older versions left in the database. If a field is `NotRequired`, its
comment says when it is there. Two things to know:

- BSON has one kind of array. One of a fixed shape is declared as a tuple, so that its items have types: take it apart,
  and never compare it, since the driver gives a list.
- A query with a projection gives documents that have fewer fields than their type says.

Times `*_ns` are integer nanoseconds since 1970. A channel in one text is "NET.STA.LOC.CHAN".
"""

from bson import ObjectId

from .archive import (
    ChannelDocument,
    DayDocument,
    DayFacts,
    DayFile,
    DayFileDocument,
    Epoch,
    IndexKeyDocument,
    LearnedOfFile,
    Placed,
    Point,
    Responses,
    RunOfFile,
    SiteDocument,
    SourceDocument,
)
from .common import Codes, Document, LogEntry, Provenance, Source
from .datasets import DatasetDocument, DatasetFacts
from .history import GlobalHistory, HostClass, ObjectHistory, Program, StepInstance
from .jobs import JobChange, JobDocument, OriginRow, PlanCursor, RetryWish, StationPickRow, change_job
from .misfits import (
    AdjointSourceDocument,
    MisfitWindowDocument,
    OfStation,
    RejectedWindowDocument,
    SyntheticDocument,
    SyntheticFields,
)
from .outcomes import (
    BlockRow,
    CountRow,
    EndKind,
    OutcomeDocument,
    OutcomeRow,
    StoredOutcome,
    SummaryCounts,
    SummaryDocument,
    SummaryExample,
    SummaryReason,
)
from .tasks import HeldWindows, Mark, OldWindow, PackedWindows, TaskDocument, TaskObject, TaskRun, Template, WindowRun
from .upkeep import DeadLetterDocument, LeaseDocument, LeaseTerms, ProcessDocument, ProcessReport, WaitEntry
from .waveforms import (
    ErrorLog,
    Grave,
    Ids,
    OfItem,
    OfWindow,
    Places,
    Saved,
    SavedDocument,
    SeismogramDocument,
    Stored,
    Tombstone,
    WaveformDocument,
)

__all__ = [
    "AdjointSourceDocument",
    "BlockRow",
    "ChannelDocument",
    "Codes",
    "CountRow",
    "DatasetDocument",
    "DatasetFacts",
    "DayDocument",
    "DayFacts",
    "DayFile",
    "DayFileDocument",
    "DeadLetterDocument",
    "Document",
    "EndKind",
    "Epoch",
    "ErrorLog",
    "GlobalHistory",
    "Grave",
    "HeldWindows",
    "HostClass",
    "Ids",
    "IndexKeyDocument",
    "JobChange",
    "JobDocument",
    "LearnedOfFile",
    "LeaseDocument",
    "LeaseTerms",
    "LogEntry",
    "Mark",
    "MisfitWindowDocument",
    "ObjectHistory",
    "ObjectId",
    "OfItem",
    "OfStation",
    "OfWindow",
    "OldWindow",
    "OriginRow",
    "OutcomeDocument",
    "OutcomeRow",
    "PackedWindows",
    "Placed",
    "Places",
    "PlanCursor",
    "Point",
    "ProcessDocument",
    "ProcessReport",
    "Program",
    "Provenance",
    "RejectedWindowDocument",
    "Responses",
    "RetryWish",
    "RunOfFile",
    "Saved",
    "SavedDocument",
    "SeismogramDocument",
    "SiteDocument",
    "Source",
    "SourceDocument",
    "StationPickRow",
    "StepInstance",
    "Stored",
    "StoredOutcome",
    "SummaryCounts",
    "SummaryDocument",
    "SummaryExample",
    "SummaryReason",
    "SyntheticDocument",
    "SyntheticFields",
    "TaskDocument",
    "TaskObject",
    "TaskRun",
    "Template",
    "Tombstone",
    "WaitEntry",
    "WaveformDocument",
    "WindowRun",
    "change_job",
]
