"""The manifest of a generated archive: what each object is, and from which samples it was made.

It is in ``truth/manifest.json``, beside the bucket and never in it; `truth` computes from it.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from seisbus.archive.definition import DayCut
from seisbus.testing.spec import ArchiveSpec, ArchiveSpecError, Axis, Defect, Mount, Quake, RateShare

VERSION = 1


@dataclass(frozen=True, slots=True)
class Run:
    """Samples first .. first + npts - 1 of the channel's grid are in the file, with `add` added to each.

    `copy` 1 marks a second copy of samples that are already in the file, with other values.
    """

    first: int
    npts: int
    add: int = 0
    copy: int = 0


@dataclass(frozen=True, slots=True)
class DayFile:
    """One day object of a generated channel.

    `runs` are the samples that a reader can get out of it, by time; `shift_ns` is the unapplied time
    correction that moves them all. `stored` False: listed in the index only; `listed` False: in the
    bucket only. `channel` is the number of the channel in the plan, None for bytes of other origin,
    whose samples are in ``truth/samples`` under the key (`samples`: their file name).
    """

    key: str
    day: date
    channel: int | None
    bytes: int
    sha256: str
    defect: Defect | None = None
    stored: bool = True
    listed: bool = True
    shift_ns: int = 0
    float32: bool = False
    runs: tuple[Run, ...] = ()
    conflicts: tuple[tuple[int, int], ...] = ()
    samples: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class EventFile:
    """One event object of `traces` channels; its samples are made again by `truth.event_traces`."""

    key: str
    evid: str
    traces: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that was made. `spec` is None for an archive of imported files."""

    spec: ArchiveSpec | None
    bucket: str
    files: tuple[DayFile, ...]
    events: tuple[EventFile, ...]
    others: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def file(self, key: str) -> DayFile:
        """Return the day file with a key.

        Parameters
        ----------
        key
            The key.

        Returns
        -------
        DayFile
            The day file.

        Raises
        ------
        KeyError
            There is no such day file.
        """
        for found in self.files:
            if found.key == key:
                return found
        raise KeyError(key)

    def defects(self) -> dict[Defect, DayFile]:
        """The file of each defect."""
        return {found.defect: found for found in self.files if found.defect is not None}

    def stored_bytes(self) -> int:
        """The size of all day and event files."""
        return sum(file.bytes for file in self.files) + sum(event.bytes for event in self.events)


def manifest_path(root: Path) -> Path:
    """Where the manifest of an archive under `root` is."""
    return root / "truth" / "manifest.json"


def write_manifest(root: Path, manifest: Manifest) -> None:
    """Writes it last of all files: an archive with a manifest is complete."""
    path = manifest_path(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"version": VERSION, **dataclasses.asdict(manifest)}
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(content, default=str, indent=1), encoding="utf-8")
    partial.replace(path)


def read_manifest(root: Path) -> Manifest:
    """Read the manifest of an archive.

    Parameters
    ----------
    root
        Folder of the archive.

    Returns
    -------
    Manifest
        The manifest.

    Raises
    ------
    ArchiveSpecError
        There is no manifest, or it is of another version.
    """
    path = manifest_path(root)
    if not path.exists():
        raise ArchiveSpecError("root", f"{root} holds no generated archive: {path} is missing.")
    content = json.loads(path.read_text(encoding="utf-8"))
    if content.pop("version") != VERSION:
        raise ArchiveSpecError("root", f"{root} was made by another version; remove it and make it again.")
    return Manifest(
        spec=None if content["spec"] is None else _spec(content["spec"]),
        bucket=content["bucket"],
        files=tuple(_day_file(item) for item in content["files"]),
        events=tuple(EventFile(**item) for item in content["events"]),
        others=tuple(content["others"]),
        notes=tuple(content["notes"]),
    )


def _spec(content: dict[str, Any]) -> ArchiveSpec:
    content["days"] = tuple(date.fromisoformat(day) for day in content["days"])
    content["mix"] = tuple(RateShare(**item) for item in content["mix"])
    content["defects"] = tuple(Defect(item) for item in content["defects"])
    content["hours"] = tuple(content["hours"])
    content["quakes"] = tuple(Quake(**item) for item in content["quakes"])
    content["mounts"] = tuple(
        Mount(
            tuple(Axis(**axis) for axis in mount["axes"]),
            mount["turned_ns"],
            tuple(Axis(**axis) for axis in mount["after"]),
        )
        for mount in content.get("mounts", ())
    )
    content.setdefault("skewed", True)  # as all were in older versions
    content["day_cut"] = DayCut(content["day_cut"])
    content["window"] = tuple(content["window"]) if content["window"] else None
    return ArchiveSpec(**content)


def _day_file(item: dict[str, Any]) -> DayFile:
    item["day"] = date.fromisoformat(item["day"])
    item["defect"] = Defect(item["defect"]) if item["defect"] else None
    item["runs"] = tuple(Run(**run) for run in item["runs"])
    item["conflicts"] = tuple((start, end) for start, end in item["conflicts"])
    return DayFile(**item)
