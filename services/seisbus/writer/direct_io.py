"""Writing past the page cache: many megabytes that this process will not read again.

To put 8.6 MB (three components, an hour at 100 Hz) into the page cache takes 9 ms of CPU on a virtual machine, most of
it to find and clear pages; the copy into one buffer and the write past the cache take 2 ms.
"""

from __future__ import annotations

import errno
import mmap
import os
from collections import deque
from functools import cache
from pathlib import Path
from typing import Final

BLOCK_BYTES: Final = 4096
"""Offsets, lengths and memory are multiples of it, as O_DIRECT wants on any usual disk."""
WORTH_BYTES: Final = 1 << 20
"""From here on a write past the cache is worth it."""
_BUFFER_BYTES = 4 << 20


def take(waiting: deque[memoryview], count: int) -> deque[memoryview]:
    """Take so many bytes off the front."""
    taken: deque[memoryview] = deque()
    while count:
        first = waiting.popleft()
        if len(first) > count:
            waiting.appendleft(first[count:])
            first = first[:count]
        taken.append(first)
        count -= len(first)
    return taken


@cache
def _buffer() -> mmap.mmap:
    """Memory on a page's border; one of it, since the committer writes file after file."""
    return mmap.mmap(-1, _BUFFER_BYTES)


class DirectWriter:
    """A second handle of a file."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    @classmethod
    def of(cls, path: Path) -> DirectWriter | None:
        """For a file that is there; None where its file system has no way past the page cache."""
        if not hasattr(os, "O_DIRECT"):
            return None
        try:
            return cls(os.open(path, os.O_WRONLY | os.O_DIRECT))
        except OSError:
            return None

    def write(self, at: int, waiting: deque[memoryview], count: int) -> bool:
        """Write so many bytes off the front of `waiting`, whole blocks to the border of one; whether that was possible.

        What was not written is in front of `waiting` again. OSError where the disk takes no more.
        """
        buffer = _buffer()
        while count:
            size = min(count, _BUFFER_BYTES)
            chunk, filled = take(waiting, size), 0
            for piece in chunk:
                buffer[filled : filled + len(piece)] = piece
                filled += len(piece)
            written = self._written(at, size)
            if written < size:
                take(chunk, written)
                waiting.extendleft(reversed(chunk))
                return False
            at += size
            count -= size
        return True

    def _written(self, at: int, size: int) -> int:
        """How much of the buffer this disk took; less than all where it wants other borders."""
        view, done = memoryview(_buffer()), 0
        with view:
            while done < size:
                try:
                    done += os.pwrite(self._handle, view[done:size], at + done)
                except OSError as error:
                    if error.errno != errno.EINVAL:
                        raise
                    break
        return done

    def close(self) -> None:
        """The file has its other handle still."""
        os.close(self._handle)
