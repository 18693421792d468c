"""A job's processing steps on one segment: libseis objects in, segments out, everything that happened on the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from libseis import TimeSeries
from libseis.objects.kinds import ATOMIC, Atomic
from libseis.segments import Rate, Segment
from libseis.segments.timeseries import segment_to_timeseries, timeseries_to_segment
from libseis.steps import StepContext, apply, build, pad_ns

from ..model.handovers import LogLine, Severity
from ..model.task import Recipe

_SEVERITIES = {"Invalid": Severity.INVALID, "Fatal": Severity.INVALID, "Complaint": Severity.COMPLAINT}


@dataclass(frozen=True, slots=True)
class Processed:
    """What came out of the steps; the units of each segment's samples, "" where they are not known."""

    segments: tuple[Segment, ...]
    units: tuple[str, ...]
    log: tuple[LogLine, ...]


class Chain:
    """The steps of one job; threads may share it."""

    def __init__(self, steps: Sequence[Mapping[str, object]]) -> None:
        self._steps = build(steps)
        self.names = tuple(step.name for step in self._steps)

    def pad_ns(self, rate: Rate, recipe: Recipe) -> tuple[int, int]:
        """Nanoseconds to take before and after a piece: the job's own pad, else what the steps need at its rate."""
        needed = pad_ns(self._steps, rate.hz) if recipe.pad_planned else 0
        return max(recipe.pad_before_ns, needed), max(recipe.pad_after_ns, needed)

    def short_pad(self, piece: Segment, padded: Segment, asked_ns: tuple[int, int]) -> str:
        """One sentence where `padded` has less around the piece than the steps need at its rate; empty otherwise.

        Users' steps need what the job asks for, `asked_ns`.
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

    def run(
        self,
        segment: Segment,
        context: StepContext | None,
        units: str = "",
        attributes: Mapping[str, Any] = MappingProxyType({}),
    ) -> Processed:
        """Apply the steps; a datum that a step killed is not among the segments, its reason is on the log.

        `context` holds the station metadata, for steps that want them; `units` are those of the samples that go in;
        `attributes` stand in the datum's Metadata before: source, receiver, marks.
        """
        datum = segment_to_timeseries(segment, {"units": units, **attributes} if units else attributes)
        live, log = self.data(datum, context)
        kept = [datum for datum in live if isinstance(datum, TimeSeries)]
        return Processed(
            tuple(timeseries_to_segment(datum) for datum in kept), tuple(units_of(datum) for datum in kept), log
        )

    def data(self, datum: Atomic, context: StepContext | None) -> tuple[list[Atomic], tuple[LogLine, ...]]:
        """Apply the steps to a datum: what lives then, and what they logged, of the dead too."""
        known = len(datum.elog)
        results = [result for result in apply(self._steps, datum, context) if isinstance(result, ATOMIC)]
        log = tuple(
            LogLine(entry.algorithm, entry.message, _SEVERITIES.get(entry.badness.name, Severity.INFORMATIONAL))
            for result in results
            for entry in list(result.elog.get_error_log())[known:]
        )
        return [result for result in results if result.live], log


def units_of(datum: Atomic) -> str:
    """The units of a datum's samples, "" where they are not known."""
    return str(datum["units"]) if datum.is_defined("units") else ""
