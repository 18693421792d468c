"""The collections `wf_TimeSeries`, `wf_Seismogram`, `elog` and `cemetery`: data that were saved, what is said of them,
and dead data.

Names and units are MsPASS's, so that its `read_data` reads what was saved; `job`, `window` and whatever ends with `_ns`
are ours. Times without that ending are seconds since 1970.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict

from bson import ObjectId

from ...model.marks import MarkAttributes
from .common import LogEntry, Provenance


class Stored(TypedDict):
    """Where the bytes of a datum are."""

    storage_mode: NotRequired[str]  # file, s3 (ours: a bucket) or gridfs; to MsPASS gridfs where it is not said
    format: NotRequired[str]  # mseed, or binary, which is little-endian float64; of GridFS absent for float64
    # of file and s3
    dir: NotRequired[str]  # of s3 the URL s3://bucket/...
    dfile: NotRequired[str]
    foff: NotRequired[int]
    nbytes: NotRequired[int]
    sha256: NotRequired[str]  # of the `nbytes` at `foff`; of s3 alone
    # of gridfs
    gridfs_id: NotRequired[ObjectId]


class Places(TypedDict, total=False):
    """The documents of `site` and `source` that belong to a datum, if they are known."""

    site_id: ObjectId
    source_id: ObjectId


class Ids(Places, total=False):
    """The same of a channel's datum, and its document of `channel`."""

    channel_id: ObjectId


class OfItem(TypedDict):
    """What belongs to an item of a job's ledger."""

    job: str
    window: str  # the item's id


class OfWindow(OfItem):
    """What belongs to a window of a job."""

    attempt: NotRequired[int]
    data_tag: NotRequired[str]
    event: NotRequired[str]  # id of the event that the window is of


class Saved(Stored, Places, OfWindow, MarkAttributes):
    """A piece of a window without a gap, of one component or of three; and, under names of their own, what steps put
    into its Metadata (snr ...)."""

    _id: ObjectId
    net: str
    sta: str
    loc: str  # blank is ""
    npts: int
    delta: float  # s
    sampling_rate: float  # Hz
    starttime: float
    endtime: float  # of the last sample
    time_standard: str  # UTC
    utc_convertible: bool
    t0_ns: int  # first sample, exact
    rate: tuple[int, int]  # Hz as [numerator, denominator], exact
    piece: int  # number in its window
    pieces: NotRequired[int]  # of its window, where it has several
    shared_by: NotRequired[list[str]]  # later jobs that have this window and point to it
    units: NotRequired[str]  # of processed samples, where it is known
    time_reference: NotRequired[str]  # origin, phase or pick: the mark that a step made time zero
    reference_time: NotRequired[float]  # when that was; the times of the document stay UTC
    # the padding before and after the window that the steps got; only for processed data
    pad_ns: NotRequired[tuple[int, int]]
    elog_id: NotRequired[ObjectId]
    history_object_id: NotRequired[ObjectId]  # where the job keeps histories of data
    provenance: NotRequired[Provenance]
    outcome: NotRequired[str]  # the document of `outcome` that has the provenance instead


class WaveformDocument(Saved, Ids):
    """A piece of a window of a channel: a TimeSeries."""

    chan: str


class SeismogramDocument(Saved):
    """A piece of a window of a sensor: a Seismogram.

    Its samples are interleaved by time in files and buckets, one component after the other in GridFS, as MsPASS has it.
    """

    chan: list[str]  # the sensor's channels
    channel_id: NotRequired[list[ObjectId]]  # of the same, where all are known
    tmatrix: list[float]  # where the components point: east, north, up, nine numbers row by row
    cardinal: bool
    orthogonal: bool
    components: NotRequired[list[str]]  # codes of the components, where steps turned them
    axes: NotRequired[list[float]]  # the same of the sensor's channels, where steps rotated the components
    component_skew: NotRequired[list[float]]  # s by which each channel is sampled later than the first


SavedDocument = WaveformDocument | SeismogramDocument


class ErrorLog(OfWindow):
    """The log of a saved window, or of a run of windows of one channel whose logs say the same."""

    _id: ObjectId
    logdata: list[LogEntry]
    wf_TimeSeries_id: NotRequired[ObjectId]  # first piece (of the first window); a measurement has none
    wf_Seismogram_id: NotRequired[ObjectId]  # the same, where that is a Seismogram
    net: NotRequired[str]  # of a measurement
    sta: NotRequired[str]
    # of a run: `window` is the first
    count: NotRequired[int]
    channel: NotRequired[str]
    start_ns: NotRequired[int]
    length_ns: NotRequired[int]
    step_ns: NotRequired[int]


class Tombstone(Ids, MarkAttributes, total=False):
    """What a dead datum would have been."""

    net: str
    sta: str
    chan: str
    loc: str
    starttime: float
    endtime: float  # of the last of a run
    provenance: Provenance
    event: str  # of a measurement or a dataset
    channel: str  # of a dataset
    job: str  # of a purge


class Grave(OfWindow):
    """A dead datum, or a run of `count` windows of one channel that are dead for one reason; `window` is the first."""

    _id: NotRequired[ObjectId]  # a grave has none until it is settled
    reason: str
    logdata: list[LogEntry]
    tombstone: Tombstone
    # of windows
    start_ns: NotRequired[int]
    length_ns: NotRequired[int]
    count: NotRequired[int]
    step_ns: NotRequired[int]  # of more than one
    # of a measurement
    net: NotRequired[str]
    sta: NotRequired[str]
