"""The command `demo`: run all of Seisbus on a generated archive, from an empty folder to a picture.

The steps of the SCEDC tutorial: events above a magnitude, one event's file as an ensemble, then every day file of a
day, an hour each from 100 s after the origin, all windows accounted for.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from libseis.isotime import iso

from ..errors import SeisbusError
from ..extras import require
from ..local import interruptible, local_stack, usual_replicas
from ..model.outcome import JobState
from ..model.times import moment_ns
from ..testing.spec import Preset, preset
from . import views
from .bars import bars
from .options import OUT, SETTINGS
from .progress import JobBar

if TYPE_CHECKING:
    from ..client import AsyncClient, Job

DEMO_ARCHIVE: Final = "local"
TOHOKU: Final[dict[str, Any]] = {
    "id": "tohoku",
    "time": "2011-03-11T05:46:23.2Z",
    "lat": 38.297,
    "lon": 142.373,
    "depth_km": 29.0,
    "mag": 9.1,
}
SHOWN: Final = 15


class DemoError(SeisbusError):
    """A step of the demonstration failed; `job` is the job of this step."""

    def __init__(self, message: str, job: str) -> None:
        super().__init__(message)
        self.job = job


def demo(
    size: Annotated[Preset, typer.Option("--preset", help="Size of the generated archive.")] = Preset.DEMO,
) -> None:
    """Make a local archive, run the stack, run a day's job, and show the ledger and a picture."""
    require("local")
    from ..testing.make import make_archive  # imported late, because it is half of all that `seisbus` would load

    started = time.monotonic()
    data_dir = SETTINGS.data_dir
    root = data_dir / "archive"
    OUT.rule("A local archive in SCEDC layout", align="left")
    with bars() as report:
        manifest = make_archive(root, preset(size), report)
    stored = [file for file in manifest.files if file.stored]
    size_of_all = views.size_text(sum(file.bytes for file in stored))
    OUT.print(
        f"{len(stored):,} day files, {size_of_all} in {root / manifest.bucket}; "
        f"{len(manifest.defects())} of them broken on purpose.",
        markup=False,
    )
    asyncio.run(_run(data_dir, root))
    OUT.print(f"\nDone in {time.monotonic() - started:.0f} s. Everything is stopped; `seisbus up` starts it again.")


async def _run(data_dir: Path, root: Path) -> None:
    from ..client import AsyncClient

    OUT.rule("Servers and services", align="left")
    async with interruptible():
        OUT.print("starting NATS, MongoDB, S3 and five services")
        stack_of = local_stack(data_dir, s3_root=root, replicas=usual_replicas(), drain=timedelta(seconds=5))
        async with stack_of as stack:
            OUT.print(f"control answers at {stack.control_address}, log in {stack.log_path}", markup=False)
            async with AsyncClient(stack.control_address) as client:
                await show(client, data_dir)


async def show(client: AsyncClient, folder: Path) -> None:
    """The steps, on a deployment that has the demo archive; pictures go to `folder`."""
    from ..client.plot import plot  # imported late, because it loads numpy

    OUT.rule("Index and catalog", align="left")
    if not await client.index_keys(DEMO_ARCHIVE, "catalog"):
        await finished(client, await client.sync_index(DEMO_ARCHIVE))
    keys = await client.index_keys(DEMO_ARCHIVE)
    OUT.print(f"{len(keys):,} keys of waveform indexes, the first {keys[0]['s3key']}", markup=False)
    events = await client.event_documents(DEMO_ARCHIVE, "2011-01-01", "2024-01-01", above_magnitude=4.5)
    OUT.print(views.events_table(events))

    OUT.rule("One event's file as an ensemble", align="left")
    event = max((event for event in events if event["waveform_key"]), key=lambda event: event["mag"])
    job = await finished(client, await client.submit(event_job(event)))
    ensemble = await client.read(job=job.id)
    about(ensemble, event["time"] / 1e9, event["mag"], event["depth_km"])
    path = folder / "demo-event.png"
    plot(
        ensemble, title=f"Event {event['id']}: first {SHOWN} of {len(ensemble.member)} members", limit=SHOWN, path=path
    )
    OUT.print(f"{len(ensemble.member):,} members of event {event['id']}; picture: {path}", markup=False)

    OUT.rule("Every day file of 2011-070, an hour each", align="left")
    job = await finished(client, await client.submit(day_job()))
    OUT.print(views.job_table(job))
    if not job.ledger.balanced:
        raise DemoError(f"The ledger of job {job.id} does not add up; `seisbus explain {job.id}`.", job.id)
    if (reasons := views.reasons_table(await client.reasons(job.id))) is not None:
        OUT.print("", reasons)
    documents = await client.waveforms(job=job.id, limit=SHOWN)
    OUT.print("", views.saved_table(documents, job.ledger.saved))
    if documents:
        OUT.print(f"Files lie in {documents[0].get('dir', 'GridFS')}.", markup=False)
    ensemble = await client.read(job=job.id, limit=SHOWN)
    about(ensemble, moment_ns(TOHOKU["time"]) / 1e9, TOHOKU["mag"], TOHOKU["depth_km"])
    path = folder / "demo.png"
    plot(ensemble, title=f"First {len(ensemble.member)} waveforms of the day job", path=path)
    OUT.print(f"\nPicture of the first {len(ensemble.member)} waveforms: {path}", markup=False, style="bold")


def event_job(event: dict[str, Any]) -> dict[str, Any]:
    """All channels of one event's file, whole."""
    start = event["time"] // 1_000_000_000
    return {
        "name": f"event {event['id']}",
        "archive": DEMO_ARCHIVE,
        "inputs": "event_files",
        "windows": {
            "events": {
                "catalog": {
                    "start": iso((start - 86400) * 1_000_000_000),
                    "end": iso((start + 86400) * 1_000_000_000),
                    "ids": [event["id"]],
                }
            }
        },
        "gaps": "split",
        "output": {"data_tag": "demo-event"},
    }


def day_job() -> dict[str, Any]:
    """The tutorial's job: origin + 100 s to origin + 3700 s of every channel of the day."""
    return {
        "name": "2011-070, the hour of Tohoku",
        "archive": DEMO_ARCHIVE,
        "windows": {"events": {"list": [TOHOKU], "start": "100s", "end": "3700s"}},
        "gaps": "kill",
        "output": {"data_tag": "demo-day"},
    }


async def finished(client: AsyncClient, job: Job) -> Job:
    """Show a job until it is closed; DemoError if it did not complete."""
    with JobBar(OUT, job.title or job.id) as bar:
        async for progress in client.watch(job.id):
            bar.show(progress)
    closed = await client.job(job.id)
    if closed.state is not JobState.COMPLETED:
        raise DemoError(f"Job {job.id} is {closed.state.value}: {closed.error or 'see its ledger'}", job.id)
    return closed


def about(ensemble: Any, origin: float, magnitude: float, depth_km: float) -> None:
    """Write the event to an ensemble's Metadata, so that the picture names it."""
    ensemble["source_time"] = origin
    ensemble["source_magnitude"] = magnitude
    ensemble["source_depth"] = depth_km
