"""The capacity model, calibrated on one job of a running stack, foretells another: four times larger, with
windows of another length.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from seisbus.cli.plan import work_of
from seisbus.client import AsyncClient
from seisbus.client.capacity import Machine, Stage, plan_campaign
from seisbus.client.probe import probe
from seisbus.local.stack import LocalStack, local_stack

# CPU seconds do not depend on what else the machine does, but for caches; hence the quarter.
_WITHIN = 0.25
# A stage alone, where it works for so many seconds: the first job keeps the fetcher busy for a third of one.
_STAGE_WITHIN, _STAGE_SECONDS = 0.4, 0.5


def seisbus(folder: Path, *arguments: str) -> str:
    """What a command of the command line printed, for the stack in `folder`."""
    command = [sys.executable, "-m", "seisbus.cli", "--data-dir", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def cpu_seconds(stack: LocalStack) -> dict[Stage, float]:
    health: Mapping[str, Any] = stack.state().health
    return {stage: sum([(await probe(address)).cpu_seconds for address in health[stage]]) for stage in Stage}


@pytest.mark.long
async def test_a_calibrated_model_foretells_a_larger_job(tmp_path: Path) -> None:
    buckets, folder, machine = tmp_path / "buckets", tmp_path / "stack", tmp_path / "machine.json"
    make = ["archive", "make", "--root", str(buckets), "--preset", "demo", "--channels", "120", "--defects", "none"]
    await _in_thread(folder, *make)
    small = {"archive": "local", "windows": {"tile": {"start": "2011-03-11", "end": "2011-03-12", "length": "40min"}}}
    large = {"archive": "local", "windows": {"tile": {"start": "2011-03-11", "end": "2011-03-12", "length": "10min"}}}
    (tmp_path / "small.yaml").write_text(json.dumps(small))
    (tmp_path / "large.yaml").write_text(json.dumps(large))
    async with local_stack(folder, s3_root=buckets) as stack, AsyncClient(stack.control_address) as client:
        assert (await client.wait((await client.sync_index("local")).id)).state == "completed"
        await client.wait((await client.submit(small)).id)  # what is done once in a process is no cost of a job
        printed = await _in_thread(folder, "calibrate", str(tmp_path / "small.yaml"), "--machine", str(machine))
        assert "times the reference" in printed
        printed = await _in_thread(folder, "plan", str(tmp_path / "large.yaml"), "--machine", str(machine))
        assert "replicas" in printed

        estimate = await client.estimate(large)
        smaller = await client.estimate(small)
        assert estimate.windows >= 4 * smaller.windows
        work = work_of(estimate)
        factors = {Stage(name): factor for name, factor in json.loads(machine.read_text()).items()}
        campaign = plan_campaign(work, Machine(factors), hours=1)

        before = await cpu_seconds(stack)
        job = await client.wait((await client.submit(large)).id)
        after = await cpu_seconds(stack)
        used = {stage: after[stage] - before[stage] for stage in Stage}
        print({stage.value: (round(used[stage], 2), round(campaign.cpu_seconds[stage], 2)) for stage in Stage})
        assert job.ledger.saved == estimate.windows
        assert sum(campaign.cpu_seconds.values()) == pytest.approx(sum(used.values()), rel=_WITHIN)
        for stage, seconds in used.items():
            if seconds > _STAGE_SECONDS:
                assert campaign.cpu_seconds[stage] == pytest.approx(seconds, rel=_STAGE_WITHIN), stage
        assert estimate.disk_bytes == pytest.approx(job.progress.stored_bytes, rel=_WITHIN)
        assert campaign.documents == estimate.objects + 2 * job.ledger.saved


async def _in_thread(folder: Path, *arguments: str) -> str:
    return await asyncio.to_thread(seisbus, folder, *arguments)
