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
    __slots__ = ("archive", "key", "size", "etag", "day_ns", "channel", "missing", "knots", "ordered", "runs")
    ARCHIVE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    DAY_NS_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    KNOTS_FIELD_NUMBER: _ClassVar[int]
    ORDERED_FIELD_NUMBER: _ClassVar[int]
    RUNS_FIELD_NUMBER: _ClassVar[int]
    archive: str
    key: str
    size: int
    etag: str
    day_ns: int
    channel: Channel
    missing: str
    knots: _containers.RepeatedScalarFieldContainer[int]
    ordered: bool
    runs: _containers.RepeatedCompositeFieldContainer[ChannelRun]
    def __init__(self, archive: _Optional[str] = ..., key: _Optional[str] = ..., size: _Optional[int] = ..., etag: _Optional[str] = ..., day_ns: _Optional[int] = ..., channel: _Optional[_Union[Channel, _Mapping]] = ..., missing: _Optional[str] = ..., knots: _Optional[_Iterable[int]] = ..., ordered: _Optional[bool] = ..., runs: _Optional[_Iterable[_Union[ChannelRun, _Mapping]]] = ...) -> None: ...

class ChannelRun(_message.Message):
    __slots__ = ("channel", "start", "end", "knots", "ordered")
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    KNOTS_FIELD_NUMBER: _ClassVar[int]
    ORDERED_FIELD_NUMBER: _ClassVar[int]
    channel: Channel
    start: int
    end: int
    knots: _containers.RepeatedScalarFieldContainer[int]
    ordered: bool
    def __init__(self, channel: _Optional[_Union[Channel, _Mapping]] = ..., start: _Optional[int] = ..., end: _Optional[int] = ..., knots: _Optional[_Iterable[int]] = ..., ordered: _Optional[bool] = ...) -> None: ...

class Window(_message.Message):
    __slots__ = ("id", "channel", "start_ns", "end_ns", "inclusive_end", "event", "subject", "arrival", "picks")
    ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    START_NS_FIELD_NUMBER: _ClassVar[int]
    END_NS_FIELD_NUMBER: _ClassVar[int]
    INCLUSIVE_END_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    ARRIVAL_FIELD_NUMBER: _ClassVar[int]
    PICKS_FIELD_NUMBER: _ClassVar[int]
    id: str
    channel: Channel
    start_ns: int
    end_ns: int
    inclusive_end: bool
    event: str
    subject: SubjectKind
    arrival: Arrival
    picks: _containers.RepeatedCompositeFieldContainer[Pick]
    def __init__(self, id: _Optional[str] = ..., channel: _Optional[_Union[Channel, _Mapping]] = ..., start_ns: _Optional[int] = ..., end_ns: _Optional[int] = ..., inclusive_end: _Optional[bool] = ..., event: _Optional[str] = ..., subject: _Optional[_Union[SubjectKind, str]] = ..., arrival: _Optional[_Union[Arrival, _Mapping]] = ..., picks: _Optional[_Iterable[_Union[Pick, _Mapping]]] = ...) -> None: ...

class Arrival(_message.Message):
    __slots__ = ("phase", "time_ns", "ray_parameter", "incidence", "takeoff", "model")
    PHASE_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    RAY_PARAMETER_FIELD_NUMBER: _ClassVar[int]
    INCIDENCE_FIELD_NUMBER: _ClassVar[int]
    TAKEOFF_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    phase: str
    time_ns: int
    ray_parameter: float
    incidence: float
    takeoff: float
    model: str
    def __init__(self, phase: _Optional[str] = ..., time_ns: _Optional[int] = ..., ray_parameter: _Optional[float] = ..., incidence: _Optional[float] = ..., takeoff: _Optional[float] = ..., model: _Optional[str] = ...) -> None: ...

class Pick(_message.Message):
    __slots__ = ("phase", "time_ns", "id", "score", "polarity")
    PHASE_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    POLARITY_FIELD_NUMBER: _ClassVar[int]
    phase: str
    time_ns: int
    id: str
    score: float
    polarity: str
    def __init__(self, phase: _Optional[str] = ..., time_ns: _Optional[int] = ..., id: _Optional[str] = ..., score: _Optional[float] = ..., polarity: _Optional[str] = ...) -> None: ...

class Step(_message.Message):
    __slots__ = ("name", "parameters")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    name: str
    parameters: _waveform_pb2.Value
    def __init__(self, name: _Optional[str] = ..., parameters: _Optional[_Union[_waveform_pb2.Value, _Mapping]] = ...) -> None: ...

