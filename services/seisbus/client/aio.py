"""AsyncClient: everything that can be asked of a Seisbus deployment, as values, libseis and obspy objects."""

from __future__ import annotations

from .calls.archives import ArchiveCalls
from .calls.data import DataCalls
from .calls.exports import ExportCalls


class AsyncClient(ExportCalls, ArchiveCalls, DataCalls):
    """A client of the control service at `address` (host:port); use it as `async with`, on one event loop.

    `transport` says how it is reached; the environment decides when None (see Transport). With `direct` stored bytes
    come from the bucket that documents name, with the caller's own credentials, instead of through control.
    `patience` says how many seconds the first call may take (a quick one 8.5 by default).
    `find` says where control is now ("": unknown): a stack that was started again may have another port, and a
    watcher follows it.
    Every call may raise ClientError with control's sentence, UnreachableError when nobody answers.
    """
