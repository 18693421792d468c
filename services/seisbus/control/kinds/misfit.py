"""Misfit jobs at submission. A job with an archive becomes two: one that stores the waveforms, and one that waits for
it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from seis.control.v1 import control_pb2 as pb

from ...archive.definition import archive_named
from ...errors import JobFileError
from ...model.kinds.misfit import FetchedMisfitJob, Measuring, MisfitJob
from ...model.outcome import JobState
from ...store.documents import JobDocument
from ...store.jobs import standing_job
from ..archive_jobs import check_number, checked_cuts
from ..context import CallContext
from ..estimate import estimate
from ..evaluations import misfit_job
from ..kind import ControlKind
from ..misfit_needs import misfit_notes
from ..selection import check_stored
from ..start import start

if TYPE_CHECKING:
    from libseis.misfit import Config

Either = MisfitJob | FetchedMisfitJob


class MisfitControl(ControlKind[Either]):
    """Stations to measure."""

    async def checked(self, context: CallContext, spec: Either) -> tuple[Either, list[str]]:
        """Check the settings and the data to compare, as far as they exist."""
        spec = _named(spec, check_settings(context, spec.misfit))
        if spec.misfit.fixed_windows:
            await misfit_job(context, spec.misfit.fixed_windows)
        notes: list[str] = []
        if isinstance(spec, FetchedMisfitJob):
            spec, notes = await checked_cuts(context, spec)
        else:
            await _check_observed(context, spec)
        return spec, notes + await misfit_notes(context, spec)

    async def estimate(self, context: CallContext, spec: Either) -> pb.Estimate:
        """The estimate for the windows that are fetched first."""
        if isinstance(spec, FetchedMisfitJob):
            return await estimate(context, spec)
        return await super().estimate(context, spec)

    async def submit(self, context: CallContext, spec: Either, request_id: str, notes: Sequence[str]) -> JobDocument:
        """Submit the misfit job. If its waveforms must be fetched, a window job is submitted first, and the misfit job
        waits for it."""
        if isinstance(spec, FetchedMisfitJob):
            await check_number(context, spec)
            first = await start(context, spec.storing(), request_id and f"{request_id}/observed", notes)
            spec = spec.measuring(first["_id"])
        return await start(context, spec, request_id, notes)


async def _check_observed(context: CallContext, spec: MisfitJob) -> None:
    if job := spec.misfit.observed.job:
        source = await standing_job(context.store, job)
        if not JobState(source["state"]).closed:
            return  # it waits for the data of that job
    await check_stored(context, spec)


def _named(spec: Either, config: Config) -> Either:
    """The job with its processing written out, because the default may have changed when somebody looks at its
    results."""
    settings = {**spec.misfit.config, "processing": config.processing.value}
    return spec.model_copy(update={"misfit": spec.misfit.model_copy(update={"config": settings})})


def check_settings(context: CallContext, misfit: Measuring) -> Config:
    """The settings of a measurement; JobFileError if they cannot work."""
    from libseis.misfit import Config, ConfigError
    from libseis.misfit.comparable import specfem_units, stated_unit

    if misfit.synthetics.archive:
        archive_named(context.archives, misfit.synthetics.archive)
    try:
        config = Config.from_mapping(misfit.config)
    except ConfigError as error:
        raise JobFileError(f"Job file: misfit.config: {error.message}") from None
    wanted, named = stated_unit(config).si, specfem_units(misfit.synthetics.files)
    if misfit.synthetics.format == "specfem" and config.remove_response and named not in ("", wanted):
        raise JobFileError(
            f"Job file: misfit.synthetics.files: by their names they are in {named}, but misfit.config.unit_output "
            f"{config.unit_output} makes {wanted} of the observed; name others, or set another unit_output."
        )
    return config


KIND: Final = MisfitControl()
