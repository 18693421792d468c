"""Padding by the real rate of the records; the plan had only the rate of an index or of a channel code."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from libseis.codes import Channel

from ..model.task import Recipe
from .chunks import ObjectBytes

if TYPE_CHECKING:
    from libseis.steps import Step


@lru_cache(maxsize=64)
def _steps(steps: str) -> list[Step]:
    from libseis.steps import build

    return build(json.loads(steps))


def padded(recipe: Recipe, objects: Iterable[ObjectBytes], source: Channel | None = None) -> Recipe:
    """The recipe with pads that are long enough for the slowest records of the objects, of `source` if given.

    It is the same recipe if its pads are those of the job file, or long enough.
    """
    if not recipe.pad_planned or not recipe.steps:
        return recipe
    periods = [float(periods.max()) for one in objects if len(periods := one.periods_ns(source))]
    if not periods or max(periods) <= 0:
        return recipe
    from libseis.steps import StepError, pad_ns

    try:
        needed = pad_ns(_steps(json.dumps(recipe.steps)), 1e9 / max(periods))
    except StepError:  # the windower will say what is wrong with the step
        return recipe
    before, after = recipe.pad_before_ns, recipe.pad_after_ns
    if needed <= min(before, after) + max(periods):
        return recipe
    return replace(recipe, pad_before_ns=max(needed, before), pad_after_ns=max(needed, after))
