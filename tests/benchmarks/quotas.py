"""Hold processes to a share of a core as a container's limit does: one cgroup with a CFS quota for each.

A group competes for the cores with the weight of one process of this program's niceness, so that a benchmark that was
started with low priority stays there. Works where the cpu controller of cgroup v1 is writable (root, no systemd slice
in between); everywhere else `groups` raises NoQuotasError, and nothing is measured without quotas.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path("/sys/fs/cgroup/cpu")
PERIOD_US: Final = 100_000  # what Docker and Kubernetes use
_LEAVE_SECONDS: Final = 5.0


class NoQuotasError(Exception):
    """Groups cannot be made here, or they do not hold their processes back."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of processes that together get `cores`; None is without a limit."""

    folder: Path
    cores: float | None

    def add(self, pid: int) -> None:
        """Move a process with its threads here; one that has ended meanwhile is left out."""
        with contextlib.suppress(ProcessLookupError):
            (self.folder / "cgroup.procs").write_text(str(pid))

    def throttled_seconds(self) -> float:
        """How long its processes were held back so far."""
        lines = dict(line.split() for line in (self.folder / "cpu.stat").read_text().splitlines())
        return int(lines["throttled_time"]) / 1e9

    def limit(self, cores: float | None) -> Group:
        """The same group with another quota."""
        quota = -1 if cores is None else round(cores * PERIOD_US)
        (self.folder / "cpu.cfs_period_us").write_text(str(PERIOD_US))
        (self.folder / "cpu.cfs_quota_us").write_text(str(quota))
        return Group(self.folder, cores)


def _own_folder() -> Path:
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if "cpu" in controllers.split(","):
            return ROOT / path.lstrip("/")
    raise NoQuotasError("this process is in no cgroup of the controller cpu (cgroup v1)")


def _weight() -> int:
    """The shares that make a group compete like one process of our niceness; a step is a factor of 1.25 (sched(7))."""
    return max(2, round(1024 / 1.25 ** os.getpriority(os.PRIO_PROCESS, 0)))


@contextmanager
def groups() -> Iterator[Callable[[str, float | None], Group]]:
    """Give a function that makes a group of a name with a quota of cores; all are removed at the end.

    Raises NoQuotasError where groups cannot be made.
    """
    made: list[Group] = []
    own = _own_folder()

    def make(name: str, cores: float | None) -> Group:
        folder = own / f"seisbus-bench-{os.getpid()}-{name}"  # side by side, so that each competes by itself
        try:
            folder.mkdir()
            (folder / "cpu.shares").write_text(str(_weight()))
            made.append(Group(folder, cores).limit(cores))
        except OSError as error:
            raise NoQuotasError(f"{error.strerror}: {folder}; run as root where cgroup v1 is writable") from error
        return made[-1]

    try:
        yield make
    finally:
        for group in made:
            _remove(group.folder)


def _remove(folder: Path) -> None:
    for pid in (folder / "cgroup.procs").read_text().split():
        Group(folder.parent, None).add(int(pid))
    deadline = time.monotonic() + _LEAVE_SECONDS
    while True:
        try:
            folder.rmdir()
            return
        except OSError:  # a process that ends is still counted for a moment
            if time.monotonic() > deadline:
                raise


_SPIN: Final = """
import sys, time
sys.stdin.read()
begun, used = time.monotonic(), time.process_time()
while time.monotonic() - begun < float(sys.argv[1]):
    pass
print((time.process_time() - used) / (time.monotonic() - begun))
"""


def share_of_spinning(group: Group, seconds: float = 3.0) -> float:
    """Cores that a process gets in the group while it does nothing but count, for so many seconds."""
    spinner = subprocess.Popen(
        [sys.executable, "-c", _SPIN, str(seconds)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    group.add(spinner.pid)
    said, _ = spinner.communicate("")
    return float(said)


def check(group: Group) -> float:
    """The measured share; NoQuotasError when a spinning process gets more than the quota, or the machine is full."""
    assert group.cores is not None
    share = share_of_spinning(group)
    if share > 1.1 * group.cores:
        raise NoQuotasError(f"a spinning process got {share:.2f} cores with a quota of {group.cores}")
    if share < 0.9 * group.cores:
        raise NoQuotasError(f"a spinning process got {share:.3f} cores of {group.cores}: the machine is full already")
    return share
