"""Damage valid bytes in the ways of disks, people and other programs; the seed decides how."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

_SPLICES = (b"", b'"', b"\n", b",", b"<", b">", b"&", b"\x00", b"\xff\xfe", b"NaN", b"-", b"1e999", b"]]>", b"<!--")


def mutants(data: bytes, count: int, seed: int, first: int = 0) -> Iterator[tuple[bytes, int, int]]:
    """`count` mutants of `data`, each with the span [start, end) of the original's bytes that it changed.

    Nothing before `first` is touched.
    """
    rng = np.random.default_rng(seed)
    for _ in range(count):
        kind = int(rng.integers(5))
        start = int(rng.integers(first, len(data)))
        end = min(len(data), start + int(rng.integers(1, 12)))
        if kind == 0:  # bytes changed
            yield data[:start] + rng.integers(0, 256, end - start, np.uint8).tobytes() + data[end:], start, end
        elif kind == 1:  # lost
            yield data[:start] + data[end:], start, end
        elif kind == 2:  # put in
            yield data[:start] + _SPLICES[int(rng.integers(len(_SPLICES)))] + data[start:], start, start + 1
        elif kind == 3:  # replaced
            yield data[:start] + _SPLICES[int(rng.integers(len(_SPLICES)))] + data[end:], start, end
        else:  # cut short
            yield data[:start], start, len(data)
