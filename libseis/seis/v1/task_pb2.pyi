from seis.v1 import waveform_pb2 as _waveform_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SubjectKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SUBJECT_KIND_UNSPECIFIED: _ClassVar[SubjectKind]
    SUBJECT_KIND_OBJECT: _ClassVar[SubjectKind]
    SUBJECT_KIND_DATASET: _ClassVar[SubjectKind]
    SUBJECT_KIND_STATION: _ClassVar[SubjectKind]
    SUBJECT_KIND_JOB: _ClassVar[SubjectKind]

class Fate(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FATE_UNSPECIFIED: _ClassVar[Fate]
    FATE_SAVED: _ClassVar[Fate]
    FATE_DEAD: _ClassVar[Fate]
    FATE_MISSING: _ClassVar[Fate]
    FATE_FAILED: _ClassVar[Fate]
    FATE_CANCELLED: _ClassVar[Fate]
SUBJECT_KIND_UNSPECIFIED: SubjectKind
SUBJECT_KIND_OBJECT: SubjectKind
SUBJECT_KIND_DATASET: SubjectKind
SUBJECT_KIND_STATION: SubjectKind
SUBJECT_KIND_JOB: SubjectKind
FATE_UNSPECIFIED: Fate
FATE_SAVED: Fate
FATE_DEAD: Fate
FATE_MISSING: Fate
FATE_FAILED: Fate
FATE_CANCELLED: Fate

class Channel(_message.Message):
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

class ObjectRef(_message.Message):
    __slots__ = ("archive", "key", "size", "etag", "day_ns", "channel", "missing", "knots", "ordered")
    ARCHIVE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    DAY_NS_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    KNOTS_FIELD_NUMBER: _ClassVar[int]
    ORDERED_FIELD_NUMBER: _ClassVar[int]
    archive: str
    key: str
    size: int
    etag: str
    day_ns: int
    channel: Channel
    missing: str
    knots: _containers.RepeatedScalarFieldContainer[int]
    ordered: bool
    def __init__(self, archive: _Optional[str] = ..., key: _Optional[str] = ..., size: _Optional[int] = ..., etag: _Optional[str] = ..., day_ns: _Optional[int] = ..., channel: _Optional[_Union[Channel, _Mapping]] = ..., missing: _Optional[str] = ..., knots: _Optional[_Iterable[int]] = ..., ordered: _Optional[bool] = ...) -> None: ...

class Window(_message.Message):
    __slots__ = ("id", "channel", "start_ns", "end_ns", "inclusive_end", "event", "subject")
    ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    START_NS_FIELD_NUMBER: _ClassVar[int]
    END_NS_FIELD_NUMBER: _ClassVar[int]
    INCLUSIVE_END_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    id: str
    channel: Channel
    start_ns: int
    end_ns: int
    inclusive_end: bool
    event: str
    subject: SubjectKind
    def __init__(self, id: _Optional[str] = ..., channel: _Optional[_Union[Channel, _Mapping]] = ..., start_ns: _Optional[int] = ..., end_ns: _Optional[int] = ..., inclusive_end: _Optional[bool] = ..., event: _Optional[str] = ..., subject: _Optional[_Union[SubjectKind, str]] = ...) -> None: ...

class Recipe(_message.Message):
    __slots__ = ("gaps", "fill", "overlap", "steps_json", "pad_before", "pad_after", "storage", "encoding", "data_tag", "verify_full", "scan", "pad_planned")
    GAPS_FIELD_NUMBER: _ClassVar[int]
    FILL_FIELD_NUMBER: _ClassVar[int]
    OVERLAP_FIELD_NUMBER: _ClassVar[int]
    STEPS_JSON_FIELD_NUMBER: _ClassVar[int]
    PAD_BEFORE_FIELD_NUMBER: _ClassVar[int]
    PAD_AFTER_FIELD_NUMBER: _ClassVar[int]
    STORAGE_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    DATA_TAG_FIELD_NUMBER: _ClassVar[int]
    VERIFY_FULL_FIELD_NUMBER: _ClassVar[int]
    SCAN_FIELD_NUMBER: _ClassVar[int]
    PAD_PLANNED_FIELD_NUMBER: _ClassVar[int]
    gaps: str
    fill: str
    overlap: str
    steps_json: str
    pad_before: float
    pad_after: float
    storage: str
    encoding: str
    data_tag: str
    verify_full: bool
    scan: bool
    pad_planned: bool
    def __init__(self, gaps: _Optional[str] = ..., fill: _Optional[str] = ..., overlap: _Optional[str] = ..., steps_json: _Optional[str] = ..., pad_before: _Optional[float] = ..., pad_after: _Optional[float] = ..., storage: _Optional[str] = ..., encoding: _Optional[str] = ..., data_tag: _Optional[str] = ..., verify_full: _Optional[bool] = ..., scan: _Optional[bool] = ..., pad_planned: _Optional[bool] = ...) -> None: ...

class Part(_message.Message):
    __slots__ = ("first", "count")
    FIRST_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    first: int
    count: int
    def __init__(self, first: _Optional[int] = ..., count: _Optional[int] = ...) -> None: ...

class FetchTask(_message.Message):
    __slots__ = ("job", "task", "attempt", "objects", "windows", "parts", "recipe", "template", "publication")
    JOB_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    OBJECTS_FIELD_NUMBER: _ClassVar[int]
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    RECIPE_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    PUBLICATION_FIELD_NUMBER: _ClassVar[int]
    job: str
    task: str
    attempt: int
    objects: _containers.RepeatedCompositeFieldContainer[ObjectRef]
    windows: _containers.RepeatedCompositeFieldContainer[Window]
    parts: _containers.RepeatedCompositeFieldContainer[Part]
    recipe: Recipe
    template: Template
    publication: int
    def __init__(self, job: _Optional[str] = ..., task: _Optional[str] = ..., attempt: _Optional[int] = ..., objects: _Optional[_Iterable[_Union[ObjectRef, _Mapping]]] = ..., windows: _Optional[_Iterable[_Union[Window, _Mapping]]] = ..., parts: _Optional[_Iterable[_Union[Part, _Mapping]]] = ..., recipe: _Optional[_Union[Recipe, _Mapping]] = ..., template: _Optional[_Union[Template, _Mapping]] = ..., publication: _Optional[int] = ...) -> None: ...

class Template(_message.Message):
    __slots__ = ("start_ns", "end_ns", "event")
    START_NS_FIELD_NUMBER: _ClassVar[int]
    END_NS_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    start_ns: int
    end_ns: int
    event: str
    def __init__(self, start_ns: _Optional[int] = ..., end_ns: _Optional[int] = ..., event: _Optional[str] = ...) -> None: ...

class Claim(_message.Message):
    __slots__ = ("bucket", "key", "size", "sha256")
    BUCKET_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    bucket: str
    key: str
    size: int
    sha256: bytes
    def __init__(self, bucket: _Optional[str] = ..., key: _Optional[str] = ..., size: _Optional[int] = ..., sha256: _Optional[bytes] = ...) -> None: ...

class Input(_message.Message):
    __slots__ = ("object", "etag", "ranges", "records", "problems", "missing", "waveform_records", "whole", "strangers")
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    RANGES_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    WAVEFORM_RECORDS_FIELD_NUMBER: _ClassVar[int]
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    STRANGERS_FIELD_NUMBER: _ClassVar[int]
    object: ObjectRef
    etag: str
    ranges: _containers.RepeatedScalarFieldContainer[int]
    records: bytes
    problems: _containers.RepeatedScalarFieldContainer[str]
    missing: str
    waveform_records: int
    whole: str
    strangers: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, object: _Optional[_Union[ObjectRef, _Mapping]] = ..., etag: _Optional[str] = ..., ranges: _Optional[_Iterable[int]] = ..., records: _Optional[bytes] = ..., problems: _Optional[_Iterable[str]] = ..., missing: _Optional[str] = ..., waveform_records: _Optional[int] = ..., whole: _Optional[str] = ..., strangers: _Optional[_Iterable[str]] = ...) -> None: ...

