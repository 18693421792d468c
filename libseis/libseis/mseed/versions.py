"""miniSEED of one version as another, with the same samples, times and rates."""

from __future__ import annotations

from typing import Any

from libseis.enums import ErrorSeverity
from libseis.errors import SampleError
from libseis.mseed.checking import difference
from libseis.mseed.decoding import decode
from libseis.mseed.encoding import encode
from libseis.mseed.framing import frame


def convert(buffer: Any, version: int, *, reclen: int = 4096) -> bytes:
    """The records of `buffer` as miniSEED `version` 2 or 3; unchanged, byte for byte, where all of them are that.

    Records are joined and made anew, up to `reclen` bytes each, channel by channel in the order of the buffer. What
    is made is decoded once and compared. Extra headers and blockettes other than 100, 1000 and 1001 stay behind.

    Raises SampleError for what the version has no room for, for records that cannot be read, for bytes that are no
    record and for samples in conflict: a copy that lacks any of them is never made.
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
