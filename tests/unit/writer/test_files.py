"""Waveform files: whatever sizes come, whichever way they are written, each piece stands where its place says."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seisbus.errors import UnavailableError
from seisbus.model.handovers import Packing
from seisbus.writer.direct_io import BLOCK_BYTES, WORTH_BYTES, DirectWriter
from seisbus.writer.files import WaveformFiles
from seisbus.writer.waveforms import Place

SIZES = (1, 511, BLOCK_BYTES, BLOCK_BYTES + 1, 100_000, WORTH_BYTES - 1, WORTH_BYTES, 5_000_017, 8_640_024)


def pieces(seed: int) -> Iterator[list[bytes]]:
    """Batches of pieces of all kinds of sizes."""
    chance = np.random.default_rng(seed)
    for _ in range(6):
        yield [chance.bytes(int(size)) for size in chance.choice(SIZES, chance.integers(1, 5))]


def at(place: Place) -> bytes:
    with Path(place.dir, place.dfile).open("rb") as file:
        file.seek(place.foff)
        return file.read(place.nbytes)


@pytest.mark.parametrize("seed", range(4))
def test_pieces_stand_where_their_places_say(tmp_path: Path, seed: int) -> None:
    """Batches that were rolled back leave no byte, and do not move those that follow."""

    async def work() -> list[tuple[Place, bytes]]:
        files, kept = WaveformFiles(tmp_path, "boot", 2**40), []
        for number, batch in enumerate(pieces(seed)):
            placed = [(await files.append("job", Packing.FLOAT64, memoryview(data)), data) for data in batch]
            if number % 3 == 1:
                await files.roll_back()
                continue
            await files.sync()
            kept += placed
        await files.close()
        return kept

    kept = asyncio.run(work())
    assert all(at(place) == data for place, data in kept)
    (path,) = (tmp_path / "waveforms" / "job").iterdir()
    assert path.stat().st_size == sum(len(data) for _, data in kept)


@pytest.mark.parametrize("taken", [0, BLOCK_BYTES, 3 * BLOCK_BYTES])
def test_a_disk_that_wants_other_borders_is_written_by_the_page_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    """It takes so many bytes past the cache, and no more."""
    real, left = os.pwrite, [taken]

    def refuses(handle: int, data: Any, offset: int) -> int:
        if not left[0]:
            raise OSError(errno.EINVAL, "Invalid argument")
        count, left[0] = min(len(data), left[0]), 0
        return real(handle, data[:count], offset)

    monkeypatch.setattr(os, "pwrite", refuses)
    test_pieces_stand_where_their_places_say(tmp_path, 1)


def test_a_full_disk_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if DirectWriter.of(Path(__file__)) is None and not os.access(__file__, os.W_OK):
        pytest.skip("no file can be opened past the page cache here")

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    async def work() -> bytes:
        files = WaveformFiles(tmp_path, "boot", 2**40)
        first = await files.append("job", Packing.FLOAT64, b"first")
        await files.sync()
        with monkeypatch.context() as patch:
            patch.setattr(os, "pwrite", full)
            patch.setattr(os, "pwritev", full)
            await files.append("job", Packing.FLOAT64, bytes(WORTH_BYTES))
            with pytest.raises(UnavailableError, match="No space left"):
                await files.sync()
            await files.roll_back()
        second = await files.append("job", Packing.FLOAT64, bytes(WORTH_BYTES) + b"second")
        await files.close()
        return at(first) + at(second)[-6:]

    assert asyncio.run(work()) == b"firstsecond"
