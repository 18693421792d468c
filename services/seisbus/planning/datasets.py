"""The datasets of an export, the stations of a misfit job, and the paths of datasets. Values only.

Each item of an export's ledger is a dataset. Its window says which waveforms belong to it: those of an event, or, for
miniSEED in the SDS layout, those of a channel and UTC day.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from libseis.codes import Channel
from libseis.isotime import DAY_NS, utc

from ..model.ids import task_id, window_id
from ..model.kinds.export import Export
from ..model.subject import Dataset, Station, Subject
from ..model.task import Part, Task, Window

_NO_CHANNEL = Channel("", "", "", "")
_SUFFIX = {"asdf": ".h5", "parquet": ".parquet", "sac": "", "seisbench": "", "specfem": ""}
_UNSAFE = re.compile(r"[^A-Za-z0-9_.+-]")
# File names have at most 255 bytes on common file systems; this leaves room for suffixes and for the name of the
# unfinished file.
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class StoredSpan:
    """What planning must know of a stored waveform: its channel, its event, the times of its first and last sample (ns
    since 1970)."""

    channel: Channel
    event: str
    start_ns: int
    end_ns: int


def item(job: str, subject: Subject, channel: Channel = _NO_CHANNEL, start_ns: int = 0, end_ns: int = 0) -> Window:
    """Make an item of a ledger that is not a window of an archive's data."""
    identity = window_id(job, str(channel), start_ns, end_ns, subject.text)
    return Window(identity, channel, start_ns, end_ns, inclusive_end=False, subject=subject)


@dataclass(frozen=True, slots=True)
class DatasetKey:
    """What a dataset holds: an event's waveforms, or those of a channel on a UTC day (counted from 1970)."""

    event: str = ""
    channel: Channel = _NO_CHANNEL
    day: int | None = None

    @property
    def place(self) -> tuple[str, Channel, int]:
        """The sort key of datasets."""
        return self.event, self.channel, self.day or 0

    def item(self, job: str) -> Window:
        """The dataset as an item of a job's ledger."""
        start, end = (0, 0) if self.day is None else (self.day * DAY_NS, (self.day + 1) * DAY_NS)
        return item(job, Dataset(self.event), self.channel, start, end)


@dataclass(frozen=True, slots=True)
class StationKey:
    """A station of an event."""

    event: str
    net: str
    sta: str

    @property
    def place(self) -> tuple[str, Channel, int]:
        """The sort key of stations."""
        return self.event, Channel(self.net, self.sta, "", ""), 0

    def item(self, job: str) -> Window:
        """The station as an item of a job's ledger."""
        return item(job, Station(self.event), Channel(self.net, self.sta, "", ""))


def dataset_keys(export: Export, stored: Iterable[StoredSpan]) -> set[DatasetKey]:
    """The datasets that these waveforms make; a waveform over midnight belongs to two days."""
    found: set[DatasetKey] = set()
    for waveform in stored:
        if export.by_day:
            days = range(waveform.start_ns // DAY_NS, waveform.end_ns // DAY_NS + 1)
            found.update(DatasetKey("", waveform.channel, day) for day in days)
        else:
            found.add(DatasetKey(waveform.event))
    return found


def station_keys(stored: Iterable[StoredSpan]) -> set[StationKey]:
    """The stations of each event that have such waveforms."""
    return {StationKey(waveform.event, waveform.channel.net, waveform.channel.sta) for waveform in stored}


def plan_items(job: str, items: Iterable[Window], first: int) -> Iterator[Task]:
    """One task per item of the ledger, numbered from `first`."""
    for number, item in enumerate(items, first):
        yield Task(task_id(job, 0, number), job, "", (), (item,), (Part(0, 1),))


def dataset_path(export: Export, window: Window) -> PurePosixPath:
    """The path of a dataset below the output folder: exports/{folder}/…. No name in it can lead out of that folder.

    miniSEED: SDS (seiscomp.de, "SeisComP Data Structure"), YEAR/NET/STA/CHAN.D/NET.STA.LOC.CHAN.D.YEAR.DAY.
    """
    folder = PurePosixPath("exports", safe_name(export.folder or export.job or export.tag or export.event))
    if export.by_day:
        codes = [safe_name(code) for code in (window.channel.net, window.channel.sta, window.channel.chan)]
        net, sta, chan = codes
        loc = safe_name(window.channel.loc) if window.channel.loc else ""
        day = utc(window.start_ns)
        name = f"{net}.{sta}.{loc}.{chan}.D.{day:%Y.%j}"
        return folder / f"{day:%Y}" / net / sta / f"{chan}.D" / name
    return folder / (safe_name(window.event or folder.name) + _SUFFIX[export.format])


def sink_key(job: str, build: str, path: str) -> str:
    """The key in the sink of the dataset with this path. Each build has a folder of its own, so nothing is
    overwritten."""
    return f"exports/{job}/{build}/{path.removeprefix('exports/')}"


def safe_name(text: str) -> str:
    """A file name made of `text`: the text itself if it has only letters, digits and _ . + -, otherwise its beginning
    and a hash."""
    name = _UNSAFE.sub("_", text)[:_LONGEST_NAME].lstrip(".")
    if name == text and name:
        return name
    return f"{name}-{hashlib.blake2b(text.encode(), digest_size=4).hexdigest()}".lstrip("-")
