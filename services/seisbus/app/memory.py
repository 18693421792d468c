"""Tune the allocator and the garbage collector of a service process for many arrays of about a megabyte."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
from dataclasses import dataclass
from typing import Any

_log = logging.getLogger(__name__)

# mallopt(3): parameters of glibc's allocator.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_KEPT_BYTES = 64 << 20
# Three components of an hour at 100 Hz are 8.6 MB. Larger blocks live long, as spectra of responses do, or are rare;
# their places would stay empty between blocks that live on.
_LARGEST_BYTES = 9_000_000
_ARENAS = 2
# Number of new objects between two rounds of the collector. The default is 700, less than one message needs.
_YOUNG = 10_000
# Clearing 60 MB of returned pages again takes 0.02 s of CPU time, one percent at this interval.
_LOOK_SECONDS = 2.0
# What malloc may keep then.
_LEFT_BYTES = 24 << 20


# Fields of mallinfo2(3), of glibc 2.33 and later.
_MALLINFO = (
    "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
)  # fmt: skip


class _MallInfo2(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_size_t) for name in _MALLINFO)


@dataclass(frozen=True, slots=True)
class Heap:
    """Bytes of malloc's used blocks, and of freed blocks that it keeps, for all arenas."""

    used: int
    kept: int


def _glibc(name: str) -> Any:
    """A function of glibc; None if it has no such function."""
    try:
        return getattr(ctypes.CDLL(None), name, None)
    except OSError:
        return None


def keep_freed_memory() -> None:
    """Make glibc reuse freed blocks of up to 9 MB instead of returning them to the system.

    Every message has a few arrays of a megabyte. By default the system maps and clears each one again, which took a
    quarter of the CPU time of a windower. The collector also skips imported objects and runs less often, because there
    are few cycles and the search for them took a twelfth of a fetcher's CPU time.
    """
    if (mallopt := _glibc("mallopt")) is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGEST_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
        mallopt(_M_ARENA_MAX, _ARENAS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])


def heap() -> Heap | None:
    """The memory of malloc now; None if glibc cannot tell."""
    if (mallinfo2 := _glibc("mallinfo2")) is None:
        return None
    mallinfo2.restype = _MallInfo2
    found = mallinfo2()
    return Heap(found.uordblks + found.hblkhd, found.fordblks)


def return_freed_memory() -> bool:
    """Return freed memory to the system if malloc keeps more than 24 MB of it; whether it did.

    By itself, glibc returns only the free memory at the end of an arena. One small used block there can keep hundreds
    of free megabytes before it.
    """
    found = heap()
    if found is None or found.kept <= _LEFT_BYTES:
        return False
    _glibc("malloc_trim")(0)
    _log.debug("heap: %d MB in use, %d MB that were freed go back", found.used >> 20, found.kept >> 20)
    return True


async def keep_memory_bounded() -> None:
    """Return freed memory again and again, until cancelled."""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        await asyncio.to_thread(return_freed_memory)
