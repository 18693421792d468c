"""Steps on time: what time zero is, windows relative to a mark, mutes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from libseis.objects.kinds import Atomic
from libseis.objects.samples import samples
from libseis.signal.tapers import RAMPS
from libseis.signal.windows import SHORT_SEGMENT_HANDLING, WindowRequest, sample_range
from libseis.steps.marks import (
    EDGE_KEYS,
    REFERENCE_KEYS,
    REFERENCE_NAME,
    mark_parameter,
    mark_time,
    number,
    span_parameter,
    span_problems,
)
from libseis.steps.parameters import Kind, Parameter
from libseis.steps.registry import register
from libseis.steps.step import StepContext, StepDefinition, Unfit

Values = Mapping[str, Any]


def _reference(d: Atomic, values: Values, context: StepContext) -> None:
    epoch = number(d, REFERENCE_KEYS[values["mark"]])
    if d.time_is_relative():
        raise Unfit("the times are relative already; utc makes them absolute", reason="relative already")
    d.ator(epoch)
    d[REFERENCE_NAME] = values["mark"]


def _utc(d: Atomic, values: Values, context: StepContext) -> None:
    d.rtoa()
    if d.is_defined(REFERENCE_NAME):
        d.erase(REFERENCE_NAME)


def mark_metadata(values: Values) -> tuple[str, ...]:
    """The Metadata of the marks that a step's parameters name."""
    keys = (REFERENCE_KEYS.get(values[name] or "") for name in ("mark", "noise_mark") if name in values)
    return tuple(dict.fromkeys(key for key in keys if key))


def _window(d: Atomic, values: Values, context: StepContext) -> Atomic:
    zero = mark_time(d, values["mark"])
    if (most := values["most_missing"]) is not None:
        span = sample_range(d, values["start"] + zero, values["end"] + zero)
        if span.missing > most * span.count:
            text = (
                f"{span.missing} of the {span.count} samples around {values['mark']} are missing, more than {most:.6g}"
            )
            raise Unfit(f"{text} of all", reason="window not covered")
    request = WindowRequest(values["start"] + zero, values["end"] + zero, None, values["short"], True)
    found = request.cut(d, empty_outside=False)
    if found.dead():
        text = found.elog.get_error_log()[-1].message
        around = f"from {values['start']:g} to {values['end']:g} s around {values['mark']}"
        raise Unfit(f"{around}: {text}", reason="window not covered")
    return found


def _window_problems(values: Values) -> list[str]:
    if values["most_missing"] is not None and values["short"] == "kill":
        return ["most_missing belongs to short: truncate and pad"]
    if not values["start"] < values["end"]:
        return [f"end must be after start, found {values['start']:g} and {values['end']:g} s"]
    return []


def _mute(d: Atomic, values: Values, context: StepContext) -> None:
    # differences of times are small numbers and exact; epoch seconds as floats are not
    times = d.dt * np.arange(d.npts) - (mark_time(d, values["mark"]) - d.t0)
    ramp = RAMPS[values["shape"]]
    weights = np.ones(d.npts)
    if values["top"] is not None:
        zero, one = values["top"]
        weights *= ramp(np.clip((times - zero) / (one - zero), 0.0, 1.0))
    if values["tail"] is not None:
        one, zero = values["tail"]
        weights *= ramp(np.clip((zero - times) / (zero - one), 0.0, 1.0))
    x = samples(d)
    x *= weights


def _mute_problems(values: Values) -> list[str]:
    if values["top"] is None and values["tail"] is None:
        return ["give top, tail or both"]
    return span_problems(values, ("top", "tail"))


register(
    StepDefinition(
        "reference",
        "Make times relative to a mark, which is stored beside them; SAC files have it as their reference time.",
        _reference,
        (Parameter("mark", Kind.TEXT, "what becomes time zero", choices=tuple(REFERENCE_KEYS)),),
        metadata=mark_metadata,
    )
)
register(StepDefinition("utc", "Make relative times UTC again.", _utc))
register(
    StepDefinition(
        "window",
        "Cut to a span relative to a mark, both ends included.",
        _window,
        (
            Parameter("start", Kind.NUMBER, "first instant, after the mark", unit="s"),
            Parameter("end", Kind.NUMBER, "last instant, after the mark", unit="s"),
            mark_parameter("mark", "what the span is relative to"),
            Parameter(
                "short", Kind.TEXT, "data that do not cover it: dead, shorter, or filled with zeros", "kill",
                choices=SHORT_SEGMENT_HANDLING,
            ),
            Parameter(
                "most_missing", Kind.NUMBER, "share of the samples that may be missing then; more is dead", None,
                minimum=0, maximum=1,
            ),
        ),
        problems=_window_problems,
        cuts=True,
        metadata=mark_metadata,
    )
)  # fmt: skip
register(
    StepDefinition(
        "mute",
        "Bring samples to zero before a span of rise (top) and after a span of fall (tail).",
        _mute,
        (
            span_parameter("top", "zero before its start, whole after its end"),
            span_parameter("tail", "whole before its start, zero after its end"),
            mark_parameter("mark", "what both are relative to"),
            Parameter("shape", Kind.TEXT, "shape of the ramps", "cosine", choices=tuple(RAMPS)),
        ),
        problems=_mute_problems,
        metadata=mark_metadata,
    )
)

EDGES = tuple(EDGE_KEYS.values())
"""Metadata that a job attaches for the steps' sake; they are not stored."""
