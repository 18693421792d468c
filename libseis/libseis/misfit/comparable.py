"""Convert observed and synthetic samples to one unit, or refuse the component.

The configuration states the unit of synthetics (`unit_output`, as in Pyatoa), but `stats.units` of a trace comes first.
The removal of the response converts observed traces to this unit.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from ..codes import code, location
from ..signal.design import OutputUnit
from ..units import COUNTS, Unit, parse
from .config import Config
from .errors import MisfitError, Reason

if TYPE_CHECKING:
    from obspy import Stream, Trace

_STATED = {
    OutputUnit.DISPLACEMENT: Unit("m", 0),
    OutputUnit.VELOCITY: Unit("m", 1),
    OutputUnit.ACCELERATION: Unit("m", 2),
}


# Ends of SPECFEM's file names -> SI units (SPECFEM3D Cartesian user manual, "Seismograms").
_SPECFEM = {".semd": "m", ".semv": "m/s", ".sema": "m/s**2", ".semp": "Pa"}


def specfem_units(name: str) -> str:
    """The unit of samples from SPECFEM's file name; "" if the name does not show it."""
    return _SPECFEM.get(PurePosixPath(name).suffix.lower(), "")


def stated_unit(config: Config) -> Unit:
    """The unit that the configuration states."""
    return _STATED[config.unit_output]


def with_units(stream: Stream, units: str) -> Stream:
    """A stream with the same samples, with units set on traces that have none."""
    from obspy import Stream, Trace

    made = Stream()
    for trace in stream:
        one = Trace(trace.data, trace.stats)
        one.stats.units = str(trace.stats.get("units") or units)
        made.append(one)
    return made


def plain_codes(stream: Stream) -> Stream:
    """A stream with the same samples and cleaned codes, so that "" and "--" are the same sensor."""
    from obspy import Stream, Trace

    made = Stream()
    for trace in stream:
        one = Trace(trace.data, trace.stats)
        for name in ("network", "station", "channel"):
            setattr(one.stats, name, code(getattr(trace.stats, name)))
        one.stats.location = location(trace.stats.location)
        if not one.stats.get("units") and np.issubdtype(trace.data.dtype, np.integer):
            one.stats.units = COUNTS
        made.append(one)
    return made


def in_one_unit(observed: Stream, synthetic: Stream, config: Config, *, removing: bool) -> tuple[Stream, Stream, str]:
    """Both streams in SI units of one quantity with `stats.units` if known, and a sentence if they are not comparable.

    `removing`: the response of the observed traces will be removed, which converts them to `unit_output`. A comparison
    of counts with motion is reported. MisfitError is raised for motion with another quantity, and for the removal of a
    response from motion.
    """
    observed, synthetic, told = observed.copy(), synthetic.copy(), ""
    for obs, syn in zip(observed, synthetic, strict=True):
        theirs = _unit(syn) or stated_unit(config)
        mine = _unit(obs)
        if removing:
            if mine is not None and mine.base == "m":
                raise MisfitError(
                    f"{obs.id} is in {mine.symbol} already; to remove its response once more makes no sense: set "
                    "remove_response to false.",
                    Reason.OTHER_UNITS,
                    seed_id=obs.id,
                )
            mine = stated_unit(config)
        else:
            mine = _scaled(obs, mine)
        theirs = _scaled(syn, theirs) or theirs
        if mine is None or (mine.base, mine.per_second) == (theirs.base, theirs.per_second):
            continue
        if mine.base != COUNTS or theirs.base == COUNTS:
            raise MisfitError(
                f"{obs.id} is in {mine.si}, its synthetic {syn.id} in {theirs.si}; bring both to one quantity "
                "(unit_output says what the response is removed to).",
                Reason.OTHER_UNITS,
                seed_id=obs.id,
            )
        told = f"{obs.id} is in {mine.si} and is compared with {theirs.si}: no amplitude of it means anything."
    return observed, synthetic, told


def _unit(trace: Trace) -> Unit | None:
    return parse(trace.stats.get("units"))


def _scaled(trace: Any, unit: Unit | None) -> Unit | None:
    """The trace's samples in SI units."""
    if unit is None:
        return None
    if unit.factor != 1.0:
        trace.data = np.asarray(trace.data, np.float64) * unit.factor
    trace.stats.units = unit.si
    return Unit(unit.base, unit.per_second, known=unit.known)
