"""Mutants of what users give: files of an import, and events written in a job. What the damage did not touch is there.

A folder is imported with a mutant in each of its files; a job with a mutant in its list of events is read, or refused
in one sentence, and is never read as other events.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from seisbus.archive.definition import load_archives
from seisbus.archive.event import EventInputError
from seisbus.archive.events import from_mappings
from seisbus.archive.keys import DayKey, TableFormat, waveform_index_key
from seisbus.archive.waveform_index import read_waveform_index
from seisbus.client.jobfile import job_text
from seisbus.errors import JobFileError
from seisbus.model.job import parse_job
from seisbus.testing.imports import import_folder
from support.mutants import mutants
from support.records import T0, V2, walk

FILES = 100
PER = 20
SEQUENCE = 6  # bytes of the number that a header begins with
LOCAL = load_archives()["local"].day_key
CHANNELS = ("BHE", "BHZ")


def _records(file: int) -> list[tuple[str, bytes]]:
    """The records of a file: two channels by turns, with samples that are in no other."""
    out = []
    for n in range(4):
        for chan in CHANNELS:
            x = walk(PER, file * 100 + n * 10 + CHANNELS.index(chan))
            out.append((chan, V2(x, T0 + n * PER * 50_000_000, 11, 8, codes=f"M{file:03d}   {chan}XX".encode()).pack()))
    return out


def _import(folder: Path, files: int, seed: int) -> None:
    """Import a folder of mutants, one a file; every record that was not touched is in its channel's object."""
    source = folder / "source"
    source.mkdir(parents=True)
    sound: list[tuple[DayKey, bytes]] = []
    for file in range(files):
        records = _records(file)
        data = b"".join(record for _, record in records)
        ((mutant, start, end),) = mutants(data, 1, seed * 1_000 + file)
        (source / f"{file}.mseed").write_bytes(mutant)
        at = 0
        for chan, record in records:
            # where the sequence number behind a record lost bytes, nothing tells whose end its last bytes are
            if at + len(record) + SEQUENCE <= start or at >= end:
                sound.append((DayKey("XX", f"M{file:03d}", "", chan, DAY), record))
            at += len(record)
    manifest = import_folder(source, folder / "root")
    bucket = folder / "root" / manifest.bucket
    key = waveform_index_key(DAY, TableFormat.PARQUET)
    index = read_waveform_index((bucket / key).read_bytes(), TableFormat.PARQUET)
    listed = set(index.column("ms_filename").to_pylist())
    assert len(sound) > 5 * files
    for day_key, record in sound:
        name = LOCAL.format(day_key)
        assert record in (bucket / name).read_bytes(), f"a record of {name} is lost, seed {seed}"
        assert name.rpartition("/")[2] in listed
    # and no byte goes without a word
    kept = sum(len((bucket / file.key).read_bytes()) for file in manifest.files)
    given = sum(path.stat().st_size for path in source.iterdir())
    assert kept == given or any("left out" in note for note in manifest.notes)


DAY = np.datetime64(T0, "ns").astype("datetime64[D]").item()


def test_all_that_is_sound_of_an_import_is_there(tmp_path: Path) -> None:
    for seed in range(2):
        _import(tmp_path / str(seed), FILES, seed)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_all_that_is_sound_of_many_imports_is_there(tmp_path: Path) -> None:
    for seed in range(100, 300):  # 20,000 mutants
        _import(tmp_path / str(seed), FILES, seed)


NAMES = [f"S{n:02d}" for n in range(6)]
HEAD = "archive: local\nwindows:\n  events:\n    start: 0s\n    end: 100s\n    list:\n"
LIST = "".join(
    f"    - {{id: {name}, time: 2011-03-11T05:46:23.{n}Z, lat: 38.{n}, lon: 142.4, depth_km: 29, mag: 9.1}}\n"
    for n, name in enumerate(NAMES)
)
WANTED = {
    name: (1_299_822_383_000_000_000 + n * 100_000_000, float(f"38.{n}"), 142.4, 29.0, 9.1)
    for n, name in enumerate(NAMES)
}


def _lists(folder: Path, count: int, seed: int) -> None:
    """Read a job whose list of events is a mutant; sound events are there as they are, or the job is refused."""
    data = (HEAD + LIST).encode()
    ends = [len(HEAD)]
    for line in LIST.splitlines(keepends=True):
        ends.append(ends[-1] + len(line))
    path = folder / "job.yaml"
    refused = 0
    for number, (mutant, start, end) in enumerate(mutants(data, count, seed, len(HEAD))):
        path.write_bytes(mutant)
        sound = {name for n, name in enumerate(NAMES) if ends[n + 1] <= start or ends[n] - 1 >= end}
        try:
            spec = parse_job(job_text(path))
            assert spec.windows is not None and spec.windows.events is not None
            given = [event.model_dump(mode="json", exclude_none=True) for event in spec.windows.events.list or ()]
            found = from_mappings([{name: v for name, v in event.items() if v != ""} for event in given])
        except (JobFileError, EventInputError) as error:
            assert "\n" not in error.message, (number, error.message)
            refused += 1
            continue
        values = {e.id: (e.time_ns, e.lat, e.lon, e.depth_km, e.mag) for e in found}
        lost = {name for name in sound if values.get(name) != WANTED[name]}
        assert not lost, (number, lost, mutant[max(0, start - 40) : start + 40])
    assert 0 < refused < count


def test_events_written_in_a_job_are_read_or_the_job_is_refused(tmp_path: Path) -> None:
    _lists(tmp_path, 300, 1)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_events_written_in_many_jobs_are_read_or_the_jobs_are_refused(tmp_path: Path) -> None:
    _lists(tmp_path, 20_000, 2)
