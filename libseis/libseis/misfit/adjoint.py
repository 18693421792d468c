"""Measure the windows of a pair of traces with pyadjoint: a misfit and an adjoint source.

pyadjoint's functions take windows in seconds and round them down; they get exactly left*dt and right*dt.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .config import Config
from .errors import MisfitError, Reason
from .flexwin.window import Window
from .settings import SETTINGS_OF_TYPE, AdjointType, plain

if TYPE_CHECKING:
    from obspy import Trace

_BANDS = ((1.0, "L"), (0.1, "M"), (0.0125, "B"), (0.001, "H"))  # SPECFEM3D user manual, appendix on channel codes


@dataclass(frozen=True, slots=True, eq=False)
class AdjointSource:
    """The adjoint source of one component, in forward time as SPECFEM reads it.

    samples: shape (npts,), first sample at `time_offset` s after the origin. component: SPECFEM's channel code, such as
    BXE. channel_id: of the observed trace. starttime: ISO 8601 of the first sample. window_misfits: pyadjoint's results
    for each window.
    """

    channel_id: str
    component: str
    type: AdjointType
    samples: npt.NDArray[np.float64]
    dt: float
    time_offset: float
    misfit: float
    min_period: float
    max_period: float
    starttime: str
    window_misfits: tuple[float, ...] = ()


def specfem_channel(dt: float, component: str) -> str:
    """SPECFEM's channel code of a component: band by sampling interval, X for synthetic."""
    for limit, band in _BANDS:
        if (dt >= limit) if band in "LH" else (dt > limit):
            return f"{band}X{component}"
    raise MisfitError(f"SPECFEM has no band code for a sampling interval of {dt:g} s.", Reason.UNSUPPORTED_RATE)


def adjoint_config(config: Config, min_period: float, max_period: float) -> Any:
    """pyadjoint's own configuration object of a Config."""
    import pyadjoint

    values = {key: plain(getattr(config.adjoint, key)) for key in SETTINGS_OF_TYPE[config.adj_src_type]}
    return pyadjoint.get_config(config.adj_src_type.value, min_period, max_period, **values)


def make_adjoint_source(
    observed: Trace, synthetic: Trace, windows: Sequence[Window], config: Config, *, time_offset: float
) -> AdjointSource:
    """Measure the windows of one component.

    Raises MisfitError if there are no windows or the result is not finite, so that it never returns an adjoint source
    of zeros without an error.
    """
    import pyadjoint

    if not windows:
        raise MisfitError(f"{observed.id} has no misfit windows to measure.", Reason.NO_WINDOWS, seed_id=observed.id)
    dt = float(synthetic.stats.delta)
    # an open band has no period for pyadjoint, so the sampling interval and the length of the trace limit it
    low = config.min_period if config.min_period is not None else 2 * dt
    high = config.max_period if config.max_period is not None else synthetic.stats.npts * dt
    spans = [[w.left * dt, w.right * dt] for w in windows]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pyadjoint warns if amplitudes differ much, but dlna shows this already
            result = pyadjoint.calculate_adjoint_source(observed, synthetic, adjoint_config(config, low, high), spans)
    except (pyadjoint.PyadjointError, ValueError, ZeroDivisionError, IndexError, AssertionError) as error:
        raise MisfitError(
            f"pyadjoint could not measure {observed.id}: {error}.", Reason.MEASUREMENT_FAILED, seed_id=observed.id
        ) from error
    samples = np.ascontiguousarray(result.adjoint_source[::-1])
    if not np.isfinite(result.misfit):
        raise MisfitError(
            f"The misfit of {observed.id} is {result.misfit}.", Reason.MEASUREMENT_FAILED, seed_id=observed.id
        )
    return AdjointSource(
        channel_id=observed.id,
        component=specfem_channel(dt, synthetic.stats.channel[-1]),
        type=config.adj_src_type,
        samples=samples,
        dt=dt,
        time_offset=time_offset,
        misfit=float(result.misfit),
        min_period=low,
        max_period=high,
        starttime=str(synthetic.stats.starttime),
        window_misfits=tuple(_window_misfit(stats, config) for stats in result.window_stats),
    )


def _window_misfit(stats: dict[str, Any], config: Config) -> float:
    for key in ("misfit", "misfit_dlna" if config.adjoint.measure_type == "am" else "misfit_dt"):
        if key in stats:
            return float(stats[key])
    return float(stats["misfit_real"] + stats["misfit_imag"])
