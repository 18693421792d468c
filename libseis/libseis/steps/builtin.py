"""The built-in steps: parameters, their limits, and the functions that run them on a TimeSeries or Seismogram.

Every function works in place on live data; `chain` handles dead data, ensembles, errors and history. The numerical
modules (scipy, obspy) are imported when the first datum comes, so that programs that only check job files do not need
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from libseis import units
from libseis.enums import ErrorSeverity, GapFill
from libseis.errors import SampleError
from libseis.objects.kinds import Atomic
from libseis.objects.samples import has_gaps, replace_samples, samples
from libseis.objects.timeseries import TimeSeries
from libseis.segments import Rate
from libseis.signal.design import (
    INTERPOLATIONS,
    LANCZOS_WIDTH,
    RIPPLED,
    STOPPED,
    FilterDesign,
    FilterType,
    kernel_seconds,
    settling_time,
)
from libseis.signal.tapers import TaperShape, apply_end_taper
from libseis.steps.parameters import Kind, Parameter
from libseis.steps.registry import register
from libseis.steps.sampleunits import UNITS, set_units, units_of
from libseis.steps.step import StepContext, StepDefinition

if TYPE_CHECKING:
    from libseis.signal.operators import Recursive

Values = Mapping[str, Any]


def _numerics() -> Any:
    """The module `operators`, imported late."""
    from libseis.signal import operators

    return operators


def _resampling() -> Any:
    """The module `resampling`, imported late."""
    from libseis.signal import resampling

    return resampling


def _fail(text: str, what: str) -> SampleError:
    return SampleError(text, ErrorSeverity.Invalid, what=what)


def _need(d: Atomic, npts: int) -> None:
    if d.npts < npts:
        raise _fail(f"the datum has {d.npts} sample(s), this step needs at least {npts}", "npts")


def _demean(d: Atomic, values: Values, context: StepContext) -> None:
    _need(d, 1)
    x = samples(d)
    x -= x.mean(axis=-1, keepdims=True)


def _detrend(d: Atomic, values: Values, context: StepContext) -> None:
    x = samples(d)
    if values["type"] == "polynomial":
        order = values["order"]
        _need(d, order + 1)
        # Legendre polynomials on [-1, 1] keep the fit well conditioned at any length
        basis = np.polynomial.legendre.legvander(np.linspace(-1.0, 1.0, d.npts), order)
        coefficients = np.linalg.lstsq(basis, x.T, rcond=None)[0]
        x -= (basis @ coefficients).T
    elif values["type"] == "spline":
        _need(d, values["order"] + 2)
        x -= _numerics().spline_trend(x, values["order"], round(values["knots"] / d.dt))
    elif values["type"] == "simple":
        _need(d, 2)
        x -= x[..., :1] + (x[..., -1:] - x[..., :1]) * np.linspace(0.0, 1.0, d.npts)
    elif values["type"] == "constant":
        _need(d, 2)
        x -= x.mean(axis=-1, keepdims=True)
    else:
        _need(d, 2)
        _numerics().remove_line(x)


def _detrend_problems(values: Values) -> list[str]:
    if values["type"] == "spline":
        if values["order"] > 5:
            return [f"the order of a spline is 1 to 5, found {values['order']}"]
        if values["knots"] is None:
            return ["a spline needs knots, the seconds between its knots"]
    elif values["knots"] is not None:
        return ["knots belong to a spline alone"]
    return []


_TRENDS = ("linear", "simple", "constant", "polynomial", "spline")
TAPER_FRACTION = 0.05


def _taper(d: Atomic, values: Values, context: StepContext) -> None:
    if (weights := values["weights"]) is not None:
        if len(weights) != d.npts:
            raise _fail(f"the taper has {len(weights)} weights, the datum {d.npts} samples", "npts")
        x = samples(d)
        x *= weights
        return
    fraction = TAPER_FRACTION if values["fraction"] is None else values["fraction"]
    apply_end_taper(samples(d), TaperShape(values["shape"]), fraction)


def _taper_problems(values: Values) -> list[str]:
    if values["shape"] == TaperShape.HANN and values["fraction"] is not None:
        return ["a Hann window covers all samples and takes no fraction"]
    if values["weights"] is not None and values["fraction"] is not None:
        return ["give either weights or a fraction"]
    return []


FILTER_CORNERS = {
    FilterType.BANDPASS: ("freqmin", "freqmax"),
    FilterType.BANDSTOP: ("freqmin", "freqmax"),
    FilterType.LOWPASS: ("freq",),
    FilterType.HIGHPASS: ("freq",),
}


def frequencies_of(values: Values) -> tuple[float, ...]:
    """The corners of a filter."""
    return tuple(values[name] for name in FILTER_CORNERS[FilterType(values["type"])])


def _filter_problems(values: Values) -> list[str]:
    needed = FILTER_CORNERS[FilterType(values["type"])]
    problems = [f"a {values['type']} filter needs {name}" for name in needed if values[name] is None]
    for name in ("freq", "freqmin", "freqmax"):
        if name not in needed and values[name] is not None:
            problems.append(f"a {values['type']} filter takes {' and '.join(needed)}, not {name}")
    if not problems and len(needed) == 2 and values["freqmin"] >= values["freqmax"]:
        problems.append(f"freqmin must be below freqmax, found {values['freqmin']:g} and {values['freqmax']:g} Hz")
    design = FilterDesign(values["design"])
    for name, designs in (("ripple", RIPPLED), ("attenuation", STOPPED)):
        if values[name] is not None and design not in designs:
            problems.append(f"a {design} filter takes no {name}; {' and '.join(sorted(designs))} do")
    if not problems and design is FilterDesign.ELLIPTIC and not _ripple(values) < _attenuation(values):
        problems.append(f"ripple must be below attenuation, found {_ripple(values):g} and {_attenuation(values):g} dB")
    return problems


def _ripple(values: Values) -> float:
    return 1.0 if values["ripple"] is None else float(values["ripple"])


def _attenuation(values: Values) -> float:
    return 60.0 if values["attenuation"] is None else float(values["attenuation"])


def _recursive(values: Values) -> Recursive:
    """The filter that a step's parameters ask for."""
    design = FilterDesign(values["design"])
    found: Recursive = _numerics().Recursive(
        FilterType(values["type"]), values["corners"], frequencies_of(values), design,
        _ripple(values) if design in RIPPLED else None, _attenuation(values) if design in STOPPED else None,
    )  # fmt: skip
    return found


