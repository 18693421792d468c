from seis.v1 import task_pb2 as _task_pb2
from seis.v1 import waveform_pb2 as _waveform_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ChannelFilter(_message.Message):
    __slots__ = ("net", "sta", "loc", "chan")
    NET_FIELD_NUMBER: _ClassVar[int]
    STA_FIELD_NUMBER: _ClassVar[int]
    LOC_FIELD_NUMBER: _ClassVar[int]
    CHAN_FIELD_NUMBER: _ClassVar[int]
    net: str
    sta: str
    loc: str
    chan: str
    def __init__(self, net: _Optional[str] = ..., sta: _Optional[str] = ..., loc: _Optional[str] = ..., chan: _Optional[str] = ...) -> None: ...

class TimeSpan(_message.Message):
    __slots__ = ("start_ns", "end_ns")
    START_NS_FIELD_NUMBER: _ClassVar[int]
    END_NS_FIELD_NUMBER: _ClassVar[int]
    start_ns: int
    end_ns: int
    def __init__(self, start_ns: _Optional[int] = ..., end_ns: _Optional[int] = ...) -> None: ...

class Job(_message.Message):
    __slots__ = ("name", "title", "kind", "progress", "spec_json", "submit_time_ns", "close_time_ns", "error", "notes")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    SPEC_JSON_FIELD_NUMBER: _ClassVar[int]
    SUBMIT_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    CLOSE_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    kind: str
    progress: _task_pb2.JobSnapshot
    spec_json: str
    submit_time_ns: int
    close_time_ns: int
    error: str
    notes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., kind: _Optional[str] = ..., progress: _Optional[_Union[_task_pb2.JobSnapshot, _Mapping]] = ..., spec_json: _Optional[str] = ..., submit_time_ns: _Optional[int] = ..., close_time_ns: _Optional[int] = ..., error: _Optional[str] = ..., notes: _Optional[_Iterable[str]] = ...) -> None: ...

class Estimate(_message.Message):
    __slots__ = ("windows", "objects", "requests", "fetch_bytes", "disk_bytes", "hours", "missing", "days_estimated", "basis", "bases", "days")
    class BasesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    OBJECTS_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    FETCH_BYTES_FIELD_NUMBER: _ClassVar[int]
    DISK_BYTES_FIELD_NUMBER: _ClassVar[int]
    HOURS_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    DAYS_ESTIMATED_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    BASES_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    windows: int
    objects: int
    requests: int
    fetch_bytes: int
    disk_bytes: int
    hours: float
    missing: int
    days_estimated: int
    basis: str
    bases: _containers.ScalarMap[str, str]
    days: int
    def __init__(self, windows: _Optional[int] = ..., objects: _Optional[int] = ..., requests: _Optional[int] = ..., fetch_bytes: _Optional[int] = ..., disk_bytes: _Optional[int] = ..., hours: _Optional[float] = ..., missing: _Optional[int] = ..., days_estimated: _Optional[int] = ..., basis: _Optional[str] = ..., bases: _Optional[_Mapping[str, str]] = ..., days: _Optional[int] = ...) -> None: ...

class SubmitJobRequest(_message.Message):
    __slots__ = ("spec", "request_id", "validate_only")
    SPEC_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    spec: str
    request_id: str
    validate_only: bool
    def __init__(self, spec: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class Already(_message.Message):
    __slots__ = ("windows", "planned", "skipped", "scaled", "jobs", "text")
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    PLANNED_FIELD_NUMBER: _ClassVar[int]
    SKIPPED_FIELD_NUMBER: _ClassVar[int]
    SCALED_FIELD_NUMBER: _ClassVar[int]
    JOBS_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    windows: int
    planned: int
    skipped: bool
    scaled: bool
    jobs: _containers.RepeatedScalarFieldContainer[str]
    text: str
    def __init__(self, windows: _Optional[int] = ..., planned: _Optional[int] = ..., skipped: _Optional[bool] = ..., scaled: _Optional[bool] = ..., jobs: _Optional[_Iterable[str]] = ..., text: _Optional[str] = ...) -> None: ...

class SubmitJobResponse(_message.Message):
    __slots__ = ("job", "estimate", "already")
    JOB_FIELD_NUMBER: _ClassVar[int]
    ESTIMATE_FIELD_NUMBER: _ClassVar[int]
    ALREADY_FIELD_NUMBER: _ClassVar[int]
    job: Job
    estimate: Estimate
    already: Already
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ..., estimate: _Optional[_Union[Estimate, _Mapping]] = ..., already: _Optional[_Union[Already, _Mapping]] = ...) -> None: ...

class GetHistoryRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class GetHistoryResponse(_message.Message):
    __slots__ = ("job_json", "notes", "objects", "global_json", "history", "waveform")
    class Object(_message.Message):
        __slots__ = ("archive", "key", "etag", "now", "problem")
        ARCHIVE_FIELD_NUMBER: _ClassVar[int]
        KEY_FIELD_NUMBER: _ClassVar[int]
        ETAG_FIELD_NUMBER: _ClassVar[int]
        NOW_FIELD_NUMBER: _ClassVar[int]
        PROBLEM_FIELD_NUMBER: _ClassVar[int]
        archive: str
        key: str
        etag: str
        now: str
        problem: str
        def __init__(self, archive: _Optional[str] = ..., key: _Optional[str] = ..., etag: _Optional[str] = ..., now: _Optional[str] = ..., problem: _Optional[str] = ...) -> None: ...
    JOB_JSON_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    OBJECTS_FIELD_NUMBER: _ClassVar[int]
    GLOBAL_JSON_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    WAVEFORM_FIELD_NUMBER: _ClassVar[int]
    job_json: str
    notes: _containers.RepeatedScalarFieldContainer[str]
    objects: _containers.RepeatedCompositeFieldContainer[GetHistoryResponse.Object]
    global_json: str
    history: _waveform_pb2.ProcessingHistory
    waveform: str
    def __init__(self, job_json: _Optional[str] = ..., notes: _Optional[_Iterable[str]] = ..., objects: _Optional[_Iterable[_Union[GetHistoryResponse.Object, _Mapping]]] = ..., global_json: _Optional[str] = ..., history: _Optional[_Union[_waveform_pb2.ProcessingHistory, _Mapping]] = ..., waveform: _Optional[str] = ...) -> None: ...

class GetJobRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: Job
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ...) -> None: ...

class ListJobsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "skip", "count")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    skip: int
    count: bool
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., skip: _Optional[int] = ..., count: _Optional[bool] = ...) -> None: ...

