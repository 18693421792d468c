from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TimeReference(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TIME_REFERENCE_UNSPECIFIED: _ClassVar[TimeReference]
    TIME_REFERENCE_UTC: _ClassVar[TimeReference]
    TIME_REFERENCE_RELATIVE: _ClassVar[TimeReference]

class SampleType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SAMPLE_TYPE_UNSPECIFIED: _ClassVar[SampleType]
    SAMPLE_TYPE_INT32: _ClassVar[SampleType]
    SAMPLE_TYPE_FLOAT32: _ClassVar[SampleType]
    SAMPLE_TYPE_FLOAT64: _ClassVar[SampleType]

class SampleEncoding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SAMPLE_ENCODING_UNSPECIFIED: _ClassVar[SampleEncoding]
    SAMPLE_ENCODING_RAW: _ClassVar[SampleEncoding]
    SAMPLE_ENCODING_BLOSC2_BITSHUFFLE: _ClassVar[SampleEncoding]
    SAMPLE_ENCODING_MINISEED: _ClassVar[SampleEncoding]

class ErrorSeverity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERROR_SEVERITY_UNSPECIFIED: _ClassVar[ErrorSeverity]
    ERROR_SEVERITY_FATAL: _ClassVar[ErrorSeverity]
    ERROR_SEVERITY_INVALID: _ClassVar[ErrorSeverity]
    ERROR_SEVERITY_SUSPECT: _ClassVar[ErrorSeverity]
    ERROR_SEVERITY_COMPLAINT: _ClassVar[ErrorSeverity]
    ERROR_SEVERITY_DEBUG: _ClassVar[ErrorSeverity]
    ERROR_SEVERITY_INFORMATIONAL: _ClassVar[ErrorSeverity]

class ProcessingStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROCESSING_STATUS_UNSPECIFIED: _ClassVar[ProcessingStatus]
    PROCESSING_STATUS_RAW: _ClassVar[ProcessingStatus]
    PROCESSING_STATUS_ORIGIN: _ClassVar[ProcessingStatus]
    PROCESSING_STATUS_VOLATILE: _ClassVar[ProcessingStatus]
    PROCESSING_STATUS_SAVED: _ClassVar[ProcessingStatus]

class AtomicType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ATOMIC_TYPE_UNSPECIFIED: _ClassVar[AtomicType]
    ATOMIC_TYPE_SEISMOGRAM: _ClassVar[AtomicType]
    ATOMIC_TYPE_TIME_SERIES: _ClassVar[AtomicType]
TIME_REFERENCE_UNSPECIFIED: TimeReference
TIME_REFERENCE_UTC: TimeReference
TIME_REFERENCE_RELATIVE: TimeReference
SAMPLE_TYPE_UNSPECIFIED: SampleType
SAMPLE_TYPE_INT32: SampleType
SAMPLE_TYPE_FLOAT32: SampleType
SAMPLE_TYPE_FLOAT64: SampleType
SAMPLE_ENCODING_UNSPECIFIED: SampleEncoding
SAMPLE_ENCODING_RAW: SampleEncoding
SAMPLE_ENCODING_BLOSC2_BITSHUFFLE: SampleEncoding
SAMPLE_ENCODING_MINISEED: SampleEncoding
ERROR_SEVERITY_UNSPECIFIED: ErrorSeverity
ERROR_SEVERITY_FATAL: ErrorSeverity
ERROR_SEVERITY_INVALID: ErrorSeverity
ERROR_SEVERITY_SUSPECT: ErrorSeverity
ERROR_SEVERITY_COMPLAINT: ErrorSeverity
ERROR_SEVERITY_DEBUG: ErrorSeverity
ERROR_SEVERITY_INFORMATIONAL: ErrorSeverity
PROCESSING_STATUS_UNSPECIFIED: ProcessingStatus
PROCESSING_STATUS_RAW: ProcessingStatus
PROCESSING_STATUS_ORIGIN: ProcessingStatus
PROCESSING_STATUS_VOLATILE: ProcessingStatus
PROCESSING_STATUS_SAVED: ProcessingStatus
ATOMIC_TYPE_UNSPECIFIED: AtomicType
ATOMIC_TYPE_SEISMOGRAM: AtomicType
ATOMIC_TYPE_TIME_SERIES: AtomicType

class Samples(_message.Message):
    __slots__ = ("type", "encoding", "npts", "components", "data")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    NPTS_FIELD_NUMBER: _ClassVar[int]
    COMPONENTS_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    type: SampleType
    encoding: SampleEncoding
    npts: int
    components: int
    data: bytes
    def __init__(self, type: _Optional[_Union[SampleType, str]] = ..., encoding: _Optional[_Union[SampleEncoding, str]] = ..., npts: _Optional[int] = ..., components: _Optional[int] = ..., data: _Optional[bytes] = ...) -> None: ...

class Rate(_message.Message):
    __slots__ = ("numerator", "denominator")
    NUMERATOR_FIELD_NUMBER: _ClassVar[int]
    DENOMINATOR_FIELD_NUMBER: _ClassVar[int]
    numerator: int
    denominator: int
    def __init__(self, numerator: _Optional[int] = ..., denominator: _Optional[int] = ...) -> None: ...

class Clock(_message.Message):
    __slots__ = ("t0_ns", "rate", "dt", "reference", "t0_shift", "t0")
    T0_NS_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    DT_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    T0_SHIFT_FIELD_NUMBER: _ClassVar[int]
    T0_FIELD_NUMBER: _ClassVar[int]
    t0_ns: int
    rate: Rate
    dt: float
    reference: TimeReference
    t0_shift: float
    t0: float
    def __init__(self, t0_ns: _Optional[int] = ..., rate: _Optional[_Union[Rate, _Mapping]] = ..., dt: _Optional[float] = ..., reference: _Optional[_Union[TimeReference, str]] = ..., t0_shift: _Optional[float] = ..., t0: _Optional[float] = ...) -> None: ...

class Gap(_message.Message):
    __slots__ = ("start", "end")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    start: float
    end: float
    def __init__(self, start: _Optional[float] = ..., end: _Optional[float] = ...) -> None: ...

class Null(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListValue(_message.Message):
    __slots__ = ("items", "is_tuple")
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    IS_TUPLE_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[Value]
    is_tuple: bool
    def __init__(self, items: _Optional[_Iterable[_Union[Value, _Mapping]]] = ..., is_tuple: _Optional[bool] = ...) -> None: ...

class MapValue(_message.Message):
    __slots__ = ("entries", "order")
    class EntriesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.MessageMap[str, Value]
    order: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, entries: _Optional[_Mapping[str, Value]] = ..., order: _Optional[_Iterable[str]] = ...) -> None: ...

class DatetimeValue(_message.Message):
    __slots__ = ("microseconds", "utc_offset")
    MICROSECONDS_FIELD_NUMBER: _ClassVar[int]
    UTC_OFFSET_FIELD_NUMBER: _ClassVar[int]
    microseconds: int
    utc_offset: int
    def __init__(self, microseconds: _Optional[int] = ..., utc_offset: _Optional[int] = ...) -> None: ...

class Value(_message.Message):
    __slots__ = ("null", "boolean", "integer", "real", "text", "binary", "list", "map", "datetime")
    NULL_FIELD_NUMBER: _ClassVar[int]
    BOOLEAN_FIELD_NUMBER: _ClassVar[int]
    INTEGER_FIELD_NUMBER: _ClassVar[int]
    REAL_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    BINARY_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    MAP_FIELD_NUMBER: _ClassVar[int]
    DATETIME_FIELD_NUMBER: _ClassVar[int]
    null: Null
    boolean: bool
    integer: int
    real: float
    text: str
    binary: bytes
    list: ListValue
    map: MapValue
    datetime: DatetimeValue
    def __init__(self, null: _Optional[_Union[Null, _Mapping]] = ..., boolean: _Optional[bool] = ..., integer: _Optional[int] = ..., real: _Optional[float] = ..., text: _Optional[str] = ..., binary: _Optional[bytes] = ..., list: _Optional[_Union[ListValue, _Mapping]] = ..., map: _Optional[_Union[MapValue, _Mapping]] = ..., datetime: _Optional[_Union[DatetimeValue, _Mapping]] = ...) -> None: ...

class Metadata(_message.Message):
    __slots__ = ("entries", "modified", "clock_left_out")
    class EntriesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    MODIFIED_FIELD_NUMBER: _ClassVar[int]
    CLOCK_LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.MessageMap[str, Value]
    modified: _containers.RepeatedScalarFieldContainer[str]
    clock_left_out: bool
    def __init__(self, entries: _Optional[_Mapping[str, Value]] = ..., modified: _Optional[_Iterable[str]] = ..., clock_left_out: _Optional[bool] = ...) -> None: ...

class LogEntry(_message.Message):
    __slots__ = ("job_id", "process_id", "algorithm", "message", "severity")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    PROCESS_ID_FIELD_NUMBER: _ClassVar[int]
    ALGORITHM_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    job_id: int
    process_id: int
    algorithm: str
    message: str
    severity: ErrorSeverity
    def __init__(self, job_id: _Optional[int] = ..., process_id: _Optional[int] = ..., algorithm: _Optional[str] = ..., message: _Optional[str] = ..., severity: _Optional[_Union[ErrorSeverity, str]] = ...) -> None: ...

class ErrorLog(_message.Message):
    __slots__ = ("job_id", "entries")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    job_id: int
    entries: _containers.RepeatedCompositeFieldContainer[LogEntry]
    def __init__(self, job_id: _Optional[int] = ..., entries: _Optional[_Iterable[_Union[LogEntry, _Mapping]]] = ...) -> None: ...

class HistoryNode(_message.Message):
    __slots__ = ("status", "uuid", "algorithm", "algid", "stage", "type")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    UUID_FIELD_NUMBER: _ClassVar[int]
    ALGORITHM_FIELD_NUMBER: _ClassVar[int]
    ALGID_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    status: ProcessingStatus
    uuid: str
    algorithm: str
    algid: str
    stage: int
    type: AtomicType
    def __init__(self, status: _Optional[_Union[ProcessingStatus, str]] = ..., uuid: _Optional[str] = ..., algorithm: _Optional[str] = ..., algid: _Optional[str] = ..., stage: _Optional[int] = ..., type: _Optional[_Union[AtomicType, str]] = ...) -> None: ...

class HistoryEdge(_message.Message):
    __slots__ = ("child", "parent")
    CHILD_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    child: str
    parent: HistoryNode
    def __init__(self, child: _Optional[str] = ..., parent: _Optional[_Union[HistoryNode, _Mapping]] = ...) -> None: ...

class ProcessingHistory(_message.Message):
    __slots__ = ("jobname", "jobid", "current", "edges")
    JOBNAME_FIELD_NUMBER: _ClassVar[int]
    JOBID_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    EDGES_FIELD_NUMBER: _ClassVar[int]
    jobname: str
    jobid: str
    current: HistoryNode
    edges: _containers.RepeatedCompositeFieldContainer[HistoryEdge]
    def __init__(self, jobname: _Optional[str] = ..., jobid: _Optional[str] = ..., current: _Optional[_Union[HistoryNode, _Mapping]] = ..., edges: _Optional[_Iterable[_Union[HistoryEdge, _Mapping]]] = ...) -> None: ...

class TimeSeries(_message.Message):
    __slots__ = ("live", "clock", "samples", "metadata", "elog", "history", "gaps")
    LIVE_FIELD_NUMBER: _ClassVar[int]
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    ELOG_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    GAPS_FIELD_NUMBER: _ClassVar[int]
    live: bool
    clock: Clock
    samples: Samples
    metadata: Metadata
    elog: ErrorLog
    history: ProcessingHistory
    gaps: _containers.RepeatedCompositeFieldContainer[Gap]
    def __init__(self, live: _Optional[bool] = ..., clock: _Optional[_Union[Clock, _Mapping]] = ..., samples: _Optional[_Union[Samples, _Mapping]] = ..., metadata: _Optional[_Union[Metadata, _Mapping]] = ..., elog: _Optional[_Union[ErrorLog, _Mapping]] = ..., history: _Optional[_Union[ProcessingHistory, _Mapping]] = ..., gaps: _Optional[_Iterable[_Union[Gap, _Mapping]]] = ...) -> None: ...

class Seismogram(_message.Message):
    __slots__ = ("live", "clock", "samples", "metadata", "elog", "history", "transformation_matrix", "cardinal", "orthogonal")
    LIVE_FIELD_NUMBER: _ClassVar[int]
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    SAMPLES_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    ELOG_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    TRANSFORMATION_MATRIX_FIELD_NUMBER: _ClassVar[int]
    CARDINAL_FIELD_NUMBER: _ClassVar[int]
    ORTHOGONAL_FIELD_NUMBER: _ClassVar[int]
    live: bool
    clock: Clock
    samples: Samples
    metadata: Metadata
    elog: ErrorLog
    history: ProcessingHistory
    transformation_matrix: _containers.RepeatedScalarFieldContainer[float]
    cardinal: bool
    orthogonal: bool
    def __init__(self, live: _Optional[bool] = ..., clock: _Optional[_Union[Clock, _Mapping]] = ..., samples: _Optional[_Union[Samples, _Mapping]] = ..., metadata: _Optional[_Union[Metadata, _Mapping]] = ..., elog: _Optional[_Union[ErrorLog, _Mapping]] = ..., history: _Optional[_Union[ProcessingHistory, _Mapping]] = ..., transformation_matrix: _Optional[_Iterable[float]] = ..., cardinal: _Optional[bool] = ..., orthogonal: _Optional[bool] = ...) -> None: ...

class TimeSeriesEnsemble(_message.Message):
    __slots__ = ("live", "metadata", "elog", "members")
    LIVE_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    ELOG_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    live: bool
    metadata: Metadata
    elog: ErrorLog
    members: _containers.RepeatedCompositeFieldContainer[TimeSeries]
    def __init__(self, live: _Optional[bool] = ..., metadata: _Optional[_Union[Metadata, _Mapping]] = ..., elog: _Optional[_Union[ErrorLog, _Mapping]] = ..., members: _Optional[_Iterable[_Union[TimeSeries, _Mapping]]] = ...) -> None: ...

class SeismogramEnsemble(_message.Message):
    __slots__ = ("live", "metadata", "elog", "members")
    LIVE_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    ELOG_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    live: bool
    metadata: Metadata
    elog: ErrorLog
    members: _containers.RepeatedCompositeFieldContainer[Seismogram]
    def __init__(self, live: _Optional[bool] = ..., metadata: _Optional[_Union[Metadata, _Mapping]] = ..., elog: _Optional[_Union[ErrorLog, _Mapping]] = ..., members: _Optional[_Iterable[_Union[Seismogram, _Mapping]]] = ...) -> None: ...
