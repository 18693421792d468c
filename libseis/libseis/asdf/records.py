"""Read and write the auxiliary data of a function evaluation, with a unique tag for each sensor of a station.

Pyatoa's tags name station and component only. The first sensor in the order of (location, channel) gets this plain tag.
Every other sensor gets a tag with its location and channel. The order of writing does not matter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count, takewhile
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .arrays import write_array

if TYPE_CHECKING:
    import h5py

CHANNEL_ID = "channel_id"
WINDOW_STATS = "window_stats"


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One auxiliary array. attributes: include its channel. suffix: the end of its tag (a window's number, or "")."""

    data: npt.NDArray[Any]
    attributes: Mapping[str, Any]
    suffix: str = ""


def replace_records(group: h5py.Group, channel_id: str, last: str, records: Sequence[Record]) -> list[str]:
    """Replace all records of a channel; returns the names of the new ones. Suffixes: "", or _0, _1, and so on.

    `last` ends the plain stem NET_STA_<last> (component letter, or SPECFEM channel). Records of other sensors with the
    same stem are renamed if the order requires it.
    """
    network, station, _, _ = channel_id.split(".")
    plain = f"{network}_{station}_{last}"
    owner = _owner(group, plain, channel_id)
    if records and owner in (None, channel_id):  # the usual case; its time must not grow with the number of stations
        for name in _numbered(group, plain):
            del group[name]
        return _write(group, plain, records)
    found = _by_channel(group, channel_id, last) if owner is not None else {}
    for name in found.pop(channel_id, ()):
        del group[name]
    owners = sorted([*found, *([channel_id] if records else [])])
    for channel in reversed(found):  # the sensor that loses the plain stem must be renamed first
        if channel != owners[0]:
            _rename(group, found[channel], stem(channel, plain, last, owns_plain=False))
    for channel in found:
        if channel == owners[0]:
            _rename(group, found[channel], plain)
    return _write(group, stem(channel_id, plain, last, owns_plain=owners[:1] == [channel_id]), records)


def _write(group: h5py.Group, own: str, records: Sequence[Record]) -> list[str]:
    for record in records:
        write_array(group, own + record.suffix, record.data, record.attributes)
    return [own + record.suffix for record in records]


def _numbered(group: h5py.Group, plain: str) -> list[str]:
    """The used names of a plain stem: the stem, and the stem with numbers from 0 without a gap."""
    numbered = takewhile(group.__contains__, (f"{plain}_{n}" for n in count()))
    return [*([plain] if plain in group else []), *numbered]


def _owner(group: h5py.Group, plain: str, channel_id: str) -> str | None:
    """The channel that has the plain stem; None if no sensor has records, because the first one always has it."""
    first = next((name for name in (plain, f"{plain}_0") if name in group), None)
    return None if first is None else _sensor(group[first], channel_id)


def stem(channel_id: str, plain: str, last: str, *, owns_plain: bool) -> str:
    """The tag of a channel without its suffix."""
    if owns_plain:
        return plain
    network, station, location, channel = channel_id.split(".")
    return f"{network}_{station}_{location}_{channel}_{last}"


def records_of(group: h5py.Group, channel_id: str, last: str) -> list[tuple[str, h5py.Dataset]]:
    """Names and datasets of a channel in numeric order of their suffixes."""
    names = _by_channel(group, channel_id, last).get(channel_id, [])
    return [(name, group[name]) for name in sorted(names, key=_number)]


def station_records(group: h5py.Group, code: str) -> list[tuple[str, h5py.Dataset]]:
    """Names and datasets of a station (NET.STA), by channel and in numeric order."""
    found = [(name, group[name]) for name in _names(group, *code.split("."))]
    return sorted(found, key=lambda pair: (channel_of(pair[1]) or pair[0], _number(pair[0])))


def text(value: Any) -> str:
    """An attribute as str; it may be stored as bytes or as text."""
    return value.decode() if isinstance(value, (bytes, np.bytes_)) else str(value)


def channel_of(item: h5py.Dataset) -> str:
    """NET.STA.LOC.CHA of a record, "" if it does not state it."""
    return text(item.attrs.get(CHANNEL_ID, "")) or str(window_stats(item).get(CHANNEL_ID, ""))


def window_stats(item: h5py.Dataset) -> dict[str, Any]:
    """The contents of the attribute window_stats of an adjoint source; {} without it.

    Pyatoa passes every attribute of an adjoint source to pyadjoint, which accepts ten others and this one. So this one
    holds all of our values as JSON.
    """
    stored = item.attrs.get(WINDOW_STATS)
    return {} if stored is None else dict(json.loads(text(stored)))


def _by_channel(group: h5py.Group, channel_id: str, last: str) -> dict[str, list[str]]:
    """Names of the records of a channel's station and component, by channel id."""
    network, station, _, _ = channel_id.split(".")
    found: dict[str, list[str]] = {}
    for name in _names(group, network, station):
        if last in name.split("_")[2:]:
            found.setdefault(_sensor(group[name], channel_id), []).append(name)
    return found


def _sensor(item: h5py.Dataset, channel_id: str) -> str:
    """The channel of a record next to `channel_id`; Pyatoa's records, which state none, belong to this sensor."""
    network, station, location, channel = channel_id.split(".")
    there = text(item.attrs.get("location", location))
    return channel_of(item) or f"{network}.{station}.{there}.{channel}"


def _names(group: h5py.Group, network: str, station: str) -> list[str]:
    """Names of the records of a station. Only these are opened, because opening takes 100 times as long as listing."""
    return [name for name in group if name.startswith(f"{network}_{station}_")]


def _rename(group: h5py.Group, names: Sequence[str], new_stem: str) -> None:
    for name in sorted(names, key=_number):
        number = _number(name)
        new = new_stem if number < 0 else f"{new_stem}_{number}"
        if new != name:
            group.move(name, new)


def _number(name: str) -> int:
    """The number that ends a tag, or -1."""
    tail = name.rsplit("_", 1)[-1]
    return int(tail) if tail.isdigit() else -1
