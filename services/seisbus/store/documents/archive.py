"""What is known of archives: `s3_catalog_index`, `s3_waveform_index`, `day_index`, `day_file`, `source`, `site` and
`channel`.

Names and units of `source`, `site` and `channel` are MsPASS's: degrees, kilometres, seconds since 1970.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict

from bson import ObjectId

from .common import Codes


class IndexKeyDocument(TypedDict):
    """An index file of an archive, by the names that users of its tutorials know; `_id` = archive/key."""

    _id: str
    archive: str
    s3key: str
    key: str
    index_type: str
    format: str  # csv or parquet
    year: int
    filename: str
    # of waveforms
    yrday: NotRequired[str]  # YYYY_DDD
    day: NotRequired[int]  # of the year


class DayFacts(TypedDict):
    """What was found of a day."""

    rows: int  # in the index
    listed: int  # objects in the listing
    unlisted: NotRequired[int]  # objects of the index that are not in the listing
    notes: NotRequired[list[str]]


class DayDocument(DayFacts):
    """A day whose index and listing were read; `_id` = archive/YYYY-MM-DD."""

    _id: str
    archive: str
    read_ns: int
    rates: NotRequired[bytes]  # see `packed_rates`; not in documents of older versions


class RunOfFile(TypedDict):
    """Where a channel stands in an object of a station: from the archive's manifest, or learned from a whole read."""

    channel: str
    start: int
    end: int
    knots: list[bytes]  # packed tables, offsets in the object
    ordered: bool


class DayFile(Codes):
    """An object of a day, before it has a place in the database.

    Its key may name a whole station (`chan` is ""), or hold a channel that its key does not name (`held_by`).
    """

    archive: str
    day_ns: int
    key: str
    size: int  # bytes; 0 where it is not listed
    etag: str
    indexed: bool
    listed: bool
    sampling_rate: float | None  # Hz
    lat: NotRequired[float | None]  # where it is indexed
    lon: NotRequired[float | None]
    held_by: NotRequired[str]  # the channel that the key names
    runs: NotRequired[list[RunOfFile]]  # of a station, where they are known
    runs_etag: NotRequired[str]  # the version that they are of


class LearnedOfFile(TypedDict, total=False):
    """What readers learned of a version of an object, see `knots`."""

    knots: list[bytes]  # packed tables
    knots_etag: str
    ordered: bool
    etag: str  # and size, where the version is not the planned one
    size: int


class DayFileDocument(DayFile):
    """The same in the database; `_id` = day/key, of a channel that the key does not name "day/key channel"."""

    _id: str
    day: str  # `_id` of the day
    # as in LearnedOfFile
    knots: NotRequired[list[bytes]]
    knots_etag: NotRequired[str]
    ordered: NotRequired[bool]


class Point(TypedDict):
    """A place in GeoJSON."""

    type: str  # Point
    coordinates: tuple[float, float]  # longitude, latitude


class SourceDocument(TypedDict):
    """An event of an archive's catalog, or one that stands in a job; `_id` follows from what it is."""

    _id: ObjectId  # in older versions the text archive/event
    source_id: ObjectId  # the same; in older versions the event
    archive: str  # "" of one that stands in a job
    evid: NotRequired[str]  # the event; not in older versions
    origin: NotRequired[str]  # "job" of one that stands in a job
    time: float
    time_ns: int
    lat: float
    lon: float
    coords: NotRequired[tuple[float, float]]  # longitude, latitude; not in older versions
    epicenter: NotRequired[Point]  # not in older versions
    depth: float | None  # km below sea level
    mag: float | None
    magnitude: float | None  # the same: MsPASS has both names
    mag_type: str
    magnitude_type: NotRequired[str]  # the same; not in older versions
    # of a catalog
    event_type: NotRequired[str]
    waveform_key: NotRequired[str]  # objects of the archive, "" where it has none
    phase_key: NotRequired[str]


class Epoch(TypedDict):
    """A span of time; None where it has no end, for which `endtime` is MsPASS's far future (None in older versions)."""

    starttime: float  # 0 where it has no start
    endtime: float
    start_ns: int
    end_ns: int | None


class Responses(TypedDict):
    """Channels of a StationXML document whose response cannot be read."""

    version: tuple[str, str]  # key and ETag of the document that was looked at
    left_out: list[tuple[str, str]]  # [channel, reason]


class Placed(Epoch):
    """Where something stood during an epoch."""

    archive: str
    key: NotRequired[str]  # of the StationXML; of channels not in older versions
    lat: float
    lon: float
    coords: NotRequired[tuple[float, float]]  # longitude, latitude; not in older versions
    location: NotRequired[Point]  # not in older versions
    elev: float


class SiteDocument(Placed):
    """An epoch of a station, for each of its location codes; `_id` follows from archive, codes and start."""

    _id: ObjectId  # in older versions the text archive/NET.STA/start_ns
    site_id: NotRequired[ObjectId]  # the same; not in older versions
    net: str
    sta: str
    loc: NotRequired[str]  # not in older versions, which had one document for all location codes
    edepth: NotRequired[float]  # of the first channel at the location code
    name: str
    responses: NotRequired[Responses]  # on the first site of a document


class ChannelDocument(Codes, Placed):
    """An epoch of a channel; `_id` follows from archive, codes and start."""

    _id: ObjectId  # in older versions the text archive/NET.STA.LOC.CHAN/start_ns
    chan_id: NotRequired[ObjectId]  # the same; not in older versions
    site_id: NotRequired[ObjectId]  # of its site; not in older versions
    edepth: float  # below the surface
    hang: float | None  # azimuth from north
    vang: float | None  # from vertical up
    units: NotRequired[str]  # what it measures; not in older versions
    sample_rate: float | None  # Hz
    response: bool  # whether the metadata state one
    response_left_out: NotRequired[bool]  # it is stated and cannot be read
    serialized_channel_data: NotRequired[bytes]  # a pickled obspy Channel, for MsPASS alone: never read here
