"""The settings of window selection and of adjoint sources, and their checks."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from .errors import ConfigError

Samples = npt.NDArray[np.float64]
E = TypeVar("E", bound=StrEnum)
Criterion = float | Samples
"""A number, or one value per sample of the synthetic (shape (npts,)), as from FLEXWIN's user functions."""


CRITERIA = ("stalta_waterlevel", "tshift_acceptance_level", "dlna_acceptance_level", "cc_acceptance_level", "s2n_limit")


class Edition(StrEnum):
    """Whether to follow FLEXWIN's Python port or the paper, for the rules in which they differ."""

    PORT = "port"
    """The rules of the port, with which the published windows were made. The noise ends at (first arrival - one minimum
    period) in seconds after the origin, *used as a sample index from the start of the trace* (so a negative one counts
    from its end); curtailing ignores the seed, and skips windows with fewer than two other maxima; a window that is
    rejected for one seed is kept if it passes for another; in scheduling, the window that ends first has the weight
    zero.
    """
    PAPER = "paper"
    """The intended rules: the noise ends one minimum period before the first arrival; curtailing includes the seed;
    each seed is tested independently; scheduling finds the set with the largest weight.
    """


@dataclass(frozen=True, slots=True, eq=False)
class WindowSettings:
    """Parameters of FLEXWIN, with its names if it has one (Maggi et al. 2009, GJI 177, table 1).

    Times in seconds. The criteria that FLEXWIN lets vary with time take a number or an array (npts,), read at
    the centre of a window (the water level: at each sample).

    stalta_waterlevel: w_E, lowest STA:LTA of a seed maximum. c_0: internal minima must stay above c_0 w_E.
    c_1: shortest window in minimum periods. c_2: prominence of the seed over its minima, times w_E.
    c_3a, c_3b: separation of phases. c_4a, c_4b: longest quiet start and end in minimum periods.
    s2n_limit: smallest signal-to-noise amplitude ratio. tshift, dlna, cc: data fit.
    noise_start_index, noise_end_index: samples of the noise; an end of None follows `edition`.
    max_time_before_first_arrival: s. min_surface_wave_velocity: km/s.
    check_global_data_quality, snr_integrate_base, snr_max_base: whole-trace test before anything else.
    weight_function: (left, right, max_cc, dt, min_period) -> weight for the scheduling; None = length in minimum
    periods times max_cc.
    """

    stalta_waterlevel: Criterion = 0.07
    tshift_acceptance_level: Criterion = 10.0
    tshift_reference: float = 0.0
    dlna_acceptance_level: Criterion = 1.3
    dlna_reference: float = 0.0
    cc_acceptance_level: Criterion = 0.7
    s2n_limit: Criterion = 1.5
    earth_model: str = "ak135"
    min_surface_wave_velocity: float = 3.0
    max_time_before_first_arrival: float = 50.0
    c_0: float = 1.0
    c_1: float = 1.5
    c_2: float = 0.0
    c_3a: float = 4.0
    c_3b: float = 2.5
    c_4a: float = 2.0
    c_4b: float = 6.0
    check_global_data_quality: bool = False
    snr_integrate_base: float = 3.5
    snr_max_base: float = 3.0
    noise_start_index: int = 0
    noise_end_index: int | None = None
    signal_start_index: int | None = None
    signal_end_index: int = -1
    edition: Edition = Edition.PORT
    weight_function: Callable[[int, int, float, float, float], float] | None = None

    def __post_init__(self) -> None:
        for key in ("c_1", "min_surface_wave_velocity", "c_3b"):
            if getattr(self, key) <= 0:
                raise ConfigError(f"{key} is {getattr(self, key)}; it must be above zero.", key=key)
        for key in ("c_0", "c_2", "c_3a", "c_4a", "c_4b", "max_time_before_first_arrival", "noise_start_index"):
            if getattr(self, key) < 0:
                raise ConfigError(f"{key} is {getattr(self, key)}; it must not be negative.", key=key)
        for key in CRITERIA:
            value = getattr(self, key)
            if isinstance(value, (list, tuple)):
                object.__setattr__(self, key, np.asarray(value, dtype=np.float64))
            _require_finite(key, value, at_least=-1.0 if key == "cc_acceptance_level" else 0.0)
        object.__setattr__(self, "edition", member(Edition, "edition", self.edition))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, WindowSettings):
            return NotImplemented
        return all(np.array_equal(getattr(self, f.name), getattr(other, f.name)) for f in fields(self))

    __hash__ = None  # type: ignore[assignment]  # may hold arrays


