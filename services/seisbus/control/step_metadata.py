"""Checks, before planning, that the windows of a job have the Metadata that its steps need."""

from __future__ import annotations

from typing import Final

from libseis.steps import Step, build

from ..errors import JobFileError
from ..model.archivejob import ArchiveJob

OF_EVENTS: Final = frozenset(
    {
        "source_time", "source_lat", "source_lon", "source_depth", "source_magnitude", "source_magnitude_type",
        "source_id", "distance_deg", "distance_km", "azimuth", "back_azimuth",
    }
)  # fmt: skip
OF_PHASES: Final = frozenset({"phase_name", "phase_time", "ray_parameter", "incidence", "takeoff", "phase_model"})
OF_PICKS: Final = frozenset({"pick_time", "pick_id", "pick_score", "pick_polarity"})
# picks have them too, because they name the phase and its time
_PICKED: Final = frozenset({"phase_name", "phase_time"})


def check_metadata(spec: ArchiveJob) -> None:
    """JobFileError for a step that would kill every window of the job, because it needs three components or Metadata
    that the windows do not have.

    Steps after a step of another package are not checked, because it is not known what that step makes.
    """
    three = getattr(spec, "components", 1) == 3
    made: set[str] = set()
    before = ""
    for step in build(spec.steps):
        if step.definition.is_users:
            return
        if step.definition.needs_components and not three:
            if before:
                raise JobFileError(f"Job file: steps: {step.name} needs three components, and {before} leaves one.")
            raise JobFileError(
                f"Job file: steps: {step.name} needs the three components of a sensor; add components: 3 to the job."
            )
        for key in step.metadata:
            if key not in made and (lack := _lack(spec, key)):
                raise JobFileError(f"Job file: steps: {step.name} needs {key}, which {lack}.")
        made |= _made(step)
        if step.definition.makes_series and three:
            three, before = False, step.name


def _lack(spec: ArchiveJob, key: str) -> str:
    """Why the windows of a job cannot have a key of the Metadata; "" if they may have it."""
    events, picks = spec.windows.events, getattr(spec.windows, "picks", None)
    if key in OF_EVENTS and events is None and picks is None:
        return "windows of events alone have (windows: events)"
    if key in OF_PICKS and picks is None:
        return "windows around picks alone have (windows: picks)"
    if key in OF_PHASES and not (events is not None and bool(getattr(events, "phase", None))):
        if key in _PICKED and picks is not None:
            return ""
        return "windows around a predicted phase alone have (windows: events: phase)"
    return ""


def _made(step: Step) -> set[str]:
    """Keys that a step puts into the Metadata."""
    match step.name:
        case "set_metadata":
            return {step.values["key"]}
        case "rename_metadata":
            return {step.values["to"]}
        case "calculate":
            return {step.values["to"] or step.values["key"]}
        case "snr":
            key = step.values["key"]
            return {key, f"{key}_signal", f"{key}_noise"}
    return set()
