"""Records of a part into the joined data of each channel, and which of them a window of a given key means. Pure."""

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
    """Data by channel as the headers name it, what there is to say about the bytes, whether any were there, and they
    themselves with their records; `unreadable` says why bytes that are there gave no data, empty where none failed."""

    joined: dict[Channel, Joined]
    log: tuple[LogLine, ...]
    any_records: bool
    buffer: bytes
    table: RecordTable
    unreadable: str = ""

    def trimmed(self, segment: Segment) -> bytes | None:
        """The records of a segment that was cut from this, None if they must be encoded again."""
        return trim(segment, self.buffer, self.table)


def decoded(inputs: Sequence[ObjectRecords], overlap: str) -> Decoded:
    """Decode the records of all inputs together, so that neighbours of a day edge join (or are seen to repeat)."""
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
    """Why there are no data though there are bytes: nothing in them is a record, or no record can be unpacked."""
    names = ", ".join(dict.fromkeys(read.ref.key for read in inputs if not read.missing))
    refused = [c.message for item in found for c in item.complaints if c.kind is ComplaintKind.BAD_RECORD]
    if refused:
        return unreadable_detail(names, sum(len(read.records) for read in inputs), refused)
    problems = [problem for read in inputs for problem in read.problems]
    if problems and not any(read.waveform_records for read in inputs):
        return unreadable_detail(names, sum(read.ref.size for read in inputs if read.problems), problems)
    return ""


def choose(found: Decoded, wanted: Channel) -> tuple[Joined | None, str]:
    """The data meant by the key's channel, and a complaint (empty when there is none).

    Headers name the datum, the key names the ledger entry. When they differ and the object holds one channel only,
    that is what was meant; with several, none can be.
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
