"""Auxiliary data of a function evaluation: tags that two sensors of a station share out among themselves.

Pyatoa's tags name station and component only. The sensor that comes first in the order of (location, channel) has that
plain tag, any other a tag with its location and channel, whatever the order of writing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
    """One auxiliary array. attributes: with its channel. suffix: ends its tag (a window's number, or "")."""

    data: npt.NDArray[Any]
    attributes: Mapping[str, Any]
    suffix: str = ""


def replace_records(group: h5py.Group, channel_id: str, last: str, records: Sequence[Record]) -> list[str]:
    """Store the records of a channel in place of all it had; returns their names.

    `last` ends the plain stem NET_STA_<last> (component letter, or SPECFEM channel). Records of other sensors that
    share the stem are renamed where the order asks for it.
    """
    network, station, _, _ = channel_id.split(".")
    plain = f"{network}_{station}_{last}"
    others = {
        channel: names for channel, names in _by_channel(group, network, station, last).items() if channel != channel_id
    }
    for name in _by_channel(group, network, station, last).get(channel_id, ()):
        del group[name]
    owners = sorted([*others, *([channel_id] if records else [])])
    for channel in reversed(others):  # the one that gives the plain stem up makes room first
        if not owners or channel != owners[0]:
            _rename(group, others[channel], stem(channel, plain, last, owns_plain=False))
    for channel in others:
        if owners and channel == owners[0]:
            _rename(group, others[channel], plain)
    own = stem(channel_id, plain, last, owns_plain=bool(owners) and owners[0] == channel_id)
    written = []
    for record in records:
        name = own + record.suffix
        write_array(group, name, record.data, record.attributes)
        written.append(name)
    return written


def stem(channel_id: str, plain: str, last: str, *, owns_plain: bool) -> str:
    """The tag of a channel without its suffix."""
    if owns_plain:
        return plain
    network, station, location, channel = channel_id.split(".")
    return f"{network}_{station}_{location}_{channel}_{last}"


def records_of(group: h5py.Group, channel_id: str, last: str) -> list[tuple[str, h5py.Dataset]]:
    """Names and datasets of a channel in numeric order of their suffixes."""
    network, station, _, _ = channel_id.split(".")
    names = _by_channel(group, network, station, last).get(channel_id, [])
    return [(name, group[name]) for name in sorted(names, key=_number)]


def all_records(group: h5py.Group, wanted: Callable[[h5py.Dataset], bool]) -> list[tuple[str, h5py.Dataset]]:
    """Names and datasets directly in a group that `wanted` keeps, by channel and in numeric order."""
    import h5py

    found = [(name, item) for name, item in group.items() if isinstance(item, h5py.Dataset) and wanted(item)]
    return sorted(found, key=lambda pair: (channel_of(pair[1]) or pair[0], _number(pair[0])))


def text(value: Any) -> str:
    """An attribute as str, whether stored as bytes or as text."""
    return value.decode() if isinstance(value, (bytes, np.bytes_)) else str(value)


def channel_of(item: h5py.Dataset) -> str:
    """NET.STA.LOC.CHA of a record, "" where it does not say."""
    return text(item.attrs.get(CHANNEL_ID, "")) or str(window_stats(item).get(CHANNEL_ID, ""))


def window_stats(item: h5py.Dataset) -> dict[str, Any]:
    """What stands in the attribute window_stats of an adjoint source, {} without it.

    Pyatoa hands every attribute of an adjoint source on to pyadjoint, which knows its ten and this one; so this one has
    all of ours as JSON.
    """
    stored = item.attrs.get(WINDOW_STATS)
    return {} if stored is None else dict(json.loads(text(stored)))


def _by_channel(group: h5py.Group, network: str, station: str, last: str) -> dict[str, list[str]]:
    """Names of the records of a station and component, by channel id."""
    import h5py

    found: dict[str, list[str]] = {}
    for name, item in group.items():
        parts = name.split("_")
        if not isinstance(item, h5py.Dataset) or parts[:2] != [network, station] or last not in parts[2:]:
            continue
        channel = channel_of(item) or f"{network}.{station}..{last}"
        found.setdefault(channel, []).append(name)
    return found


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
