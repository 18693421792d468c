"""Do neighbouring linear steps in one pass through the spectrum, directly to the rate of the last one.

If steps run one by one, each of them goes to the spectrum and back with all samples of the higher rate. In one pass
the result is the same to 1e-6 of its peak (tests/unit/libseis/test_fused.py), except near the ends of the data. So
steps are done in one pass only if the caller says which span it keeps, if the ends are far enough from this span, and
if later steps do not use the ends either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from libseis import units
from libseis.errors import MsPASSError
from libseis.isotime import SECOND_NS
from libseis.objects.kinds import Atomic
from libseis.objects.samples import has_gaps, samples
from libseis.segments import Span
from libseis.signal.design import FilterDesign, FilterType
from libseis.steps.builtin import frequencies_of, new_rate, put_on_grid
from libseis.steps.response import removal_of, removed
from libseis.steps.sampleunits import set_units, units_of
from libseis.steps.step import Step, StepContext

if TYPE_CHECKING:
    from libseis.obspy.inventories import ChannelEpoch
    from libseis.obspy.responses import Removal
    from libseis.signal.gains import Gain
    from libseis.signal.resampling import NewGrid

# The step that may begin a run, those that may be inside, and those that may end it.
_FIRST = "remove_response"
_INNER = frozenset({"filter", "differentiate"})
_LAST = frozenset({"resample", "decimate"})
# Each sample of the results of these steps depends only on samples within the pad of the step.
_LOCAL = _INNER | _LAST | {"interpolate", "calib"}
# With corners below this part of the rate, the polynomials of a digital filter are not precise enough near frequency
# zero.
_LEAST_CORNER = 1e-4


@dataclass(slots=True)
class _Run:
    """Steps that are done in one pass, and their effect on spectra."""

    steps: Sequence[Step]
    gains: list[Gain] = field(default_factory=list)
    removal: Removal | None = None
    epochs: list[ChannelEpoch] = field(default_factory=list)
    units: str = ""
    grid: NewGrid | None = None
    rate: Fraction | None = None


def run_of(steps: Sequence[Step]) -> int:
    """How many of the first steps can be done in one pass; 0 if fewer than two."""
    count = 0
    for step in steps:
        if step.definition.is_users or (count and steps[count - 1].name in _LAST):
            break
        if step.name not in _INNER | _LAST and not (count == 0 and step.name == _FIRST):
            break
        count += 1
    return count if count > 1 else 0


def fuse(steps: Sequence[Step], d: Atomic, context: StepContext, kept: Span) -> int:
    """Do the first steps in one pass, in place. Returns their number; 0 if they must be done one by one.

    Problems with the datum or with the steps also give 0, so that the steps themselves report them.
    """
    count = _fitting(steps, d)
    if not count or d.dead() or has_gaps(d) or d.time_is_relative() or not d.rate_numerator or d.npts < 2:
        return 0
    if not all(_is_local(step) for step in steps[count:]) or not _is_inside(steps, d, kept):
        return 0
    try:
        run = _prepared(steps[:count], d, context)
        if run is None:
            return 0
        rows, complaints = _passed(run, d, context)
    except MsPASSError:
        return 0
    _finish(run, d, rows, complaints)
    return count


def _fitting(steps: Sequence[Step], d: Atomic) -> int:
    """Like `run_of`, but without a change of rate whose new samples are between old ones. Their position differs from
    channel to channel, so each channel would need its own gain."""
    from libseis.signal.resampling import NewGrid

    count = run_of(steps)
    if not count or steps[count - 1].name not in _LAST or not d.rate_numerator:
        return count
    rate = new_rate(d, steps[count - 1].values)
    if rate is not None:
        grid = NewGrid.of(d.npts, d.t0_ns, Fraction(d.rate_numerator, d.rate_denominator), rate)
        if grid.start.denominator == 1 and grid.step.denominator == 1 and grid.step > 1 and grid.count:
            return count
    return count - 1 if count > 2 else 0


def _is_local(step: Step) -> bool:
    return step.name in _LOCAL and not step.definition.is_users


def _is_inside(steps: Sequence[Step], d: Atomic, kept: Span) -> bool:
    """Whether the ends are so far away that they do not affect the span, apart from one sample. The response is removed
    from all samples, so the pad of that step does not count.
    """
    rate = d.rate_numerator / d.rate_denominator
    reach, at = 1.0 / rate, rate
    for step in steps:
        if step.name != _FIRST:
            reach += max(step.pad(at), 1.0 / at if step.name == "differentiate" else 0.0)
        at = step.rate(at)
    room = min(kept.start_ns - d.t0_ns, d.time_ns(d.npts - 1) - kept.end_ns) / SECOND_NS
    return room + 2.0 / rate >= reach


def _prepared(steps: Sequence[Step], d: Atomic, context: StepContext) -> _Run | None:
    """The effect of the steps; None if one of them must be done by itself."""
    from libseis.signal.gains import DerivativeGain, FilterGain
    from libseis.signal.resampling import KernelGain, NewGrid

    run, old, drifts = _Run(steps), Fraction(d.rate_numerator, d.rate_denominator), False
    for step in steps:
        values = step.values
        if step.name == _FIRST:
            drifts = values["pre_filt"] is None  # errors at the lowest frequencies grow with the length of the data
            run.removal, run.epochs, run.units = removal_of(d, values, context)
        elif step.name == "filter":
            corners = frequencies_of(values)
            if values["design"] != FilterDesign.BUTTERWORTH:
                return None
            if drifts and values["type"] in (FilterType.HIGHPASS, FilterType.BANDPASS):
                return None  # such a filter would carry these errors farther than its pad
            if max(corners) * d.dt >= 0.5 or min(corners) * d.dt < _LEAST_CORNER:
                return None
            run.gains.append(FilterGain(FilterType(values["type"]), values["corners"], corners, values["zerophase"]))
        elif step.name == "differentiate":
            run.gains.append(DerivativeGain())
        else:
            rate = new_rate(d, values)
            if rate is None:
                return None
            grid = NewGrid.of(d.npts, d.t0_ns, old, rate)
            run.grid, run.rate = grid, rate
            run.gains.append(KernelGain(grid.start, grid.step.numerator))
    return run


def _passed(run: _Run, d: Atomic, context: StepContext) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """The new samples, and complaints about the responses."""
    from libseis.obspy.responses import fft_length
    from libseis.signal.fourier import Transform, good_length

    down = run.grid.step.numerator if run.grid is not None else 1
    # both ends affect each other over this distance, unless there are zeros between them
    reach = sum(step.pad(1.0 / d.dt) for step in run.steps if step.name != _FIRST) / d.dt
    least = d.npts + 2 * int(reach) + 2
    length = good_length(least) if run.removal is None else fft_length(d.npts)
    if length < least or length % (2 * down):
        raise MsPASSError("there is no length for the spectrum")
    transform = Transform(length, down)
    count = d.npts if run.grid is None else run.grid.count
    rows = np.empty((len(run.epochs) or np.atleast_2d(samples(d)).shape[0], count), order="F")
    told: dict[str, None] = {}
    gains = tuple(context.responses.gain(gain, d.dt, transform) for gain in run.gains)
    for number, row in enumerate(np.atleast_2d(samples(d))):
        factors, prepare = gains, None
        if run.removal is not None:
            inverse = context.responses.inverse(run.epochs[number], run.removal, d.dt, transform)
            told |= dict.fromkeys(inverse.complaints)
            factors, prepare = (inverse.spectrum, *gains), run.removal.prepare
        rows[number] = transform.filtered(row, *factors, prepare=prepare, count=count)
    return rows if samples(d).ndim > 1 else rows[0], tuple(told)


def _finish(run: _Run, d: Atomic, rows: NDArray[np.float64], complaints: tuple[str, ...]) -> None:
    """Give the datum the samples, and the Metadata that the steps set."""
    if run.grid is None or run.rate is None:
        samples(d)[...] = rows
    for step in run.steps:
        if step.name == _FIRST:
            removed(d, complaints, run.units)
        elif step.name == "differentiate":
            set_units(d, units.differentiated(units_of(d)))
        elif step.name in _LAST and run.grid is not None and run.rate is not None:
            put_on_grid(d, rows, run.grid.first, run.rate)
