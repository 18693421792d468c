"""Names on the bus: streams, the bucket of claims, and the subjects that permissions name. Nothing but Python."""

from __future__ import annotations

from typing import Final

PLAN: Final = "SEIS_PLAN"
FETCH: Final = "SEIS_FETCH"
WINDOW: Final = "SEIS_WINDOW"
WRITE: Final = "SEIS_WRITE"
EVENTS: Final = "SEIS_EVENTS"
CLAIMS: Final = "seis-claims"
CLAIMS_STREAM: Final = f"OBJ_{CLAIMS}"

WORK_STREAMS: Final = (PLAN, FETCH, WINDOW, WRITE)


def event_subject(job: str) -> str:
    """Subject of a job's progress snapshots."""
    return f"seis.event.job.{job}"


def inbox_prefix(user: str) -> str:
    """The subject prefix for replies to a user."""
    return f"_INBOX.{user}"
