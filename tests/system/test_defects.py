"""The day job on an archive with every defect, against the generator's own samples from before the encoding.

What is stored is read by a process that has nothing of Seisbus in it, and compared with what the generator's truth
says of each window: fate, reason, and start, count and hash of every piece.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from seisbus.client import Job
from seisbus.testing import truth
from seisbus.testing.make import make_archive
from seisbus.testing.manifest import DayFile, Manifest
from seisbus.testing.spec import ALL_DEFECTS, NS, TOHOKU, Defect, Preset, preset
from support.stored import PlainJob
from support.system import System

W0, W1 = TOHOKU.time_ns + 100 * NS, TOHOKU.time_ns + 3700 * NS
POLICIES: dict[str, dict[str, Any]] = {
    "kill": {"gaps": "kill"},
    "split": {"gaps": "split"},
    "zero": {"gaps": {"fill": "zero"}},
    "linear": {"gaps": {"fill": "linear"}},
    "nan": {"gaps": {"fill": "nan"}},
    "first": {"gaps": "kill", "overlap": "first"},
    "last": {"gaps": "kill", "overlap": "last"},
}
# Defects whose windows the way of filling, or the rule for overlaps, changes; kill, split and zero are for all.
HOLES = (Defect.GAP_INSIDE, Defect.GAP_START, Defect.MANY_GAPS, Defect.TRUNCATED_INSIDE, Defect.CORRUPT_PAYLOAD)
DOUBLE = (Defect.OVERLAP_DUP, Defect.OVERLAP_CONFLICT)
CASES: dict[str, tuple[Defect, ...]] = {
    **dict.fromkeys(("kill", "split", "zero"), ALL_DEFECTS),
    **dict.fromkeys(("linear", "nan"), (*HOLES, Defect.OVERLAP_CONFLICT, Defect.FLOAT32)),
    **dict.fromkeys(("first", "last"), (*DOUBLE, Defect.GAP_INSIDE)),
}
# What the log must say of a defect, wherever its window ends up.
TOLD = {
    Defect.TRUNCATED_BEFORE: "ends after 300 of 512 bytes",
    Defect.TRUNCATED_INSIDE: "ends after 300 of 512 bytes",
    Defect.CORRUPT_HEADER: "do not belong to a miniSEED record",
    Defect.CORRUPT_PAYLOAD: "samples cannot be unpacked",
    Defect.OVERLAP_CONFLICT: "come twice with different values",
    Defect.WRONG_HEADER: "The key names channel",
    Defect.TCORR: "time correction",
}

# What stands before the window, which ranges need not hold: told when files are read whole.
TOLD_WHOLE = {Defect.ZERO_BLOCK: "1024 zero bytes", Defect.JUNK_UNALIGNED: "100 bytes from byte"}


@dataclass(frozen=True, slots=True)
class Done:
    """The archive, and for each policy the job and what it stored."""

    root: Path
    manifest: Manifest
    jobs: dict[str, Job]
    stored: dict[str, PlainJob]

    def expected(self, file: DayFile, policy: str) -> truth.ExpectedWindow:
        """What the generator says of a file's window."""
        asked = POLICIES[policy]
        fill = isinstance(asked["gaps"], dict)
        return truth.expected_window(
            self.root, file.key, W0, W1, True,
            truth.Gaps.FILL if fill else truth.Gaps(asked["gaps"]),
            truth.Fill(asked["gaps"]["fill"]) if fill else truth.Fill.ZERO,
            truth.Overlap(asked.get("overlap", "gap")),
        )  # fmt: skip

    def compare(self, file: DayFile, policy: str) -> str:
        """ "" when a file's window came out as the generator says, else how it differs."""
        expected, stored = self.expected(file, policy), self.stored[policy]
        (outcome,) = stored.by_channel[channel_of(file.key)]
        wanted = [(piece.start_ns, piece.npts, piece.sha256) for piece in expected.pieces]
        pieces = [(p.document["t0_ns"], p.npts, p.sha256) for p in stored.pieces_of(outcome["_id"])]
        said = (outcome["fate"], outcome["reason"], pieces)
        agreed = said == (expected.fate.value, expected.reason, wanted)
        return "" if agreed else f"{file.key} ({file.defect}): {said}, expected {expected}"


def channel_of(key: str) -> str:
    """NET.STA.LOC.CHAN of a key in SCEDC form, by its fixed columns."""
    name = key.rpartition("/")[2]
    return ".".join(name[a:b].strip("_") for a, b in ((0, 2), (2, 7), (10, 12), (7, 10)))


@pytest.fixture(scope="module")
async def done(system: System, tmp_path_factory: pytest.TempPathFactory) -> Done:
    """165 channels with every defect once, and the day job under every policy."""
    root = tmp_path_factory.mktemp("defects")
    spec = preset(Preset.DEMO, channels=165, hours=(4.5, 8.0), event_traces=3, real=False, bucket="defects")
    manifest = await asyncio.to_thread(make_archive, root, spec)
    (system.buckets / "defects").rmdir()
    (root / "defects").rename(system.buckets / "defects")
    await system.sync("defects")

    def select(policy: str) -> dict[str, str]:
        # the first job is the whole day; the others need only the stations in whose files something is wrong
        if policy == "kill":
            return {}
        codes = [channel_of(manifest.defects()[defect].key).split(".") for defect in CASES[policy]]
        return {"sta": ",".join({code[1] for code in codes}), "chan": ",".join({code[3] for code in codes})}

    window = {
        "events": {
            "catalog": {"start": "2011-03-11", "end": "2011-03-12", "above_magnitude": 9},
            "start": "100s",
            "end": "3700s",
        }
    }
    jobs = [
        {
            "archive": "defects",
            "name": name,
            "select": select(name),
            "windows": window,
            **policy,
        }
        for name, policy in POLICIES.items()
    ]
    ran = dict(zip(POLICIES, await asyncio.gather(*(system.run(job) for job in jobs)), strict=True))
    stored = {name: await system.stored(job) for name, job in ran.items()}
    return Done(root, manifest, ran, stored)