def _filter_longest_period(values: Values) -> float:
    return float(1.0 / min(frequencies_of(values)))


def _filter_pad(values: Values, rate: float) -> float:
    if values["design"] != FilterDesign.BUTTERWORTH:
        return _recursive(values).settling_time(rate)
    return settling_time(FilterType(values["type"]), values["corners"], frequencies_of(values))


def _filter(d: Atomic, values: Values, context: StepContext) -> None:
    frequencies = frequencies_of(values)
    nyquist = 0.5 / d.dt
    if max(frequencies) >= nyquist:
        raise _fail(
            f"the corner {max(frequencies):g} Hz is not below the datum's Nyquist frequency {nyquist:g} Hz", "dt"
        )
    x = samples(d)
    x[...] = _numerics().apply_filter(x, _recursive(values).sections(1.0 / d.dt), values["zerophase"])


def _rate(d: Atomic) -> Fraction:
    if not d.rate_numerator:
        raise _fail(f"the datum's sample interval {d.dt} s is not positive and finite", "dt")
    return Fraction(d.rate_numerator, d.rate_denominator)


def new_rate(d: Atomic, values: Values) -> Fraction | None:
    """The rate after a resample or decimate with these values; None if a decimate starts from a rate that is not
    simple."""
    if "sampling_rate" in values:
        # a decimal text such as 0.1 means a tenth, not the float nearest to it
        return Fraction(str(values["sampling_rate"]))
    old = _rate(d)
    # the measured rate of a clock (99.99 Hz) would give a grid that no other channel has, so the nominal rate is
    # divided
    nominal = Rate(old.numerator, old.denominator).nominal
    return None if nominal is None else Fraction(nominal.numerator, nominal.denominator * values["factor"])


def put_on_grid(d: Atomic, values: NDArray[np.float64], first: int, rate: Fraction) -> None:
    """Give a datum the samples at a new rate; `first` is the number of the first one on the grid of that rate."""
    replace_samples(d, values)
    d.set_rate(rate.numerator, rate.denominator)
    d.set_t0_ns(_resampling().grid_time_ns(first, rate))
    if d.is_defined("sampling_rate"):
        d["sampling_rate"] = float(rate)


