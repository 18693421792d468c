"""Submission: a job text becomes a checked specification and then a job.

Everything that is wrong with a job is said here, before anything is written. The indexer plans it.
"""

from __future__ import annotations

import contextlib
from typing import Final

from seis.control.v1 import control_pb2 as pb

from ..errors import UnavailableError
from ..model.job import parse_job
from ..model.kind import Job
from ..store.documents import JobDocument
from .context import CallContext
from .kind import CONTROL, PLAIN
from .window_checks import JobSizeError

# A MongoDB document has at most 16 MB, and the specification is read with every plan message.
LARGEST_SPEC_BYTES: Final = 4_000_000


async def checked_spec(context: CallContext, text: str) -> tuple[Job, list[str]]:
    """The specification of a YAML or JSON text with its events inline, and sentences on what may fail for some windows
    or was left out of the event file; UserError, of one sentence, if it cannot be run.

    UnknownArchiveError names the archives of this deployment.
    """
    if len(text.encode()) > LARGEST_SPEC_BYTES:
        raise JobSizeError("the text", f"{len(text.encode()):,} bytes", f"{LARGEST_SPEC_BYTES:,}")
    spec = parse_job(text)
    checked: tuple[Job, list[str]] = await CONTROL.get(spec.kind, PLAIN).checked(context, spec)
    return checked


async def submit(context: CallContext, text: str, request_id: str) -> tuple[JobDocument, pb.Already | None]:
    """Write and announce the job of a text; returns it, and what earlier jobs have of it. A repeat of `request_id`
    returns the job of the first call."""
    spec, notes = await checked_spec(context, text)
    kind = CONTROL.get(spec.kind, PLAIN)
    skips = kind.skips(spec)
    already: pb.Already | None = await kind.already(context, spec) if skips else None
    if already is not None:
        notes = [*notes, already.text]
    job: JobDocument = await kind.submit(context, spec, request_id, notes)
    if not skips:  # the job need not wait for what it does not use, and is there without it
        with contextlib.suppress(UnavailableError):
            already = await kind.already(context, spec, job["_id"])
    return job, already
