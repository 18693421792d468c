"""Receiver functions by deconvolution (names of mspasspy.algorithms.RFdeconProcessor).

Dead data pass unchanged; a datum that does not cover its windows is killed.
"""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.mspass.algorithms.scalar_decon import (
    LeastSquareDecon,
    MultiTaperSpecDivDecon,
    MultiTaperXcorDecon,
    ScalarDecon,
    TimeDomainIterativeDecon,
    TimeDomainLeastSquareDecon,
    WaterLevelDecon,
)
from libseis.mspass.algorithms.window import WindowDataAtomic
from libseis.mspass.antelope_pf import AntelopePf
from libseis.mspass.decorators import mspass_func_wrapper
from libseis.objects.doublevector import DoubleVector
from libseis.objects.metadata import Metadata
from libseis.objects.samples import has_gaps, samples
from libseis.objects.seismogram import Seismogram
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timewindow import TimeWindow
from libseis.signal.components import extract_component

__all__ = ["RFdecon", "RFdeconProcessor"]

Values = NDArray[np.float64]

# the engine of each algorithm, and the branches of its parameters; the first branch that exists is used
_ALGORITHMS: dict[str, tuple[Callable[[Metadata], ScalarDecon], tuple[str, ...]]] = {
    "LeastSquares": (LeastSquareDecon, ("LeastSquare",)),
    "WaterLevel": (WaterLevelDecon, ("WaterLevel",)),
    "TimeDomainLeastSquares": (TimeDomainLeastSquareDecon, ("TimeDomainLeastSquare",)),
    "TimeDomainIterative": (TimeDomainIterativeDecon, ("TimeDomainIterative",)),
    "MultiTaperPowerXcor": (MultiTaperXcorDecon, ("MultiTaperPowerXcor", "MultiTaperXcor")),
    "MultiTaperPowerSpecDiv": (MultiTaperSpecDivDecon, ("MultiTaperPowerSpecDiv", "MultiTaperSpecDiv")),
}
_OLD_NAMES = {"MultiTaperXcor": "MultiTaperPowerXcor", "MultiTaperSpecDiv": "MultiTaperPowerSpecDiv"}

DEFAULT_PRESET = "mtz_plane_wave_lowfreq"
_LONG_WINDOW = {
    "deconvolution_data_window_start": -10.0, "deconvolution_data_window_end": 120.0, "wavelet_window_start": -5.0,
    "wavelet_window_end": 20.0, "operator_nfft": 4096, "water_level": 0.1, "number_tapers": 3,
    "noise_window_start": -140.0, "noise_window_end": -10.0,
}  # fmt: skip
# where MsPASS's presets differ from the packaged RFdeconProcessor.pf
_PRESETS: dict[str, dict[str, Any]] = {
    DEFAULT_PRESET: _LONG_WINDOW | {"shaping_wavelet_type": "ricker", "shaping_wavelet_frequency": 0.125},
    "mtz_plane_wave_highres": _LONG_WINDOW | {"shaping_wavelet_type": "ricker", "shaping_wavelet_frequency": 0.25},
    "crustal_plane_wave": {
        "wavelet_window_start": -5.0, "wavelet_window_end": 20.0, "water_level": 0.1, "number_tapers": 3,
        "shaping_wavelet_type": "ricker", "shaping_wavelet_frequency": 0.5,
    },
    "raw_decon_diagnostic": _LONG_WINDOW | {"shaping_wavelet_type": "none"},
}  # fmt: skip
_OF_SOME_ALGORITHMS = {"water_level", "number_tapers", "noise_window_start", "noise_window_end"}
_PRESET_DAMPING = {("crustal_plane_wave", "TimeDomainLeastSquares"): 1e-4} | {
    (preset, "MultiTaperPowerXcor"): 0.03 for preset in _PRESETS
}


def _branch(pf: AntelopePf, names: tuple[str, ...]) -> Metadata:
    for name in names:
        if name in pf.arr_keys():
            return Metadata(pf.get_branch(name))
        if pf.is_defined(name) or name in pf.tbl_keys():
            raise MsPASSError(f"RFdeconProcessor: {name} is defined but is not an &Arr", ErrorSeverity.Fatal)
    raise MsPASSError(f"RFdeconProcessor: the parameter file has no branch {' or '.join(names)}", ErrorSeverity.Fatal)


