"""What every call of the control service works with, made once by `python -m seisbus.control`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ..archive.definition import ArchiveDefinition
from ..bus import Bus
from ..errors import UnavailableError
from ..objects import Bucket, ObjectReader
from ..store.client import Store
from ..telemetry.hops import Hops, sink_hop


@dataclass(frozen=True, slots=True)
class CallContext:
    """Database, bus, the archives of this deployment, the folder with waveform files, how many windows one job may ask
    for (0: any number), the bucket with waveform files instead, what is known of servers that do not answer, and, if
    this service can see them, the folder of synthetics and the archives' objects."""

    store: Store
    bus: Bus
    archives: Mapping[str, ArchiveDefinition]
    output_root: Path
    job_windows: int = 0
    sink: Bucket | None = None
    hops: Hops = field(default_factory=Hops)
    input_root: Path | None = None
    objects: ObjectReader | None = None

    @contextmanager
    def reading_sink(self) -> Iterator[None]:
        """Put this around a read of the sink. If the sink is known not to answer, the read is refused at once; if the
        read fails, that is remembered and the sink is checked."""
        if self.sink is None:
            yield
            return
        hop = sink_hop(self.sink.url(""))
        for wait in self.hops.waits():
            if wait.hop == hop:
                raise UnavailableError("S3", wait.text)
        try:
            yield
        except UnavailableError as error:
            if error.hop == "S3":
                self.hops.failed(hop, error.message)
            raise
