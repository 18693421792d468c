"""What every call of the control service works with, made once by `python -m seisbus.control`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..archive.definition import ArchiveDefinition
from ..bus import Bus
from ..objects import Bucket, ObjectReader
from ..store.client import Store
from ..telemetry.hops import Hops


@dataclass(frozen=True, slots=True)
class Context:
    """Database, bus, the archives of this deployment, the folder that waveform files lie in, how many windows one job
    may ask for (0: any number), the bucket that waveform files lie in instead, what is known of servers that do not
    answer, and, where this service can see them, the folder of synthetics and the archives' objects."""

    store: Store
    bus: Bus
    archives: Mapping[str, ArchiveDefinition]
    output_root: Path
    job_windows: int = 0
    sink: Bucket | None = None
    hops: Hops = field(default_factory=Hops)
    input_root: Path | None = None
    objects: ObjectReader | None = None
