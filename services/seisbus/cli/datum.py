"""Print one datum for `seisbus show ID`: facts, metadata, error log, provenance, history."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from libseis.isotime import iso

from .views import size_text, table

if TYPE_CHECKING:
    from ..client import Datum, Job, Stored

# The id of a document, or of a window: {job}.{hash}.
_OF_DATUM: Final = re.compile(r"[0-9a-f]{24}|[0-9a-z]+\.[0-9a-f]{24}")
# The beginning of the id of a document; too many ids begin with a shorter one.
_BEGINNING: Final = re.compile(r"[0-9a-f]{6,23}")
# Names that are printed in another part, or that only the database uses.
_ELSEWHERE: Final = frozenset(
    {"net", "sta", "loc", "chan", "t0_ns", "rate", "npts", "starttime", "endtime", "sampling_rate", "delta", "units"}
    | {"provenance", "outcome", "elog_id", "storage_mode", "format", "dir", "dfile", "foff", "nbytes", "sha256"}
    | {"gridfs_id", "_id", "window", "job", "attempt", "piece", "logdata", "tombstone", "count", "step_ns", "reason"}
    | {"start_ns", "length_ns", "time_standard", "utc_convertible"}
)


def is_datum(identity: str) -> bool:
    """Whether a text is the id of a datum, and not of a job."""
    return _OF_DATUM.fullmatch(identity) is not None


def may_be_datum(text: str) -> bool:
    """Whether a text may be the beginning of a document's id."""
    return _BEGINNING.fullmatch(text) is not None


def parts_of(datum: Datum, job: Job) -> Iterator[RenderableType]:
    """The printed parts of a datum."""
    for piece in datum.pieces:
        yield _saved(piece)
        yield _metadata(piece.document)
        yield _log(piece.log)
    if datum.grave:
        yield _dead(datum.grave)
        yield _metadata({**datum.grave, **datum.grave["tombstone"]})
        yield _log(datum.grave.get("logdata") or ())
    first = datum.pieces[0].document if datum.pieces else datum.grave["tombstone"]
    yield _provenance(first.get("provenance") or {})
    yield _history(job)


def _grid(title: str) -> Table:
    made = Table.grid(padding=(0, 2))
    made.title, made.title_justify, made.title_style = title, "left", "bold"
    made.add_column(style="bold")
    made.add_column(overflow="fold")
    return made


def _name(document: Mapping[str, Any]) -> str:
    codes = (document.get(code) or "" for code in ("net", "sta", "loc", "chan"))
    return ".".join(",".join(code) if isinstance(code, list) else str(code) for code in codes).rstrip(".")


def _saved(piece: Stored) -> Table:
    document = piece.document
    made = _grid("Datum")
    made.add_row("channel", _name(document))
    made.add_row("id", str(document["_id"]))
    made.add_row("window", f"{document['window']}, piece {document['piece']}")
    made.add_row("start", iso(document["t0_ns"]))
    numerator, denominator = document["rate"]
    units = document.get("units") or "units not known"
    made.add_row("samples", f"{document['npts']:,} at {numerator / denominator:g} Hz, {units}")
    if "dfile" in document:
        place = f"{document['dir']}/{document['dfile']}, {size_text(document['nbytes'])} at {document['foff']:,}"
    else:
        place = f"GridFS, {document.get('gridfs_id', '')}"
    made.add_row("stored", f"{place} ({document.get('format') or 'binary'})")
    return made


def _dead(grave: Mapping[str, Any]) -> Table:
    made = _grid("Dead datum")
    made.add_row("channel", _name(grave["tombstone"]))
    made.add_row("id", str(grave["_id"]))
    if "start_ns" in grave:
        made.add_row("window", f"{grave['window']}, {iso(grave['start_ns'])}, {grave['length_ns'] / 1e9:g} s")
    if grave.get("count", 1) > 1:
        made.add_row("run", f"{grave['count']:,} windows, {grave['step_ns'] / 1e9:g} s apart, dead for one reason")
    made.add_row("reason", Text(str(grave["reason"]), style="yellow"))
    return made


def _metadata(document: Mapping[str, Any]) -> Table:
    made = _grid("Metadata")
    for name, value in sorted(document.items()):
        if name not in _ELSEWHERE and value is not None:
            made.add_row(name, _text(value))
    return made


def _text(value: Any) -> str:
    return f"{value:.10g}" if isinstance(value, float) else value if isinstance(value, str) else json.dumps(value)


def _log(log: Sequence[Mapping[str, Any]]) -> Table:
    made = table("severity", "algorithm", "message", long="message", title="Error log" if log else "Error log: empty")
    for entry in log:
        severity = str(entry.get("badness", "")).rpartition(".")[2]
        made.add_row(severity, str(entry.get("algorithm", "")), str(entry.get("error_message", "")))
    return made


def _provenance(found: Mapping[str, Any]) -> Table:
    made = table("object", "version", "bytes", long="object", title="Provenance")
    for source in found.get("sources") or ():
        ranges = source.get("ranges") or ()
        spans = ", ".join(f"{a:,} to {b:,}" for a, b in zip(ranges[::2], ranges[1::2], strict=False))
        made.add_row(f"{source['archive']}: {source['key']}", str(source.get("etag") or "–"), spans or "all")
    return made


def _history(job: Job) -> Table:
    made = _grid("History")
    made.add_row("job", f"{job.id} {job.title}".rstrip())
    for number, step in enumerate(job.spec.get("steps") or (), 1):
        made.add_row(f"step {number}", json.dumps(step))
    if not job.spec.get("steps"):
        made.add_row("steps", "none: the samples are the archive's")
    return made
