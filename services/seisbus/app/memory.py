"""How a service process uses the allocator and the garbage collector: for work that comes in pieces of a megabyte."""

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
_LARGEST_BYTES = 32 << 20  # the most that glibc takes
_ARENAS = 2
# Objects made and not freed between two rounds of the collector; by default 700, which is less than one message.
_YOUNG = 10_000
# Clearing 300 MB of returned pages again takes a tenth of a second of CPU time: one percent at this pace.
_LOOK_SECONDS = 10.0


# Fields of mallinfo2(3), of glibc 2.33 and later.
_MALLINFO = (
    "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
)  # fmt: skip


class _MallInfo2(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_size_t) for name in _MALLINFO)


@dataclass(frozen=True, slots=True)
class Heap:
    """Bytes of malloc's blocks that are in use, and of those that were freed and are kept, over all arenas."""

    used: int
    kept: int


def _glibc(name: str) -> Any:
    """A function of glibc; None if it has no such function."""
    try:
        return getattr(ctypes.CDLL(None), name, None)
    except OSError:
        return None


def keep_freed_memory() -> None:
    """Let freed blocks of up to 32 MB be used again instead of going back to the system, where this is glibc.

    Every message is a few arrays of a megabyte; by default each is mapped and cleared again, which was a quarter of
    the CPU time of a windower. What was imported is taken out of the collector's rounds, and these are rarer: cycles
    are few, and looking for them was a twelfth of a fetcher's CPU time.
    """
    if (mallopt := _glibc("mallopt")) is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGEST_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
        mallopt(_M_ARENA_MAX, _ARENAS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])


def heap() -> Heap | None:
    """What malloc holds now; None where that cannot be asked."""
    if (mallinfo2 := _glibc("mallinfo2")) is None:
        return None
    mallinfo2.restype = _MallInfo2
    found = mallinfo2()
    return Heap(found.uordblks + found.hblkhd, found.fordblks)


def return_freed_memory() -> bool:
    """Give freed memory back to the system when more than 64 MB of it are kept; whether it was.

    glibc by itself gives back only what is free at the end of an arena: one small block that lives on keeps hundreds
    of megabytes below it, the peak of whatever was largest so far.
    """
    found = heap()
    if found is None or found.kept <= _KEPT_BYTES:
        return False
    _glibc("malloc_trim")(0)
    _log.debug("heap: %d MB in use, %d MB that were freed go back", found.used >> 20, found.kept >> 20)
    return True


async def keep_memory_bounded() -> None:
    """Return freed memory again and again, until cancelled."""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        await asyncio.to_thread(return_freed_memory)
