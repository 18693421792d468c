"""The collections `dead_letter`, `lease` and `process`, by which the services are kept running."""

from __future__ import annotations

from datetime import datetime
from typing import NotRequired, TypedDict

from .history import Program


class DeadLetterDocument(TypedDict):
    """A message that was given up."""

    _id: str
    job: str
    task: str
    part: int
    stream: str
    subject: str
    headers: dict[str, str]
    body: bytes
    reason: str
    deliveries: int
    time_ns: int
    buried: NotRequired[datetime]  # the server removes it some time after this; documents of older versions stay


class LeaseTerms(TypedDict):
    """Who holds a lease for how long."""

    holder: str
    expires_ns: int  # by the server's clock
    seconds: NotRequired[float]  # its length; not in leases of older versions


class LeaseDocument(LeaseTerms):
    """A lease; gone when it is given back."""

    _id: str  # its name
    token: int  # grows with every holder


class WaitEntry(TypedDict):
    """What a process waits for."""

    hop: str
    text: str


class ProcessReport(TypedDict):
    """What a process reports about itself."""

    service: str
    number: int  # of this report
    left: bool  # it was stopped, and did not crash
    waits: list[WaitEntry]
    program: NotRequired[Program]  # what it is made of


class ProcessDocument(ProcessReport):
    """The same in the database; `_id` = service@host:port."""

    _id: str
    time: datetime  # the server's
