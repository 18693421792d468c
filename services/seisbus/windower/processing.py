"""Runs a job's processing steps on one datum. Says what lives afterwards and which of its Metadata are stored; problems
are on the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from libseis import ProcessingHistory
from libseis.errors import MsPASSError
from libseis.objects.kinds import ATOMIC, Atomic
from libseis.segments import Rate, Segment, Span
from libseis.segments.timeseries import segment_to_timeseries
from libseis.steps import REASON, StepContext, apply, build, pad_ns
from libseis.steps.marks import REFERENCE_NAME

from ..model.handovers import NO_METADATA, LogLine, Severity
from ..model.task import Recipe
from .metadata import COMPONENTS, REFERENCE_TIME, made_by_steps

_SEVERITIES = {"Invalid": Severity.INVALID, "Fatal": Severity.INVALID, "Complaint": Severity.COMPLAINT}


@dataclass(frozen=True, slots=True)
class Made:
    """A live datum in UTC that the steps made, and the Metadata that are stored because of them."""

    datum: Atomic
    metadata: Mapping[str, Any]

    @property
    def history(self) -> ProcessingHistory | None:
        """Its processing history; None if it is not kept."""
        return None if self.datum.is_empty() else ProcessingHistory(self.datum)

    @property
    def units(self) -> str:
        """The units of its samples, "" if they are not known."""
        return str(self.datum["units"]) if self.datum.is_defined("units") else ""


@dataclass(frozen=True, slots=True)
class Processed:
    """What the steps made. `reasons` has why each dead datum died, "" if the step gave no short reason."""

    made: tuple[Made, ...]
    log: tuple[LogLine, ...]
    reasons: tuple[str, ...] = ()


class Chain:
    """The steps of one job; threads may share it."""

    def __init__(self, steps: Sequence[Mapping[str, object]]) -> None:
        self._steps = build(steps)
        self.names = tuple(step.name for step in self._steps)

    def pad_ns(self, rate: Rate, recipe: Recipe) -> tuple[int, int]:
        """Nanoseconds to take before and after a piece: the pad of the job file, otherwise what the steps need at its
        rate."""
        needed = pad_ns(self._steps, rate.hz) if recipe.pad_planned else 0
        return max(recipe.pad_before_ns, needed), max(recipe.pad_after_ns, needed)

    def short_pad(self, piece: Segment, padded: Segment, asked_ns: tuple[int, int]) -> str:
        """One sentence if `padded` has less around the piece than the steps need at its rate; empty otherwise.

        Steps of users need the pad that the job asks for, `asked_ns`.
        """
        needed = pad_ns(self._steps, piece.rate.hz)
        wanted = (needed, needed) if needed else asked_ns
        there = (piece.t0_ns - padded.t0_ns, padded.end_ns - piece.end_ns)
        if all(has + piece.rate.period_ns >= want for has, want in zip(there, wanted, strict=True)):
            return ""
        short = any(ask + piece.rate.period_ns < want for ask, want in zip(asked_ns, wanted, strict=True))
        return (
            f"{'The job asks for' if short else 'The data leave'} less padding than the steps want at {piece.rate}; "
            f"samples near the edge feel it: {there[0] / 1e9:.6g} of {wanted[0] / 1e9:.6g} s before, "
            f"{there[1] / 1e9:.6g} of {wanted[1] / 1e9:.6g} s after."
        )

    @property
    def cuts(self) -> bool:
        """Whether a step makes the window shorter on purpose."""
        return any(step.definition.cuts for step in self._steps)

    def run(
        self,
        segment: Segment,
        context: StepContext | None,
        units: str = "",
        attached: Mapping[str, Any] = NO_METADATA,
        origin: ProcessingHistory | None = None,
        kept: Span | None = None,
    ) -> Processed:
        """Apply the steps to a segment, as `data` does. `units` are the units of its samples."""
        datum = segment_to_timeseries(segment, {"units": units} if units else None)
        return self.data(datum, context, attached, origin, kept)

    def data(
        self,
        datum: Atomic,
        context: StepContext | None,
        attached: Mapping[str, Any] = NO_METADATA,
        origin: ProcessingHistory | None = None,
        kept: Span | None = None,
    ) -> Processed:
        """Apply the steps to a datum.

        `context` has the station metadata, for steps that want them. `attached` is put into the Metadata before the
        first step. `origin` is the history before the steps, if the job keeps it. `kept` is the span that is cut out of
        the result.
        """
        if origin is not None:
            datum.load_history(origin)
        for key, value in attached.items():
            datum[key] = value
        known = len(datum.elog)
        before = datum.todict()
        results = [result for result in apply(self._steps, datum, context, kept=kept) if isinstance(result, ATOMIC)]
        made: list[Made] = []
        log: list[LogLine] = []
        for result in results:
            if result.live:
                one, told = _made(result, before)
                made += [one] if result.live else []
            else:
                told = []
            log += [
                LogLine(entry.algorithm, entry.message, _SEVERITIES.get(entry.badness.name, Severity.INFORMATIONAL))
                for entry in list(result.elog.get_error_log())[known:]
            ]
            log += told
        reasons = tuple(str(r[REASON]) if r.is_defined(REASON) else "" for r in results if r.dead())
        return Processed(tuple(made), tuple(log), reasons)


def _made(result: Atomic, before: Mapping[str, Any]) -> tuple[Made, list[LogLine]]:
    """What is stored of a datum; it is killed if its UTC times are not known."""
    metadata, told = made_by_steps(result, before)
    if result.time_is_relative():
        try:
            metadata[REFERENCE_TIME] = result.time_reference()
            result.rtoa()
        except MsPASSError as error:
            result.elog.log_error("windower", f"Its time on the clock is lost: {error.message}", error.severity)
            result.kill()
        if result.is_defined(REFERENCE_NAME):
            metadata[REFERENCE_NAME] = result[REFERENCE_NAME]
    chan, old = (kept.get("chan") for kept in (result.todict(), before))
    if isinstance(chan, list) and chan != old:
        metadata[COMPONENTS] = chan
    return Made(result, metadata), told
