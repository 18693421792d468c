"""The built-in steps: parameters, their limits, and the functions that run them on a TimeSeries or Seismogram.

Every function works in place on live data; dead data, ensembles, errors and history are the business of `chain`. The
numerics (scipy, obspy) are imported when the first datum comes: those who only check job files do without.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from libseis import units
from libseis.codes import Channel
from libseis.enums import ErrorSeverity
from libseis.errors import SampleError
from libseis.objects.kinds import Atomic
from libseis.objects.samples import replace_samples, samples
from libseis.objects.timeseries import TimeSeries
from libseis.segments import Rate
from libseis.signal.design import FilterType, OutputUnit, kernel_seconds, settling_time
from libseis.signal.tapers import TaperShape, apply_end_taper
from libseis.steps.parameters import Kind, Parameter
from libseis.steps.registry import register
from libseis.steps.step import StepContext, StepDefinition

Values = Mapping[str, Any]


def _numerics() -> Any:
    """The module `operators`."""
    from libseis.signal import operators

    return operators


def _resampling() -> Any:
    """The module `resampling`."""
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
    else:
        _need(d, 2)
        x[...] = _numerics().detrend(x, values["type"])


TAPER_FRACTION = 0.05


def _taper(d: Atomic, values: Values, context: StepContext) -> None:
    fraction = TAPER_FRACTION if values["fraction"] is None else values["fraction"]
    apply_end_taper(samples(d), TaperShape(values["shape"]), fraction)


def _taper_problems(values: Values) -> list[str]:
    if values["shape"] == TaperShape.HANN and values["fraction"] is not None:
        return ["a Hann window covers all samples and takes no fraction"]
    return []


FILTER_CORNERS = {
    FilterType.BANDPASS: ("freqmin", "freqmax"),
    FilterType.BANDSTOP: ("freqmin", "freqmax"),
    FilterType.LOWPASS: ("freq",),
    FilterType.HIGHPASS: ("freq",),
}


def _frequencies(values: Values) -> tuple[float, ...]:
    return tuple(values[name] for name in FILTER_CORNERS[FilterType(values["type"])])


def _filter_problems(values: Values) -> list[str]:
    needed = FILTER_CORNERS[FilterType(values["type"])]
    problems = [f"a {values['type']} filter needs {name}" for name in needed if values[name] is None]
    for name in ("freq", "freqmin", "freqmax"):
        if name not in needed and values[name] is not None:
            problems.append(f"a {values['type']} filter takes {' and '.join(needed)}, not {name}")
    if not problems and len(needed) == 2 and values["freqmin"] >= values["freqmax"]:
        problems.append(f"freqmin must be below freqmax, found {values['freqmin']:g} and {values['freqmax']:g} Hz")
    return problems


def _filter_longest_period(values: Values) -> float:
    return float(1.0 / min(_frequencies(values)))


def _filter_pad(values: Values, rate: float) -> float:
    return settling_time(FilterType(values["type"]), values["corners"], _frequencies(values))


def _filter(d: Atomic, values: Values, context: StepContext) -> None:
    frequencies = _frequencies(values)
    nyquist = 0.5 / d.dt
    if max(frequencies) >= nyquist:
        raise _fail(
            f"the corner {max(frequencies):g} Hz is not below the datum's Nyquist frequency {nyquist:g} Hz", "dt"
        )
    sos = _numerics().butterworth_sections(FilterType(values["type"]), values["corners"], frequencies, 1.0 / d.dt)
    x = samples(d)
    x[...] = _numerics().apply_filter(x, sos, values["zerophase"])


def _rate(d: Atomic) -> Fraction:
    if not d.rate_numerator:
        raise _fail(f"the datum's sample interval {d.dt} s is no sample interval", "dt")
    return Fraction(d.rate_numerator, d.rate_denominator)


def _change_rate(d: Atomic, rate: Fraction) -> None:
    """Resample to `rate`: the new samples stand on the grid of that rate through time 0, wherever the old ones did."""
    old = _rate(d)
    values, first = _resampling().resample(samples(d), d.t0_ns, old, rate)
    if values.shape[-1] == 0:
        raise _fail(
            f"the datum's {d.npts} sample(s) at {float(old):.9g} Hz span no sample of the grid at {float(rate):.9g} Hz",
            "npts",
        )
    replace_samples(d, values)
    d.set_rate(rate.numerator, rate.denominator)
    d.set_t0_ns(_resampling().grid_time_ns(first, rate))
    if d.is_defined("sampling_rate"):
        d["sampling_rate"] = float(rate)


def _resample(d: Atomic, values: Values, context: StepContext) -> None:
    # a decimal text such as 0.1 means a tenth, not the float nearest to it
    _change_rate(d, Fraction(str(values["sampling_rate"])))


def _decimate(d: Atomic, values: Values, context: StepContext) -> None:
    old, factor = _rate(d), values["factor"]
    # a clock's own rate (99.99 Hz) would make a grid of its own: what the network meant is divided
    nominal = Rate(old.numerator, old.denominator).nominal
    if nominal is None:
        text = (
            f"the rate {float(old):.9g} Hz is near no simple one, so the new samples stand on the grid of "
            f"{float(old / factor):.9g} Hz, which no other channel has; resample brings channels onto one grid"
        )
        d.elog.log_error("decimate", text, ErrorSeverity.Complaint)
        _change_rate(d, old / factor)
    else:
        _change_rate(d, Fraction(nominal.numerator, nominal.denominator * factor))


def _resample_pad(values: Values, rate: float) -> float:
    return kernel_seconds(rate, values["sampling_rate"])


def _decimate_pad(values: Values, rate: float) -> float:
    return kernel_seconds(rate, rate / values["factor"])


def _units(d: Atomic) -> str:
    found = d["units"] if d.is_defined("units") else ""
    return found if isinstance(found, str) else ""


def _set_units(d: Atomic, text: str) -> None:
    """Units that are not known are not there."""
    if text:
        d["units"] = text
    elif d.is_defined("units"):
        d.erase("units")


def _scale(d: Atomic, values: Values, context: StepContext) -> None:
    x = samples(d)
    x *= values["factor"]
    d["calib"] = (d.get_double("calib") if d.is_defined("calib") else 1.0) / values["factor"]
    _set_units(d, units.canonical(values["units"]) or units.scaled(_units(d), values["factor"]))


def _calib(d: Atomic, values: Values, context: StepContext) -> None:
    if not d.is_defined("calib"):
        raise _fail("the datum has no calib in its Metadata", "calib")
    factor = d.get_double("calib")
    if not np.isfinite(factor) or factor == 0.0:
        raise _fail(f"calib must be finite and not zero, found {factor}", "calib")
    x = samples(d)
    x *= factor
    d["calib"] = 1.0
    known = _units(d)
    # raw counts become what the calib was made for, which it does not say; what `scale` made is undone
    after = "" if known == units.COUNTS and factor != 1.0 else units.scaled(known, factor)
    _set_units(d, units.canonical(values["units"]) or after)


def _integrate(d: Atomic, values: Values, context: StepContext) -> None:
    _need(d, 1)
    x = samples(d)
    x[...] = _numerics().integrate(x, d.dt)
    _set_units(d, units.differentiated(_units(d), -1))


def _differentiate(d: Atomic, values: Values, context: StepContext) -> None:
    _need(d, 2)
    x = samples(d)
    x[...] = _numerics().differentiate(x, d.dt)
    _set_units(d, units.differentiated(_units(d)))


def _envelope(d: Atomic, values: Values, context: StepContext) -> None:
    _need(d, 2)
    x = samples(d)
    x[...] = _numerics().envelope(x)


REFERENCE_KEYS = {"origin": "source_time", "phase": "phase_time"}
"""Marks that times can be made relative to, and the Metadata with their epoch times."""


def _reference(d: Atomic, values: Values, context: StepContext) -> None:
    if d.time_is_relative():
        raise _fail("the times are relative already", "tref")
    d.ator(d.get_double(REFERENCE_KEYS[values["mark"]]))
    d["time_reference"] = values["mark"]


def _channels(d: Atomic) -> list[Channel]:
    """The channel of each row of samples: one for a TimeSeries, three for a Seismogram whose chan lists them."""
    chan = d["chan"] if d.is_defined("chan") else None
    codes = [chan] if isinstance(d, TimeSeries) else chan
    wanted = 1 if isinstance(d, TimeSeries) else 3
    if not isinstance(codes, list) or len(codes) != wanted or not all(isinstance(code, str) for code in codes):
        raise _fail(f"the response needs {wanted} channel code(s) in chan, found {chan!r}", "chan")
    if not isinstance(d, TimeSeries):
        # rotations change the matrix but not its entry in the Metadata, which says how the sensor's axes stood
        axes = np.reshape(d["tmatrix"], (3, 3)) if d.is_defined("tmatrix") else np.eye(3)
        if not np.allclose(d.tmatrix, axes, atol=1e-6):
            raise _fail("the components were rotated: remove the response before rotating", "tmatrix")
    loc = d.get_string("loc") if d.is_defined("loc") else ""
    return [Channel(d.get_string("net"), d.get_string("sta"), loc, code) for code in codes]


def _remove_response(d: Atomic, values: Values, context: StepContext) -> None:
    _need(d, 2)
    if d.time_is_relative():
        raise _fail("the response epoch needs UTC times; call rtoa first", "tref")
    from libseis.obspy.evaluation import output_units
    from libseis.obspy.responses import Removal

    removal = Removal(OutputUnit(values["output"]), values["pre_filt"], values["water_level"], values["taper"])
    cache = context.responses
    # all epochs are found before any sample is changed
    channels = _channels(d)
    epochs = [cache.epoch(channel, d.t0, d.endtime()) for channel in channels]
    found = {output_units(e.element.response, removal.output, c) for e, c in zip(epochs, channels, strict=True)}
    if len(found) > 1:
        raise _fail(f"the components come out in several units: {', '.join(sorted(found))}", "units")
    told: dict[str, None] = {}
    for row, epoch in zip(samples(d).reshape(len(epochs), -1), epochs, strict=True):
        row[...], complaints = removal(cache, epoch, row, d.dt)
        told |= dict.fromkeys(complaints)
    for text in told:
        d.elog.log_error("remove_response", text, ErrorSeverity.Complaint)
    _set_units(d, found.pop())


def _response_problems(values: Values) -> list[str]:
    flanks = values["pre_filt"]
    if flanks is not None and not (0 <= flanks[0] < flanks[1] < flanks[2] < flanks[3]):
        return [f"pre_filt must be four increasing frequencies, found {list(flanks)}"]
    return []


def _response_longest_period(values: Values) -> float:
    return 0.0 if values["pre_filt"] is None else 1.0 / values["pre_filt"][1]


# Ten periods of the longest sensors in use (120 s). Without pre_filt the inverse is unbounded towards zero frequency up
# to the water level: what comes out depends on the length of the data, and no pad makes a cut equal to the whole.
RESPONSE_PAD = 1200.0

# A cosine flank's impulse response decays with the cube of time x width of the flank: to 4e-7 of the peak at this many
# inverse widths, measured on white noise with a mean (tests/unit/libseis/test_steps.py holds it to 1e-6)
FLANK_WIDTHS = 20.0


def _response_pad(values: Values, rate: float) -> float:
    flanks = values["pre_filt"]
    return RESPONSE_PAD if flanks is None else float(FLANK_WIDTHS / (flanks[1] - flanks[0]))


def _corner(name: str, doc: str) -> Parameter:
    return Parameter(name, Kind.NUMBER, doc, default=None, unit="Hz", above=0.0)


_UNITS = Parameter("units", Kind.TEXT, "units of the samples then", None)

register(StepDefinition("demean", "Subtract the mean of each component.", _demean))
register(
    StepDefinition(
        "detrend",
        "Subtract a straight line, the mean or a polynomial from each component.",
        _detrend,
        (
            Parameter("type", Kind.TEXT, "what to subtract", "linear", choices=("linear", "constant", "polynomial")),
            Parameter("order", Kind.INTEGER, "order of the polynomial", 2, minimum=1, maximum=20),
        ),
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
        ),
        problems=_taper_problems,
    )
)
register(
    StepDefinition(
        "filter",
        "Butterworth filter.",
        _filter,
        (
            Parameter("type", Kind.TEXT, "type of the filter", choices=tuple(FilterType)),
            _corner("freqmin", "lower corner of a bandpass or bandstop"),
            _corner("freqmax", "upper corner of a bandpass or bandstop"),
            _corner("freq", "corner of a lowpass or highpass"),
            Parameter("corners", Kind.INTEGER, "order of the filter", 4, minimum=1, maximum=10),
            Parameter("zerophase", Kind.BOOLEAN, "filter forward and backward", False),
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
        rate=lambda values, rate: float(values["sampling_rate"]),
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
        rate=lambda values, rate: rate / float(values["factor"]),
        needs_continuous_data=True,
    )
)
register(
    StepDefinition(
        "reference",
        "Make times relative to the event's origin (source_time) or a predicted phase (phase_time).",
        _reference,
        (Parameter("mark", Kind.TEXT, "what becomes time zero", choices=tuple(REFERENCE_KEYS)),),
    )
)
register(
    StepDefinition(
        "remove_response",
        "Divide by the instrument response of the station metadata.",
        _remove_response,
        (
            Parameter("output", Kind.TEXT, "what the samples become", "VEL", choices=tuple(OutputUnit)),
            Parameter("pre_filt", Kind.NUMBERS, "band taper", None, unit="Hz", minimum=0, length=4),
            Parameter("water_level", Kind.NUMBER, "bound of the inverse", 60.0, unit="dB below peak", nullable=True),
            Parameter("taper", Kind.NUMBER, "tapered share of both ends together", 0.05, minimum=0, maximum=1),
        ),
        longest_period=_response_longest_period,
        pad=_response_pad,
        problems=_response_problems,
        needs_continuous_data=True,
    )
)
register(
    StepDefinition(
        "scale",
        "Multiply by a factor; calib is divided by it, and so are the units where `units` does not say new ones.",
        _scale,
        (Parameter("factor", Kind.NUMBER, "the factor", above=0), _UNITS),
    )
)
register(StepDefinition("calib", "Multiply by the Metadata's calib, which becomes 1.", _calib, (_UNITS,)))
register(StepDefinition("integrate", "Integrate by the trapezoidal rule.", _integrate, needs_continuous_data=True))
register(
    StepDefinition("differentiate", "Differentiate by central differences.", _differentiate, needs_continuous_data=True)
)
register(StepDefinition("envelope", "Modulus of the analytic signal.", _envelope, needs_continuous_data=True))
