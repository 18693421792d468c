"""Makes joined data of each channel out of the records of a part, and finds the channel that a window's key means.
Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from libseis.codes import Channel
from libseis.mseed import RecordTable, decode, frame, trim
from libseis.segments import ComplaintKind, Joined, Segment
from libseis.warned import collected, sentence

from ..model.handovers import LogLine, ObjectRecords, Severity, stranger_lines
from ..model.outcome import unreadable_detail


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """Data by channel, as the headers name it; what is to be said about the bytes; whether there were any bytes; the
    bytes with their records. `unreadable` says why bytes gave no data; it is empty if they did."""

    joined: dict[Channel, Joined]
    log: tuple[LogLine, ...]
    any_records: bool
    buffer: bytes
    table: RecordTable
    unreadable: str = ""

    def trimmed(self, segment: Segment) -> bytes | None:
        """The archive's own records of a segment that was cut from these data; None if the samples must be encoded
        again."""
        return trim(segment, self.buffer, self.table)


def decoded(inputs: Sequence[ObjectRecords], overlap: str) -> Decoded:
    """Decode the records of all inputs together, so that data join over the edge of a day, and repeats are found
    there."""
    log = [
        LogLine("fetcher", f"{read.ref.key}: {problem}", Severity.COMPLAINT)
        for read in inputs
        for problem in read.problems
    ]
    log += [
        LogLine("fetcher", f"{read.ref.key or read.ref.channel}: not there ({read.missing}).", Severity.COMPLAINT)
        for read in inputs
        if read.missing
    ]
    log += [line for read in inputs for line in stranger_lines(read.ref.key, read.strangers)]
    parts = [read.records for read in inputs if read.records]
    lengths = {read.record_bytes for read in inputs if read.records}
    buffer = parts[0] if len(parts) == 1 else b"".join(parts)
    with collected() as told:
        table = frame(buffer, length=lengths.pop() if len(lengths) == 1 else 0)
        found = decode(buffer, table, overlap=overlap)
    log += [LogLine("mseed", sentence(text), Severity.COMPLAINT) for text in told]
    joined = {item.segments[0].channel: item for item in found if item.segments}
    log += [
        LogLine("mseed", complaint.message, Severity.COMPLAINT)
        for item in found
        if not item.segments
        for complaint in item.complaints
    ]
    any_records = any(read.waveform_records for read in inputs)
    return Decoded(joined, tuple(log), any_records, buffer, table, "" if joined else _unreadable(inputs, found))


def _unreadable(inputs: Sequence[ObjectRecords], found: Sequence[Joined]) -> str:
    """Why bytes gave no data: there is no record in them, or no record can be unpacked."""
    names = ", ".join(dict.fromkeys(read.ref.key for read in inputs if not read.missing))
    refused = [c.message for item in found for c in item.complaints if c.kind is ComplaintKind.BAD_RECORD]
    if refused:
        return unreadable_detail(names, sum(len(read.records) for read in inputs), refused)
    problems = [problem for read in inputs for problem in read.problems]
    if problems and not any(read.waveform_records for read in inputs):
        return unreadable_detail(names, sum(read.ref.size for read in inputs if read.problems), problems)
    return ""


def choose(found: Decoded, wanted: Channel) -> tuple[Joined | None, str]:
    """The data that the key's channel means, and a complaint ("" if nothing is odd).

    Headers name the datum, the key names the ledger entry. If they differ and the object holds one channel only, that
    channel is meant; with several, it is not known which.
    """
    exact = found.joined.get(wanted)
    if exact is not None:
        return exact, ""
    names = ", ".join(sorted(str(channel) for channel in found.joined))
    if len(found.joined) == 1:
        return next(iter(found.joined.values())), f"The key names channel {wanted}, the records' headers say {names}."
    if found.joined:
        return None, f"The key names channel {wanted}, but the records are of {names}."
    return None, ""
