"""The step that removes the instrument response; obspy is imported when the first datum comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from libseis.codes import Channel
from libseis.enums import ErrorSeverity
from libseis.errors import SampleError
from libseis.objects.following import AXES
from libseis.objects.kinds import Atomic
from libseis.objects.samples import samples
from libseis.objects.timeseries import TimeSeries
from libseis.signal.design import OutputUnit
from libseis.steps.parameters import Kind, Parameter
from libseis.steps.registry import register
from libseis.steps.sampleunits import set_units
from libseis.steps.step import StepContext, StepDefinition

if TYPE_CHECKING:
    from libseis.obspy.inventories import ChannelEpoch
    from libseis.obspy.responses import Removal

Values = Mapping[str, Any]


def _fail(text: str, what: str) -> SampleError:
    return SampleError(text, ErrorSeverity.Invalid, what=what)


def _channels(d: Atomic) -> list[Channel]:
    """The channel of each row of samples: one for a TimeSeries, three for a Seismogram whose chan lists them."""
    chan = d["chan"] if d.is_defined("chan") else None
    codes = [chan] if isinstance(d, TimeSeries) else chan
    wanted = 1 if isinstance(d, TimeSeries) else 3
    if not isinstance(codes, list) or len(codes) != wanted or not all(isinstance(code, str) for code in codes):
        raise _fail(f"the response needs {wanted} channel code(s) in chan, found {chan!r}", "chan")
    if not isinstance(d, TimeSeries):
        said = next((key for key in (AXES, "tmatrix") if d.is_defined(key)), None)
        axes = np.eye(3) if said is None else np.reshape(d[said], (3, 3))
        if not np.allclose(d.tmatrix, axes, atol=1e-6):
            raise _fail("the components were rotated: remove the response before rotating", "tmatrix")
    loc = d.get_string("loc") if d.is_defined("loc") else ""
    return [Channel(d.get_string("net"), d.get_string("sta"), loc, code) for code in codes]


def removal_of(d: Atomic, values: Values, context: StepContext) -> tuple[Removal, list[ChannelEpoch], str]:
    """How to remove the responses of a datum, the epoch of each component, and the units of the result."""
    if d.npts < 2:
        raise _fail(f"the datum has {d.npts} sample(s), this step needs at least 2", "npts")
    if d.time_is_relative():
        raise _fail("the response epoch needs UTC times; call rtoa first", "tref")
    from libseis.obspy.evaluation import output_units
    from libseis.obspy.responses import Removal

    removal = Removal(OutputUnit(values["output"]), values["pre_filt"], values["water_level"], values["taper"])
    # all epochs are found before any sample is changed
    channels = _channels(d)
    epochs = [context.responses.epoch(channel, d.t0, d.endtime()) for channel in channels]
    found = {output_units(e.element.response, removal.output, c) for e, c in zip(epochs, channels, strict=True)}
    if len(found) > 1:
        raise _fail(f"the components come out in several units: {', '.join(sorted(found))}", "units")
    return removal, epochs, found.pop()


def _remove_response(d: Atomic, values: Values, context: StepContext) -> None:
    removal, epochs, units = removal_of(d, values, context)
    told: dict[str, None] = {}
    for row, epoch in zip(samples(d).reshape(len(epochs), -1), epochs, strict=True):
        row[...], complaints = removal(context.responses, epoch, row, d.dt)
        told |= dict.fromkeys(complaints)
    removed(d, tuple(told), units)


def removed(d: Atomic, complaints: tuple[str, ...], units: str) -> None:
    """Record on a datum what the removal of its responses gave: complaints and units."""
    for text in complaints:
        d.elog.log_error("remove_response", text, ErrorSeverity.Complaint)
    set_units(d, units)


def _response_problems(values: Values) -> list[str]:
    flanks = values["pre_filt"]
    if flanks is not None and not (0 <= flanks[0] < flanks[1] < flanks[2] < flanks[3]):
        return [f"pre_filt must be four increasing frequencies, found {list(flanks)}"]
    return []


def _response_longest_period(values: Values) -> float:
    return 0.0 if values["pre_filt"] is None else 1.0 / values["pre_filt"][1]


# Ten periods of the longest sensors in use (120 s). Without pre_filt, the inverse grows towards frequency zero until
# the water level stops it. Then the result depends on the length of the data, and with no pad is a window equal to the
# same part of the whole record.
RESPONSE_PAD = 1200.0

# The impulse response of a cosine flank decays with the cube of (time x width of the flank): to 4e-7 of the peak after
# this many inverse widths. This was measured on white noise with a mean; tests/unit/libseis/test_steps.py checks it to
# 1e-6.
FLANK_WIDTHS = 20.0


def _response_pad(values: Values, rate: float) -> float:
    flanks = values["pre_filt"]
    return RESPONSE_PAD if flanks is None else float(FLANK_WIDTHS / (flanks[1] - flanks[0]))


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