class RFdeconProcessor:
    """A deconvolution algorithm with its parameters, and the vectors that it works on.

    Algorithms: LeastSquares, WaterLevel (Clayton & Wiggins 1976), MultiTaperPowerXcor and MultiTaperPowerSpecDiv
    (damped by the multitaper spectrum of noise, Park & Levin 2000), TimeDomainLeastSquares, and TimeDomainIterative
    (Ligorria & Ammon 1999). `dvector`, `wvector` and `nvector` are what was loaded, `md` the parameters.

    Parameters
    ----------
    alg
        The algorithm.
    pf
        Parameter file with a branch for the algorithm; it is searched for as AntelopePf says. RFdeconProcessor.pf is
        packaged.
    preset
        Without a file: mtz_plane_wave_lowfreq, mtz_plane_wave_highres, crustal_plane_wave or raw_decon_diagnostic.

    Raises
    ------
    RuntimeError
        There is no such algorithm.
    ValueError
        There is no such preset, or a file is given too.
    MsPASSError
        A parameter is missing or out of range (severity Fatal).
    """

    def __init__(
        self,
        alg: str = "LeastSquares",
        pf: str | os.PathLike[str] | None = None,
        *,
        preset: str = DEFAULT_PRESET,
    ) -> None:
        if alg in _OLD_NAMES:
            warnings.warn(
                f"{alg} is a deprecated compatibility name; use {_OLD_NAMES[alg]}", DeprecationWarning, stacklevel=2
            )
        make, branches = _ALGORITHMS.get(_OLD_NAMES.get(alg, alg), (None, ()))
        if make is None:
            raise RuntimeError(
                f"RFdeconProcessor: alg must be one of {', '.join(_ALGORITHMS)}, found {alg!r}. libseis has no "
                "generalized iterative deconvolution; TimeDomainIterative works on one component at a time."
            )
        if preset not in _PRESETS:
            raise ValueError(f"RFdeconProcessor: preset must be one of {', '.join(_PRESETS)}, found {preset!r}")
        if pf is not None and preset != DEFAULT_PRESET:
            raise ValueError("RFdeconProcessor: give either pf or a preset, not both")
        self.algorithm, self.pf = alg, "RFdeconProcessor.pf" if pf is None else os.fspath(pf)
        self.md = _branch(AntelopePf(self.pf), branches)
        if pf is None:
            for key, value in _PRESETS[preset].items():
                if key not in _OF_SOME_ALGORITHMS or self.md.is_defined(key):
                    self.md[key] = value
            if damping := _PRESET_DAMPING.get((preset, _OLD_NAMES.get(alg, alg))):
                self.md["damping_factor"] = damping
        self.processor = make(self.md)

    def __getstate__(self) -> dict[str, Any]:
        # the engine is made again from the rest
        return {key: value for key, value in self.__dict__.items() if key != "processor"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        make, _ = _ALGORITHMS[_OLD_NAMES.get(self.algorithm, self.algorithm)]
        self.processor = make(self.md)

    @property
    def uses_noise(self) -> bool:
        """Whether the algorithm needs noise."""
        return self.processor.uses_noise

    @property
    def is_3c_engine(self) -> bool:
        """False: components are deconvolved one at a time."""
        return False

    def _window(self, name: str) -> TimeWindow:
        return TimeWindow(self.md.get_double(f"{name}_window_start"), self.md.get_double(f"{name}_window_end"))

    @property
    def dwin(self) -> TimeWindow:
        """The span of data and result, in seconds relative to P."""
        return self._window("deconvolution_data")

    @property
    def waveletwin(self) -> TimeWindow:
        """The span of the wavelet; by default that of the data."""
        return self._window("wavelet") if self.md.is_defined("wavelet_window_start") else self.dwin

    @property
    def nwin(self) -> TimeWindow:
        """The span of the noise, or an endless one if the algorithm uses none."""
        return self._window("noise") if self.uses_noise else TimeWindow()

    def _select(self, d: Any, dtype: str, component: int, window: TimeWindow | None, method: str) -> Any:
        """The TimeSeries or vector to use."""
        if dtype not in ("Seismogram", "TimeSeries", "raw_vector"):
            raise RuntimeError(
                f"RFdeconProcessor.{method}: dtype must be Seismogram, TimeSeries or raw_vector, found {dtype!r}"
            )
        if dtype == "raw_vector":
            if window is not None:
                raise RuntimeError(f"RFdeconProcessor.{method}: a raw_vector has no times, so window must be False")
            return np.array(d, dtype=np.float64)
        scalar = extract_component(d, component) if dtype == "Seismogram" else d
        if window is None:
            return scalar
        self._check(scalar, method)
        part = WindowDataAtomic(scalar, window.start, window.end)
        if part.dead():
            message = part.elog.get_error_log()[-1].message if part.elog.size() else "the datum is dead"
            raise MsPASSError(f"RFdeconProcessor.{method}: {message}", ErrorSeverity.Invalid)
        return part

    def _check(self, d: TimeSeries | Seismogram, method: str) -> None:
        dt = self.md.get_double("target_sample_interval")
        if abs(d.dt - dt) > 1e-3 * dt:
            raise MsPASSError(
                f"RFdeconProcessor.{method}: the data have a sampling interval of {d.dt} s and the parameters one of "
                f"{dt} s (target_sample_interval); resample the data",
                ErrorSeverity.Invalid,
            )
        if has_gaps(d):
            raise MsPASSError(f"RFdeconProcessor.{method}: the data have gaps; fill them first", ErrorSeverity.Invalid)

    def loaddata(self, d: Any, dtype: str = "Seismogram", component: int = 0, window: bool = False) -> None:
        """Load the data.

        Parameters
        ----------
        d
            A Seismogram, a TimeSeries or a vector, as `dtype` says.
        dtype
            "Seismogram", "TimeSeries" or "raw_vector".
        component
            Component of a Seismogram.
        window
            True to take the span `dwin`; otherwise the first sample is taken as the start of it.

        Raises
        ------
        RuntimeError
            `dtype` is something else, or a vector is to be cut.
        MsPASSError
            The data do not cover the span, or have another sampling interval (severity Invalid).
        """
        found = self._select(d, dtype, component, self.dwin if window else None, "loaddata")
        self.dvector = _values(found)

    def loadwavelet(
        self, w: Any, dtype: str = "Seismogram", component: int = 2, window: bool = False,
        wavelet_t0: float | None = None,
    ) -> None:  # fmt: skip
        """Load the wavelet.

        Parameters
        ----------
        w
            A Seismogram, a TimeSeries or a vector, as `dtype` says.
        dtype
            "Seismogram", "TimeSeries" or "raw_vector".
        component
            Component of a Seismogram.
        window
            True to take the span `waveletwin`, at its place in `dwin`; otherwise the first sample is taken as the start
            of `dwin`.
        wavelet_t0
            Time of the first sample of a vector in seconds, if that is not the start of `dwin`.

        Raises
        ------
        RuntimeError
            `dtype` is something else, or a vector is to be cut.
        ValueError
            `wavelet_t0` is given for data with times, or is not finite.
        MsPASSError
            The data do not cover the span, or the wavelet starts before `dwin` (severity Invalid).
        """
        if wavelet_t0 is not None and (dtype != "raw_vector" or not math.isfinite(wavelet_t0)):
            raise ValueError("RFdeconProcessor.loadwavelet: wavelet_t0 is a finite time, and only valid for raw_vector")
        found = self._select(w, dtype, component, self.waveletwin if window else None, "loadwavelet")
        start = found.t0 if window else wavelet_t0
        self.wvector = _values(found) if start is None else self._at(start, _values(found))

    def _at(self, start: float, x: Values) -> Values:
        """A vector that starts at a time, with zeros before it from the start of `dwin` on."""
        before = round((start - self.dwin.start) / self.md.get_double("target_sample_interval"))
        if before < 0:
            raise MsPASSError(
                f"RFdeconProcessor.loadwavelet: the wavelet starts at {start} s, before the data at "
                f"{self.dwin.start} s",
                ErrorSeverity.Invalid,
            )
        return np.concatenate((np.zeros(before), x))

    def loadnoise(self, n: Any, dtype: str = "Seismogram", component: int = 2, window: bool = False) -> None:
        """Load noise; algorithms that use none ignore it.

        Parameters
        ----------
        n
            A Seismogram, a TimeSeries or a vector, as `dtype` says.
        dtype
            "Seismogram", "TimeSeries" or "raw_vector".
        component
            Component of a Seismogram.
        window
            True to take the span `nwin`.

        Raises
        ------
        RuntimeError
            `dtype` is something else, or a vector is to be cut.
        MsPASSError
            The data do not cover the span (severity Invalid).
        """
        if self.uses_noise:
            self.nvector = _values(self._select(n, dtype, component, self.nwin if window else None, "loadnoise"))

    def _load(self) -> None:
        for name, load in (
            ("dvector", self.processor.loaddata), ("wvector", self.processor.loadwavelet),
            ("nvector", self.processor.loadnoise),
        ):  # fmt: skip
            if hasattr(self, name):
                load(getattr(self, name))

    def apply(self) -> DoubleVector:
        """Deconvolve what is loaded.

        Returns
        -------
        DoubleVector
            The receiver function: as many samples as data, from the start of `dwin` on.

        Raises
        ------
        MsPASSError
            Something is not loaded, or the wavelet is zero (severity Invalid).
        """
        self._load()
        self.processor.process()
        return self.processor.getresult()

    def actual_output(self) -> TimeSeries:
        """Return the wavelet after deconvolution by itself, with unit energy, centred on lag zero.

        Returns
        -------
        TimeSeries
            The wavelet of the result.
        """
        self.apply()
        return self.processor.actual_output()

    def output_shaping_wavelet(self) -> TimeSeries:
        """Return the wavelet that replaces a spike in the result, with unit energy, centred on lag zero.

        Returns
        -------
        TimeSeries
            The wavelet.
        """
        return self.processor.output_shaping_wavelet()

    def ideal_output(self) -> TimeSeries:
        """Return the same as output_shaping_wavelet.

        Returns
        -------
        TimeSeries
            The wavelet.
        """
        return self.output_shaping_wavelet()

    def inverse_filter(self) -> TimeSeries:
        """Return the inverse filter in time.

        Returns
        -------
        TimeSeries
            The filter, centred on lag zero.

        Raises
        ------
        MsPASSError
            The algorithm works in time and has none (severity Invalid).
        """
        self.apply()
        inverse = getattr(self.processor, "inverse_wavelet", None)
        if inverse is None:
            raise MsPASSError(f"{self.algorithm} has no inverse filter", ErrorSeverity.Invalid)
        found: TimeSeries = inverse()
        return found

    def QCMetrics(self, prediction_error_key: str = "prediction_error") -> dict[str, Any]:
        """Return the parameters, and what is known of the last result.

        Parameters
        ----------
        prediction_error_key
            Name of the distance of actual from ideal output, relative to the latter.

        Returns
        -------
        dict
            Values by name.
        """
        metrics = dict(self.md) | {"algorithm": self.algorithm} | dict(self.processor.QCMetrics())
        actual, ideal = (np.asarray(d.data) for d in (self.processor.actual_output(), self.output_shaping_wavelet()))
        metrics[prediction_error_key] = float(np.linalg.norm(actual - ideal) / np.linalg.norm(ideal))
        return metrics

    def change_parameters(self, md: Metadata) -> None:
        """Take other parameters for the same algorithm.

        Parameters
        ----------
        md
            All parameters.
        """
        self.processor.changeparameter(md)
        self.md = Metadata(md)


def _values(d: Any) -> Values:
    return np.array(samples(d) if isinstance(d, TimeSeries) else d, dtype=np.float64)


def _vector(values: Any, name: str) -> DoubleVector | TimeSeries:
    """A TimeSeries, or a vector of numbers; TypeError for anything else."""
    if isinstance(values, TimeSeries):
        return values
    try:
        if np.ndim(values) > 1:
            raise TypeError
        found = np.asarray(values if isinstance(values, np.ndarray) else list(values), dtype=np.float64)
    except (TypeError, ValueError):
        found = np.zeros((0, 0))
    if found.ndim != 1:
        raise TypeError(f"RFdecon: {name} must be a TimeSeries or a one-dimensional numeric iterable")
    return DoubleVector(found)


@mspass_func_wrapper
def RFdecon(
    d: Seismogram,
    alg: str = "LeastSquares",
    pf: str | os.PathLike[str] | None = None,
    *,
    engine: RFdeconProcessor | None = None,
    preset: str = DEFAULT_PRESET,
    wavelet: Any = None,
    wavelet_t0: float | None = None,
    noisedata: Any = None,
    wcomp: int = 2,
    ncomp: int = 2,
    QCdocument_key: str = "RFdecon_properties",
    handles_ensembles: bool = False,
    checks_arg0_type: bool = True,
    handles_dead_data: bool = True,
) -> Any:
    """Compute the receiver function of a Seismogram: all components deconvolved by one wavelet.

    Times are relative to P (see `ator`). Wavelet and noise are cut out of components of the datum if none are given. A
    datum that does not cover the windows, or has another sampling interval, is killed.

    Parameters
    ----------
    d
        The datum.
    alg
        Algorithm; see RFdeconProcessor.
    pf
        Parameter file.
    engine
        A processor to use again, in place of `alg`, `pf` and `preset`.
    preset
        Parameters without a file.
    wavelet
        A TimeSeries, or numbers.
    wavelet_t0
        Time of the first number; without it, the start of the data window.
    noisedata
        A TimeSeries, or numbers.
    wcomp
        Component that is the wavelet.
    ncomp
        Component that the noise is from.
    QCdocument_key
        Metadata name of the parameters and of what is known of the result, a dict.
    handles_ensembles
        Option of MsPASS's function wrapper.
    checks_arg0_type
        Option of MsPASS's function wrapper.
    handles_dead_data
        Option of MsPASS's function wrapper.

    Returns
    -------
    Seismogram
        A new datum with the receiver function over the data window, or `d` itself if it is dead.

    Raises
    ------
    TypeError
        `d`, `engine`, `wavelet` or `noisedata` is something else.
    """
    if not isinstance(d, Seismogram):
        raise TypeError(f"RFdecon:  arg0 is of type={type(d)}.  Must be a Seismogram object")
    if engine is not None and not isinstance(engine, RFdeconProcessor):
        raise TypeError(f"RFdecon: engine must be an RFdeconProcessor, found {type(engine).__name__}")
    if d.dead():
        return d
    for name, component in (("wcomp", wcomp), ("ncomp", ncomp)):
        if component not in (0, 1, 2):
            raise ValueError(f"RFdecon: {name} must be 0, 1 or 2, found {component!r}")
    given_wavelet = None if wavelet is None else _vector(wavelet, "wavelet")
    given_noise = None if noisedata is None else _vector(noisedata, "noisedata")
    processor = engine or RFdeconProcessor(alg, pf, preset=preset)
    window = processor.dwin
    processor._check(d, "apply")
    if isinstance(given_wavelet, TimeSeries):
        processor._check(given_wavelet, "loadwavelet")
        processor.loadwavelet(samples(given_wavelet), dtype="raw_vector", wavelet_t0=given_wavelet.t0)
    elif given_wavelet is not None:
        processor.loadwavelet(given_wavelet, dtype="raw_vector", wavelet_t0=wavelet_t0)
    else:
        processor.loadwavelet(d, window=True, component=wcomp)
    if processor.uses_noise:
        if given_noise is None:
            processor.loadnoise(d, window=True, component=ncomp)
        else:
            kind = "TimeSeries" if isinstance(given_noise, TimeSeries) else "raw_vector"
            processor.loadnoise(given_noise, dtype=kind)
    result: Any = WindowDataAtomic(d, window.start, window.end)
    if result.dead():
        return result
    x = samples(result)
    rows = []
    for k in range(3):
        processor.loaddata(result, component=k)
        rows.append(np.asarray(processor.apply()))
    x[:] = rows
    if not np.isfinite(x).all():
        raise MsPASSError(
            "RFdecon: the result is not finite; see the data for samples that are not", ErrorSeverity.Invalid
        )
    result[QCdocument_key] = processor.QCMetrics()
    return result
