"""Read and write waveforms of a dataset by tag, with exact start times, even if two segments begin in the same second.

Names of waveforms have whole seconds. If another segment has the name already, nanoseconds are added to both times.
pyasdf can read such names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..codes import code
from ..codes import location as blank_or
from ..isotime import iso
from .arrays import write_array
from .errors import AsdfConflictError, AsdfError
from .handle import DatasetLike, opened

if TYPE_CHECKING:
    import h5py
    from obspy import Stream, Trace

TAG = re.compile(r"[a-z_0-9]+")
_DTYPES = {np.dtype(code) for code in ("<i2", "<i4", "<i8", "<f4", "<f8", ">i2", ">i4", ">i8", ">f4", ">f8")}


def write_stream(dataset: DatasetLike, stream: Stream, tag: str, *, replace: bool = False) -> None:
    """Store traces under a tag; storing equal samples again changes nothing.

    Parameters
    ----------
    dataset
        The dataset.
    stream
        The traces.
    tag
        The tag.
    replace
        True to remove all waveforms of these channels under the tag first.

    Raises
    ------
    AsdfConflictError
        Other samples are already stored for the same channel, time and tag.
    AsdfError
        The tag or the type of the samples is not possible in ASDF.
    """
    if not TAG.fullmatch(tag):
        raise tag_error(tag)
    with opened(dataset, "a") as file:
        if replace:
            for channel in {_channel(trace) for trace in stream}:
                _remove(file, channel, tag)
        for trace in stream:
            group = file["Waveforms"].require_group(".".join(_channel(trace).split(".")[:2]))
            write_trace(group, trace, tag)


def write_trace(group: h5py.Group, trace: Trace, tag: str) -> None:
    """Store one trace in the group of its station. `stats.units`, if set, and each entry of the mapping
    `stats.attached` become attributes with these names. `stats.event_id` becomes pyasdf's attribute.

    ASDF has no place for units, but readers ignore an attribute that they do not know.
    """
    data = storable(trace)
    start_ns, rate = int(trace.stats.starttime.ns), float(trace.stats.sampling_rate)
    end_ns = start_ns + round((trace.stats.npts - 1) * 1e9 / rate)
    for exact in (_same_second(start_ns, end_ns), True):
        name = waveform_name(_channel(trace), start_ns, end_ns, tag, exact=exact)
        if name not in group:
            attributes: dict[str, Any] = {"starttime": np.int64(start_ns), "sampling_rate": rate}
            if units := trace.stats.get("units"):
                attributes["units"] = str(units)
            if event := trace.stats.get("event_id"):
                attributes["event_id"] = np.frombuffer(str(event).encode(), np.int8)  # as pyasdf writes it
            attributes |= dict(trace.stats.get("attached", {}))
            write_array(group, name, data, attributes)
            return
        there = group[name]
        if int(there.attrs["starttime"]) != start_ns:
            continue  # another segment that begins in the same second
        same_rate = float(there.attrs["sampling_rate"]) == rate
        if same_rate and there.shape == data.shape and np.array_equal(there[()], data):
            return
        break
    raise AsdfConflictError(
        f"Other samples of {trace.id} are stored under tag {tag} at the same time; choose another tag or replace them.",
        path=f"{group.name}/{name}",
    )


def read_stream(dataset: DatasetLike, code: str, tag: str) -> Stream:
    """Read all traces of a station under a tag, with start times exact to the nanosecond.

    Parameters
    ----------
    dataset
        The dataset.
    code
        Network and station code, such as NZ.BFZ.
    tag
        The tag.

    Returns
    -------
    Stream
        The traces.

    Raises
    ------
    AsdfError
        The station has no waveforms under this tag.
    """
    from obspy import Stream, Trace, UTCDateTime

    with opened(dataset) as file:
        group = file["Waveforms"].get(code)
        if group is None:
            raise AsdfError(f"The dataset has no station {code}.", path=f"Waveforms/{code}")
        names = [name for name in group if name.endswith("__" + tag)]
        if not names:
            raise AsdfError(
                f"{code} has no waveforms under tag {tag}; it has {', '.join(_tags(group)) or 'none'}.",
                path=f"Waveforms/{code}",
            )
        stream = Stream()
        for name in sorted(names):
            stored = group[name]
            network, station, location, channel = name.split("__")[0].split(".")
            header = {
                "network": network, "station": station, "location": blank_or(location), "channel": channel,
                "sampling_rate": float(stored.attrs["sampling_rate"]),
                "starttime": UTCDateTime(ns=int(stored.attrs["starttime"])),
            }  # fmt: skip
            others = {name: value for name, value in stored.attrs.items() if name not in (*header, "event_id")}
            header |= {name: value if isinstance(value, str) else float(value) for name, value in others.items()}
            stream.append(Trace(stored[()], header))
        return stream


def station_codes(dataset: DatasetLike) -> list[str]:
    """Return the codes of all stations.

    Parameters
    ----------
    dataset
        The dataset.

    Returns
    -------
    list[str]
        Network and station codes, such as NZ.BFZ.
    """
    with opened(dataset) as file:
        return sorted(file["Waveforms"])


def waveform_tags(dataset: DatasetLike, code: str) -> list[str]:
    """Return the tags under which a station has waveforms.

    Parameters
    ----------
    dataset
        The dataset.
    code
        Network and station code, such as NZ.BFZ.

    Returns
    -------
    list[str]
        The tags, sorted.
    """
    with opened(dataset) as file:
        return _tags(file["Waveforms"][code]) if code in file["Waveforms"] else []


def waveform_name(channel: str, start_ns: int, end_ns: int, tag: str, *, exact: bool) -> str:
    """NET.STA.LOC.CHA__start__end__tag, times in whole seconds, or with nanoseconds if `exact`."""
    return f"{channel}__{_time(start_ns, exact)}__{_time(end_ns, exact)}__{tag}"


def storable(trace: Trace) -> npt.NDArray[Any]:
    """The samples in a type that ASDF supports; AsdfError for others (complex, unsigned, masked)."""
    data = trace.data
    if np.ma.isMaskedArray(data):
        raise AsdfError(f"{trace.id} has gaps (a masked array); split it first.", path=trace.id)
    data = np.asarray(data)
    if data.dtype not in _DTYPES:
        raise AsdfError(f"{trace.id} has samples of type {data.dtype}, which ASDF cannot hold.", path=trace.id)
    return data


def tag_error(tag: str) -> AsdfError:
    """The error for a wrong tag."""
    return AsdfError(f"{tag!r} is not a waveform tag; expected lower-case letters, digits and underscores.", path=tag)


def _channel(trace: Trace) -> str:
    """NET.STA.LOC.CHA with cleaned codes."""
    stats = trace.stats
    return ".".join((code(stats.network), code(stats.station), blank_or(stats.location), code(stats.channel)))


def _time(ns: int, exact: bool) -> str:
    return iso(ns, 9 if exact else 0, zone="")


def _same_second(start_ns: int, end_ns: int) -> bool:
    """Whether the name needs nanoseconds: as in pyasdf, a segment within one second always has them."""
    return start_ns // 1_000_000_000 == end_ns // 1_000_000_000


def _remove(file: h5py.File, channel: str, tag: str) -> None:
    group = file["Waveforms"].get(".".join(channel.split(".")[:2]))
    for name in _names(group, channel, tag) if group is not None else ():
        del group[name]


def _names(group: h5py.Group, channel: str, tag: str) -> Sequence[str]:
    return [name for name in group if name.startswith(channel + "__") and name.endswith("__" + tag)]


def _tags(group: h5py.Group) -> list[str]:
    return sorted({name.rsplit("__", 1)[1] for name in group if "__" in name})