class Recipe(_message.Message):
    __slots__ = ("gaps", "fill", "overlap", "steps_json", "pad_before", "pad_after", "storage", "encoding", "data_tag", "verify_full", "scan", "pad_planned", "steps", "pad_before_ns", "pad_after_ns", "components", "prefer", "prefer_loc", "history")
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
    STEPS_FIELD_NUMBER: _ClassVar[int]
    PAD_BEFORE_NS_FIELD_NUMBER: _ClassVar[int]
    PAD_AFTER_NS_FIELD_NUMBER: _ClassVar[int]
    COMPONENTS_FIELD_NUMBER: _ClassVar[int]
    PREFER_FIELD_NUMBER: _ClassVar[int]
    PREFER_LOC_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
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
    steps: _containers.RepeatedCompositeFieldContainer[Step]
    pad_before_ns: int
    pad_after_ns: int
    components: int
    prefer: _containers.RepeatedScalarFieldContainer[str]
    prefer_loc: _containers.RepeatedScalarFieldContainer[str]
    history: bool
    def __init__(self, gaps: _Optional[str] = ..., fill: _Optional[str] = ..., overlap: _Optional[str] = ..., steps_json: _Optional[str] = ..., pad_before: _Optional[float] = ..., pad_after: _Optional[float] = ..., storage: _Optional[str] = ..., encoding: _Optional[str] = ..., data_tag: _Optional[str] = ..., verify_full: _Optional[bool] = ..., scan: _Optional[bool] = ..., pad_planned: _Optional[bool] = ..., steps: _Optional[_Iterable[_Union[Step, _Mapping]]] = ..., pad_before_ns: _Optional[int] = ..., pad_after_ns: _Optional[int] = ..., components: _Optional[int] = ..., prefer: _Optional[_Iterable[str]] = ..., prefer_loc: _Optional[_Iterable[str]] = ..., history: _Optional[bool] = ...) -> None: ...

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
    __slots__ = ("object", "etag", "ranges", "records", "problems", "missing", "waveform_records", "whole", "strangers", "record_bytes", "floats")
    OBJECT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    RANGES_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    WAVEFORM_RECORDS_FIELD_NUMBER: _ClassVar[int]
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    STRANGERS_FIELD_NUMBER: _ClassVar[int]
    RECORD_BYTES_FIELD_NUMBER: _ClassVar[int]
    FLOATS_FIELD_NUMBER: _ClassVar[int]
    object: ObjectRef
    etag: str
    ranges: _containers.RepeatedScalarFieldContainer[int]
    records: bytes
    problems: _containers.RepeatedScalarFieldContainer[str]
    missing: str
    waveform_records: int
    whole: str
    strangers: _containers.RepeatedScalarFieldContainer[str]
    record_bytes: int
    floats: bool
    def __init__(self, object: _Optional[_Union[ObjectRef, _Mapping]] = ..., etag: _Optional[str] = ..., ranges: _Optional[_Iterable[int]] = ..., records: _Optional[bytes] = ..., problems: _Optional[_Iterable[str]] = ..., missing: _Optional[str] = ..., waveform_records: _Optional[int] = ..., whole: _Optional[str] = ..., strangers: _Optional[_Iterable[str]] = ..., record_bytes: _Optional[int] = ..., floats: _Optional[bool] = ...) -> None: ...

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
    __slots__ = ("inline", "claim", "bundle")
    INLINE_FIELD_NUMBER: _ClassVar[int]
    CLAIM_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_FIELD_NUMBER: _ClassVar[int]
    inline: bytes
    claim: Claim
    bundle: Bundle
    def __init__(self, inline: _Optional[bytes] = ..., claim: _Optional[_Union[Claim, _Mapping]] = ..., bundle: _Optional[_Union[Bundle, _Mapping]] = ...) -> None: ...

class Bundle(_message.Message):
    __slots__ = ("enclosed",)
    ENCLOSED_FIELD_NUMBER: _ClassVar[int]
    enclosed: _containers.RepeatedCompositeFieldContainer[Enclosed]
    def __init__(self, enclosed: _Optional[_Iterable[_Union[Enclosed, _Mapping]]] = ...) -> None: ...

