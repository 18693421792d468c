"""AsyncClient: everything that can be asked of a Seisbus deployment, as values, libseis and obspy objects."""

from __future__ import annotations

from .calls.archives import ArchiveCalls
from .calls.data import DataCalls
from .calls.exports import ExportCalls
from .calls.history import HistoryCalls


class AsyncClient(ExportCalls, ArchiveCalls, DataCalls, HistoryCalls):
    """A client of a control service; use it as `async with`, on one event loop.

    Every call may raise ClientError with control's sentence, or UnreachableError if control does not answer.

    Parameters
    ----------
    address
        host:port; without it, SEISBUS_CONTROL_ADDRESS or 127.0.0.1:50051.
    transport
        How control is reached; without it, the environment decides (see Transport).
    direct
        Reads stored bytes from the bucket with the caller's own credentials, instead of through control.
    find
        Returns the present address of control ("" if it is unknown). A stack that was started again may have another
        port; a watcher follows it.
    patience
        Returns how many seconds the first call may take; 8.5 by default for a quick call.
    """