def _change_rate(d: Atomic, rate: Fraction) -> None:
    """Resample to `rate`. The new samples are on the grid of that rate through time 0, wherever the old samples
    were."""
    old = _rate(d)
    values, first = _resampling().resample(samples(d), d.t0_ns, old, rate)
    if values.shape[-1] == 0:
        raise _fail(
            f"the datum's {d.npts} sample(s) at {float(old):.9g} Hz span no sample of the grid at {float(rate):.9g} Hz",
            "npts",
        )
    put_on_grid(d, values, first, rate)


def _resample(d: Atomic, values: Values, context: StepContext) -> None:
    rate = new_rate(d, values)
    assert rate is not None
    _change_rate(d, rate)


def _decimate(d: Atomic, values: Values, context: StepContext) -> None:
    rate = new_rate(d, values)
    if rate is None:
        old = _rate(d)
        rate = old / values["factor"]
        text = (
            f"the rate {float(old):.9g} Hz is near no simple one, so the new samples stand on the grid of "
            f"{float(rate):.9g} Hz, which no other channel has; resample brings channels onto one grid"
        )
        d.elog.log_error("decimate", text, ErrorSeverity.Complaint)
    _change_rate(d, rate)


def _interpolate(d: Atomic, values: Values, context: StepContext) -> None:
    _need(d, 2)
    rate = Fraction(str(values["sampling_rate"]))
    _rate(d)
    new = _resampling().interpolate(samples(d), d.dt, float(1 / rate), values["method"])
    replace_samples(d, new)
    d.set_rate(rate.numerator, rate.denominator)
    if d.is_defined("sampling_rate"):
        d["sampling_rate"] = float(rate)


def _interpolate_pad(values: Values, rate: float) -> float:
    return (LANCZOS_WIDTH + 1) / rate


def _fill_gaps(d: Atomic, values: Values, context: StepContext) -> None:
    if isinstance(d, TimeSeries) and has_gaps(d):
        d.fill_gaps(GapFill(values["method"]))


def _new_rate(values: Values, rate: float) -> float:
    return float(values["sampling_rate"])


def _decimated_rate(values: Values, rate: float) -> float:
    return rate / float(values["factor"])


def _resample_pad(values: Values, rate: float) -> float:
    return kernel_seconds(rate, values["sampling_rate"])


def _decimate_pad(values: Values, rate: float) -> float:
    return kernel_seconds(rate, rate / values["factor"])


def _calib(d: Atomic, values: Values, context: StepContext) -> None:
    if not d.is_defined("calib"):
        raise _fail("the datum has no calib in its Metadata", "calib")
    factor = d.get_double("calib")
    if not np.isfinite(factor) or factor == 0.0:
        raise _fail(f"calib must be finite and not zero, found {factor}", "calib")
    x = samples(d)
    x *= factor
    d["calib"] = 1.0
    known = units_of(d)
    # calib turns raw counts into a unit that it does not name; for other units it undoes the step `scale`
    after = "" if known == units.COUNTS and factor != 1.0 else units.scaled(known, factor)
    set_units(d, units.canonical(values["units"]) or after)


def _integrate(d: Atomic, values: Values, context: StepContext) -> None:
    _need(d, 1)
    x = samples(d)
    x[...] = _numerics().integrate(x, d.dt)
    set_units(d, units.differentiated(units_of(d), -1))


def _differentiate(d: Atomic, values: Values, context: StepContext) -> None:
    _need(d, 2)
    x = samples(d)
    x[...] = _numerics().differentiate(x, d.dt)
    set_units(d, units.differentiated(units_of(d)))


def _envelope(d: Atomic, values: Values, context: StepContext) -> None:
    _need(d, 2)
    x = samples(d)
    x[...] = _numerics().envelope(x)


def _corner(name: str, doc: str) -> Parameter:
    return Parameter(name, Kind.NUMBER, doc, default=None, unit="Hz", above=0.0)


