"""How a service process uses the allocator and the garbage collector: for work that comes in pieces of a megabyte."""

from __future__ import annotations

import ctypes
import gc

# mallopt(3): parameters of glibc's allocator.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_KEPT_BYTES = 64 << 20
_LARGEST_BYTES = 32 << 20  # the most that glibc takes
_ARENAS = 2
# Objects made and not freed between two rounds of the collector; by default 700, which is less than one message.
_YOUNG = 10_000


def keep_freed_memory() -> None:
    """Let freed blocks of up to 32 MB be used again instead of going back to the system, where this is glibc.

    Every message is a few arrays of a megabyte; by default each is mapped and cleared anew, which was a quarter of
    the CPU time of a windower. What was imported is taken out of the collector's rounds, and these are rarer: cycles
    are few, and looking for them was a twelfth of a fetcher's CPU time.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        mallopt = None
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGEST_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
        mallopt(_M_ARENA_MAX, _ARENAS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
