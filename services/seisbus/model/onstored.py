"""The keys of jobs on what is stored: exports, misfits, purges. Part of the job file (see `job`)."""

from __future__ import annotations

import string
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from .fields import JobId, Model


def _one_or_more(value: object) -> object:
    """One of them may be written without a list, and as "" none at all."""
    return ((value,) if value else ()) if isinstance(value, str) else value


class Export(Model):
    """Stored waveforms as datasets: of one job, with one data_tag, or of one event (all that are given must fit).

    `misfit`: misfit jobs of these waveforms, whose synthetics and results go into asdf; or the one that specfem is of.
    `folder`: below `exports` in the output folder; without it the name of the job, tag or event.
    """

    format: Literal["asdf", "mseed", "mseed3", "sac", "parquet", "specfem"]
    job: Annotated[str, Field(pattern=r"^[0-9a-z]{0,40}$")] = ""
    tag: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.+-]{0,80}$")] = ""
    event: Annotated[str, Field(max_length=200)] = ""
    misfit: Annotated[tuple[JobId, ...], BeforeValidator(_one_or_more)] = ()
    folder: Annotated[str, Field(pattern=r"^([A-Za-z0-9_+-][A-Za-z0-9_.+-]{0,79})?$")] = ""
    waveform_tag: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")] = "observed"

    @property
    def by_day(self) -> bool:
        """Whether a dataset is a day of a channel (miniSEED in the SDS layout), instead of an event."""
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
    """Where synthetic waveforms are: names with {event}, {net}, {sta} and {component} in them.

    Names are paths below the deployment's input folder, or keys of the bucket of `archive`.
    """

    files: Annotated[str, Field(max_length=500)]
    format: Literal["specfem", "sac", "asdf"] = "specfem"
    archive: Annotated[str, Field(pattern=r"^[a-z0-9_-]{0,40}$")] = ""

    def name(self, event: str, net: str, sta: str, component: str) -> str:
        """The path or key of one synthetic."""
        return self.files.format(event=event, net=net, sta=sta, component=component)

    @model_validator(mode="after")
    def _readable(self) -> Self:
        try:
            fields = {name for _, name, _, _ in string.Formatter().parse(self.files) if name is not None}
        except ValueError as error:
            raise ValueError(f"files is no name ({error})") from None
        if wrong := fields - {"event", "net", "sta", "component"}:
            raise ValueError(f"files takes {{event}}, {{net}}, {{sta}} and {{component}}, found {', '.join(wrong)}")
        if self.files.startswith("/") or ".." in self.files.split("/"):
            raise ValueError("files stands below the input folder: neither / in front nor .. is allowed")
        if self.format == "asdf" and self.archive:
            raise ValueError("asdf is read from the input folder; leave archive out")
        return self


class Misfit(Model):
    """Observed against synthetic waveforms, station by station.

    Without `observed` the job names an archive and windows, and a window job that is made of them stores those first.
    `config`: the settings of libseis.misfit.Config. `fixed_windows`: a misfit job whose windows are measured again.
    `rejected`: keep rejected windows with their reasons.
    """

    observed: Observed | None = None
    synthetics: Synthetics
    config: dict[str, Any] = Field(default_factory=dict)
    fixed_windows: Annotated[str, Field(pattern=r"^[0-9a-z]{0,40}$")] = ""
    rejected: bool = False


class Purge(Model):
    """Closed jobs to remove with all that they stored. Made by PurgeJobs alone, never submitted."""

    jobs: Annotated[tuple[JobId, ...], Field(min_length=1)]