def member(kind: type[E], key: str, value: str, *, without: Collection[E] = ()) -> E:
    """The member of an enum for a value. For other values, ConfigError with the choices, without the members in
    `without`."""
    choices = [choice for choice in kind if choice not in without]
    if value not in choices:
        raise ConfigError(f"{key} is {value!r}; expected one of {', '.join(choices)}.", key=key)
    return kind(value)


def _require_finite(key: str, value: Criterion, at_least: float) -> None:
    numbers = np.asarray(value, dtype=np.float64)
    if numbers.ndim > 1 or not np.all(np.isfinite(numbers)) or np.any(numbers < at_least):
        raise ConfigError(f"{key} must be a finite number >= {at_least:g}, or an array (npts,) of such.", key=key)


class AdjointType(StrEnum):
    """The misfit functions of pyadjoint that a single station can have."""

    CC_TRAVELTIME = "cc_traveltime"
    MULTITAPER = "multitaper"
    WAVEFORM = "waveform"
    CONVOLUTION = "convolution"
    EXPONENTIATED_PHASE = "exponentiated_phase"

    @classmethod
    def parse(cls, name: str) -> AdjointType:
        """Return the type with a name.

        Parameters
        ----------
        name
            The name, with or without Pyatoa's older suffix `_misfit`.

        Returns
        -------
        AdjointType
            The type.
        """
        return member(cls, "adj_src_type", str(name).lower().removesuffix("_misfit"))


class TaperType(StrEnum):
    """Window tapers of pyadjoint."""

    HANN = "hann"
    HAMMING = "hamming"
    COS = "cos"
    COS_P10 = "cos_p10"


class MeasureType(StrEnum):
    """The quantity that a cross-correlation or multitaper misfit measures: travel time or amplitude."""

    TRAVELTIME = "dt"
    AMPLITUDE = "am"


@dataclass(frozen=True, slots=True)
class AdjointSettings:
    """Parameters of pyadjoint, with its names and defaults. Each type uses those that it knows."""

    taper_type: TaperType = TaperType.HANN
    taper_percentage: float = 0.3
    measure_type: MeasureType = MeasureType.TRAVELTIME
    use_cc_error: bool = True
    use_mt_error: bool = False
    dt_sigma_min: float = 1.0
    dlna_sigma_min: float = 0.5
    wtr_env: float = 0.2
    lnpt: int = 15
    transfunc_waterlevel: float = 1e-10
    water_threshold: float = 0.02
    ipower_costaper: int = 10
    min_cycle_in_window: float = 0.5
    mt_nw: float = 4.0
    num_taper: int = 5
    dt_fac: float = 2.0
    phase_step: float = 1.5
    err_fac: float = 2.5
    dt_max_scale: float = 3.5

    def __post_init__(self) -> None:
        object.__setattr__(self, "taper_type", member(TaperType, "taper_type", self.taper_type))
        object.__setattr__(self, "measure_type", member(MeasureType, "measure_type", self.measure_type))
        if not 0 <= self.taper_percentage <= 1:
            raise ConfigError("taper_percentage is a fraction between 0 and 1.", key="taper_percentage")
        for key in ("dt_sigma_min", "dlna_sigma_min", "wtr_env", "mt_nw", "num_taper", "lnpt"):
            if getattr(self, key) <= 0:
                raise ConfigError(f"{key} is {getattr(self, key)}; it must be above zero.", key=key)


SETTINGS_OF_TYPE = {  # for each type, names of the AdjointSettings that pyadjoint uses
    AdjointType.WAVEFORM: ("taper_type", "taper_percentage"),
    AdjointType.CONVOLUTION: ("taper_type", "taper_percentage"),
    AdjointType.EXPONENTIATED_PHASE: ("taper_type", "taper_percentage", "wtr_env"),
    AdjointType.CC_TRAVELTIME: (
        "taper_type", "taper_percentage", "measure_type", "use_cc_error", "dt_sigma_min", "dlna_sigma_min"
    ),
    AdjointType.MULTITAPER: tuple(f.name for f in fields(AdjointSettings) if f.name != "wtr_env"),
}  # fmt: skip


def plain(value: Any) -> Any:
    """A value in a form for YAML and JSON."""
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tuple):
        return list(value)
    return value