class Enclosed(_message.Message):
    __slots__ = ("message_id", "task", "part", "body")
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    message_id: str
    task: str
    part: int
    body: bytes
    def __init__(self, message_id: _Optional[str] = ..., task: _Optional[str] = ..., part: _Optional[int] = ..., body: _Optional[bytes] = ...) -> None: ...

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
    __slots__ = ("window", "fate", "reason", "detail", "pieces", "log", "provenance", "data", "seismograms", "pad_before_ns", "pad_after_ns")
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    PIECES_FIELD_NUMBER: _ClassVar[int]
    LOG_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    SEISMOGRAMS_FIELD_NUMBER: _ClassVar[int]
    PAD_BEFORE_NS_FIELD_NUMBER: _ClassVar[int]
    PAD_AFTER_NS_FIELD_NUMBER: _ClassVar[int]
    window: Window
    fate: Fate
    reason: str
    detail: str
    pieces: _containers.RepeatedCompositeFieldContainer[Piece]
    log: _containers.RepeatedCompositeFieldContainer[_waveform_pb2.LogEntry]
    provenance: Provenance
    data: _containers.RepeatedCompositeFieldContainer[_waveform_pb2.TimeSeries]
    seismograms: _containers.RepeatedCompositeFieldContainer[_waveform_pb2.Seismogram]
    pad_before_ns: int
    pad_after_ns: int
    def __init__(self, window: _Optional[_Union[Window, _Mapping]] = ..., fate: _Optional[_Union[Fate, str]] = ..., reason: _Optional[str] = ..., detail: _Optional[str] = ..., pieces: _Optional[_Iterable[_Union[Piece, _Mapping]]] = ..., log: _Optional[_Iterable[_Union[_waveform_pb2.LogEntry, _Mapping]]] = ..., provenance: _Optional[_Union[Provenance, _Mapping]] = ..., data: _Optional[_Iterable[_Union[_waveform_pb2.TimeSeries, _Mapping]]] = ..., seismograms: _Optional[_Iterable[_Union[_waveform_pb2.Seismogram, _Mapping]]] = ..., pad_before_ns: _Optional[int] = ..., pad_after_ns: _Optional[int] = ...) -> None: ...

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

class PhaseArrival(_message.Message):
    __slots__ = ("name", "time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    time: float
    def __init__(self, name: _Optional[str] = ..., time: _Optional[float] = ...) -> None: ...

class MisfitWindow(_message.Message):
    __slots__ = ("left", "right", "center", "dt", "min_period", "cc_shift", "max_cc", "dlna", "weight", "phases")
    LEFT_FIELD_NUMBER: _ClassVar[int]
    RIGHT_FIELD_NUMBER: _ClassVar[int]
    CENTER_FIELD_NUMBER: _ClassVar[int]
    DT_FIELD_NUMBER: _ClassVar[int]
    MIN_PERIOD_FIELD_NUMBER: _ClassVar[int]
    CC_SHIFT_FIELD_NUMBER: _ClassVar[int]
    MAX_CC_FIELD_NUMBER: _ClassVar[int]
    DLNA_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    PHASES_FIELD_NUMBER: _ClassVar[int]
    left: int
    right: int
    center: int
    dt: float
    min_period: float
    cc_shift: int
    max_cc: float
    dlna: float
    weight: float
    phases: _containers.RepeatedCompositeFieldContainer[PhaseArrival]
    def __init__(self, left: _Optional[int] = ..., right: _Optional[int] = ..., center: _Optional[int] = ..., dt: _Optional[float] = ..., min_period: _Optional[float] = ..., cc_shift: _Optional[int] = ..., max_cc: _Optional[float] = ..., dlna: _Optional[float] = ..., weight: _Optional[float] = ..., phases: _Optional[_Iterable[_Union[PhaseArrival, _Mapping]]] = ...) -> None: ...

class RejectedWindow(_message.Message):
    __slots__ = ("left", "right", "center", "rejection", "value", "limit")
    LEFT_FIELD_NUMBER: _ClassVar[int]
    RIGHT_FIELD_NUMBER: _ClassVar[int]
    CENTER_FIELD_NUMBER: _ClassVar[int]
    REJECTION_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    left: int
    right: int
    center: int
    rejection: str
    value: float
    limit: float
    def __init__(self, left: _Optional[int] = ..., right: _Optional[int] = ..., center: _Optional[int] = ..., rejection: _Optional[str] = ..., value: _Optional[float] = ..., limit: _Optional[float] = ...) -> None: ...

class Criterion(_message.Message):
    __slots__ = ("number", "samples")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    number: float
    samples: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, number: _Optional[float] = ..., samples: _Optional[_Iterable[float]] = ...) -> None: ...

