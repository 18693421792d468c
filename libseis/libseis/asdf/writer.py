"""Build whole datasets fast: one compressed chunk per trace, one StationXML per station, one fsync at the end.

A dataset is written to a temporary file in the same folder and renamed when it is complete. So a reader of the old file
can continue, and a crash leaves the old file unchanged.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from libseis.durable import sync_path

from .arrays import replace_array
from .errors import AsdfError
from .handle import DatasetLike, create, opened, part_of
from .merging import copy_group
from .metadata import write_event
from .waveforms import TAG, tag_error, write_trace

if TYPE_CHECKING:
    import h5py
    from obspy import Stream
    from obspy.core.event import Event


@dataclass(frozen=True, slots=True)
class StationData:
    """The data of one station in a dataset. code: NET.STA. waveforms: streams by tag. station_xml: as bytes."""

    code: str
    waveforms: Mapping[str, Stream] = field(default_factory=dict)
    station_xml: bytes | None = None


def write_station(dataset: DatasetLike, station: StationData) -> None:
    """Add a station: its StationXML, which replaces an old one, and its waveforms.

    Parameters
    ----------
    dataset
        The dataset.
    station
        The station.
    """
    with opened(dataset, "a") as file:
        _add_station(file, station)


def _add_station(file: h5py.File, station: StationData) -> None:
    group = file["Waveforms"].require_group(station.code)
    if station.station_xml is not None:
        replace_array(group, "StationXML", np.frombuffer(station.station_xml, dtype=np.int8))
    for tag, stream in station.waveforms.items():
        if not TAG.fullmatch(tag):
            raise tag_error(tag)
        for trace in stream:
            if f"{trace.stats.network}.{trace.stats.station}" != station.code:
                raise AsdfError(f"{trace.id} is not of station {station.code}.", path=trace.id)
            write_trace(group, trace, tag)


def build_dataset(
    path: str | Path,
    stations: Iterable[StationData],
    event: Event | None = None,
    *,
    before_publish: Callable[[], None] | None = None,
) -> None:
    """Write a dataset of stations, atomically.

    Parameters
    ----------
    path
        Name of the file.
    stations
        The stations; an iterator of any length is possible.
    event
        The event.
    before_publish
        Called when the file is complete and on the disk, just before the rename. If it raises, the old file stays. (A
        builder that holds a lease checks it here.)
    """
    with published(path, before_publish=before_publish) as file:
        if event is not None:
            write_event(file, event)
        for station in stations:
            _add_station(file, station)


@contextmanager
def published(
    path: str | Path, *, start_from: str | Path | None = None, before_publish: Callable[[], None] | None = None
) -> Iterator[h5py.File]:
    """Open a dataset for writing that gets its name only if the block ends without an error.

    It is written to a temporary file in the same folder, synced to the disk and renamed.

    Parameters
    ----------
    path
        Name of the file.
    start_from
        A dataset to copy first; usually the one at `path`, to add to it.
    before_publish
        Called when the file is complete and on the disk, just before the rename.

    Yields
    ------
    h5py.File
        The open file.
    """
    target = Path(path)
    part = part_of(target)
    try:
        with create(part) as file:
            if start_from is not None:
                with opened(start_from) as old:
                    copy_group(old, file)
            yield file
        sync_path(part)
        if before_publish is not None:
            before_publish()
        os.replace(part, target)
        sync_path(target.parent)
    finally:
        part.unlink(missing_ok=True)


def merge_datasets(
    path: str | Path, sources: Iterable[str | Path], *, before_publish: Callable[[], None] | None = None
) -> None:
    """Merge several datasets into one, for example those of several workers.

    Parameters
    ----------
    path
        Name of the new file.
    sources
        The datasets.
    before_publish
        Called when the file is complete and on the disk, just before the rename.

    Raises
    ------
    AsdfConflictError
        Two datasets hold different data under one name.
    """
    with published(path, before_publish=before_publish) as file:
        for source in sources:
            with opened(source) as old:
                copy_group(old, file)
