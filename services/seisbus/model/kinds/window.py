"""Jobs of kind window: windows of an archive's data, cut, processed and stored."""

from __future__ import annotations

from typing import ClassVar, Final, Literal

from ..archivejob import CutJob
from ..kind import Needs, OfArchive, Queue, Work

CUT: Final = Queue(Work.WINDOW, "cut", 1000)
# large, because the writer commits in batches
STORE: Final = Queue(Work.WRITE, "store", 4000)


class WindowJob(CutJob):
    """Windows to store."""

    queues = (CUT, STORE)
    needs: ClassVar[Needs] = {
        **OfArchive.needs,
        "windows": "a job of kind window needs windows: absolute, events or tile",
    }

    kind: Literal["window"] = "window"


KIND: Final = WindowJob
