"""What a processing step is: its definition, and an instance of it with parameter values.

Definitions are collected in `registry`; running a chain on data belongs to `chain`.
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
    """What steps need besides parameters: the station metadata, and the responses evaluated from it so far.

    With `time_limit` (seconds) users' steps run in a process of their own and are stopped after it.
    """

    inventory: Inventory | None = None
    time_limit: float | None = None
    responses: ResponseCache = field(init=False)

    def __post_init__(self) -> None:
        # obspy costs a second, which only those pay who run steps
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

    `longest_period` and `pad` map parameter values to seconds: the longest period that passes the step, and, for data
    of a rate (Hz), the length on each side that influences a sample by more than 1e-8; `rate` is what becomes of that
    rate. `problems` checks values against each other. A step with `needs_continuous_data` kills data with gaps; others
    treat them as samples. One with `needs_components` kills a TimeSeries, one with `makes_series` makes a TimeSeries of
    a Seismogram; one with `cuts` leaves less time on purpose. `metadata` names the Metadata that it cannot do without.
    `is_users`: it is of another package.
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
        # a mapping proxy does not pickle
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
        """Longest period (s) that passes the step, 0 when it has no such thing."""
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
        """Metadata without which the step kills a datum."""
        return self.definition.metadata(self.values)

    @property
    def id(self) -> str:
        """Instance id: the same name, version and values have the same id in every process and job."""
        content = [self.name, self.definition.version, dict(self.values)]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
