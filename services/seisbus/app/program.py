"""What this process is made of: versions of distributions, and the kind of machine it runs on."""

from __future__ import annotations

import os
import platform
import re
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution, entry_points
from typing import Final

from ..model.stages import GROUP as KINDS_GROUP
from ..store.documents import HostClass, Program
from .groups import STEPS_GROUP

_OWN: Final = ("seisbus", "libseis")
_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")


@cache
def this_program() -> Program:
    """Versions of Seisbus, of what it needs and of packages with steps or job kinds; and the kind of machine."""
    return {"host": _host(), "versions": _versions()}


def _host() -> HostClass:
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "processor": _processor(),
        "cpus": os.cpu_count() or 0,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def _processor() -> str:
    """The model of the processor: which instructions a library chooses depends on it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()


def _versions() -> dict[str, str]:
    found = {}
    names = set(_OWN)
    for own in _OWN:
        if (known := _distribution(own)) is not None:
            names.update(match.group() for line in known.requires or () if (match := _NAME.match(line)))
    for name in names:
        if (known := _distribution(name)) is not None:
            found[known.name.lower()] = known.version
    for group in (STEPS_GROUP, KINDS_GROUP):
        for entry in entry_points(group=group):
            if entry.dist is not None:
                found[entry.dist.name.lower()] = entry.dist.version
    return dict(sorted(found.items()))


def _distribution(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:  # of an extra that is not installed
        return None