class WindowSettings(_message.Message):
    __slots__ = ("stalta_waterlevel", "tshift_acceptance_level", "tshift_reference", "dlna_acceptance_level", "dlna_reference", "cc_acceptance_level", "s2n_limit", "earth_model", "min_surface_wave_velocity", "max_time_before_first_arrival", "c_0", "c_1", "c_2", "c_3a", "c_3b", "c_4a", "c_4b", "check_global_data_quality", "snr_integrate_base", "snr_max_base", "noise_start_index", "noise_end_index", "signal_start_index", "signal_end_index", "edition")
    STALTA_WATERLEVEL_FIELD_NUMBER: _ClassVar[int]
    TSHIFT_ACCEPTANCE_LEVEL_FIELD_NUMBER: _ClassVar[int]
    TSHIFT_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    DLNA_ACCEPTANCE_LEVEL_FIELD_NUMBER: _ClassVar[int]
    DLNA_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    CC_ACCEPTANCE_LEVEL_FIELD_NUMBER: _ClassVar[int]
    S2N_LIMIT_FIELD_NUMBER: _ClassVar[int]
    EARTH_MODEL_FIELD_NUMBER: _ClassVar[int]
    MIN_SURFACE_WAVE_VELOCITY_FIELD_NUMBER: _ClassVar[int]
    MAX_TIME_BEFORE_FIRST_ARRIVAL_FIELD_NUMBER: _ClassVar[int]
    C_0_FIELD_NUMBER: _ClassVar[int]
    C_1_FIELD_NUMBER: _ClassVar[int]
    C_2_FIELD_NUMBER: _ClassVar[int]
    C_3A_FIELD_NUMBER: _ClassVar[int]
    C_3B_FIELD_NUMBER: _ClassVar[int]
    C_4A_FIELD_NUMBER: _ClassVar[int]
    C_4B_FIELD_NUMBER: _ClassVar[int]
    CHECK_GLOBAL_DATA_QUALITY_FIELD_NUMBER: _ClassVar[int]
    SNR_INTEGRATE_BASE_FIELD_NUMBER: _ClassVar[int]
    SNR_MAX_BASE_FIELD_NUMBER: _ClassVar[int]
    NOISE_START_INDEX_FIELD_NUMBER: _ClassVar[int]
    NOISE_END_INDEX_FIELD_NUMBER: _ClassVar[int]
    SIGNAL_START_INDEX_FIELD_NUMBER: _ClassVar[int]
    SIGNAL_END_INDEX_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    stalta_waterlevel: Criterion
    tshift_acceptance_level: Criterion
    tshift_reference: float
    dlna_acceptance_level: Criterion
    dlna_reference: float
    cc_acceptance_level: Criterion
    s2n_limit: Criterion
    earth_model: str
    min_surface_wave_velocity: float
    max_time_before_first_arrival: float
    c_0: float
    c_1: float
    c_2: float
    c_3a: float
    c_3b: float
    c_4a: float
    c_4b: float
    check_global_data_quality: bool
    snr_integrate_base: float
    snr_max_base: float
    noise_start_index: int
    noise_end_index: int
    signal_start_index: int
    signal_end_index: int
    edition: str
    def __init__(self, stalta_waterlevel: _Optional[_Union[Criterion, _Mapping]] = ..., tshift_acceptance_level: _Optional[_Union[Criterion, _Mapping]] = ..., tshift_reference: _Optional[float] = ..., dlna_acceptance_level: _Optional[_Union[Criterion, _Mapping]] = ..., dlna_reference: _Optional[float] = ..., cc_acceptance_level: _Optional[_Union[Criterion, _Mapping]] = ..., s2n_limit: _Optional[_Union[Criterion, _Mapping]] = ..., earth_model: _Optional[str] = ..., min_surface_wave_velocity: _Optional[float] = ..., max_time_before_first_arrival: _Optional[float] = ..., c_0: _Optional[float] = ..., c_1: _Optional[float] = ..., c_2: _Optional[float] = ..., c_3a: _Optional[float] = ..., c_3b: _Optional[float] = ..., c_4a: _Optional[float] = ..., c_4b: _Optional[float] = ..., check_global_data_quality: _Optional[bool] = ..., snr_integrate_base: _Optional[float] = ..., snr_max_base: _Optional[float] = ..., noise_start_index: _Optional[int] = ..., noise_end_index: _Optional[int] = ..., signal_start_index: _Optional[int] = ..., signal_end_index: _Optional[int] = ..., edition: _Optional[str] = ...) -> None: ...