class ListJobsResponse(_message.Message):
    __slots__ = ("jobs", "next_page_token", "waits_for", "total_size")
    JOBS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    WAITS_FOR_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    jobs: _containers.RepeatedCompositeFieldContainer[Job]
    next_page_token: str
    waits_for: _containers.RepeatedScalarFieldContainer[str]
    total_size: int
    def __init__(self, jobs: _Optional[_Iterable[_Union[Job, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., waits_for: _Optional[_Iterable[str]] = ..., total_size: _Optional[int] = ...) -> None: ...

class WatchJobRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class WatchJobResponse(_message.Message):
    __slots__ = ("progress", "waits_for")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    WAITS_FOR_FIELD_NUMBER: _ClassVar[int]
    progress: _task_pb2.JobSnapshot
    waits_for: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, progress: _Optional[_Union[_task_pb2.JobSnapshot, _Mapping]] = ..., waits_for: _Optional[_Iterable[str]] = ...) -> None: ...

class CancelJobRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class CancelJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: Job
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ...) -> None: ...

class RetryJobRequest(_message.Message):
    __slots__ = ("name", "fates", "reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FATES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    fates: _containers.RepeatedScalarFieldContainer[_task_pb2.Fate]
    reason: str
    def __init__(self, name: _Optional[str] = ..., fates: _Optional[_Iterable[_Union[_task_pb2.Fate, str]]] = ..., reason: _Optional[str] = ...) -> None: ...

class RetryJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: Job
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ...) -> None: ...

class GetCallerRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetCallerResponse(_message.Message):
    __slots__ = ("name", "role", "told_apart")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    TOLD_APART_FIELD_NUMBER: _ClassVar[int]
    name: str
    role: str
    told_apart: bool
    def __init__(self, name: _Optional[str] = ..., role: _Optional[str] = ..., told_apart: _Optional[bool] = ...) -> None: ...

class ExplainJobRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ExplainJobResponse(_message.Message):
    __slots__ = ("findings", "stages")
    class Stage(_message.Message):
        __slots__ = ("service", "messages", "working", "idle")
        SERVICE_FIELD_NUMBER: _ClassVar[int]
        MESSAGES_FIELD_NUMBER: _ClassVar[int]
        WORKING_FIELD_NUMBER: _ClassVar[int]
        IDLE_FIELD_NUMBER: _ClassVar[int]
        service: str
        messages: int
        working: int
        idle: int
        def __init__(self, service: _Optional[str] = ..., messages: _Optional[int] = ..., working: _Optional[int] = ..., idle: _Optional[int] = ...) -> None: ...
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    STAGES_FIELD_NUMBER: _ClassVar[int]
    findings: _containers.RepeatedScalarFieldContainer[str]
    stages: _containers.RepeatedCompositeFieldContainer[ExplainJobResponse.Stage]
    def __init__(self, findings: _Optional[_Iterable[str]] = ..., stages: _Optional[_Iterable[_Union[ExplainJobResponse.Stage, _Mapping]]] = ...) -> None: ...

class GetAvailabilityRequest(_message.Message):
    __slots__ = ("name", "only_reasons")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ONLY_REASONS_FIELD_NUMBER: _ClassVar[int]
    name: str
    only_reasons: bool
    def __init__(self, name: _Optional[str] = ..., only_reasons: _Optional[bool] = ...) -> None: ...

class GetAvailabilityResponse(_message.Message):
    __slots__ = ("rows", "reasons")
    class Row(_message.Message):
        __slots__ = ("channel", "day_ns", "planned", "saved", "dead", "missing", "failed", "cancelled", "reasons")
        CHANNEL_FIELD_NUMBER: _ClassVar[int]
        DAY_NS_FIELD_NUMBER: _ClassVar[int]
        PLANNED_FIELD_NUMBER: _ClassVar[int]
        SAVED_FIELD_NUMBER: _ClassVar[int]
        DEAD_FIELD_NUMBER: _ClassVar[int]
        MISSING_FIELD_NUMBER: _ClassVar[int]
        FAILED_FIELD_NUMBER: _ClassVar[int]
        CANCELLED_FIELD_NUMBER: _ClassVar[int]
        REASONS_FIELD_NUMBER: _ClassVar[int]
        channel: _task_pb2.Channel
        day_ns: int
        planned: int
        saved: int
        dead: int
        missing: int
        failed: int
        cancelled: int
        reasons: _containers.RepeatedScalarFieldContainer[str]
        def __init__(self, channel: _Optional[_Union[_task_pb2.Channel, _Mapping]] = ..., day_ns: _Optional[int] = ..., planned: _Optional[int] = ..., saved: _Optional[int] = ..., dead: _Optional[int] = ..., missing: _Optional[int] = ..., failed: _Optional[int] = ..., cancelled: _Optional[int] = ..., reasons: _Optional[_Iterable[str]] = ...) -> None: ...
    class Reason(_message.Message):
        __slots__ = ("fate", "reason", "windows", "example")
        FATE_FIELD_NUMBER: _ClassVar[int]
        REASON_FIELD_NUMBER: _ClassVar[int]
        WINDOWS_FIELD_NUMBER: _ClassVar[int]
        EXAMPLE_FIELD_NUMBER: _ClassVar[int]
        fate: _task_pb2.Fate
        reason: str
        windows: int
        example: str
        def __init__(self, fate: _Optional[_Union[_task_pb2.Fate, str]] = ..., reason: _Optional[str] = ..., windows: _Optional[int] = ..., example: _Optional[str] = ...) -> None: ...
    ROWS_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[GetAvailabilityResponse.Row]
    reasons: _containers.RepeatedCompositeFieldContainer[GetAvailabilityResponse.Reason]
    def __init__(self, rows: _Optional[_Iterable[_Union[GetAvailabilityResponse.Row, _Mapping]]] = ..., reasons: _Optional[_Iterable[_Union[GetAvailabilityResponse.Reason, _Mapping]]] = ...) -> None: ...

class SyncIndexRequest(_message.Message):
    __slots__ = ("archive", "request_id")
    ARCHIVE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    archive: str
    request_id: str
    def __init__(self, archive: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SyncIndexResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: Job
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ...) -> None: ...

class PurgeJobsRequest(_message.Message):
    __slots__ = ("names", "closed_before_ns", "request_id", "validate_only")
    NAMES_FIELD_NUMBER: _ClassVar[int]
    CLOSED_BEFORE_NS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    closed_before_ns: int
    request_id: str
    validate_only: bool
    def __init__(self, names: _Optional[_Iterable[str]] = ..., closed_before_ns: _Optional[int] = ..., request_id: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class PurgeJobsResponse(_message.Message):
    __slots__ = ("job", "names")
    JOB_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    job: Job
    names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ..., names: _Optional[_Iterable[str]] = ...) -> None: ...

class ListArchivesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListArchivesResponse(_message.Message):
    __slots__ = ("archives",)
    class Archive(_message.Message):
        __slots__ = ("name", "bucket", "region", "index")
        NAME_FIELD_NUMBER: _ClassVar[int]
        BUCKET_FIELD_NUMBER: _ClassVar[int]
        REGION_FIELD_NUMBER: _ClassVar[int]
        INDEX_FIELD_NUMBER: _ClassVar[int]
        name: str
        bucket: str
        region: str
        index: str
        def __init__(self, name: _Optional[str] = ..., bucket: _Optional[str] = ..., region: _Optional[str] = ..., index: _Optional[str] = ...) -> None: ...
    ARCHIVES_FIELD_NUMBER: _ClassVar[int]
    archives: _containers.RepeatedCompositeFieldContainer[ListArchivesResponse.Archive]
    def __init__(self, archives: _Optional[_Iterable[_Union[ListArchivesResponse.Archive, _Mapping]]] = ...) -> None: ...

class ListIndexKeysRequest(_message.Message):
    __slots__ = ("archive", "index", "year", "day", "format", "page_size", "page_token", "skip")
    ARCHIVE_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    DAY_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    archive: str
    index: str
    year: int
    day: int
    format: str
    page_size: int
    page_token: str
    skip: int
    def __init__(self, archive: _Optional[str] = ..., index: _Optional[str] = ..., year: _Optional[int] = ..., day: _Optional[int] = ..., format: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., skip: _Optional[int] = ...) -> None: ...

class ListIndexKeysResponse(_message.Message):
    __slots__ = ("documents_json", "next_page_token", "total_size")
    DOCUMENTS_JSON_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    documents_json: _containers.RepeatedScalarFieldContainer[str]
    next_page_token: str
    total_size: int
    def __init__(self, documents_json: _Optional[_Iterable[str]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ...) -> None: ...

class ListDayFilesRequest(_message.Message):
    __slots__ = ("archive", "day_ns", "filter", "page_size", "page_token", "skip", "count")
    ARCHIVE_FIELD_NUMBER: _ClassVar[int]
    DAY_NS_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    archive: str
    day_ns: int
    filter: ChannelFilter
    page_size: int
    page_token: str
    skip: int
    count: bool
    def __init__(self, archive: _Optional[str] = ..., day_ns: _Optional[int] = ..., filter: _Optional[_Union[ChannelFilter, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., skip: _Optional[int] = ..., count: _Optional[bool] = ...) -> None: ...

class ListDayFilesResponse(_message.Message):
    __slots__ = ("documents_json", "next_page_token", "total_size")
    DOCUMENTS_JSON_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    documents_json: _containers.RepeatedScalarFieldContainer[str]
    next_page_token: str
    total_size: int
    def __init__(self, documents_json: _Optional[_Iterable[str]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ...) -> None: ...

class ListEventsRequest(_message.Message):
    __slots__ = ("archive", "span", "above_magnitude", "max_magnitude", "page_size", "page_token", "skip", "count")
    ARCHIVE_FIELD_NUMBER: _ClassVar[int]
    SPAN_FIELD_NUMBER: _ClassVar[int]
    ABOVE_MAGNITUDE_FIELD_NUMBER: _ClassVar[int]
    MAX_MAGNITUDE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    archive: str
    span: TimeSpan
    above_magnitude: float
    max_magnitude: float
    page_size: int
    page_token: str
    skip: int
    count: bool
    def __init__(self, archive: _Optional[str] = ..., span: _Optional[_Union[TimeSpan, _Mapping]] = ..., above_magnitude: _Optional[float] = ..., max_magnitude: _Optional[float] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., skip: _Optional[int] = ..., count: _Optional[bool] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("id", "time_ns", "lat", "lon", "depth_km", "mag", "mag_type", "waveform_key", "phase_key", "event_type")
    ID_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    LAT_FIELD_NUMBER: _ClassVar[int]
    LON_FIELD_NUMBER: _ClassVar[int]
    DEPTH_KM_FIELD_NUMBER: _ClassVar[int]
    MAG_FIELD_NUMBER: _ClassVar[int]
    MAG_TYPE_FIELD_NUMBER: _ClassVar[int]
    WAVEFORM_KEY_FIELD_NUMBER: _ClassVar[int]
    PHASE_KEY_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    id: str
    time_ns: int
    lat: float
    lon: float
    depth_km: float
    mag: float
    mag_type: str
    waveform_key: str
    phase_key: str
    event_type: str
    def __init__(self, id: _Optional[str] = ..., time_ns: _Optional[int] = ..., lat: _Optional[float] = ..., lon: _Optional[float] = ..., depth_km: _Optional[float] = ..., mag: _Optional[float] = ..., mag_type: _Optional[str] = ..., waveform_key: _Optional[str] = ..., phase_key: _Optional[str] = ..., event_type: _Optional[str] = ...) -> None: ...

class ListEventsResponse(_message.Message):
    __slots__ = ("events", "next_page_token", "total_size")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[Event]
    next_page_token: str
    total_size: int
    def __init__(self, events: _Optional[_Iterable[_Union[Event, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ...) -> None: ...

class ListChannelsRequest(_message.Message):
    __slots__ = ("archive", "filter", "span", "page_size", "page_token", "skip", "count")
    ARCHIVE_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    SPAN_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    archive: str
    filter: ChannelFilter
    span: TimeSpan
    page_size: int
    page_token: str
    skip: int
    count: bool
    def __init__(self, archive: _Optional[str] = ..., filter: _Optional[_Union[ChannelFilter, _Mapping]] = ..., span: _Optional[_Union[TimeSpan, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., skip: _Optional[int] = ..., count: _Optional[bool] = ...) -> None: ...

class ListChannelsResponse(_message.Message):
    __slots__ = ("documents_json", "next_page_token", "total_size")
    DOCUMENTS_JSON_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    documents_json: _containers.RepeatedScalarFieldContainer[str]
    next_page_token: str
    total_size: int
    def __init__(self, documents_json: _Optional[_Iterable[str]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ...) -> None: ...

class ListOutcomesRequest(_message.Message):
    __slots__ = ("name", "fates", "page_size", "page_token", "reason", "channel", "span", "skip", "count")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FATES_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    SPAN_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    name: str
    fates: _containers.RepeatedScalarFieldContainer[_task_pb2.Fate]
    page_size: int
    page_token: str
    reason: str
    channel: str
    span: TimeSpan
    skip: int
    count: bool
    def __init__(self, name: _Optional[str] = ..., fates: _Optional[_Iterable[_Union[_task_pb2.Fate, str]]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., reason: _Optional[str] = ..., channel: _Optional[str] = ..., span: _Optional[_Union[TimeSpan, _Mapping]] = ..., skip: _Optional[int] = ..., count: _Optional[bool] = ...) -> None: ...

class ListOutcomesResponse(_message.Message):
    __slots__ = ("rows", "next_page_token", "total_size")
    class Row(_message.Message):
        __slots__ = ("window", "fate", "reason", "detail", "refs", "attempt")
        WINDOW_FIELD_NUMBER: _ClassVar[int]
        FATE_FIELD_NUMBER: _ClassVar[int]
        REASON_FIELD_NUMBER: _ClassVar[int]
        DETAIL_FIELD_NUMBER: _ClassVar[int]
        REFS_FIELD_NUMBER: _ClassVar[int]
        ATTEMPT_FIELD_NUMBER: _ClassVar[int]
        window: _task_pb2.Window
        fate: _task_pb2.Fate
        reason: str
        detail: str
        refs: _containers.RepeatedScalarFieldContainer[str]
        attempt: int
        def __init__(self, window: _Optional[_Union[_task_pb2.Window, _Mapping]] = ..., fate: _Optional[_Union[_task_pb2.Fate, str]] = ..., reason: _Optional[str] = ..., detail: _Optional[str] = ..., refs: _Optional[_Iterable[str]] = ..., attempt: _Optional[int] = ...) -> None: ...
    ROWS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[ListOutcomesResponse.Row]
    next_page_token: str
    total_size: int
    def __init__(self, rows: _Optional[_Iterable[_Union[ListOutcomesResponse.Row, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ...) -> None: ...

class WaveformQuery(_message.Message):
    __slots__ = ("job", "filter", "span", "data_tag", "event", "limit", "components")
    JOB_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    SPAN_FIELD_NUMBER: _ClassVar[int]
    DATA_TAG_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    COMPONENTS_FIELD_NUMBER: _ClassVar[int]
    job: str
    filter: ChannelFilter
    span: TimeSpan
    data_tag: str
    event: str
    limit: int
    components: int
    def __init__(self, job: _Optional[str] = ..., filter: _Optional[_Union[ChannelFilter, _Mapping]] = ..., span: _Optional[_Union[TimeSpan, _Mapping]] = ..., data_tag: _Optional[str] = ..., event: _Optional[str] = ..., limit: _Optional[int] = ..., components: _Optional[int] = ...) -> None: ...

class ListWaveformsRequest(_message.Message):
    __slots__ = ("query", "page_size", "page_token", "with_logs")
    QUERY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    WITH_LOGS_FIELD_NUMBER: _ClassVar[int]
    query: WaveformQuery
    page_size: int
    page_token: str
    with_logs: bool
    def __init__(self, query: _Optional[_Union[WaveformQuery, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., with_logs: _Optional[bool] = ...) -> None: ...

class ListWaveformsResponse(_message.Message):
    __slots__ = ("documents_json", "next_page_token", "logs_json")
    DOCUMENTS_JSON_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    LOGS_JSON_FIELD_NUMBER: _ClassVar[int]
    documents_json: _containers.RepeatedScalarFieldContainer[str]
    next_page_token: str
    logs_json: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, documents_json: _Optional[_Iterable[str]] = ..., next_page_token: _Optional[str] = ..., logs_json: _Optional[_Iterable[str]] = ...) -> None: ...

class GetDatumRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class GetDatumResponse(_message.Message):
    __slots__ = ("documents_json", "logs_json", "grave_json")
    DOCUMENTS_JSON_FIELD_NUMBER: _ClassVar[int]
    LOGS_JSON_FIELD_NUMBER: _ClassVar[int]
    GRAVE_JSON_FIELD_NUMBER: _ClassVar[int]
    documents_json: _containers.RepeatedScalarFieldContainer[str]
    logs_json: _containers.RepeatedScalarFieldContainer[str]
    grave_json: str
    def __init__(self, documents_json: _Optional[_Iterable[str]] = ..., logs_json: _Optional[_Iterable[str]] = ..., grave_json: _Optional[str] = ...) -> None: ...

class StreamWaveformsRequest(_message.Message):
    __slots__ = ("query",)
    QUERY_FIELD_NUMBER: _ClassVar[int]
    query: WaveformQuery
    def __init__(self, query: _Optional[_Union[WaveformQuery, _Mapping]] = ...) -> None: ...

class StreamWaveformsResponse(_message.Message):
    __slots__ = ("document_json", "data", "encoding", "last", "error", "log_json")
    DOCUMENT_JSON_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    LOG_JSON_FIELD_NUMBER: _ClassVar[int]
    document_json: str
    data: bytes
    encoding: _waveform_pb2.SampleEncoding
    last: bool
    error: str
    log_json: str
    def __init__(self, document_json: _Optional[str] = ..., data: _Optional[bytes] = ..., encoding: _Optional[_Union[_waveform_pb2.SampleEncoding, str]] = ..., last: _Optional[bool] = ..., error: _Optional[str] = ..., log_json: _Optional[str] = ...) -> None: ...

class ListLogsRequest(_message.Message):
    __slots__ = ("name", "page_size", "page_token")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    name: str
    page_size: int
    page_token: str
    def __init__(self, name: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListLogsResponse(_message.Message):
    __slots__ = ("documents_json", "next_page_token")
    DOCUMENTS_JSON_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    documents_json: _containers.RepeatedScalarFieldContainer[str]
    next_page_token: str
    def __init__(self, documents_json: _Optional[_Iterable[str]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListCemeteryRequest(_message.Message):
    __slots__ = ("name", "page_size", "page_token")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    name: str
    page_size: int
    page_token: str
    def __init__(self, name: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCemeteryResponse(_message.Message):
    __slots__ = ("documents_json", "next_page_token")
    DOCUMENTS_JSON_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    documents_json: _containers.RepeatedScalarFieldContainer[str]
    next_page_token: str
    def __init__(self, documents_json: _Optional[_Iterable[str]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListDatasetsRequest(_message.Message):
    __slots__ = ("name", "page_size", "page_token", "skip", "count")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    name: str
    page_size: int
    page_token: str
    skip: int
    count: bool
    def __init__(self, name: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., skip: _Optional[int] = ..., count: _Optional[bool] = ...) -> None: ...

class ListDatasetsResponse(_message.Message):
    __slots__ = ("documents_json", "next_page_token", "total_size")
    DOCUMENTS_JSON_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    documents_json: _containers.RepeatedScalarFieldContainer[str]
    next_page_token: str
    total_size: int
    def __init__(self, documents_json: _Optional[_Iterable[str]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ...) -> None: ...

class StreamDatasetRequest(_message.Message):
    __slots__ = ("dataset", "log")
    DATASET_FIELD_NUMBER: _ClassVar[int]
    LOG_FIELD_NUMBER: _ClassVar[int]
    dataset: str
    log: bool
    def __init__(self, dataset: _Optional[str] = ..., log: _Optional[bool] = ...) -> None: ...

class StreamDatasetResponse(_message.Message):
    __slots__ = ("file", "data")
    FILE_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    file: str
    data: bytes
    def __init__(self, file: _Optional[str] = ..., data: _Optional[bytes] = ...) -> None: ...

class ListMisfitsRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListMisfitsResponse(_message.Message):
    __slots__ = ("rows",)
    class Row(_message.Message):
        __slots__ = ("event", "path", "stations", "sources", "windows", "misfit")
        EVENT_FIELD_NUMBER: _ClassVar[int]
        PATH_FIELD_NUMBER: _ClassVar[int]
        STATIONS_FIELD_NUMBER: _ClassVar[int]
        SOURCES_FIELD_NUMBER: _ClassVar[int]
        WINDOWS_FIELD_NUMBER: _ClassVar[int]
        MISFIT_FIELD_NUMBER: _ClassVar[int]
        event: str
        path: str
        stations: int
        sources: int
        windows: int
        misfit: float
        def __init__(self, event: _Optional[str] = ..., path: _Optional[str] = ..., stations: _Optional[int] = ..., sources: _Optional[int] = ..., windows: _Optional[int] = ..., misfit: _Optional[float] = ...) -> None: ...
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[ListMisfitsResponse.Row]
    def __init__(self, rows: _Optional[_Iterable[_Union[ListMisfitsResponse.Row, _Mapping]]] = ...) -> None: ...

class DeadLetter(_message.Message):
    __slots__ = ("name", "job", "task", "part", "stream", "subject", "reason", "deliveries", "time_ns", "body")
    NAME_FIELD_NUMBER: _ClassVar[int]
    JOB_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    STREAM_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DELIVERIES_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    name: str
    job: str
    task: str
    part: int
    stream: str
    subject: str
    reason: str
    deliveries: int
    time_ns: int
    body: bytes
    def __init__(self, name: _Optional[str] = ..., job: _Optional[str] = ..., task: _Optional[str] = ..., part: _Optional[int] = ..., stream: _Optional[str] = ..., subject: _Optional[str] = ..., reason: _Optional[str] = ..., deliveries: _Optional[int] = ..., time_ns: _Optional[int] = ..., body: _Optional[bytes] = ...) -> None: ...

class ListDeadLettersRequest(_message.Message):
    __slots__ = ("job", "page_size", "page_token", "skip", "count")
    JOB_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    job: str
    page_size: int
    page_token: str
    skip: int
    count: bool
    def __init__(self, job: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., skip: _Optional[int] = ..., count: _Optional[bool] = ...) -> None: ...

class ListDeadLettersResponse(_message.Message):
    __slots__ = ("dead_letters", "next_page_token", "total_size")
    DEAD_LETTERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    dead_letters: _containers.RepeatedCompositeFieldContainer[DeadLetter]
    next_page_token: str
    total_size: int
    def __init__(self, dead_letters: _Optional[_Iterable[_Union[DeadLetter, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ...) -> None: ...

class GetDeadLetterRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetDeadLetterResponse(_message.Message):
    __slots__ = ("dead_letter",)
    DEAD_LETTER_FIELD_NUMBER: _ClassVar[int]
    dead_letter: DeadLetter
    def __init__(self, dead_letter: _Optional[_Union[DeadLetter, _Mapping]] = ...) -> None: ...

class ReplayDeadLetterRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ReplayDeadLetterResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: Job
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ...) -> None: ...

class GetStatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetStatusResponse(_message.Message):
    __slots__ = ("service", "state", "holding_for", "in_progress", "done", "redelivered", "bytes_in_flight", "pid", "cpu_seconds")
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    HOLDING_FOR_FIELD_NUMBER: _ClassVar[int]
    IN_PROGRESS_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    REDELIVERED_FIELD_NUMBER: _ClassVar[int]
    BYTES_IN_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    PID_FIELD_NUMBER: _ClassVar[int]
    CPU_SECONDS_FIELD_NUMBER: _ClassVar[int]
    service: str
    state: str
    holding_for: str
    in_progress: int
    done: int
    redelivered: int
    bytes_in_flight: int
    pid: int
    cpu_seconds: float
    def __init__(self, service: _Optional[str] = ..., state: _Optional[str] = ..., holding_for: _Optional[str] = ..., in_progress: _Optional[int] = ..., done: _Optional[int] = ..., redelivered: _Optional[int] = ..., bytes_in_flight: _Optional[int] = ..., pid: _Optional[int] = ..., cpu_seconds: _Optional[float] = ...) -> None: ...

class PauseRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PauseResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ResumeRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ResumeResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DrainRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DrainResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
