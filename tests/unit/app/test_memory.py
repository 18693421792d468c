"""Freed memory goes back to the system though small blocks that live on hold the heap open; glibc only."""

from __future__ import annotations

import subprocess
import sys

import pytest

from seisbus.app.memory import heap

# A block of half a megabyte, then a small one that stays, eight hundred times: the peak of a busy process.
_PROGRAM = """
import ctypes
from seisbus.app.memory import heap, keep_freed_memory, return_freed_memory

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

keep_freed_memory()
large, small = [], []
for _ in range(800):
    large.append(libc.malloc(500_000))
    ctypes.memset(large[-1], 1, 500_000)
    small.append(libc.malloc(20_000))
assert not return_freed_memory(), "what is in use is nobody's to return"
for block in large:
    libc.free(block)
before = resident()
assert heap().kept > 300_000_000, heap()
assert return_freed_memory()
assert before - resident() > 300_000_000, (before, resident())
"""


@pytest.mark.skipif(heap() is None, reason="this C library cannot be asked")
def test_memory_that_glibc_would_keep_goes_back() -> None:
    subprocess.run([sys.executable, "-c", _PROGRAM], check=True, timeout=60)
