"""AsyncClient: all questions that a Seisbus deployment answers, with values, libseis objects and obspy objects as
answers."""

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
        host:port; without it, the first of these: the stack that runs in this folder (`.seisbus`, or SEISBUS_DATA_DIR),
        SEISBUS_CONTROL_ADDRESS, 127.0.0.1:50051. The attribute `place` says which one it is.
    transport
        How control is reached; without it, the environment decides (see Transport), except for the stack of this
        folder, which has no TLS.
    direct
        Reads stored bytes from the bucket with the caller's own credentials, instead of through control.
    find
        Returns where control is now (None if that is unknown). A stack that was started again may have another port; a
        watcher follows it. By default the stack of this folder is looked for, if it was found there.
    patience
        Returns how many seconds the first call may take; 8.5 by default for a quick call.
    """
