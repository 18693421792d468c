"""The threads that do the CPU work of this process, the same for all kinds of jobs."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from ..settings import WindowerSettings


def threads_of(settings: WindowerSettings) -> int:
    """The number of threads."""
    return settings.concurrency or min(4, os.cpu_count() or 1)


@cache
def pool(threads: int) -> ThreadPoolExecutor:
    """The pool of this process."""
    return ThreadPoolExecutor(threads, thread_name_prefix="cut")
