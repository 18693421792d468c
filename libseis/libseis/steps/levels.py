"""Steps on amplitudes: scaling by a factor or to a level, gain control, the signal-to-noise ratio."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from libseis import units
from libseis.enums import ErrorSeverity
from libseis.objects.kinds import Atomic
from libseis.objects.samples import samples
from libseis.signal.amplitudes import Metric, amplitude, apply_gain, overflows, usable_gain
from libseis.signal.amplitudes import Values as Samples
from libseis.signal.components import apply_gain_control
from libseis.signal.snr import NOISE_FREE, amplitude_ratio
from libseis.signal.windows import sample_range
from libseis.steps.marks import MARKS, mark_parameter, mark_time, span_parameter, span_problems
from libseis.steps.parameters import REQUIRED, Kind, Parameter
from libseis.steps.registry import register
from libseis.steps.sampleunits import UNITS, set_units, units_of
from libseis.steps.step import StepContext, StepDefinition, Unfit
from libseis.steps.times import mark_metadata

Values = Mapping[str, Any]

AMPLITUDE_KEYS = {
    Metric.PEAK: "amplitude",
    Metric.RMS: "rms_amplitude",
    Metric.PERC: "perc_amplitude",
    Metric.MAD: "mad_amplitude",
    Metric.MEDIAN: "median_amplitude",
    Metric.QUANTILE: "quantile_amplitude",
}
"""Metadata for the amplitude that data had before they were scaled to a level."""


def _span(d: Atomic, span: tuple[float, float], mark: str, what: str) -> Samples:
    """The samples from `span[0]` to `span[1]` seconds after a mark. Raises Unfit if the datum does not cover them."""
    zero = mark_time(d, mark)
    first, last = zero + span[0], zero + span[1]
    found = sample_range(d, first, last)
    if not found.is_whole:
        before, after = d.t0 - zero, d.endtime() - zero
        raise Unfit(
            f"{what}: the data go from {before:.6g} to {after:.6g} s after {mark} and do not cover {span[0]:g} to "
            f"{span[1]:g} s",
            reason=f"{what} not covered",
        )
    return samples(d)[..., found.begin : found.end]


def _scale(d: Atomic, values: Values, context: StepContext) -> None:
    if values["factor"] is None:
        _scale_to_level(d, values)
        return
    x = samples(d)
    x *= values["factor"]
    d["calib"] = (d.get_double("calib") if d.is_defined("calib") else 1.0) / values["factor"]
    set_units(d, units.canonical(values["units"]) or units.scaled(units_of(d), values["factor"]))


def _scale_to_level(d: Atomic, values: Values) -> None:
    metric = Metric(values["metric"])
    x = samples(d) if values["window"] is None else _span(d, values["window"], values["mark"], "window")
    if x.shape[-1] == 0:
        raise Unfit("the datum has no samples", reason="no samples")
    found = amplitude(x, metric, values["percent"])
    gain = usable_gain(found, values["level"])
    if not gain or overflows(samples(d), gain):
        raise Unfit(f"the amplitude {found:g} ({metric.value}) cannot be brought to a level", reason="no amplitude")
    apply_gain(d, gain)
    d[AMPLITUDE_KEYS[metric]] = found
    if values["units"] is not None:
        set_units(d, units.canonical(values["units"]))


def _scale_problems(values: Values) -> list[str]:
    if (values["factor"] is None) == (values["level"] is None):
        return ["give either factor or level"]
    if values["factor"] is not None and values["window"] is not None:
        return ["window belongs to level; a factor does not need it"]
    return span_problems(values, ("window",))


def _scale_metadata(values: Values) -> tuple[str, ...]:
    return () if values["window"] is None else mark_metadata(values)


def _clip(d: Atomic, values: Values, context: StepContext) -> None:
    x = samples(d)
    level = values["level"]
    if level is None:
        level = values["rms"] * np.sqrt(np.mean(np.square(x), axis=-1, keepdims=True)) if d.npts else np.nan
        if not np.isfinite(level).all():
            raise Unfit("the samples have no root mean square", reason="no amplitude")
    np.clip(x, -level, level, out=x)


def _clip_problems(values: Values) -> list[str]:
    return ["give either level or rms"] if (values["level"] is None) == (values["rms"] is None) else []


def _agc_pad(values: Values, rate: float) -> float:
    return float(values["length"] / 2 + 1.0 / rate)


def _agc(d: Atomic, values: Values, context: StepContext) -> None:
    apply_gain_control(d, values["length"])
    set_units(d, "")  # each sample has its own gain


def _snr(d: Atomic, values: Values, context: StepContext) -> None:
    noise_mark = values["noise_mark"] or values["mark"]
    signal = _span(d, values["signal"], values["mark"], "signal")
    noise = _span(d, values["noise"], noise_mark, "noise")
    percent = values["percent"]
    found = [
        amplitude(part, Metric(values[name]), percent)
        for part, name in ((signal, "signal_metric"), (noise, "noise_metric"))
    ]
    if not np.isfinite(found).all():
        raise Unfit(
            f"signal and noise have amplitudes {found[0]:g} and {found[1]:g}, which make no ratio", reason="no snr"
        )
    key = values["key"]
    d[f"{key}_signal"], d[f"{key}_noise"] = found
    d[key] = min(amplitude_ratio(*found), NOISE_FREE)
    if not found[1]:
        d.elog.log_error("snr", f"the noise is zero; {key} is set to {d[key]:g}", ErrorSeverity.Complaint)


def _snr_problems(values: Values) -> list[str]:
    problems = span_problems(values, ("signal", "noise"))
    if not values["key"].isidentifier():
        problems.append(f"key must be a name of letters, digits and _, found {values['key']!r}")
    return problems


def _metric(name: str, doc: str, default: str) -> Parameter:
    return Parameter(name, Kind.TEXT, doc, default, choices=tuple(Metric))


_PERCENT = Parameter(
    "percent", Kind.NUMBER, "of perc and quantile: this share of values is below", 95.0, "%", 0, maximum=100
)

register(
    StepDefinition(
        "scale",
        "Multiply by a factor, or bring the amplitude to a level; calib is divided by it, and so are the units where "
        "`units` does not say new ones.",
        _scale,
        (
            Parameter("factor", Kind.NUMBER, "the factor", None, above=0),
            Parameter("level", Kind.NUMBER, "in place of it: the amplitude that comes out", None, above=0),
            _metric("metric", "what the amplitude is", "peak"),
            _PERCENT,
            span_parameter("window", "of level: the span that is measured; without it all samples"),
            mark_parameter("mark", "what that span is relative to"),
            UNITS,
        ),
        problems=_scale_problems,
        metadata=_scale_metadata,
    )
)
register(
    StepDefinition(
        "clip",
        "Limit each component to a range around zero: larger samples become its ends.",
        _clip,
        (
            Parameter("level", Kind.NUMBER, "largest absolute value", None, unit="units of the samples", above=0),
            Parameter("rms", Kind.NUMBER, "in place of it: as a multiple of the root mean square", None, above=0),
        ),
        problems=_clip_problems,
    )
)
register(
    StepDefinition(
        "agc",
        "Automatic gain control: divide by the root mean square around each sample, of all components together.",
        _agc,
        (Parameter("length", Kind.NUMBER, "length of the span around a sample", unit="s", above=0),),
        pad=_agc_pad,
        needs_continuous_data=True,
    )
)
register(
    StepDefinition(
        "snr",
        "Measure signal over noise into the Metadata: the ratio under `key`, the amplitudes under key_signal and "
        "key_noise.",
        _snr,
        (
            span_parameter("signal", "the span of the signal", REQUIRED),
            span_parameter("noise", "the span of the noise", REQUIRED),
            mark_parameter("mark", "what both spans are relative to"),
            Parameter(
                "noise_mark", Kind.TEXT, "what the noise is relative to, where that is another", None, choices=MARKS
            ),
            _metric("signal_metric", "amplitude of the signal", "rms"),
            _metric("noise_metric", "amplitude of the noise", "rms"),
            _PERCENT,
            Parameter("key", Kind.TEXT, "name of the ratio in the Metadata", "snr"),
        ),
        problems=_snr_problems,
        metadata=mark_metadata,
    )
)
