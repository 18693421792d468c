"""The samples that windows take, the work on them, and how they are packed to be stored. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from libseis import ProcessingHistory
from libseis.errors import SampleError
from libseis.mseed import difference, encode
from libseis.segments import Cut, Joined, Segment

from ..model.handovers import NO_METADATA, LogLine, Packing, Piece, Severity, Source, WindowOutcome
from ..model.normalized import Known
from ..model.outcome import Fate
from ..model.task import Recipe, Window
from .channels import Decoded

if TYPE_CHECKING:
    from libseis.steps import StepContext

    from .processing import Chain  # brings obspy, which only jobs with steps pay for

# Length of new records: what MsPASS and most archives use for files that are read whole. If one shorter record surely
# holds all samples, it is shorter, down to the archives' usual length.
RECORD_BYTES = 4096
_SHORTEST_RECORD_BYTES = 512
_HEAD_BYTES = 128  # at most


@dataclass(frozen=True, slots=True)
class Work:
    """A job's processing steps; the metadata of the station (None if no step wants them); what could not be read of
    these; what is known of the sources and receivers of the data."""

    chain: Chain
    context: StepContext | None
    notes: tuple[str, ...] = ()
    known: Known = field(default_factory=Known)


@dataclass(slots=True)
class Taken:
    """What a window takes from a channel: the channel's data, the samples of the window, their units, the log so far,
    and whether the log has complaints about the data."""

    joined: Joined
    cut: Cut
    units: str
    log: list[LogLine]
    complaints: bool


def dead(
    window: Window, reason: str, detail: str, log: Sequence[LogLine], sources: tuple[Source, ...]
) -> WindowOutcome:
    """The outcome of a dead window, with the reason as the last line of its log."""
    line = LogLine("windower", f"{reason}: {detail}", Severity.INVALID)
    return WindowOutcome(window, Fate.DEAD, reason, detail, log=(*log, line), sources=sources)


def packed(
    segment: Segment,
    recipe: Recipe,
    origin: Decoded | None,
    log: list[LogLine],
    *,
    touched: bool,
    units: str,
    metadata: Mapping[str, Any] = NO_METADATA,
    history: ProcessingHistory | None = None,
) -> Piece:
    """A piece as it is stored: untouched samples as miniSEED, others as float64, or as the job says.

    Processed samples may be rounded to float32, untouched ones never.

    `origin` has the archive's own records of the piece, if they may be kept. New records are decoded once to check
    them; if the samples do not come back equal, they are stored as float64, which holds every count exactly, and `log`
    says so.
    """
    data: bytes | None = None
    single = touched and recipe.encoding == "float32"
    if single:
        segment = _rounded(segment, log)
        single = segment.data.dtype == np.float32
    as_records = single or recipe.encoding == "miniseed" or (recipe.encoding in ("auto", "float32") and not touched)
    # MsPASS reads GridFS, and files without a format, as raw float64 only.
    if recipe.storage == "file" and as_records:
        data = origin.trimmed(segment) if origin is not None else None
        if data is None:
            data, problem = _records(segment)
            if problem:
                text = f"{segment.channel} is stored as float64, since as miniSEED it would not come back: {problem}."
                log.append(LogLine("windower", text, Severity.COMPLAINT))
    return Piece(
        channel=segment.channel,
        t0_ns=segment.t0_ns,
        rate_numerator=segment.rate.numerator,
        rate_denominator=segment.rate.denominator,
        npts=segment.npts,
        packing=Packing.FLOAT64 if data is None else Packing.MINISEED,
        data=np.ascontiguousarray(segment.data, dtype="<f8").tobytes() if data is None else data,
        units=units,
        metadata=metadata,
        history=history,
    )


def _rounded(segment: Segment, log: list[LogLine]) -> Segment:
    """The segment in single precision. If its samples are too large for that, it stays as it is, and `log` says so."""
    largest = np.abs(segment.data).max(initial=0.0)
    if np.isfinite(largest) and largest > np.finfo(np.float32).max:
        text = (
            f"{segment.channel} is stored as float64, since samples of up to {largest:.3g} are too large for float32."
        )
        log.append(LogLine("windower", text, Severity.COMPLAINT))
        return segment
    return replace(segment, data=segment.data.astype(np.float32))


def _records(segment: Segment) -> tuple[bytes | None, str]:
    """The segment as miniSEED, checked to give it back; or None and the reason."""
    try:
        data = encode(segment, reclen=_record_bytes(segment))
    except SampleError as error:
        return None, error.message.rstrip(".")
    problem = difference(data, segment)
    return (None, problem) if problem else (data, "")


def _record_bytes(segment: Segment) -> int:
    # in the worst case Steim-2 has 15 samples in 64 bytes, and two more words in the first frame
    most = _HEAD_BYTES + segment.npts * segment.data.itemsize * 16 // 15 + 64
    return min(RECORD_BYTES, max(_SHORTEST_RECORD_BYTES, 1 << (most - 1).bit_length()))