class WindowTask(_message.Message):
    __slots__ = ("job", "task", "attempt", "part", "inputs", "windows", "recipe", "part_count", "publication")
    JOB_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    RECIPE_FIELD_NUMBER: _ClassVar[int]
    PART_COUNT_FIELD_NUMBER: _ClassVar[int]
    PUBLICATION_FIELD_NUMBER: _ClassVar[int]
    job: str
    task: str
    attempt: int
    part: int
    inputs: _containers.RepeatedCompositeFieldContainer[Input]
    windows: _containers.RepeatedCompositeFieldContainer[Window]
    recipe: Recipe
    part_count: int
    publication: int
    def __init__(self, job: _Optional[str] = ..., task: _Optional[str] = ..., attempt: _Optional[int] = ..., part: _Optional[int] = ..., inputs: _Optional[_Iterable[_Union[Input, _Mapping]]] = ..., windows: _Optional[_Iterable[_Union[Window, _Mapping]]] = ..., recipe: _Optional[_Union[Recipe, _Mapping]] = ..., part_count: _Optional[int] = ..., publication: _Optional[int] = ...) -> None: ...

class Envelope(_message.Message):
    __slots__ = ("inline", "claim")
    INLINE_FIELD_NUMBER: _ClassVar[int]
    CLAIM_FIELD_NUMBER: _ClassVar[int]
    inline: bytes
    claim: Claim
    def __init__(self, inline: _Optional[bytes] = ..., claim: _Optional[_Union[Claim, _Mapping]] = ...) -> None: ...

