"""The commands `plan` (what a campaign needs) and `calibrate` (how fast this machine is)."""

from __future__ import annotations

import asyncio
import json as texts
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..client.capacity import Machine, Stage, Work, plan_campaign
from ..errors import UserError
from ..running import running_stack
from . import views
from .listing import JsonOption, print_json
from .options import OUT, SETTINGS, client

if TYPE_CHECKING:
    from ..client import Client, Estimate


def plan(
    job_file: Annotated[Path, typer.Argument(help="Job file of the campaign, YAML or JSON (docs/reference/job.md).")],
    hours: Annotated[float, typer.Option(help="Hours that the campaign may take.", min=0.01)] = 24.0,
    link: Annotated[float, typer.Option(help="Megabytes per second from the archive; 0 means no limit.")] = 0.0,
    machine: Annotated[Path | None, typer.Option(help="What `seisbus calibrate` wrote.")] = None,
    json: JsonOption = False,
) -> None:
    """Say how many replicas, hours, bytes and documents a campaign needs; nothing is started."""
    speed = Machine.reference() if machine is None else read_machine(machine)
    with client() as connected:
        estimate = connected.estimate(job_file)
    campaign = plan_campaign(work_of(estimate), speed, hours=hours, link_bytes_per_second=link * 1e6 or math.inf)
    if json:
        print_json({"estimate": estimate, "campaign": campaign})
    else:
        OUT.print(views.campaign_table(estimate, campaign))


def calibrate(
    job: Annotated[
        str, typer.Argument(help="Job file to run and measure; with --cpu the id of a finished job (or its beginning).")
    ],
    machine: Annotated[Path, typer.Option(help="Where the result is written.")] = Path("machine.json"),
    cpu: Annotated[
        list[str] | None, typer.Option(help="stage=seconds, one per stage, as Prometheus counts them for that job.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Measure this machine with a job of some thousand windows, for `seisbus plan --machine`.

    Runs the job on the local stack, which should have nothing else to do. For other deployments give --cpu.
    """
    with client() as connected:
        measured, spec = (given(cpu), connected.job(job).spec) if cpu else measure(connected, job)
        work = work_of(connected.estimate(spec))
    found = Machine.calibrated(work, measured)
    machine.write_text(texts.dumps(dict(found.factors), indent=1) + "\n")
    if json:
        print_json({"cpu_seconds": measured, "factors": found.factors, "machine": str(machine)})
        return
    for stage, factor in found.factors.items():
        OUT.print(f"{stage:9s} {measured[stage]:8.2f} CPU s, {factor:.2f} times the reference", markup=False)
    OUT.print(f"written to {machine}", markup=False)


def measure(connected: Client, job_file: str) -> tuple[dict[Stage, float], Any]:
    """CPU seconds of each stage of the local stack for a job, and its specification."""
    before = cpu_seconds()
    job = connected.wait(connected.submit(Path(job_file)).id, check=False)
    after = cpu_seconds()
    if not job.ledger.saved:
        raise UserError(f"Job {job.id} saved no window, so there is nothing to measure; `seisbus show {job.id}`.")
    return {stage: after[stage] - before[stage] for stage in Stage}, job.spec


def cpu_seconds() -> dict[Stage, float]:
    """CPU seconds that each service of the local stack has used."""
    from ..client.probe import probe

    stack = running_stack(SETTINGS.data_dir)
    if stack is None:
        raise UserError(f"No local stack runs in {SETTINGS.data_dir}; start one with `seisbus up`, or give --cpu.")

    async def ask() -> dict[Stage, float]:
        return {
            stage: sum([(await probe(address)).cpu_seconds for address in stack.health.get(stage.value, ())])
            for stage in Stage
        }

    return asyncio.run(ask())


def given(texts: list[str]) -> dict[Stage, float]:
    """The measured seconds of --cpu; a usage error if one is missing or wrong."""
    try:
        found = {Stage(name): float(seconds) for name, _, seconds in (text.partition("=") for text in texts)}
    except ValueError:
        raise typer.BadParameter("--cpu wants stage=seconds, such as --cpu windower=12.5") from None
    if missing := set(Stage) - set(found):
        raise typer.BadParameter(f"--cpu is missing for {', '.join(sorted(missing))}")
    return found


def read_machine(path: Path) -> Machine:
    """The values in a file of `calibrate`; UserError if it has something else."""
    try:
        content = texts.loads(path.read_text())
        return Machine({stage: float(content[stage.value]) for stage in Stage})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is not what `seisbus calibrate` writes ({error}); run it again.") from None


def work_of(estimate: Estimate) -> Work:
    """An estimate in the form for the capacity model; UserError if nothing is known yet."""
    if not estimate.windows:
        raise UserError(f"Nothing can be planned yet. {estimate.basis}")
    return Work(estimate.objects, estimate.requests, estimate.windows, estimate.fetch_bytes, estimate.disk_bytes)
