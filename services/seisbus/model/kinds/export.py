"""Jobs of kind export: stored waveforms as datasets."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from ..fields import JobId, Model
from ..kind import Needs, Queue, Stored, StoredJob, Work

# a message takes minutes
BUILD: Final = Queue(Work.WRITE, "build", 64)


def _one_or_more(value: object) -> object:
    """Makes a list of a single text, and an empty list of ""."""
    return ((value,) if value else ()) if isinstance(value, str) else value


class Export(Model):
    """Stored waveforms as datasets: of one job, with one data_tag, or of one event. If several are given, all must fit.

    `misfit`: misfit jobs on these waveforms. Their synthetics and results go into asdf; format specfem takes one job.
    `folder`: a folder below `exports` in the output folder; by default the name of the job, tag or event.
    """

    format: Literal["asdf", "mseed", "mseed3", "sac", "parquet", "seisbench", "specfem"]
    job: Annotated[str, Field(pattern=r"^[0-9a-z]{0,40}$")] = ""
    tag: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.+-]{0,80}$")] = ""
    event: Annotated[str, Field(max_length=200)] = ""
    misfit: Annotated[tuple[JobId, ...], BeforeValidator(_one_or_more)] = ()
    folder: Annotated[str, Field(pattern=r"^([A-Za-z0-9_+-][A-Za-z0-9_.+-]{0,79})?$")] = ""
    waveform_tag: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")] = "observed"

    @property
    def by_day(self) -> bool:
        """Whether each dataset is one channel and day (miniSEED in the SDS layout); otherwise it is one event."""
        return self.format in ("mseed", "mseed3")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.job or self.tag or self.event):
            raise ValueError("job, tag or event is needed, so that it is clear which waveforms are meant")
        if self.format == "specfem" and len(self.misfit) != 1:
            raise ValueError("specfem holds the adjoint sources of one misfit job; name it under misfit")
        if self.misfit and self.format not in ("asdf", "specfem"):
            raise ValueError(f"{self.format} holds no windows and adjoint sources; leave misfit out")
        return self


class ExportJob(StoredJob):
    """Datasets to build."""

    queues = (BUILD,)
    needs: ClassVar[Needs] = {"export": "a job of kind export needs the key export, and no other kind takes it"}

    kind: Literal["export"] = "export"
    export: Export

    @property
    def stored(self) -> Stored:
        """The waveforms that go into the datasets."""
        return Stored(self.export.job, self.export.tag, self.export.event)

    @property
    def reads(self) -> frozenset[str]:
        """The jobs of its waveforms and measurements."""
        return frozenset({self.export.job, *self.export.misfit} - {""})


KIND: Final = ExportJob
