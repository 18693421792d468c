"""Unpack files of Unix's `compress` (.Z), which older archives use and Python cannot read."""

from __future__ import annotations

from typing import Final

MAGIC: Final = b"\x1f\x9d"
_BLOCK: Final = 0x80  # flag: the code 256 begins a new dictionary
_CLEAR: Final = 256
_LEAST_BITS: Final = 9


def uncompressed(data: bytes, most_bytes: int) -> bytes:
    """The unpacked bytes; ValueError if the file is not in this format, or holds more than `most_bytes`."""
    if len(data) < 3 or data[:2] != MAGIC:
        raise ValueError("it does not begin as a file of compress does")
    most_bits, block = data[2] & 0x1F, bool(data[2] & _BLOCK)
    if not _LEAST_BITS <= most_bits <= 16:
        raise ValueError(f"its codes have up to {most_bits} bits, expected 9 to 16")
    start = [bytes([value]) for value in range(256)] + ([b""] if block else [])
    table, bits, before = list(start), _LEAST_BITS, b""
    found: list[bytes] = []
    size, at, group = 0, 24, 24  # bits
    while at + bits <= 8 * len(data):
        code = int.from_bytes(data[at >> 3 : (at >> 3) + 4], "little") >> (at & 7) & ((1 << bits) - 1)
        at += bits
        if block and code == _CLEAR:
            at, bits = _after_group(at, group, bits), _LEAST_BITS
            table, before, group = list(start), b"", at
            continue
        if code < len(table):
            entry = table[code]
        elif code == len(table) and before:
            entry = before + before[:1]
        else:
            raise ValueError(f"the code {code} at byte {at >> 3} is not known yet")
        found.append(entry)
        size += len(entry)
        if size > most_bytes:
            raise ValueError(f"it holds more than {most_bytes:,} bytes")
        if before and len(table) < 1 << most_bits:
            table.append(before + entry[:1])
            if len(table) == 1 << bits and bits < most_bits:
                at = _after_group(at, group, bits)
                bits, group = bits + 1, at
        before = entry
    return b"".join(found)


def _after_group(at: int, group: int, bits: int) -> int:
    """Codes are written in groups of eight; where their length changes, the rest of a group is filled up."""
    return group + -(-(at - group) // (8 * bits)) * 8 * bits