class AdjointSettings(_message.Message):
    __slots__ = ("taper_type", "taper_percentage", "measure_type", "use_cc_error", "use_mt_error", "dt_sigma_min", "dlna_sigma_min", "wtr_env", "lnpt", "transfunc_waterlevel", "water_threshold", "ipower_costaper", "min_cycle_in_window", "mt_nw", "num_taper", "dt_fac", "phase_step", "err_fac", "dt_max_scale")
    TAPER_TYPE_FIELD_NUMBER: _ClassVar[int]
    TAPER_PERCENTAGE_FIELD_NUMBER: _ClassVar[int]
    MEASURE_TYPE_FIELD_NUMBER: _ClassVar[int]
    USE_CC_ERROR_FIELD_NUMBER: _ClassVar[int]
    USE_MT_ERROR_FIELD_NUMBER: _ClassVar[int]
    DT_SIGMA_MIN_FIELD_NUMBER: _ClassVar[int]
    DLNA_SIGMA_MIN_FIELD_NUMBER: _ClassVar[int]
    WTR_ENV_FIELD_NUMBER: _ClassVar[int]
    LNPT_FIELD_NUMBER: _ClassVar[int]
    TRANSFUNC_WATERLEVEL_FIELD_NUMBER: _ClassVar[int]
    WATER_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    IPOWER_COSTAPER_FIELD_NUMBER: _ClassVar[int]
    MIN_CYCLE_IN_WINDOW_FIELD_NUMBER: _ClassVar[int]
    MT_NW_FIELD_NUMBER: _ClassVar[int]
    NUM_TAPER_FIELD_NUMBER: _ClassVar[int]
    DT_FAC_FIELD_NUMBER: _ClassVar[int]
    PHASE_STEP_FIELD_NUMBER: _ClassVar[int]
    ERR_FAC_FIELD_NUMBER: _ClassVar[int]
    DT_MAX_SCALE_FIELD_NUMBER: _ClassVar[int]
    taper_type: str
    taper_percentage: float
    measure_type: str
    use_cc_error: bool
    use_mt_error: bool
    dt_sigma_min: float
    dlna_sigma_min: float
    wtr_env: float
    lnpt: int
    transfunc_waterlevel: float
    water_threshold: float
    ipower_costaper: int
    min_cycle_in_window: float
    mt_nw: float
    num_taper: int
    dt_fac: float
    phase_step: float
    err_fac: float
    dt_max_scale: float
    def __init__(self, taper_type: _Optional[str] = ..., taper_percentage: _Optional[float] = ..., measure_type: _Optional[str] = ..., use_cc_error: _Optional[bool] = ..., use_mt_error: _Optional[bool] = ..., dt_sigma_min: _Optional[float] = ..., dlna_sigma_min: _Optional[float] = ..., wtr_env: _Optional[float] = ..., lnpt: _Optional[int] = ..., transfunc_waterlevel: _Optional[float] = ..., water_threshold: _Optional[float] = ..., ipower_costaper: _Optional[int] = ..., min_cycle_in_window: _Optional[float] = ..., mt_nw: _Optional[float] = ..., num_taper: _Optional[int] = ..., dt_fac: _Optional[float] = ..., phase_step: _Optional[float] = ..., err_fac: _Optional[float] = ..., dt_max_scale: _Optional[float] = ...) -> None: ...