class Piece(_message.Message):
    __slots__ = ("samples", "t0_ns", "rate", "channel", "units")
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    T0_NS_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    samples: _waveform_pb2.Samples
    t0_ns: int
    rate: _waveform_pb2.Rate
    channel: Channel
    units: str
    def __init__(self, samples: _Optional[_Union[_waveform_pb2.Samples, _Mapping]] = ..., t0_ns: _Optional[int] = ..., rate: _Optional[_Union[_waveform_pb2.Rate, _Mapping]] = ..., channel: _Optional[_Union[Channel, _Mapping]] = ..., units: _Optional[str] = ...) -> None: ...

class Provenance(_message.Message):
    __slots__ = ("sources", "steps")
    class Source(_message.Message):
        __slots__ = ("archive", "key", "etag", "ranges", "whole")
        ARCHIVE_FIELD_NUMBER: _ClassVar[int]
        KEY_FIELD_NUMBER: _ClassVar[int]
        ETAG_FIELD_NUMBER: _ClassVar[int]
        RANGES_FIELD_NUMBER: _ClassVar[int]
        WHOLE_FIELD_NUMBER: _ClassVar[int]
        archive: str
        key: str
        etag: str
        ranges: _containers.RepeatedScalarFieldContainer[int]
        whole: str
        def __init__(self, archive: _Optional[str] = ..., key: _Optional[str] = ..., etag: _Optional[str] = ..., ranges: _Optional[_Iterable[int]] = ..., whole: _Optional[str] = ...) -> None: ...
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    sources: _containers.RepeatedCompositeFieldContainer[Provenance.Source]
    steps: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, sources: _Optional[_Iterable[_Union[Provenance.Source, _Mapping]]] = ..., steps: _Optional[_Iterable[str]] = ...) -> None: ...

class Outcome(_message.Message):
    __slots__ = ("window", "fate", "reason", "detail", "pieces", "log", "provenance", "data")
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    PIECES_FIELD_NUMBER: _ClassVar[int]
    LOG_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    window: Window
    fate: Fate
    reason: str
    detail: str
    pieces: _containers.RepeatedCompositeFieldContainer[Piece]
    log: _containers.RepeatedCompositeFieldContainer[_waveform_pb2.LogEntry]
    provenance: Provenance
    data: _containers.RepeatedCompositeFieldContainer[_waveform_pb2.TimeSeries]
    def __init__(self, window: _Optional[_Union[Window, _Mapping]] = ..., fate: _Optional[_Union[Fate, str]] = ..., reason: _Optional[str] = ..., detail: _Optional[str] = ..., pieces: _Optional[_Iterable[_Union[Piece, _Mapping]]] = ..., log: _Optional[_Iterable[_Union[_waveform_pb2.LogEntry, _Mapping]]] = ..., provenance: _Optional[_Union[Provenance, _Mapping]] = ..., data: _Optional[_Iterable[_Union[_waveform_pb2.TimeSeries, _Mapping]]] = ...) -> None: ...