def test_every_channel_of_the_day_is_planned_once(done: Done) -> None:
    planned = sorted(window["channel"] for window in done.stored["kill"].planned)
    assert planned == sorted(channel_of(file.key) for file in done.manifest.files)
    assert len(planned) >= 150
    assert {(window["start_ns"], window["end_ns"]) for window in done.stored["kill"].planned} == {(W0, W1)}
    assert {window["event"] for window in done.stored["kill"].planned} == {TOHOKU.evid}
    assert {file.defect for file in done.manifest.files} == {None, *ALL_DEFECTS}


def test_the_whole_day_is_what_the_generator_made(done: Done) -> None:
    """Window by window, sample hash by sample hash; the healthy ones are all saved whole."""
    assert [text for file in done.manifest.files if (text := done.compare(file, "kill"))] == []
    healthy = [file for file in done.manifest.files if file.defect is None]
    assert all(done.expected(file, "kill").fate is truth.Fate.SAVED for file in healthy)
    assert done.jobs["kill"].ledger.saved > len(healthy)
    assert done.jobs["kill"].ledger.missing == 1
    # no two channels have the same samples, so a hash that agrees names its channel
    assert len({piece.sha256 for piece in done.stored["kill"].pieces}) == len(done.stored["kill"].pieces)


@pytest.mark.parametrize(("policy", "defect"), [(p, defect) for p, defects in CASES.items() for defect in defects])
def test_each_defect_comes_out_as_the_generator_says(done: Done, defect: Defect, policy: str) -> None:
    file = done.manifest.defects()[defect]
    assert done.compare(file, policy) == ""
    (outcome,) = done.stored[policy].by_channel[channel_of(file.key)]
    log = done.stored[policy].log_of(outcome["_id"])
    assert TOLD.get(defect, "") in log
    if outcome["fate"] == "dead":
        assert outcome["reason"] in log
    if outcome["fate"] == "missing":
        assert file.key in outcome["detail"]


async def test_bytes_outside_the_window_are_told_when_files_are_read_whole(system: System, done: Done) -> None:
    channels = {defect: channel_of(done.manifest.defects()[defect].key) for defect in TOLD_WHOLE}
    codes = [channel.split(".") for channel in channels.values()]
    select = {"sta": ",".join({code[1] for code in codes}), "chan": ",".join({code[3] for code in codes})}
    stored = await system.stored(await system.run({**done.jobs["kill"].spec, "select": select, "verify": "full"}))
    for defect, told in TOLD_WHOLE.items():
        (outcome,) = stored.by_channel[channels[defect]]
        assert told in stored.log_of(outcome["_id"])


def test_the_headers_name_the_datum_and_the_key_its_ledger_entry(done: Done) -> None:
    file = done.manifest.defects()[Defect.WRONG_HEADER]
    (outcome,) = done.stored["kill"].by_channel[channel_of(file.key)]
    (piece,) = done.stored["kill"].pieces_of(outcome["_id"])
    named = ".".join(piece.document[name] for name in ("net", "sta", "loc", "chan"))
    assert named != channel_of(file.key)
    assert f"location {piece.document['loc']!r}" in file.note


async def test_the_provenance_names_the_bytes(system: System, done: Done) -> None:
    """Object, version and byte ranges of a saved datum; the ranges hold its records and far from the whole file."""
    for defect in (None, Defect.OUT_OF_ORDER, Defect.JUNK_UNALIGNED):
        file = next(f for f in done.manifest.files if f.defect is defect and (defect or "BH" in f.key))
        (outcome,) = done.stored["kill"].by_channel[channel_of(file.key)]
        (piece,) = done.stored["kill"].pieces_of(outcome["_id"])
        (source,) = piece.document["provenance"]["sources"]
        assert (source["archive"], source["key"]) == ("defects", file.key)
        assert source["etag"]
        ranges = list(zip(source["ranges"][::2], source["ranges"][1::2], strict=True))
        data = (system.buckets / "defects" / file.key).read_bytes()
        records = b"".join(data[start:stop] for start, stop in ranges)
        assert 0 < len(records) < 0.6 * len(data)
        assert all(records[at + 6 : at + 7] == b"D" for at in range(0, len(records), 512))


async def test_a_second_run_stores_the_same(system: System, done: Done) -> None:
    """The same job again has windows of its own and the same samples."""
    again = await system.run({**done.jobs["split"].spec, "name": "again"})
    assert again.ledger == done.jobs["split"].ledger
    stored = await system.stored(again)
    assert not {p.document["_id"] for p in stored.pieces} & {p.document["_id"] for p in done.stored["split"].pieces}
    assert sorted(p.sha256 for p in stored.pieces) == sorted(p.sha256 for p in done.stored["split"].pieces)
