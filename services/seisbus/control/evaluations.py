"""Checks of misfit jobs that other jobs name: they must be misfit jobs, and fit into one dataset."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import UserError
from ..model.kinds.misfit import Misfit, MisfitJob
from ..store.jobs import spec_of, standing_job
from .context import CallContext


async def misfit_job(context: CallContext, job: str) -> Misfit:
    """What a misfit job measures; UserError when it is of another kind."""
    found = spec_of(await standing_job(context.store, job))
    if not isinstance(found, MisfitJob):
        raise UserError(f"Job {job} is of kind {found.kind}, expected a misfit job.")
    return found.misfit


async def check_evaluations(context: CallContext, jobs: Sequence[str]) -> None:
    """Check that in a dataset each evaluation has its own path, and that an iteration has either a config or steps with
    configs."""
    from libseis.misfit import Config

    seen: dict[str, str] = {}
    for job in jobs:
        path = Config.from_stored((await misfit_job(context, job)).config).aux_path
        for other, its_path in seen.items():
            if path == its_path or path.startswith(f"{its_path}/") or its_path.startswith(f"{path}/"):
                raise UserError(
                    f"The misfit jobs {other} and {job} are of the evaluations {its_path} and {path}, which cannot "
                    "stand in one dataset; export one of them, or both into folders of their own."
                )
        seen[job] = path
