"""The CPU of a local stack that has nothing to do: cores of each process, which other benchmarks' figures contain.

Workers ask for messages, servers answer heartbeats. Where a job takes long because the machine is busy, this is a large
part of what is counted for it; the simulation takes it out.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from seisbus.local import local_stack

from .usage import measured

SEED: Final = None  # nothing is made at random
SECONDS: Final = float(os.environ.get("SEISBUS_BENCH_SECONDS", "40"))
_FIRST_SECONDS: Final = 20.0  # in which services import what they will need


async def run(folder: Path) -> dict[str, float]:
    """Cores by process."""
    (folder / "s3").mkdir()
    async with local_stack(folder / "stack", s3_root=folder / "s3"):
        await asyncio.sleep(_FIRST_SECONDS)
        with measured() as usage:
            await asyncio.sleep(SECONDS)
    return {name: round(seconds / SECONDS, 5) for name, seconds in usage.cpu.items()}


def main() -> dict[str, Any]:
    """Print and return it."""
    with tempfile.TemporaryDirectory() as folder:
        cores = asyncio.run(run(Path(folder)))
    Console().print(f"cores of an idle stack: {cores}, in all {sum(cores.values()):.3f}")
    return {"cores": cores, "seconds": SECONDS}
