"""A processing step: its definition, and an instance of it with parameter values.

`registry` collects the definitions, and `chain` runs steps on data.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from libseis.enums import ErrorSeverity
from libseis.errors import DefinitionError, SampleError
from libseis.steps.parameters import Parameter

if TYPE_CHECKING:
    from obspy import Inventory

    from libseis.obspy.responses import ResponseCache


class StepError(DefinitionError):
    """A list of steps that cannot be run.

    Parameters
    ----------
    problems
        One clear sentence for each problem.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(" ".join(problems), ErrorSeverity.Fatal, source="steps")
        self.problems = problems

    def __reduce__(self) -> tuple[type[StepError], tuple[tuple[str, ...]]]:
        return type(self), (self.problems,)


REASON = "dead_reason"
"""Metadata of a datum that a step killed: why, in a few words that are the same for all data that died of it."""


class Unfit(SampleError):
    """A datum that a step cannot or must not keep.

    Parameters
    ----------
    message
        What was wrong.
    reason
        Why, in a few words.
    """

    def __init__(self, message: str, *, reason: str = "") -> None:
        super().__init__(message, ErrorSeverity.Invalid, what=reason)
        self.reason = reason

    def __reduce__(self) -> tuple[Any, ...]:
        return _unfit, (self.message, self.reason)


def _unfit(message: str, reason: str) -> Unfit:
    return Unfit(message, reason=reason)


@dataclass(frozen=True, slots=True)
class StepContext:
    """Values that steps need besides parameters: the station metadata, and responses evaluated from them.

    With `time_limit` (seconds) users' steps run in a separate process and are stopped after this time.
    """

    inventory: Inventory | None = None
    time_limit: float | None = None
    responses: ResponseCache = field(init=False)

    def __post_init__(self) -> None:
        # importing obspy takes a second, which only programs that run steps need to spend
        from libseis.obspy.responses import ResponseCache

        object.__setattr__(self, "responses", ResponseCache(self.inventory))


StepFunction = Callable[[Any, Mapping[str, Any], StepContext], Any]
"""Changes a live datum in place (returning None), or returns what replaces it (a datum or a list of data)."""


def _no_period(values: Mapping[str, Any]) -> float:
    return 0.0


def _no_pad(values: Mapping[str, Any], rate: float) -> float:
    return 0.0


def _same_rate(values: Mapping[str, Any], rate: float) -> float:
    return rate


def _no_problem(values: Mapping[str, Any]) -> list[str]:
    return []


def _no_metadata(values: Mapping[str, Any]) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class StepDefinition:
    """A processing step that jobs may name.

    `longest_period` takes the parameter values and gives seconds: the longest period that passes the step. `pad` takes
    the values and a rate (Hz) and gives seconds: the length on each side of a sample that changes it by more than
    1e-8. `rate` gives the rate after the step. `problems` checks values against each other. If `needs_continuous_data`
    is set, the step kills data with gaps; other steps treat gaps as samples. With `needs_components` it kills a
    TimeSeries; with `makes_series` it turns a Seismogram into a TimeSeries; with `cuts` its result is shorter on
    purpose. `metadata` names the Metadata that the step needs. `is_users` is set for steps of other packages.
    """

    name: str
    summary: str
    function: StepFunction
    parameters: tuple[Parameter, ...] = ()
    longest_period: Callable[[Mapping[str, Any]], float] = _no_period
    pad: Callable[[Mapping[str, Any], float], float] = _no_pad
    rate: Callable[[Mapping[str, Any], float], float] = _same_rate
    problems: Callable[[Mapping[str, Any]], list[str]] = _no_problem
    needs_continuous_data: bool = False
    needs_components: bool = False
    makes_series: bool = False
    cuts: bool = False
    metadata: Callable[[Mapping[str, Any]], tuple[str, ...]] = _no_metadata
    version: str = "1"
    is_users: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A definition with checked parameter values: one algorithm instance in the processing history."""

    definition: StepDefinition
    values: Mapping[str, Any]

    @classmethod
    def of(cls, definition: StepDefinition, values: Mapping[str, Any]) -> Step:
        """Make a step of a definition and the values of its parameters.

        Parameters
        ----------
        definition
            The definition.
        values
            Checked values by name.

        Returns
        -------
        Step
            The step.
        """
        return cls(definition, MappingProxyType(dict(values)))

    def __reduce__(self) -> tuple[Any, ...]:
        # a mapping proxy cannot be pickled
        return Step.of, (self.definition, dict(self.values))

    @property
    def name(self) -> str:
        """Name of the step."""
        return self.definition.name

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The definitions of the parameters."""
        return self.definition.parameters

    @property
    def longest_period(self) -> float:
        """Longest period (s) that passes the step; 0 if there is none."""
        return self.definition.longest_period(self.values)

    def pad(self, rate: float) -> float:
        """Return how much data a window needs on each side to give the same as the whole record.

        Parameters
        ----------
        rate
            Sampling rate of the data in Hz.

        Returns
        -------
        float
            Seconds.
        """
        return self.definition.pad(self.values, rate)

    def rate(self, rate: float) -> float:
        """Return the sampling rate of the result.

        Parameters
        ----------
        rate
            Sampling rate of the data in Hz.

        Returns
        -------
        float
            Samples per second.
        """
        return self.definition.rate(self.values, rate)

    @property
    def metadata(self) -> tuple[str, ...]:
        """The Metadata that the step needs; it kills a datum without them."""
        return self.definition.metadata(self.values)

    @property
    def id(self) -> str:
        """Instance id: the same name, version and values give the same id in every process and job."""
        content = [self.name, self.definition.version, dict(self.values)]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