class Outcomes(_message.Message):
    __slots__ = ("job", "task", "attempt", "part", "outcomes", "recipe", "expansion", "part_count")
    JOB_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    RECIPE_FIELD_NUMBER: _ClassVar[int]
    EXPANSION_FIELD_NUMBER: _ClassVar[int]
    PART_COUNT_FIELD_NUMBER: _ClassVar[int]
    job: str
    task: str
    attempt: int
    part: int
    outcomes: _containers.RepeatedCompositeFieldContainer[Outcome]
    recipe: Recipe
    expansion: Expansion
    part_count: int
    def __init__(self, job: _Optional[str] = ..., task: _Optional[str] = ..., attempt: _Optional[int] = ..., part: _Optional[int] = ..., outcomes: _Optional[_Iterable[_Union[Outcome, _Mapping]]] = ..., recipe: _Optional[_Union[Recipe, _Mapping]] = ..., expansion: _Optional[_Union[Expansion, _Mapping]] = ..., part_count: _Optional[int] = ...) -> None: ...

class Expansion(_message.Message):
    __slots__ = ("windows", "parts")
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    windows: _containers.RepeatedCompositeFieldContainer[Window]
    parts: _containers.RepeatedCompositeFieldContainer[Part]
    def __init__(self, windows: _Optional[_Iterable[_Union[Window, _Mapping]]] = ..., parts: _Optional[_Iterable[_Union[Part, _Mapping]]] = ...) -> None: ...

class PlanTask(_message.Message):
    __slots__ = ("job", "attempt")
    JOB_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    job: str
    attempt: int
    def __init__(self, job: _Optional[str] = ..., attempt: _Optional[int] = ...) -> None: ...

class BuildTask(_message.Message):
    __slots__ = ("job", "task", "attempt", "publication", "window")
    JOB_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    PUBLICATION_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    job: str
    task: str
    attempt: int
    publication: int
    window: Window
    def __init__(self, job: _Optional[str] = ..., task: _Optional[str] = ..., attempt: _Optional[int] = ..., publication: _Optional[int] = ..., window: _Optional[_Union[Window, _Mapping]] = ...) -> None: ...

class MisfitTask(_message.Message):
    __slots__ = ("job", "task", "attempt", "publication", "window", "observed", "synthetic", "config_json", "quakeml", "stationxml", "fixed_windows_json", "problems", "keep_rejected", "observed_data", "synthetic_data")
    JOB_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    PUBLICATION_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_FIELD_NUMBER: _ClassVar[int]
    SYNTHETIC_FIELD_NUMBER: _ClassVar[int]
    CONFIG_JSON_FIELD_NUMBER: _ClassVar[int]
    QUAKEML_FIELD_NUMBER: _ClassVar[int]
    STATIONXML_FIELD_NUMBER: _ClassVar[int]
    FIXED_WINDOWS_JSON_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    KEEP_REJECTED_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_DATA_FIELD_NUMBER: _ClassVar[int]
    SYNTHETIC_DATA_FIELD_NUMBER: _ClassVar[int]
    job: str
    task: str
    attempt: int
    publication: int
    window: Window
    observed: _containers.RepeatedCompositeFieldContainer[Piece]
    synthetic: _containers.RepeatedCompositeFieldContainer[Piece]
    config_json: str
    quakeml: bytes
    stationxml: bytes
    fixed_windows_json: str
    problems: _containers.RepeatedScalarFieldContainer[str]
    keep_rejected: bool
    observed_data: _containers.RepeatedCompositeFieldContainer[_waveform_pb2.TimeSeries]
    synthetic_data: _containers.RepeatedCompositeFieldContainer[_waveform_pb2.TimeSeries]
    def __init__(self, job: _Optional[str] = ..., task: _Optional[str] = ..., attempt: _Optional[int] = ..., publication: _Optional[int] = ..., window: _Optional[_Union[Window, _Mapping]] = ..., observed: _Optional[_Iterable[_Union[Piece, _Mapping]]] = ..., synthetic: _Optional[_Iterable[_Union[Piece, _Mapping]]] = ..., config_json: _Optional[str] = ..., quakeml: _Optional[bytes] = ..., stationxml: _Optional[bytes] = ..., fixed_windows_json: _Optional[str] = ..., problems: _Optional[_Iterable[str]] = ..., keep_rejected: _Optional[bool] = ..., observed_data: _Optional[_Iterable[_Union[_waveform_pb2.TimeSeries, _Mapping]]] = ..., synthetic_data: _Optional[_Iterable[_Union[_waveform_pb2.TimeSeries, _Mapping]]] = ...) -> None: ...

