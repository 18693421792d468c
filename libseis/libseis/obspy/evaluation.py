"""Evaluate the response of one channel epoch in SI units with evalresp (in obspy), and report oddities of its metadata.

evalresp computes the response in the units of the first stage as they are (DEF). This module handles prefixes and time
derivatives with `libseis.units`, because obspy would ignore both for a unit that is not on its short list (um/s,
nm/s/s).
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from libseis.enums import ErrorSeverity
from libseis.errors import DefinitionError
from libseis.extras import extra
from libseis.signal.design import OutputUnit
from libseis.units import Unit, parse
from libseis.warned import collected

with extra("obspy"):
    from obspy.core.util.obspy_types import ObsPyException

Spectrum = NDArray[np.complex128]

# A larger difference between the stated sensitivity and the product of the stages' gains is reported
GAIN_TOLERANCE = 0.02

# number of times that displacement is differentiated
_ORDERS = {OutputUnit.DISPLACEMENT: 0, OutputUnit.VELOCITY: 1, OutputUnit.ACCELERATION: 2}

# Number of frequencies in one call
_AT_ONCE = 2**15

# the evalresp C library has global state, and ctypes releases the GIL
_evalresp_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A spectrum (counts per SI unit of the output, at the given frequencies), and sentences for the error log."""

    spectrum: Spectrum
    complaints: tuple[str, ...] = ()


def problem(text: str) -> DefinitionError:
    """An error of the station metadata."""
    return DefinitionError(text, ErrorSeverity.Invalid, source="station metadata")


def input_unit(response: Any) -> Unit | None:
    """The input unit of the first stage, or else of the stated sensitivity; None if neither states one."""
    first = min(response.response_stages, key=lambda stage: stage.stage_sequence_number)
    unit = parse(first.input_units)
    if unit is None and response.instrument_sensitivity is not None:
        unit = parse(response.instrument_sensitivity.input_units)
    return unit


def output_of(response: Any) -> str:
    """The output unit of a response: from the last stage that states one, else from its stated sensitivity.

    "" if neither states one, if they disagree, or if the unit is not known.
    """
    if response is None:
        return ""
    stages = sorted(response.response_stages or (), key=lambda stage: stage.stage_sequence_number)
    whole = (response.instrument_sensitivity, response.instrument_polynomial)
    said = [unit for stage in stages[-1:] if (unit := parse(stage.output_units))]
    said += [unit for one in whole if one is not None and (unit := parse(one.output_units))]
    found = {unit.symbol if unit.known else "" for unit in said}
    return found.pop() if len(found) == 1 else ""


def output_units(response: Any, output: OutputUnit, name: object) -> str:
    """The SI units of samples after the removal of the response to `output`; "" if the metadata do not state them.

    DefinitionError if `output` is ground motion and the sensor does not measure it.
    """
    unit = input_unit(response)
    if output is OutputUnit.DEFAULT:
        return "" if unit is None else unit.si
    wanted = Unit("m", _ORDERS[output])
    if unit is None:
        raise problem(
            f"the response of {name} does not name its units; {wanted.quantity} ({wanted.si}) cannot be made of what "
            "is not known: use output DEF"
        )
    if unit.base != "m" or not unit.known:
        what = unit.quantity if unit.known else "a quantity that is not known"
        raise problem(
            f"the response of {name} is to {what} ({unit.si}); {wanted.quantity} ({wanted.si}) cannot be made of it: "
            "use output DEF"
        )
    return wanted.si


