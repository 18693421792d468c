"""Run the `seisbus` command in a separate process, like a user."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path


async def seisbus(home: Path, address: str, *arguments: str) -> tuple[int, str, str]:
    """Exit code, output and errors of the command."""
    environment = {**os.environ, "SEISBUS_CONTROL_ADDRESS": address, "XDG_STATE_HOME": str(home), "COLUMNS": "500"}
    # so that the command does not find a stack in the folder where the tests run
    environment["SEISBUS_DATA_DIR"] = str(home / ".seisbus")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "seisbus.cli", *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=environment,
    )  # fmt: skip
    output, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()
