"""CPU seconds and peak memory of process trees, from the kernel's own counters."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

_SAMPLE_SECONDS = 0.2
# A stack that waits for work takes less than this share of one core.
_IDLE_SECONDS = 1.0
_IDLE_CPU = 0.2 * _IDLE_SECONDS


@dataclass(slots=True)
class Usage:
    """CPU seconds and peak resident bytes by process name, over a span of time."""

    cpu: dict[str, float] = field(default_factory=dict)
    peak: dict[str, int] = field(default_factory=dict)

    def total_cpu(self, *names: str) -> float:
        """CPU seconds of the named processes, of all when none are named."""
        return sum(seconds for name, seconds in self.cpu.items() if not names or name in names)


def label(process: psutil.Process) -> str:
    """The name of a process: the service of `python -m seisbus.x`, a server's name, or its own name."""
    line = process.cmdline()
    text = " ".join(line)
    for server in ("nats-server", "secantusd", "rclone"):
        if server in text:
            return server
    for part in line:
        if part.startswith("seisbus."):
            return str(part.removeprefix("seisbus."))
    return str(process.name())


@contextmanager
def measured(root: int | None = None) -> Iterator[Usage]:
    """Usage of the descendants of `root` (by default this process) during the block, without `root` itself."""
    usage = Usage()
    parent = psutil.Process(root)
    first = {p.pid: (label(p), _cpu(p)) for p in parent.children(recursive=True)}
    last: dict[int, tuple[str, float]] = dict(first)
    stop = threading.Event()

    def look() -> None:
        for process in parent.children(recursive=True):
            try:
                name = last[process.pid][0] if process.pid in last else label(process)
                last[process.pid] = (name, _cpu(process))
                usage.peak[name] = max(usage.peak.get(name, 0), process.memory_info().rss)
            except psutil.NoSuchProcess:
                continue

    def sample() -> None:
        while not stop.wait(_SAMPLE_SECONDS):
            look()

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    try:
        yield usage
    finally:
        stop.set()
        sampler.join()
        look()
        for pid, (name, seconds) in last.items():
            usage.cpu[name] = usage.cpu.get(name, 0.0) + seconds - first.get(pid, (name, 0.0))[1]


async def idle(root: int | None = None) -> None:
    """Return when the descendants of `root` (by default this process) are idle."""
    parent = psutil.Process(root)
    before = -math.inf
    while True:
        now = sum(_cpu(process) for process in parent.children(recursive=True))
        if now - before < _IDLE_CPU:
            return
        before = now
        await asyncio.sleep(_IDLE_SECONDS)


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
