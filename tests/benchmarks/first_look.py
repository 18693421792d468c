"""How the time of `seisbus show` and `seisbus jobs` grows with the job. Documents are made directly, so that only
reading is timed.

python -m tests.benchmarks.first_look [WINDOWS ...]     by default 10,000, 100,000 and 1,000,000

Seconds are those of the command, its start included; behind them are the CPU seconds of control and the database, which
say the same on a machine that does other things, too.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any, Final

from bson import ObjectId
from tests.benchmarks.usage import idle
from tests.benchmarks.usage import measured as usage

from libseis.codes import Channel
from libseis.isotime import DAY_NS
from seisbus.local import local_stack
from seisbus.model.ids import new_job_id, task_id, window_id
from seisbus.model.kinds.window import WindowJob
from seisbus.model.outcome import Fate, JobState
from seisbus.model.task import Window
from seisbus.store.client import Store
from seisbus.store.collections import JOB, OUTCOME, SUMMARY, WF_TIMESERIES
from seisbus.store.jobs import insert_job
from seisbus.store.packing import End, pack_outcomes
from seisbus.store.summaries import delta

SEED: Final = None  # nothing is made at random
DAYS, HOUR_NS = 30, 3_600 * 10**9
FIRST = (date(2022, 1, 1) - date(1970, 1, 1)).days
_LATE = ("page 100", "last page")
SPEC = {"archive": "scedc", "windows": {"tile": {"start": "2022-01-01", "end": "2022-01-31", "length": "1h"}}}


async def made(store: Store, windows: int) -> str:
    """A closed job with so many windows of one hour on 30 days, every fiftieth dead; its id."""
    job = new_job_id()
    spec = WindowJob.model_validate(SPEC)
    await insert_job(store, job, spec, "", [], None)
    # closed from the start, so that no indexer takes it up
    await store[JOB].update_one({"_id": job}, {"$set": {"state": JobState.COMPLETED.value, "open": False}})
    channels = -(-windows // (DAYS * 24))
    counts = dict.fromkeys((fate.value for fate in Fate), 0)
    number = 0
    for at in range(channels):
        channel = Channel("CI", f"S{at:04d}"[:5], "", "BHZ")
        outcomes = []
        for day in range(DAYS):
            start = (FIRST + day) * DAY_NS
            spans = [(start + n * HOUR_NS, start + (n + 1) * HOUR_NS) for n in range(24)]
            pairs = [
                (
                    Window(window_id(job, str(channel), a, b, ""), channel, a, b, False),
                    End(Fate.DEAD, "gap", "A gap.") if (n + at) % 50 == 0 else End(Fate.SAVED, pieces=1),
                )
                for n, (a, b) in enumerate(spans)
            ]
            task = task_id(job, day, at)
            outcomes.append(pack_outcomes(f"{task}/0", job, task, 0, 1, pairs))
            number += len(pairs)
            for _, end in pairs:
                counts[end.fate.value] += 1
        await store[OUTCOME].insert_many(outcomes)
        await store[SUMMARY].insert_many(delta(outcomes))
    await store[WF_TIMESERIES].insert_many(waveform(job, hour) for hour in range(24))
    await store[JOB].update_one(
        {"_id": job},
        {"$set": {"planned": number, "counts": counts, "planning_done": True, "closed_ns": time.time_ns()}},
    )  # fmt: skip
    return job


def waveform(job: str, hour: int) -> dict[str, Any]:
    """What `show` lists of a waveform of the first channel and day."""
    start = FIRST * DAY_NS + hour * HOUR_NS
    return {
        "_id": ObjectId(), "job": job, "window": f"{job}.{hour}", "piece": 0, "net": "CI", "sta": "S0000",
        "chan": "BHZ",
        "t0_ns": start, "starttime": start / 1e9, "rate": [40, 1], "sampling_rate": 40.0, "delta": 0.025,
        "npts": 144_000, "data_tag": "",
        "storage_mode": "file", "format": "mseed", "dir": "/tmp", "dfile": "none", "foff": 0, "nbytes": 1,
    }  # fmt: skip


async def seconds(*command: str, address: str) -> float:
    """Seconds that a command takes, with its start."""
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "seisbus.cli", "--address", address, *command, stdout=asyncio.subprocess.DEVNULL
    )
    if await process.wait():
        sys.exit(f"{' '.join(command)} ended with status {process.returncode}")
    return time.monotonic() - began


async def measured(sizes: list[int]) -> dict[str, float]:
    """Print a row per size; seconds by command and size."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="seisbus-first-look-") as name:
        async with local_stack(Path(name)) as stack:
            address = stack.control_address
            base = min([await seconds("version", address=address) for _ in range(3)])
            print(f"start of the command alone (`version`): {base:.2f} s")
            print("  windows" + "".join(f"{name:>18s}" for name in ("show", "show --json", "outcomes", *_LATE, "jobs")))
            async with await Store.connect(
                stack.environment["SEISBUS_MONGODB_URI"], stack.environment["SEISBUS_DATABASE"]
            ) as store:
                for size in sizes:
                    job = await made(store, size)
                    commands = (
                        ("show", job),
                        ("show", job, "--json"),
                        ("outcomes", job),
                        ("outcomes", job, "--page", "100"),
                        # the last page
                        ("outcomes", job, "--page", str(size // 100)),
                        ("jobs",),
                    )
                    took, costs = [], []
                    for command in commands:
                        await idle()
                        with usage() as used:
                            took.append(await seconds(*command, address=address))
                        costs.append(used.total_cpu("control", "secantusd"))
                    names = (" ".join(word for word in command if word != job) for command in commands)
                    figures |= {f"{name}, {size:,} windows": one for name, one in zip(names, took, strict=True)}
                    row = (f"{one:8.2f} s ({cpu:5.2f})" for one, cpu in zip(took, costs, strict=True))
                    print(f"{size:9,d}" + "".join(row), flush=True)
    return figures


def main() -> dict[str, float]:
    """All sizes, or those of the command line of this module."""
    sizes = [int(text) for text in sys.argv[1:] if text.isdecimal()]
    return asyncio.run(measured(sizes or [10_000, 100_000, 1_000_000]))


if __name__ == "__main__":
    main()
