"""What is known of archives: `s3_catalog_index`, `s3_waveform_index`, `day_index`, `day_file`, `source`, `site` and
`channel`.

Names and units of `source`, `site` and `channel` are MsPASS's: degrees, kilometres, seconds since 1970.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict

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


class SourceDocument(TypedDict):
    """An event of an archive's catalog; `_id` = archive/source_id."""

    _id: str
    archive: str
    source_id: str
    time: float
    time_ns: int
    lat: float
    lon: float
    depth: float | None  # km below sea level
    mag: float | None
    magnitude: float | None  # the same: MsPASS has both names
    mag_type: str
    event_type: str
    waveform_key: str  # objects of the archive, "" where it has none
    phase_key: str


class Epoch(TypedDict):
    """A span of time, open at its end where that is None."""

    starttime: float
    endtime: float | None
    start_ns: int
    end_ns: int | None


class Responses(TypedDict):
    """Channels of a StationXML document whose response cannot be read."""

    version: tuple[str, str]  # key and ETag of the document that was looked at
    left_out: list[tuple[str, str]]  # [channel, reason]


class SiteDocument(Epoch):
    """An epoch of a station; `_id` = archive/NET.STA/start_ns."""

    _id: str
    archive: str
    net: str
    sta: str
    lat: float
    lon: float
    elev: float
    name: str
    key: str  # of the StationXML
    responses: NotRequired[Responses]  # on the first site of a document


class ChannelDocument(Codes, Epoch):
    """An epoch of a channel; `_id` = archive/NET.STA.LOC.CHAN/start_ns."""

    _id: str
    archive: str
    lat: float
    lon: float
    elev: float
    edepth: float  # below the surface
    hang: float | None  # azimuth from north
    vang: float | None  # from vertical up
    sample_rate: float | None  # Hz
    response: bool  # whether the metadata state one
    response_left_out: NotRequired[bool]  # it is stated and cannot be read