class Measurement(_message.Message):
    __slots__ = ("job", "task", "attempt", "window", "fate", "reason", "detail", "windows_json", "sources", "log", "synthetic", "rejected_json", "synthetic_data")
    JOB_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    WINDOWS_JSON_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    LOG_FIELD_NUMBER: _ClassVar[int]
    SYNTHETIC_FIELD_NUMBER: _ClassVar[int]
    REJECTED_JSON_FIELD_NUMBER: _ClassVar[int]
    SYNTHETIC_DATA_FIELD_NUMBER: _ClassVar[int]
    job: str
    task: str
    attempt: int
    window: Window
    fate: Fate
    reason: str
    detail: str
    windows_json: _containers.RepeatedScalarFieldContainer[str]
    sources: _containers.RepeatedCompositeFieldContainer[AdjointTrace]
    log: _containers.RepeatedCompositeFieldContainer[_waveform_pb2.LogEntry]
    synthetic: _containers.RepeatedCompositeFieldContainer[Piece]
    rejected_json: _containers.RepeatedScalarFieldContainer[str]
    synthetic_data: _containers.RepeatedCompositeFieldContainer[_waveform_pb2.TimeSeries]
    def __init__(self, job: _Optional[str] = ..., task: _Optional[str] = ..., attempt: _Optional[int] = ..., window: _Optional[_Union[Window, _Mapping]] = ..., fate: _Optional[_Union[Fate, str]] = ..., reason: _Optional[str] = ..., detail: _Optional[str] = ..., windows_json: _Optional[_Iterable[str]] = ..., sources: _Optional[_Iterable[_Union[AdjointTrace, _Mapping]]] = ..., log: _Optional[_Iterable[_Union[_waveform_pb2.LogEntry, _Mapping]]] = ..., synthetic: _Optional[_Iterable[_Union[Piece, _Mapping]]] = ..., rejected_json: _Optional[_Iterable[str]] = ..., synthetic_data: _Optional[_Iterable[_Union[_waveform_pb2.TimeSeries, _Mapping]]] = ...) -> None: ...

class AdjointTrace(_message.Message):
    __slots__ = ("attributes_json", "samples")
    ATTRIBUTES_JSON_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    attributes_json: str
    samples: bytes
    def __init__(self, attributes_json: _Optional[str] = ..., samples: _Optional[bytes] = ...) -> None: ...

class JobSnapshot(_message.Message):
    __slots__ = ("job", "state", "attempt", "planned", "planning_done", "saved", "dead", "missing", "failed", "cancelled", "time_ns", "stored_bytes")
    JOB_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    PLANNED_FIELD_NUMBER: _ClassVar[int]
    PLANNING_DONE_FIELD_NUMBER: _ClassVar[int]
    SAVED_FIELD_NUMBER: _ClassVar[int]
    DEAD_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    STORED_BYTES_FIELD_NUMBER: _ClassVar[int]
    job: str
    state: str
    attempt: int
    planned: int
    planning_done: bool
    saved: int
    dead: int
    missing: int
    failed: int
    cancelled: int
    time_ns: int
    stored_bytes: int
    def __init__(self, job: _Optional[str] = ..., state: _Optional[str] = ..., attempt: _Optional[int] = ..., planned: _Optional[int] = ..., planning_done: _Optional[bool] = ..., saved: _Optional[int] = ..., dead: _Optional[int] = ..., missing: _Optional[int] = ..., failed: _Optional[int] = ..., cancelled: _Optional[int] = ..., time_ns: _Optional[int] = ..., stored_bytes: _Optional[int] = ...) -> None: ...
