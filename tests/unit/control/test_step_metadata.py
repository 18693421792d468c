"""What steps need to know of their data is asked for at submission, where no window of the job can have it."""

from __future__ import annotations

from typing import Any

import pytest

from libseis.steps import definition_of, registry
from seisbus.control.step_metadata import check_metadata
from seisbus.errors import JobFileError
from seisbus.model.job import parse_job

TILE = {"tile": {"start": "2011-03-11", "end": "2011-03-12", "length": "1h"}}
EVENTS = {"events": {"list": [{"time": "2011-03-11T05:46:23", "lat": 38, "lon": 142}], "start": 0, "end": "1h"}}
RTZ = {"rotate": {"to": "RTZ"}}


def check(windows: dict[str, Any], *steps: object, components: int = 1) -> None:
    job = {"archive": "a", "windows": windows, "steps": list(steps), "components": components}
    check_metadata(parse_job(job))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("windows", "steps", "components", "sentence"),
    [
        (TILE, [{"reference": {"mark": "origin"}}], 1, "reference needs source_time, which windows of events alone"),
        (EVENTS, [{"reference": {"mark": "phase"}}], 1, "reference needs phase_time, which windows around a predicted"),
        (EVENTS, [{"reference": {"mark": "pick"}}], 1, "reference needs pick_time, which windows around picks alone"),
        (TILE, [{"keep": {"if": "distance_deg < 95"}}], 1, "keep needs distance_deg, which windows of events alone"),
        (TILE, [RTZ], 3, "rotate needs back_azimuth, which windows of events alone"),
        (EVENTS, [{"rotate": {"to": "LQT"}}], 3, "rotate needs incidence, which windows around a predicted phase"),
        (EVENTS, ["demean", RTZ], 1, "rotate needs the three components of a sensor; add components: 3 to the job."),
        (EVENTS, ["norm", RTZ], 3, "rotate needs three components, and norm leaves one."),
        (TILE, [{"snr": {"signal": [0, 1], "noise": [0, 1], "mark": "phase"}}], 1, "snr needs phase_time"),
    ],
)  # fmt: skip
def test_what_can_never_work_is_refused(
    windows: dict[str, Any], steps: list[object], components: int, sentence: str
) -> None:
    with pytest.raises(JobFileError, match=f"^Job file: steps: {sentence}"):
        check(windows, *steps, components=components)


def test_what_can_work_is_not() -> None:
    check(EVENTS, {"reference": {"mark": "origin"}}, {"keep": {"if": ["distance_deg < 95", "not pick_time"]}})
    check(EVENTS, RTZ, "norm", components=3)
    check(TILE, {"rotate": {"to": "RTZ", "back_azimuth": 30}}, {"rotate": {"to": "ENZ"}}, components=3)
    check(TILE, {"snr": {"signal": [0, 1], "noise": [5, 9]}}, {"keep": {"if": "snr > 2"}}, {"keep": {"if": "never"}})
    check(TILE, {"set_metadata": {"key": "source_time", "value": 0}}, {"reference": {"mark": "origin"}})


def test_what_comes_after_a_users_step_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def mine(datum: object) -> object:
        return datum

    monkeypatch.setattr(registry, "_definitions", dict(registry._definitions))
    registry.register(definition_of("mine", mine, "1"))
    check(TILE, "mine", RTZ)
    with pytest.raises(JobFileError, match="components: 3"):
        check(TILE, RTZ, "mine")
