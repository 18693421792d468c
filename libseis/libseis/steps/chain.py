"""Run a chain of steps on data: write errors to the elog, skip dead data, record the history, add the pads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from libseis.enums import ErrorSeverity
from libseis.errors import MatrixError, MsPASSError
from libseis.isotime import SECOND_NS
from libseis.objects.following import follow
from libseis.objects.kinds import ATOMIC, ENSEMBLES, Atomic, Datum, atomic_type, members_of
from libseis.objects.samples import has_gaps
from libseis.objects.seismogram import Seismogram
from libseis.segments import Span
from libseis.steps.fused import fuse, run_of
from libseis.steps.step import REASON, Step, StepContext, Unfit
from libseis.warned import collected, tell

SLOWEST_RATE = 1.0
"""Hz: the slowest rate that archives keep in quantity, for pads of data whose rate is not known yet."""


def pad(steps: Sequence[Step], rate: float = SLOWEST_RATE) -> float:
    """Return how much data a window needs on each side for a list of steps.

    The pads of the steps are added; each works at the rate that the steps before it made.

    Parameters
    ----------
    steps
        The steps.
    rate
        Sampling rate of the data in Hz.

    Returns
    -------
    float
        Seconds.
    """
    total = 0.0
    for step in steps:
        total += step.pad(rate)
        rate = step.rate(rate)
    return total


def pad_ns(steps: Sequence[Step], rate: float = SLOWEST_RATE) -> int:
    """Return how much data a window needs on each side for a list of steps, in ns.

    Parameters
    ----------
    steps
        The steps.
    rate
        Sampling rate of the data in Hz.

    Returns
    -------
    int
        Nanoseconds.
    """
    return round(pad(steps, rate) * SECOND_NS)


def _kill(
    d: Atomic, step: Step, message: str, severity: ErrorSeverity = ErrorSeverity.Invalid, reason: str = ""
) -> None:
    d.elog.log_error(step.name, message, severity)
    if reason:
        d[REASON] = reason
    d.kill()


def _results(d: Atomic, returned: Any, step: Step) -> list[Atomic]:
    """The data that a step function's return value means. No datum is lost: a step that returns no data kills its
    input."""
    if returned is None:
        return [d]
    found = list(returned) if isinstance(returned, list | tuple) else [returned]
    if not found:
        _kill(d, step, "the step returned no data")
    elif not all(isinstance(item, ATOMIC) for item in found):
        names = ", ".join(type(item).__name__ for item in found)
        _kill(d, step, f"the step must return TimeSeries or Seismogram objects, found {names}")
    else:
        return found
    return [d]


def _run(step: Step, d: Atomic, context: StepContext, history: bool) -> list[Atomic]:
    if d.dead():
        return [d]
    if step.definition.needs_continuous_data and has_gaps(d):
        _kill(d, step, "the datum has gaps; fill or split them before this step")
        return [d]
    if step.definition.needs_components and not isinstance(d, Seismogram):
        text = f"{step.name} needs the three components of a Seismogram, found a TimeSeries"
        _kill(d, step, text, reason="not three components")
        return [d]
    with collected() as told:
        results = _called(step, d, context)
    for result in results:
        tell(result.elog, step.name, told)
        if result.live:
            follow(result)
        if history and result.live and not result.is_empty():
            result.new_map(step.name, step.id, atomic_type(result))
    return results


def _called(step: Step, d: Atomic, context: StepContext) -> list[Atomic]:
    """The result of a step for a live datum. An error kills the datum."""
    try:
        return _results(d, step.definition.function(d, step.values, context), step)
    except MemoryError:
        # not a fault of the datum: the caller tries again
        raise
    except Unfit as error:
        _kill(d, step, error.message, error.severity, error.reason)
    except MatrixError as error:
        _kill(d, step, error.message, error.severity, "singular matrix")
    except MsPASSError as error:
        _kill(d, step, error.message, error.severity)
    except Exception as error:
        _kill(d, step, f"{type(error).__name__}: {error}")
    return [d]


def apply(
    steps: Sequence[Step],
    d: Datum,
    context: StepContext | None = None,
    *,
    history: bool = True,
    kept: Span | None = None,
) -> list[Datum]:
    """Run steps in order on a datum, or on every member of an ensemble, in place.

    Dead data are not changed. A problem is written on the elog of the datum and kills it; only MemoryError is raised.
    A step that needs continuous data kills data with gaps.

    Parameters
    ----------
    steps
        The steps.
    d
        A datum or an ensemble.
    context
        Values that steps may need, such as responses and limits.
    history
        True to record each step on data that have an origin.
    kept
        The part of the result that the caller keeps, in UTC. If it is given, linear steps are done in one pass if the
        result is the same to 1e-6 of its peak. Without it, all steps are done one by one.

    Returns
    -------
    list[Datum]
        The results: usually `[d]`, more if a user's step made several data.

    Raises
    ------
    TypeError
        `d` is not a data object.
    """
    context = StepContext() if context is None else context
    if isinstance(d, ENSEMBLES):
        members = members_of(d)
        found: list[Any] = [
            new for member in members for new in apply(steps, member, context, history=history, kept=kept)
        ]
        if len(found) != len(members) or any(a is not b for a, b in zip(found, members, strict=True)):
            copies = [type(member)(member) for member in found]
            members.clear()
            members.extend(copies)
        if d.live and not any(member.live for member in members):
            d.elog.log_error("steps", "no member is live after the steps", ErrorSeverity.Invalid)
            d.kill()
        return [d]
    if not isinstance(d, ATOMIC):
        raise TypeError(f"steps run on seismic data objects, found {type(d).__name__}")
    data: list[Atomic] = [d]
    done = 0
    while done < len(steps):
        if kept is not None and len(data) == 1 and (count := _fused(steps[done:], data[0], context, history, kept)):
            done += count
            continue
        data = [result for datum in data for result in _run(steps[done], datum, context, history)]
        done += 1
    return list(data)


def _fused(steps: Sequence[Step], d: Atomic, context: StepContext, history: bool, kept: Span) -> int:
    """The number of steps that were done in one pass."""
    if not run_of(steps):
        return 0
    with collected() as told:
        count = fuse(steps, d, context, kept)
    if count:
        tell(d.elog, steps[0].name, told)
        follow(d)
        if history and not d.is_empty():
            for step in steps[:count]:
                d.new_map(step.name, step.id, atomic_type(d))
    return count