def evaluate(response: Any, output: OutputUnit, frequencies: NDArray[np.float64]) -> Evaluated:
    """The response at frequencies (Hz), in the same shape. `output_units` checks whether `output` is possible.

    DefinitionError for stages that obspy cannot evaluate.
    """
    unit = input_unit(response)
    try:
        spectrum, told = _as_it_is(response, frequencies)
    except MemoryError:
        raise
    except Exception as error:  # obspy raises a dozen types of errors for missing parts of a stage
        raise problem(
            f"the response cannot be evaluated: {error}; the stages of the station metadata are wrong"
        ) from error
    if unit is not None:
        spectrum /= unit.factor
        if output in _ORDERS:
            for part in parts_of(len(spectrum)):
                _to_order(spectrum[part], frequencies[part], _ORDERS[output] - unit.per_second)
    else:
        told.append("The metadata do not name the units of the response.")
    if unit is not None and not unit.known:
        told.append(f"The unit {unit.base!r} of the response is not known; the samples are in it as it stands.")
    mismatch = _gain_mismatch(response, unit)
    complaints = (*told, mismatch) if mismatch else tuple(told)
    return Evaluated(spectrum, tuple(dict.fromkeys(complaints)))


def parts_of(length: int) -> Iterator[slice]:
    """Slices of spectra of this size, so that little memory is needed at a time."""
    for first in range(0, length, _AT_ONCE):
        yield slice(first, first + _AT_ONCE)


def _to_order(spectrum: Spectrum, frequencies: NDArray[np.float64], order: int) -> None:
    """Turn a response, in place, into the response to the derivative of its input of this order.

    At frequency zero, an infinite value becomes zero, as in evalresp.
    """
    if order == 0:
        return
    angular = 2j * np.pi * frequencies
    still = angular == 0
    angular[still] = 1.0
    spectrum *= angular**-order
    spectrum[still] = 0.0


def _as_it_is(response: Any, frequencies: NDArray[np.float64]) -> tuple[Spectrum, list[str]]:
    """The response in the units of the first stage, and obspy's warnings."""
    plain = copy.copy(response)
    plain.response_stages = [copy.copy(stage) for stage in response.response_stages]
    # obspy warns about units that it does not know and calls the output meaningless; give it known names instead
    for stage in plain.response_stages:
        for side in ("input_units", "output_units"):
            unit = parse(getattr(stage, side))
            if unit is not None and unit.known:
                setattr(stage, side, {"counts": "COUNTS", "V": "V"}.get(unit.base, getattr(stage, side)))
    first = min(plain.response_stages, key=lambda stage: stage.stage_sequence_number)
    first.input_units = "M/S"  # without effect for DEF, unlike a unit by which obspy scales
    spectrum: Spectrum = np.empty(len(frequencies), np.complex128)

    def work() -> Spectrum:
        # obspy needs ten times the memory of its result
        for part in parts_of(len(frequencies)):
            spectrum[part] = plain.get_evalresp_response_for_frequencies(
                frequencies[part], output=OutputUnit.DEFAULT.value, hide_sensitivity_mismatch_warning=True
            )
        return spectrum

    return _collected(work)


def _collected(work: Callable[[], Spectrum]) -> tuple[Spectrum, list[str]]:
    with _evalresp_lock, collected() as caught:
        return work(), [f"obspy on the response: {text}" for text in caught]


def _gain_mismatch(response: Any, unit: Unit | None) -> str:
    """One sentence if the stages and the stated sensitivity disagree at the sensitivity's frequency."""
    stated = response.instrument_sensitivity
    if stated is None or not stated.value or not stated.frequency:
        return ""
    at = np.array([float(stated.frequency)])
    try:
        (found,), _ = _as_it_is(response, at)
    except (ObsPyException, ValueError, ArithmeticError):
        return ""  # the evaluation raises an error for this
    gain = abs(found)
    of = parse(stated.input_units) or unit
    if unit is not None and of is not None:
        if of.base != unit.base:
            return (
                f"The first stage takes in {unit.symbol}, the stated sensitivity is of {of.symbol}: one of them is "
                "wrong; the stages are used."
            )
        gain = gain / unit.factor * of.factor
        gain *= (2 * np.pi * at[0]) ** (unit.per_second - of.per_second)
    if not np.isfinite(gain) or abs(gain / abs(stated.value) - 1.0) <= GAIN_TOLERANCE:
        return ""
    return (
        f"The stages' gains make {gain:.6g} at {at[0]:g} Hz, the stated sensitivity is {stated.value:.6g} "
        f"({100 * (gain / abs(stated.value) - 1.0):+.3g} %); the stages are used."
    )
