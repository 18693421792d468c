"""Jobs of kind misfit: observed waveforms against synthetics, station by station.

A job file of this kind names stored waveforms, or an archive and windows. With an archive it becomes two jobs at
submission: a window job that stores the waveforms, and a misfit job on them.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import Field, model_validator

from ..archivejob import CutJob
from ..fields import Model
from ..kind import Job, Needs, Queue, Stored, StoredJob, Work
from .window import WindowJob

INPUTS: Final = Queue(Work.FETCH, "Misfit", 64)
MEASURE: Final = Queue(Work.WINDOW, "misfit", 1000)
KEEP: Final = Queue(Work.WRITE, "misfit", 4000)
_NEEDS: Final = "a job of kind misfit needs the key misfit, and no other kind takes it"
_NEEDS_DATA: Final = "a misfit job needs misfit: observed, or an archive and windows: events to fetch it"


class Observed(Model):
    """Stored waveforms that are compared with synthetics: of one job, or with one data_tag, or both."""

    job: Annotated[str, Field(pattern=r"^[0-9a-z]{0,40}$")] = ""
    tag: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.+-]{0,80}$")] = ""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.job or self.tag):
            raise ValueError("job or tag is needed, so that it is clear which waveforms are meant")
        return self


class Synthetics(Model):
    """Where synthetic waveforms are: a pattern with {event}, {net}, {sta} and {component}.

    Names are paths below the deployment's input folder, or keys of the bucket of `archive`.
    """

    files: Annotated[str, Field(max_length=500)]
    format: Literal["specfem", "sac", "asdf"] = "specfem"
    archive: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,40}$")] = ""

    def name(self, event: str, net: str, sta: str, component: str) -> str:
        """The path or key of one synthetic."""
        return self.files.format(event=event, net=net, sta=sta, component=component)

    @model_validator(mode="after")
    def _readable(self) -> Self:
        try:
            fields = {name for _, name, _, _ in string.Formatter().parse(self.files) if name is not None}
        except ValueError as error:
            raise ValueError(f"files is not a name ({error})") from None
        if wrong := fields - {"event", "net", "sta", "component"}:
            raise ValueError(f"files takes {{event}}, {{net}}, {{sta}} and {{component}}, found {', '.join(wrong)}")
        if self.files.startswith("/") or ".." in self.files.split("/"):
            raise ValueError("files stands below the input folder: neither / in front nor .. is allowed")
        if self.format == "asdf" and self.archive:
            raise ValueError("asdf is read from the input folder; leave archive out")
        return self


class Measuring(Model):
    """How observed waveforms are compared with synthetic ones, station by station.

    `config`: the settings of libseis.misfit.Config. `fixed_windows`: a misfit job whose windows are measured again.
    `rejected`: keep rejected windows with their reasons.
    """

    synthetics: Synthetics
    config: dict[str, Any] = Field(default_factory=dict)
    fixed_windows: Annotated[str, Field(pattern=r"^[0-9a-z]{0,40}$")] = ""
    rejected: bool = False


class Misfit(Measuring):
    """What is measured of stored waveforms."""

    observed: Observed


class FetchedMisfit(Measuring):
    """What is measured of waveforms that are to be fetched first."""

    observed: None = None


class MisfitJob(StoredJob):
    """Stations of stored waveforms to measure."""

    queues = (INPUTS, MEASURE, KEEP)
    needs: ClassVar[Needs] = {"misfit": _NEEDS}

    kind: Literal["misfit"] = "misfit"
    misfit: Misfit

    @classmethod
    def form(cls, content: Mapping[str, object]) -> type[Job]:
        """With `observed`, the job works on stored waveforms; without it, on windows of an archive."""
        settings = content.get("misfit")
        without = isinstance(settings, Mapping) and settings.get("observed") is None
        return FetchedMisfitJob if without else cls

    @classmethod
    def forms(cls) -> tuple[type[Job], ...]:
        """A job on stored waveforms, and one on waveforms of an archive."""
        return cls, FetchedMisfitJob

    @property
    def stored(self) -> Stored:
        """The observed waveforms."""
        return Stored(self.misfit.observed.job, self.misfit.observed.tag)

    @property
    def reads(self) -> frozenset[str]:
        """The jobs of its waveforms, and of the windows that it measures again."""
        return frozenset({self.misfit.observed.job, self.misfit.fixed_windows} - {""})

    @property
    def awaits(self) -> str:
        """The job that stores its waveforms."""
        return self.misfit.observed.job


class FetchedMisfitJob(CutJob):
    """Stations to measure of waveforms that an archive has."""

    needs: ClassVar[Needs] = {"misfit": _NEEDS, "archive": _NEEDS_DATA, "windows": _NEEDS_DATA}

    kind: Literal["misfit"] = "misfit"
    misfit: FetchedMisfit

    @model_validator(mode="after")
    def _of_events(self) -> Self:
        if self.windows.events is None:
            raise ValueError(_NEEDS_DATA)
        return self

    def storing(self) -> WindowJob:
        """The window job that stores the waveforms."""
        shared = WindowJob.model_fields.keys() & type(self).model_fields.keys() - {"kind", "name"}
        content = {name: getattr(self, name) for name in shared}
        return WindowJob(name=f"{self.name[:180]}, observed" if self.name else "", **content)

    def measuring(self, job: str) -> MisfitJob:
        """The misfit job on the waveforms that job `job` stores."""
        settings = {name: getattr(self.misfit, name) for name in Measuring.model_fields}
        misfit = Misfit(observed=Observed(job=job), **settings)
        return MisfitJob(name=self.name, select=self.select.codes, misfit=misfit)


KIND: Final = MisfitJob
