"""Reads synthetic waveforms from files of SPECFEM (ASCII), SAC and ASDF into pieces with float64 samples. No network.

A piece gets the units that its file tells: names of SPECFEM files end in semd, semv, sema or semp; SAC has IDEP (and
KUSER0, which may name the unit); an ASDF waveform has the attribute `units`.

SPECFEM ASCII: two columns, seconds after the origin and amplitude (SPECFEM3D user manual, "Seismograms").
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from libseis.codes import Channel
from libseis.segments import Rate
from libseis.units import Unit, parse

from ..errors import SeisbusError
from ..model.handovers import Packing, Piece

# SAC's IDEP -> base unit and power of seconds; most programs write SI and not the manual's nanometres.
_SAC_UNITS = {6: Unit("m", 0), 7: Unit("m", 1), 8: Unit("m", 2)}
# Sampling intervals are written with 4 to 9 digits, so smaller differences come from rounding in the text.
_INTERVAL_DIGITS = 9
# Thirty years. Synthetics are shorter, and in ns it fits into 64 bits.
_LONGEST_S = 1e9


class SyntheticError(SeisbusError):
    """A synthetic cannot be read; `name` is its file or key."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"The synthetic {name} cannot be read: {problem}.")
        self.name = name


def below(root: Path | None, name: str) -> Path:
    """The path of an existing file below `root`; SyntheticError if it does not exist or is outside."""
    if root is None:
        raise SyntheticError(name, "this deployment has no input folder (SEISBUS_INPUT_ROOT)")
    path = (root / name).resolve()
    if not path.is_relative_to(root.resolve()):
        raise SyntheticError(name, "it lies outside the input folder")
    if not path.is_file():
        raise SyntheticError(name, "there is no such file")
    return path


def from_specfem(data: bytes, name: str, net: str, sta: str, component: str, origin_ns: int) -> Piece:
    """One component; `origin_ns` is the origin time, ns since 1970."""
    from libseis.misfit import MisfitError
    from libseis.misfit.adjoint import specfem_channel
    from libseis.misfit.comparable import specfem_units

    try:
        table = np.loadtxt(io.BytesIO(data), ndmin=2)
    except ValueError as error:
        raise SyntheticError(name, f"it is not a table of numbers ({error})") from None
    if table.shape[0] < 2 or table.shape[1] != 2:
        raise SyntheticError(name, f"it has {table.shape[0]} rows of {table.shape[1]} columns, expected two columns")
    times = table[:, 0]
    if not (np.abs(times) < _LONGEST_S).all():
        raise SyntheticError(name, "its first column is not seconds after the origin")
    interval = round((times[-1] - times[0]) / (len(times) - 1), _INTERVAL_DIGITS)
    if not interval > 0:
        raise SyntheticError(name, f"its times do not rise (interval {interval} s)")
    try:
        chan = specfem_channel(interval, component)
    except MisfitError as error:
        raise SyntheticError(name, error.message.rstrip(".")) from None
    start = origin_ns + round(float(times[0]) * 1e9)
    channel = Channel(net, sta, "", chan)
    return _piece(channel, start, Rate.from_interval(interval), table[:, 1], specfem_units(name))


def from_sac(data: bytes, name: str, net: str, sta: str, component: str) -> Piece:
    """One component, with start and rate from SAC's header."""
    import obspy

    try:
        (trace,) = obspy.read(io.BytesIO(data), format="SAC")
    except Exception as error:  # obspy raises errors of many types for files that are not SAC
        raise SyntheticError(name, f"it is not a SAC file ({error})") from None
    chan = trace.stats.channel if trace.stats.channel.endswith(component) else f"BX{component}"
    interval = round(float(trace.stats.delta), _INTERVAL_DIGITS)
    if not 0 < interval < _LONGEST_S:
        raise SyntheticError(name, f"its sampling interval is {interval:g} s")
    start, rate = trace.stats.starttime.ns, Rate.from_interval(interval)
    return _piece(Channel(net, sta, "", chan), start, rate, trace.data, _sac_units(trace.stats.sac))


def _sac_units(header: Any) -> str:
    """The unit in the header, "" if it does not name a quantity of motion."""
    kind = _SAC_UNITS.get(int(header.get("idep", 0)))
    if kind is None:
        return ""
    named = parse(str(header.get("kuser0", "")))
    same = named is not None and (named.base, named.per_second) == (kind.base, kind.per_second)
    return named.symbol if same and named is not None else kind.si


def from_asdf(path: Path, net: str, sta: str, tag: str) -> list[Piece]:
    """All traces of a station under a tag."""
    from libseis.asdf import read_stream

    try:
        return [
            _piece(
                Channel(net, sta, trace.stats.location, trace.stats.channel),
                trace.stats.starttime.ns,
                Rate.from_hz(trace.stats.sampling_rate),
                trace.data,
                str(trace.stats.get("units") or ""),
            )
            for trace in read_stream(path, f"{net}.{sta}", tag)
        ]
    except Exception as error:  # h5py raises errors of many types for damaged files
        raise SyntheticError(path.name, str(error).rstrip(".")) from None


def _piece(channel: Channel, t0_ns: int, rate: Rate, data: npt.ArrayLike, units: str = "") -> Piece:
    samples = np.asarray(data, "<f8")
    return Piece(
        channel, t0_ns, rate.numerator, rate.denominator, len(samples), Packing.FLOAT64, samples.tobytes(), units
    )
