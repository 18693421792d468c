"""Mutated records: nothing crashes, and every record that was not touched is still there with its samples."""

from __future__ import annotations

import numpy as np
import pytest

from libseis.mseed import decode, frame
from support.records import T0, V2, V3, walk

PER = 20
RECORDS = 9
LENGTH = 256


def sound(generator: np.random.Generator) -> tuple[list[bytes], np.ndarray]:
    """Records that follow each other, each of a kind of its own; the numbers tell where they belong."""
    x = walk(PER * RECORDS, int(generator.integers(1000)))
    out = []
    for n in range(RECORDS):
        part, at = x[n * PER : (n + 1) * PER], T0 + n * PER * 50_000_000
        encoding = int(generator.choice([3, 10, 11]))
        if generator.random() < 0.25:
            out.append(V3(part, at, encoding).pack())
        else:
            exponent, order = int(generator.choice([8, 9])), str(generator.choice([">", "<"]))
            out.append(V2(part, at, encoding, exponent, order, sequence=b"%06d" % (n + 1)).pack())
    return out, x


def mutate(record: bytes, generator: np.random.Generator) -> bytes:
    """One of: bytes of the header or anywhere changed, a piece cut out, put in, zeroed, or the record gone."""
    data = bytearray(record)
    match int(generator.integers(6)):
        case 0:
            for _ in range(int(generator.integers(1, 4))):
                data[int(generator.integers(min(64, len(data))))] = int(generator.integers(256))
        case 1:
            for _ in range(int(generator.integers(1, 20))):
                data[int(generator.integers(len(data)))] ^= 1 << int(generator.integers(8))
        case 2:
            at = int(generator.integers(len(data)))
            del data[at : at + int(generator.integers(1, 100))]
        case 3:
            at = int(generator.integers(len(data)))
            data[at:at] = generator.bytes(int(generator.integers(1, 100)))
        case 4:
            at = int(generator.integers(len(data)))
            data[at : at + 40] = bytes(len(data[at : at + 40]))
        case _:
            return b""
    return bytes(data)


def run(mutants: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    for number in range(mutants):
        records, x = sound(generator)
        hit = int(generator.integers(1, RECORDS - 1))
        records[hit] = mutate(records[hit], generator)
        data = b"".join(records)
        table = frame(data)
        joined = decode(data, table)
        held: dict[int, set[int]] = {}
        for one in joined:
            for segment in one.segments:
                for i in range(segment.npts):
                    held.setdefault(segment.time_ns(i), set()).add(int(segment.data[i]))
        covered = int(table.length.sum()) + sum(p.length for p in table.problems)
        assert covered == len(data), f"mutant {number} of {seed}: bytes are neither record nor problem"
        offsets = set(table.offset.tolist())
        at = 0
        for n, record in enumerate(records):
            if n != hit:
                assert at in offsets, f"mutant {number} of {seed}: record {n} is not found"
            at += len(record)
        # a touched record may lie in time over another one, and what disagrees there is given up, and told
        told = any(one.conflicts or one.complaints for one in joined) or len(joined) > 1
        for i in range(len(x)):
            if i // PER != hit and not told:
                assert int(x[i]) in held[T0 + i * 50_000_000], f"mutant {number} of {seed}: sample {i} is lost"


@pytest.mark.parametrize("seed", range(5))
def test_what_was_not_touched_is_still_there(seed: int) -> None:
    run(100, seed)


@pytest.mark.long
def test_what_was_not_touched_is_still_there_in_20_000_mutants() -> None:
    run(20_000, 77)
