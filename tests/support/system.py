"""Run a system for tests: an S3 server with one bucket per archive, the local stack, and a client.

Every archive has its own name and bucket, so that test modules do not affect each other. A module fills its bucket
itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seisbus.archive.definition import load_archives
from seisbus.client import AsyncClient, Job
from seisbus.local.stack import LocalStack, local_stack
from support.servers import S3Server
from support.shapes import check_documents
from support.stored import PlainJob, read_plainly

# name, index, day_cut
_ARCHIVES = (
    ("defects", "files", "sample"),
    ("notebook", "files", "sample"),
    ("days", "listing", "sample"),
    ("records", "listing", "record"),
    ("partial", "files", "sample"),
    ("real", "files", "sample"),
    ("large", "listing", "sample"),
    ("steps", "files", "sample"),
    ("normal", "files", "sample"),
    ("axes", "files", "sample"),
    ("odd", "files", "sample"),
    ("two", "files", "sample"),
    ("rates", "files", "sample"),
    ("reasons", "files", "sample"),
    ("again", "files", "sample"),
    ("rerun", "listing", "sample"),
    ("stations", "listing", "record"),
    ("sensors", "files", "sample"),
    ("phases", "files", "sample"),
    ("picks", "files", "sample"),
    ("months", "listing", "sample"),
    ("web", "files", "sample"),
    ("empty", "files", "sample"),
)
_DEFINITION = """
[{name}]
bucket = "{name}"
endpoint = "{endpoint}"
auth = "unsigned"
index = "{index}"
day_key = "{day_key}"
event_key = "event_waveforms/{{prefix}}/{{filename}}"
phase_key = "event_phases/{{prefix}}/{{filename}}"
waveform_index_prefix = "continuous_waveforms/index/"
catalog_index_prefix = "earthquake_catalogs/index/"
station_prefixes = ["FDSNstationXML/CI/", "FDSNstationXML/unauthoritative-XML/"]
object_unit = "{unit}"
day_cut = "{cut}"
max_in_flight = 32
{more}
"""


@dataclass(frozen=True, slots=True)
class System:
    """A running stack, a client of it, and the folder of the buckets."""

    stack: LocalStack
    client: AsyncClient
    buckets: Path

    async def run(self, job: dict[str, Any]) -> Job:
        """Submit a job and wait until it is closed; it must have completed with a ledger that adds up."""
        submitted = await self.client.submit(job)
        done = await self.client.wait(submitted.id, check=False)
        assert done.state == "completed", (done.error, done.notes)
        assert done.ledger.balanced
        return done

    async def sync(self, archive: str) -> Job:
        """Index an archive: its index keys, catalogs and stations."""
        job = await self.client.sync_index(archive)
        done = await self.client.wait(job.id, check=False)
        assert done.state == "completed", done.error
        return done

    async def stored(self, job: Job) -> PlainJob:
        """What a job stored, read by a process without Seisbus; its documents agree with its ledger."""
        found = await read_plainly(self.stack.environment, job.id)
        found.assert_adds_up()
        assert len(found.planned) == job.ledger.planned
        fates = [outcome["fate"] for outcome in found.outcomes]
        counts = job.ledger.counts()
        assert {fate: fates.count(fate) for fate in counts if fate != "planned"} == {
            fate: count for fate, count in counts.items() if fate != "planned"
        }
        return found


def _define(folder: Path, s3: S3Server) -> Path:
    """The archives' definitions as a file, and an empty bucket for each."""
    packaged = load_archives()
    usual = packaged["scedc"].day_key.template
    # the archive whose objects have all channels of a station
    stations = {"unit": "station", "day_key": packaged["earthscope"].day_key.template, "more": 'networks = ["XX"]'}
    months = {"unit": "channel", "day_key": usual, "more": 'month_phase_key = "by_month/{year}.{month}.phase.Z"'}
    plain = {"unit": "channel", "day_key": usual, "more": ""}
    texts = [
        _DEFINITION.format(
            name=name,
            endpoint=s3.url,
            index=index,
            cut=cut,
            **{"stations": stations, "months": months}.get(name, plain),
        )
        for name, index, cut in _ARCHIVES
    ]
    folder.mkdir(exist_ok=True)
    definitions = folder / "archives.toml"
    definitions.write_text("".join(texts))
    for name, _, _ in _ARCHIVES:
        s3.root.joinpath(name).mkdir()
    return definitions


@asynccontextmanager
async def running_system(folder: Path, s3: S3Server) -> AsyncIterator[System]:
    """The stack in `folder` with every archive defined, its buckets on `s3`."""
    environment = {"SEISBUS_ARCHIVES_FILE": str(_define(folder, s3))}
    async with (
        local_stack(folder / "stack", extra_env=environment) as stack,
        AsyncClient(stack.control_address) as client,
    ):
        yield System(stack, client, s3.root)
        check_documents(stack.environment)  # check the documents of all tests so far