register(StepDefinition("demean", "Subtract the mean of each component.", _demean))
register(
    StepDefinition(
        "detrend",
        "Subtract from each component a straight line (of least squares, or simple: through its ends), its mean, a "
        "polynomial or a spline.",
        _detrend,
        (
            Parameter("type", Kind.TEXT, "what to subtract", "linear", choices=_TRENDS),
            Parameter("order", Kind.INTEGER, "order of the polynomial or spline", 2, minimum=1, maximum=20),
            Parameter("knots", Kind.NUMBER, "of a spline: time between its knots", None, unit="s", above=0),
        ),
        problems=_detrend_problems,
    )
)
register(
    StepDefinition(
        "taper",
        "Bring both ends to zero.",
        _taper,
        (
            Parameter(
                "fraction", Kind.NUMBER, "share of the samples tapered at each end (0.05)", None, above=0, maximum=0.5
            ),
            Parameter("shape", Kind.TEXT, "shape of the taper", "cosine", choices=tuple(TaperShape)),
            Parameter("weights", Kind.NUMBERS, "in place of both: one weight a sample, pad included", None),
        ),
        problems=_taper_problems,
    )
)
register(
    StepDefinition(
        "filter",
        "Recursive filter: Butterworth, Bessel, Chebyshev or elliptic.",
        _filter,
        (
            Parameter("type", Kind.TEXT, "type of the filter", choices=tuple(FilterType)),
            _corner("freqmin", "lower corner of a bandpass or bandstop"),
            _corner("freqmax", "upper corner of a bandpass or bandstop"),
            _corner("freq", "corner of a lowpass or highpass"),
            Parameter("corners", Kind.INTEGER, "order of the filter", 4, minimum=1, maximum=10),
            Parameter("zerophase", Kind.BOOLEAN, "filter forward and backward", False),
            Parameter("design", Kind.TEXT, "which filter", "butterworth", choices=tuple(FilterDesign)),
            Parameter(
                "ripple", Kind.NUMBER, "of cheby1 and elliptic: how far the pass band sinks (1)", None, "dB", above=0
            ),
            Parameter(
                "attenuation",
                Kind.NUMBER,
                "of cheby2 and elliptic: how far the stop band is down (60)",
                None,
                "dB",
                above=0,
            ),
        ),
        longest_period=_filter_longest_period,
        pad=_filter_pad,
        problems=_filter_problems,
        needs_continuous_data=True,
    )
)
register(
    StepDefinition(
        "resample",
        "Change the sample rate by a zero-phase filter, onto the grid of the new rate through time 0.",
        _resample,
        (Parameter("sampling_rate", Kind.NUMBER, "new sample rate", unit="Hz", above=0),),
        pad=_resample_pad,
        rate=_new_rate,
        needs_continuous_data=True,
    )
)
register(
    StepDefinition(
        "decimate",
        "Divide the nominal sample rate after a zero-phase anti-alias filter, onto the new rate's grid through time 0.",
        _decimate,
        (Parameter("factor", Kind.INTEGER, "old over new sample rate", minimum=2, maximum=10_000),),
        pad=_decimate_pad,
        rate=_decimated_rate,
        needs_continuous_data=True,
    )
)
register(
    StepDefinition(
        "interpolate",
        "Change the sample rate by interpolation from the first sample on; what the new rate cannot hold is aliased.",
        _interpolate,
        (
            Parameter("sampling_rate", Kind.NUMBER, "new sample rate", unit="Hz", above=0),
            Parameter("method", Kind.TEXT, "how", "lanczos", choices=INTERPOLATIONS),
        ),
        pad=_interpolate_pad,
        rate=_new_rate,
        needs_continuous_data=True,
    )
)
register(
    StepDefinition(
        "fill_gaps",
        "Give the missing samples of a gap list values; data of jobs have their gaps filled by `gaps` before.",
        _fill_gaps,
        (Parameter("method", Kind.TEXT, "what they become", "zero", choices=tuple(GapFill)),),
    )
)
register(StepDefinition("calib", "Multiply by the Metadata's calib, which becomes 1.", _calib, (UNITS,)))
register(StepDefinition("integrate", "Integrate by the trapezoidal rule.", _integrate, needs_continuous_data=True))
register(
    StepDefinition("differentiate", "Differentiate by central differences.", _differentiate, needs_continuous_data=True)
)
register(StepDefinition("envelope", "Modulus of the analytic signal.", _envelope, needs_continuous_data=True))
