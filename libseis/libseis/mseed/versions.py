"""Convert miniSEED between versions 2 and 3, with the same samples, times and rates."""

from __future__ import annotations

from typing import Any

from libseis.enums import ErrorSeverity
from libseis.errors import SampleError
from libseis.mseed.checking import difference
from libseis.mseed.decoding import decode
from libseis.mseed.encoding import encode
from libseis.mseed.framing import frame


def convert(buffer: Any, version: int, *, reclen: int = 4096) -> bytes:
    """Convert records to miniSEED 2 or 3; records of this version are returned unchanged, byte for byte.

    Records are joined and made again, channel by channel in the order of the buffer. The result is decoded once and
    compared. Extra headers and blockettes other than 100, 1000 and 1001 are not kept.

    Parameters
    ----------
    buffer
        The records; anything with the buffer protocol.
    version
        2 or 3.
    reclen
        Largest length of a record in bytes.

    Returns
    -------
    bytes
        The records of the version.

    Raises
    ------
    SampleError
        The version cannot hold something, records cannot be read, bytes do not belong to a record, or samples are in
        conflict. An incomplete copy is never made.
    """
    table = frame(buffer)
    if len(table) and not table.problems and (table.version == version).all():
        return bytes(buffer)
    lost = [problem.message for problem in table.problems]
    made: list[bytes] = []
    for joined in decode(buffer, table):
        lost += [c.message for c in joined.complaints] if not joined.segments or joined.conflicts else []
        for segment in joined.segments:
            records = encode(segment, reclen=reclen, version=version)
            if problem := difference(records, segment):
                lost.append(f"{segment.channel}: {problem}")
            made.append(records)
    if lost or not made:
        why = lost[0] if lost else "it holds no samples"
        raise SampleError(
            f"The miniSEED cannot be had whole as version {version}: {why}", ErrorSeverity.Invalid, what="version"
        )
    return b"".join(made)
