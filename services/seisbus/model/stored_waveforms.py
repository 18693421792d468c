"""Turns the stored bytes of a wf document into samples on its exact clock.

Other modules read the bytes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, TypedDict, cast

import numpy as np
from numpy.typing import NDArray

from libseis import mseed
from libseis.codes import Channel
from libseis.segments import Rate, Segment
from libseis.segments.segment import as_counts

from ..errors import SeisbusError

# Elements of direction matrices that differ by less are equal.
_SAME_AXES: Final = 1e-6


class StoredBytesError(SeisbusError):
    """Bytes do not hold what their wf document says. `document` is its id, `problem` a phrase about it."""

    def __init__(self, document: str, problem: str) -> None:
        super().__init__(f"Waveform {document} cannot be read: {problem}")
        self.document = document
        self.problem = problem


class StoredSamples(TypedDict):
    """What is known of the samples in stored bytes."""

    _id: Any  # an ObjectId, to a client its text
    net: str
    sta: str
    loc: str
    chan: str
    t0_ns: int  # of the first sample
    rate: tuple[int, int]  # Hz as [numerator, denominator]
    npts: int


def stored_segment(document: StoredSamples, data: bytes, *, miniseed: bool) -> Segment:
    """The samples: counts stay int32, processed samples float64. Start and rate are those of the document; where
    records of miniSEED leave this grid, their own times are kept.

    `data` is miniSEED or little-endian float64.
    StoredBytesError when the bytes cannot be read or do not hold the samples that the document promises.
    """
    identity = str(document["_id"])
    source = Channel.of_document(document)
    t0_ns, rate = int(document["t0_ns"]), Rate(*document["rate"])
    found = _miniseed(identity, data) if miniseed else None
    samples = np.frombuffer(data, "<f8") if found is None else found.data
    if len(samples) != document["npts"]:
        problem = f"its bytes hold {len(samples):,} samples, its document says {document['npts']:,}."
        raise StoredBytesError(identity, problem)
    times = None
    if found is not None and found.times is not None:
        start_ns = np.append(t0_ns, found.times.start_ns[1:])  # the document has the nanoseconds
        times = replace(found.times, start_ns=start_ns, nominal=rate)
    return Segment(source, t0_ns, rate, samples, times=times)


def components_of(document: Mapping[str, Any]) -> int:
    """The number of components of a wf document: 3 if it has a transformation matrix, which makes it a Seismogram."""
    return 3 if "tmatrix" in document else 1


def stored_components(document: Mapping[str, Any], data: bytes) -> NDArray[np.float64]:
    """The samples of a Seismogram, shape (3, npts), one row per component.

    MsPASS's order: interleaved by time in files (and in the sink), one component after the other in GridFS.
    StoredBytesError when the bytes do not hold the samples that the document promises.
    """
    npts = int(document["npts"])
    if len(data) != 3 * 8 * npts:
        problem = f"its bytes hold {len(data) // 8:,} samples, its document says {npts:,} of three components."
        raise StoredBytesError(str(document["_id"]), problem)
    samples = np.frombuffer(data, "<f8")
    if document.get("storage_mode", "gridfs") == "gridfs":
        return samples.reshape(3, npts)
    return samples.reshape((3, npts), order="F")


def stored_segments(document: Mapping[str, Any], data: bytes, *, miniseed: bool) -> list[Segment]:
    """The samples channel by channel: one `stored_segment`, or the three components of a Seismogram, counts as int32.

    A component has the code of its channel, or, if steps rotated the data, a code for its direction (`row_channels`).
    """
    if components_of(document) == 1:
        return [stored_segment(cast(StoredSamples, document), data, miniseed=miniseed)]
    t0_ns, rate = int(document["t0_ns"]), Rate(*document["rate"])
    segments = []
    for source, row in zip(row_channels(document), stored_components(document, data), strict=True):
        counts = as_counts(row)
        segments.append(Segment(source, t0_ns, rate, np.ascontiguousarray(row) if counts is None else counts))
    return segments


def channels_of(document: Mapping[str, Any]) -> tuple[Channel, ...]:
    """The channels by which a wf document is found: its own; of a Seismogram its three, and the names of its
    components."""
    if components_of(document) == 1:
        return (Channel.of_document(document),)
    return tuple(dict.fromkeys((*Channel.all_of_document(document), *row_channels(document))))


def pointing(document: Mapping[str, Any], component: int) -> dict[str, float]:
    """The direction of a component of a Seismogram, as channel_hang and channel_vang (degrees); {} for a TimeSeries."""
    if components_of(document) == 1:
        return {}
    east, north, up = document["tmatrix"][3 * component : 3 * component + 3]
    length = math.sqrt(east**2 + north**2 + up**2)
    hang, vang = math.degrees(math.atan2(east, north)) % 360.0, math.degrees(math.acos(up / length))
    return {"channel_hang": round(hang, 9), "channel_vang": round(vang, 9)}


def row_channels(document: Mapping[str, Any]) -> tuple[Channel, ...]:
    """The names of a Seismogram's components: those that steps gave them; otherwise the sensor's channels, if the
    components are these; otherwise E, N and Z if they point there; otherwise 1, 2 and 3 (Z in place of 3 if it is
    vertical)."""
    channels = Channel.all_of_document(document)
    named = document.get("components")
    if isinstance(named, list) and len(named) == len(channels) and all(isinstance(code, str) for code in named):
        return tuple(replace(channels[0], chan=code) for code in named)
    tmatrix = np.reshape(document["tmatrix"], (3, 3))
    if np.allclose(tmatrix, np.reshape(document.get("axes", tmatrix), (3, 3)), atol=_SAME_AXES):
        return channels
    letters = "123"
    if np.allclose(tmatrix, np.eye(3), atol=_SAME_AXES):
        letters = "ENZ"
    elif np.allclose(tmatrix[2], (0.0, 0.0, 1.0), atol=_SAME_AXES):
        letters = "12Z"
    return tuple(replace(channels[0], chan=f"{channels[0].chan[:2]}{letter}") for letter in letters)


def _miniseed(identity: str, data: bytes) -> Segment:
    table = mseed.frame(data)
    segments = [segment for joined in mseed.decode(data, table) for segment in joined.segments]
    if len(segments) != 1:
        raise StoredBytesError(identity, f"its miniSEED holds {len(segments)} segments, expected one.")
    return segments[0]