class MisfitConfig(_message.Message):
    __slots__ = ("min_period", "max_period", "filter_corners", "iteration", "step_count", "event_id", "component_list", "observed_tag", "synthetic_tag", "adj_src_type", "unit_output", "remove_response", "half_duration", "rotate_to_rtz", "win_amp_ratio", "synthetics_only", "save_to_ds", "processing", "window", "adjoint")
    MIN_PERIOD_FIELD_NUMBER: _ClassVar[int]
    MAX_PERIOD_FIELD_NUMBER: _ClassVar[int]
    FILTER_CORNERS_FIELD_NUMBER: _ClassVar[int]
    ITERATION_FIELD_NUMBER: _ClassVar[int]
    STEP_COUNT_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    COMPONENT_LIST_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_TAG_FIELD_NUMBER: _ClassVar[int]
    SYNTHETIC_TAG_FIELD_NUMBER: _ClassVar[int]
    ADJ_SRC_TYPE_FIELD_NUMBER: _ClassVar[int]
    UNIT_OUTPUT_FIELD_NUMBER: _ClassVar[int]
    REMOVE_RESPONSE_FIELD_NUMBER: _ClassVar[int]
    HALF_DURATION_FIELD_NUMBER: _ClassVar[int]
    ROTATE_TO_RTZ_FIELD_NUMBER: _ClassVar[int]
    WIN_AMP_RATIO_FIELD_NUMBER: _ClassVar[int]
    SYNTHETICS_ONLY_FIELD_NUMBER: _ClassVar[int]
    SAVE_TO_DS_FIELD_NUMBER: _ClassVar[int]
    PROCESSING_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    ADJOINT_FIELD_NUMBER: _ClassVar[int]
    min_period: float
    max_period: float
    filter_corners: int
    iteration: int
    step_count: int
    event_id: str
    component_list: _containers.RepeatedScalarFieldContainer[str]
    observed_tag: str
    synthetic_tag: str
    adj_src_type: str
    unit_output: str
    remove_response: bool
    half_duration: float
    rotate_to_rtz: bool
    win_amp_ratio: float
    synthetics_only: bool
    save_to_ds: bool
    processing: str
    window: WindowSettings
    adjoint: AdjointSettings
    def __init__(self, min_period: _Optional[float] = ..., max_period: _Optional[float] = ..., filter_corners: _Optional[int] = ..., iteration: _Optional[int] = ..., step_count: _Optional[int] = ..., event_id: _Optional[str] = ..., component_list: _Optional[_Iterable[str]] = ..., observed_tag: _Optional[str] = ..., synthetic_tag: _Optional[str] = ..., adj_src_type: _Optional[str] = ..., unit_output: _Optional[str] = ..., remove_response: _Optional[bool] = ..., half_duration: _Optional[float] = ..., rotate_to_rtz: _Optional[bool] = ..., win_amp_ratio: _Optional[float] = ..., synthetics_only: _Optional[bool] = ..., save_to_ds: _Optional[bool] = ..., processing: _Optional[str] = ..., window: _Optional[_Union[WindowSettings, _Mapping]] = ..., adjoint: _Optional[_Union[AdjointSettings, _Mapping]] = ...) -> None: ...

class ComponentWindows(_message.Message):
    __slots__ = ("component", "windows")
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    component: str
    windows: _containers.RepeatedCompositeFieldContainer[MisfitWindow]
    def __init__(self, component: _Optional[str] = ..., windows: _Optional[_Iterable[_Union[MisfitWindow, _Mapping]]] = ...) -> None: ...

class FixedWindows(_message.Message):
    __slots__ = ("components",)
    COMPONENTS_FIELD_NUMBER: _ClassVar[int]
    components: _containers.RepeatedCompositeFieldContainer[ComponentWindows]
    def __init__(self, components: _Optional[_Iterable[_Union[ComponentWindows, _Mapping]]] = ...) -> None: ...

class MisfitTask(_message.Message):
    __slots__ = ("job", "task", "attempt", "publication", "window", "observed", "synthetic", "config_json", "quakeml", "stationxml", "fixed_windows_json", "problems", "keep_rejected", "observed_data", "synthetic_data", "config", "fixed_windows")
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
    CONFIG_FIELD_NUMBER: _ClassVar[int]
    FIXED_WINDOWS_FIELD_NUMBER: _ClassVar[int]
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
    config: MisfitConfig
    fixed_windows: FixedWindows
    def __init__(self, job: _Optional[str] = ..., task: _Optional[str] = ..., attempt: _Optional[int] = ..., publication: _Optional[int] = ..., window: _Optional[_Union[Window, _Mapping]] = ..., observed: _Optional[_Iterable[_Union[Piece, _Mapping]]] = ..., synthetic: _Optional[_Iterable[_Union[Piece, _Mapping]]] = ..., config_json: _Optional[str] = ..., quakeml: _Optional[bytes] = ..., stationxml: _Optional[bytes] = ..., fixed_windows_json: _Optional[str] = ..., problems: _Optional[_Iterable[str]] = ..., keep_rejected: _Optional[bool] = ..., observed_data: _Optional[_Iterable[_Union[_waveform_pb2.TimeSeries, _Mapping]]] = ..., synthetic_data: _Optional[_Iterable[_Union[_waveform_pb2.TimeSeries, _Mapping]]] = ..., config: _Optional[_Union[MisfitConfig, _Mapping]] = ..., fixed_windows: _Optional[_Union[FixedWindows, _Mapping]] = ...) -> None: ...

