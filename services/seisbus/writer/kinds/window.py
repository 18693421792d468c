"""Window jobs and scans: outcomes, waveforms and logs are committed in batches."""

from __future__ import annotations

from typing import Final

from ...app import Service, WriterContext
from ...bus.topology import consumer_of
from ...model.kinds.window import STORE, WindowJob
from ..cleaning import Cleaner
from ..commit import Committer
from ..kind import WriterKind

# So many messages are held at once: a commit takes up to 1,000 windows, and the next batch gathers meanwhile.
MESSAGES_AT_ONCE: Final = 300


class WindowWriter(WriterKind[WindowJob]):
    """Windows and their outcomes."""

    async def service(self, context: WriterContext) -> Service:
        """The committer, its progress reports, and the sink's cleaner."""
        committer = Committer(context)
        slots = context.settings.concurrency or MESSAGES_AT_ONCE
        loops = [committer.run, committer.report]
        if context.sink is not None:
            loops.append(Cleaner(context, context.sink).run)
        return Service([context.worker(consumer_of(STORE), committer.commit, slots=slots)], loops, committer.close)


KIND: Final = WindowWriter()
