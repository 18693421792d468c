"""What a campaign needs: the CPU of each stage from the contents of a job, and replicas from CPU and time. Values only.

CPU is linear in objects, requests, windows and bytes, to a few percent over jobs of 40 to 5,760 windows of ten minutes
to a day (40 day files of 2.6 MB, archive and servers on the same machine); if whole files are read for a small part of
them, the fetcher needs a third less. Machines differ by one factor per stage; one job that is measured on a machine
gives its factors.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..errors import UserError

# A stage that must keep up gets at most this share of its replicas' CPU; the rest is for peaks and garbage collection.
BUSY: Final = 0.7
# Documents besides one task per object: one outcome and one waveform per window.
_DOCUMENTS_A_WINDOW: Final = 2
# If a stage used less, noise is larger than the work (an idle process uses 0.02 CPU seconds per second). Such a stage
# gets the factor of all stages together, which must have used more than another limit.
_LEAST_CPU_SECONDS: Final = 0.2
LEAST_TOTAL_SECONDS: Final = 0.5


class Stage(StrEnum):
    """The services that work for a campaign."""

    INDEXER = "indexer"
    FETCHER = "fetcher"
    WINDOWER = "windower"
    WRITER = "writer"


@dataclass(frozen=True, slots=True)
class Work:
    """The contents of a job: archive objects, requests for them, windows, bytes read and bytes stored."""

    objects: float
    requests: float
    windows: float
    fetch_bytes: float
    disk_bytes: float

    @property
    def documents(self) -> float:
        """Documents in MongoDB."""
        return self.objects + _DOCUMENTS_A_WINDOW * self.windows


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of a stage per object, per request, per window, per byte read and per byte stored."""

    objects: float = 0.0
    requests: float = 0.0
    windows: float = 0.0
    fetch_bytes: float = 0.0
    disk_bytes: float = 0.0

    def seconds(self, work: Work) -> float:
        """CPU seconds for this work."""
        return (
            self.objects * work.objects
            + self.requests * work.requests
            + self.windows * work.windows
            + self.fetch_bytes * work.fetch_bytes
            + self.disk_bytes * work.disk_bytes
        )


# Least squares over the jobs named above, on one core of a 2-core cloud machine.
REFERENCE: Final[Mapping[Stage, Cost]] = {
    Stage.INDEXER: Cost(objects=1.4e-3, windows=0.025e-3),
    Stage.FETCHER: Cost(objects=2.0e-3, requests=0.6e-3, windows=0.02e-3, fetch_bytes=3.6e-9),
    Stage.WINDOWER: Cost(objects=3.3e-3, windows=0.24e-3, disk_bytes=8.3e-9),
    Stage.WRITER: Cost(objects=1.0e-3, windows=0.18e-3, disk_bytes=3.2e-9),
}


class CalibrationError(UserError):
    """A measured job that is too small; `seconds` is the CPU time that it used."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"All stages together used {seconds:.2f} CPU seconds for the measured job, at least "
            f"{LEAST_TOTAL_SECONDS:g} are needed; measure a larger job."
        )
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Machine:
    """How many times slower each stage is here than on the reference machine (below 1: faster)."""

    factors: Mapping[Stage, float]

    @classmethod
    def reference(cls) -> Machine:
        """The machine that REFERENCE was measured on."""
        return cls(dict.fromkeys(Stage, 1.0))

    @classmethod
    def calibrated(cls, work: Work, measured: Mapping[Stage, float]) -> Machine:
        """The machine on which this work took these CPU seconds. CalibrationError if they are too few."""
        total = sum(measured.values())
        if total < LEAST_TOTAL_SECONDS:
            raise CalibrationError(total)
        expected = {stage: REFERENCE[stage].seconds(work) for stage in Stage}
        overall = total / sum(expected.values())
        return cls({s: measured[s] / expected[s] if measured[s] >= _LEAST_CPU_SECONDS else overall for s in Stage})

    def cpu_seconds(self, work: Work) -> dict[Stage, float]:
        """CPU seconds of each stage."""
        return {stage: self.factors[stage] * REFERENCE[stage].seconds(work) for stage in Stage}


@dataclass(frozen=True, slots=True)
class Campaign:
    """What a job needs: CPU seconds and replicas (of one core each) per stage, hours, and documents."""

    cpu_seconds: Mapping[Stage, float]
    replicas: Mapping[Stage, int]
    hours: float
    documents: int


def plan_campaign(work: Work, machine: Machine, *, hours: float, link_bytes_per_second: float = math.inf) -> Campaign:
    """The smallest number of replicas with which a job is done within `hours`, and the hours that it then takes.

    `link_bytes_per_second` is the highest rate of the link to the archive. More replicas do not help against this
    limit, so the hours may be more than `hours`.
    """
    cpu = machine.cpu_seconds(work)
    allowed = hours * 3600 * BUSY
    replicas = {stage: max(1, math.ceil(cpu[stage] / allowed)) for stage in Stage}
    slowest = max(cpu[stage] / replicas[stage] / BUSY for stage in Stage)
    seconds = max(slowest, work.fetch_bytes / link_bytes_per_second)
    return Campaign(cpu, replicas, seconds / 3600, round(work.documents))