class MeasuredComponent(_message.Message):
    __slots__ = ("component", "channel_id", "starttime", "units", "windows", "rejected", "source")
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_ID_FIELD_NUMBER: _ClassVar[int]
    STARTTIME_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    REJECTED_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    component: str
    channel_id: str
    starttime: str
    units: str
    windows: _containers.RepeatedCompositeFieldContainer[MisfitWindow]
    rejected: _containers.RepeatedCompositeFieldContainer[RejectedWindow]
    source: AdjointTrace
    def __init__(self, component: _Optional[str] = ..., channel_id: _Optional[str] = ..., starttime: _Optional[str] = ..., units: _Optional[str] = ..., windows: _Optional[_Iterable[_Union[MisfitWindow, _Mapping]]] = ..., rejected: _Optional[_Iterable[_Union[RejectedWindow, _Mapping]]] = ..., source: _Optional[_Union[AdjointTrace, _Mapping]] = ...) -> None: ...

class Measurement(_message.Message):
    __slots__ = ("job", "task", "attempt", "window", "fate", "reason", "detail", "windows_json", "sources", "log", "synthetic", "rejected_json", "synthetic_data", "path", "components")
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
    PATH_FIELD_NUMBER: _ClassVar[int]
    COMPONENTS_FIELD_NUMBER: _ClassVar[int]
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
    path: str
    components: _containers.RepeatedCompositeFieldContainer[MeasuredComponent]
    def __init__(self, job: _Optional[str] = ..., task: _Optional[str] = ..., attempt: _Optional[int] = ..., window: _Optional[_Union[Window, _Mapping]] = ..., fate: _Optional[_Union[Fate, str]] = ..., reason: _Optional[str] = ..., detail: _Optional[str] = ..., windows_json: _Optional[_Iterable[str]] = ..., sources: _Optional[_Iterable[_Union[AdjointTrace, _Mapping]]] = ..., log: _Optional[_Iterable[_Union[_waveform_pb2.LogEntry, _Mapping]]] = ..., synthetic: _Optional[_Iterable[_Union[Piece, _Mapping]]] = ..., rejected_json: _Optional[_Iterable[str]] = ..., synthetic_data: _Optional[_Iterable[_Union[_waveform_pb2.TimeSeries, _Mapping]]] = ..., path: _Optional[str] = ..., components: _Optional[_Iterable[_Union[MeasuredComponent, _Mapping]]] = ...) -> None: ...

class AdjointTrace(_message.Message):
    __slots__ = ("attributes_json", "samples", "channel_id", "component", "type", "misfit", "dt", "time_offset", "min_period", "max_period", "starttime", "window_misfits")
    ATTRIBUTES_JSON_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_ID_FIELD_NUMBER: _ClassVar[int]
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    MISFIT_FIELD_NUMBER: _ClassVar[int]
    DT_FIELD_NUMBER: _ClassVar[int]
    TIME_OFFSET_FIELD_NUMBER: _ClassVar[int]
    MIN_PERIOD_FIELD_NUMBER: _ClassVar[int]
    MAX_PERIOD_FIELD_NUMBER: _ClassVar[int]
    STARTTIME_FIELD_NUMBER: _ClassVar[int]
    WINDOW_MISFITS_FIELD_NUMBER: _ClassVar[int]
    attributes_json: str
    samples: bytes
    channel_id: str
    component: str
    type: str
    misfit: float
    dt: float
    time_offset: float
    min_period: float
    max_period: float
    starttime: str
    window_misfits: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, attributes_json: _Optional[str] = ..., samples: _Optional[bytes] = ..., channel_id: _Optional[str] = ..., component: _Optional[str] = ..., type: _Optional[str] = ..., misfit: _Optional[float] = ..., dt: _Optional[float] = ..., time_offset: _Optional[float] = ..., min_period: _Optional[float] = ..., max_period: _Optional[float] = ..., starttime: _Optional[str] = ..., window_misfits: _Optional[_Iterable[float]] = ...) -> None: ...

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
