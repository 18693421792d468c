"""The collections `history_global` and `history_object`: how data were made, of a job and of a single datum."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from bson import ObjectId

from .common import Document


class HostClass(TypedDict):
    """What kind of machine a process runs on; not which one."""

    system: str  # Linux ...
    machine: str  # x86_64 ...
    processor: str  # its model, "" where the system does not say
    cpus: int
    python: str  # implementation and version


class Program(TypedDict):
    """What a process is made of."""

    host: HostClass
    versions: dict[str, str]  # distribution: version


class StepInstance(TypedDict):
    """A step of a job, by MsPASS's names."""

    alg_name: str
    alg_id: str  # the same for equal name, version and parameters, in every job
    parameters: Document  # with defaults filled in


class GlobalHistory(TypedDict):
    """How the data of a job were made; `_id` = job."""

    _id: str
    job: str
    job_id: str  # the same, by MsPASS's name
    job_name: str
    time: float  # of the submission, seconds since 1970
    job_file: dict[str, Any]  # as it was read, with defaults filled in
    steps: list[StepInstance]
    control: Program  # who took the job
    services: dict[str, list[Program]]  # the processes at that time, by service, equal ones once


class ObjectHistory(TypedDict):
    """The processing history of a saved datum, in MsPASS's layout."""

    _id: ObjectId
    save_uuid: str  # the id of the saved datum within the history
    save_stage: int
    processing_history: bytes  # pickle of a libseis.ProcessingHistory
    alg_id: str
    alg_name: str
    job_id: str
    job_name: str
    job: str
    window: str
    wf_TimeSeries_id: NotRequired[ObjectId]
    wf_Seismogram_id: NotRequired[ObjectId]
