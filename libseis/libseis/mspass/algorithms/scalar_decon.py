"""Deconvolution engines for one wavelet and one series of data (names of mspasspy.ccore.algorithms.deconvolution).

Parameters are Metadata with the names of MsPASS's parameter files. The vectors of data and wavelet start at the start
of the window in the parameters, and so does the result; lag zero is at time zero.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from libseis.enums import ErrorSeverity, TimeReferenceType
from libseis.errors import MsPASSError
from libseis.objects.doublevector import DoubleVector
from libseis.objects.metadata import Metadata
from libseis.objects.timeseries import TimeSeries
from libseis.signal import deconvolution as rules
from libseis.signal.multitaper import power_spectrum, slepian_tapers

Values = NDArray[np.float64]


def _fatal(text: str) -> MsPASSError:
    return MsPASSError(text, ErrorSeverity.Fatal)


def _positive(md: Metadata, key: str) -> float:
    value = md.get_double(key)
    if not (math.isfinite(value) and value > 0.0):
        raise _fatal(f"{key} must be positive, found {value}: without it holes of the wavelet's spectrum are infinite")
    return value


def _centred(x: Values, dt: float) -> TimeSeries:
    """A live relative TimeSeries of a wrapped vector, with time zero in its middle."""
    d = TimeSeries(len(x))
    d.dt, d.tref, d.t0 = dt, TimeReferenceType.Relative, -dt * (len(x) // 2)
    d.data[:] = np.roll(x, len(x) // 2)
    d.set_live()
    return d


def _unit(d: TimeSeries) -> TimeSeries:
    norm = float(np.linalg.norm(d.data))
    if norm > 0.0:
        d.data[:] = np.asarray(d.data) / norm
    return d


class ScalarDecon:
    """What all engines share; each subclass is one algorithm.

    Parameters
    ----------
    md
        Parameters: deconvolution_data_window_start and _end (s), target_sample_interval (s), operator_nfft (least
        length of the transforms), shaping_wavelet_type with those of its type, and those of the algorithm.

    Raises
    ------
    MsPASSError
        A parameter is missing or out of range.
    """

    uses_noise = False

    def __init__(self, md: Metadata) -> None:
        self._data = self._wavelet = self._noise = np.zeros(0)
        self._result = np.zeros(0)
        self.changeparameter(md)

    def changeparameter(self, md: Metadata) -> None:
        """Take other parameters.

        Parameters
        ----------
        md
            The parameters.
        """
        start, end = (md.get_double(f"deconvolution_data_window_{side}") for side in ("start", "end"))
        self._dt = _positive(md, "target_sample_interval")
        if not start < end:
            raise _fatal(f"the deconvolution data window must start before it ends, found {start} to {end} s")
        if start > 0.0:
            raise _fatal(f"the deconvolution data window must contain time zero, found {start} to {end} s")
        self._window = round((end - start) / self._dt) + 1
        least = max(int(_positive(md, "operator_nfft")), 2 * self._window)
        self._nfft = 1 << (least - 1).bit_length()
        self._shift = round(-start / self._dt)
        self._shape = self._shaping(md)
        self._read(md)

    def change_parameter(self, md: Metadata) -> None:
        """Take other parameters: the same as changeparameter.

        Parameters
        ----------
        md
            The parameters.
        """
        self.changeparameter(md)

    def _shaping(self, md: Metadata) -> rules.Spectrum:
        kind = md.get_string("shaping_wavelet_type").lower()
        if kind == rules.Shape.RICKER:
            return rules.ricker(_positive(md, "shaping_wavelet_frequency"), self._dt, self._nfft)
        if kind == rules.Shape.GAUSSIAN:
            return rules.gaussian(_positive(md, "shaping_wavelet_frequency"), self._dt, self._nfft)
        if kind == rules.Shape.BUTTERWORTH:
            low, high = ((md.get_long(f"npoles_{s}"), md.get_double(f"f3db_{s}")) for s in ("lo", "hi"))
            return rules.butterworth(low, high, self._dt, self._nfft)
        if kind == rules.Shape.NONE:
            return np.ones(self._nfft // 2 + 1, np.complex128)
        raise _fatal(f"shaping_wavelet_type must be one of {', '.join(rules.Shape)}, found {kind!r}")

    def _read(self, md: Metadata) -> None:
        """Take the parameters of the algorithm."""
        raise NotImplementedError

    def _deconvolve(self, x: Values) -> Values:
        """The result for data `x`: len(x) samples from lag -shift on."""
        raise NotImplementedError

    def _vector(self, x: ArrayLike, name: str) -> Values:
        values = np.array(x, dtype=np.float64)
        if values.ndim != 1 or len(values) > self._nfft:
            raise MsPASSError(
                f"{type(self).__name__}: {name} must be a vector of at most {self._nfft} samples, found shape "
                f"{values.shape}",
                ErrorSeverity.Invalid,
            )
        return values

    def loaddata(self, d: ArrayLike) -> None:
        """Load the data.

        Parameters
        ----------
        d
            A vector from the start of the window on.
        """
        self._data = self._vector(d, "data")

    def loadwavelet(self, w: ArrayLike) -> None:
        """Load the wavelet.

        Parameters
        ----------
        w
            A vector from the start of the window on.
        """
        self._wavelet = self._vector(w, "wavelet")

    def load(self, w: ArrayLike, d: ArrayLike, n: ArrayLike | None = None) -> None:
        """Load wavelet, data and noise.

        Parameters
        ----------
        w
            The wavelet.
        d
            The data.
        n
            The noise, for the algorithms that use it.
        """
        self.loadwavelet(w)
        self.loaddata(d)
        if n is not None:
            self.loadnoise(n)

    def loadnoise(self, n: ArrayLike) -> None:
        """Load noise; algorithms that use none ignore it.

        Parameters
        ----------
        n
            A vector of any length.
        """
        self._noise = np.array(n, dtype=np.float64)

    def process(self) -> None:
        """Deconvolve what is loaded.

        Raises
        ------
        MsPASSError
            Something is not loaded, or the wavelet is zero (severity Invalid).
        """
        for name, values in (("data", self._data), ("wavelet", self._wavelet), ("noise", self._noise)):
            if not len(values) and (name != "noise" or self.uses_noise):
                raise MsPASSError(f"{type(self).__name__}.process: no {name} is loaded", ErrorSeverity.Invalid)
        self._result = np.zeros(0)
        self._prepare()
        self._result = self._deconvolve(self._data)

    def _prepare(self) -> None:
        """Compute everything that depends only on wavelet and noise."""

    def getresult(self) -> DoubleVector:
        """Return the result of the last `process`: as many samples as data, from the start of the window on."""
        return DoubleVector(self._result)

    def actual_output(self) -> TimeSeries:
        """Return what the engine makes of its wavelet, of unit energy, centred on lag zero."""
        x = np.zeros(self._nfft)
        found = self._deconvolve(np.concatenate((self._wavelet, np.zeros(self._nfft - len(self._wavelet)))))
        x[: len(found)] = found
        return _unit(_centred(np.roll(x, -self._shift), self._dt))

    def resolution_kernel(self) -> TimeSeries:
        """Return the same as actual_output."""
        return self.actual_output()

    def output_shaping_wavelet(self) -> TimeSeries:
        """Return the wavelet that replaces a spike in the result, with unit energy, centred on lag zero."""
        return _unit(_centred(rules.series_of(self._shape, self._nfft), self._dt))

    def ideal_output(self) -> TimeSeries:
        """Return the same as output_shaping_wavelet."""
        return self.output_shaping_wavelet()

    def QCMetrics(self) -> Metadata:
        """Return measures of the quality of the last `process`."""
        md = Metadata({"decon_operator": type(self).__name__, "decon_operator_nfft": self._nfft})
        md["decon_operator_sample_shift"] = self._shift
        md["decon_processed"] = len(self._result) > 0
        for key, value in self._metrics().items():
            md[key] = value
        return md

    def _metrics(self) -> dict[str, Any]:
        return {}


class _InverseFilter(ScalarDecon):
    """An algorithm with an inverse filter by frequency."""

    def _prepare(self) -> None:
        self._inverse = self._invert(self._wavelet)

    def _invert(self, w: Values) -> rules.Spectrum:
        raise NotImplementedError

    def _deconvolve(self, x: Values) -> Values:
        return rules.apply_spectrum(self._inverse * self._shape, x, self._nfft, self._shift, len(x))

    def actual_output(self) -> TimeSeries:
        """Return what the engine makes of its wavelet, of unit energy, centred on lag zero."""
        spectrum = self._inverse * self._shape * rules.spectrum_of(self._wavelet, self._nfft)
        return _unit(_centred(rules.series_of(spectrum, self._nfft), self._dt))

    def inverse_wavelet(self, t0parent: float = 0.0) -> TimeSeries:
        """Return the inverse filter in time.

        Parameters
        ----------
        t0parent
            Time of lag zero in seconds.

        Returns
        -------
        TimeSeries
            The filter.
        """
        d = _centred(rules.series_of(self._inverse * self._shape, self._nfft), self._dt)
        d.t0 += t0parent
        return d


class LeastSquareDecon(_InverseFilter):
    """Damped least squares by frequency.

    damping_factor is relative, as in MsPASS, to the root mean square of the wavelet's samples, with zeros up to the
    length of the transforms.
    """

    def _read(self, md: Metadata) -> None:
        self._damping = _positive(md, "damping_factor")

    def _invert(self, w: Values) -> rules.Spectrum:
        return rules.damped_inverse(w, self._nfft, self._damping / math.sqrt(self._nfft))

    def _metrics(self) -> dict[str, Any]:
        return {"damping_factor": self._damping, "least_square_damping_factor": self._damping}


class WaterLevelDecon(_InverseFilter):
    """Spectral division with a water level (Clayton & Wiggins 1976).

    water_level is relative, as in MsPASS, to the root mean square of the wavelet's samples,
    with zeros up to the length of the transforms.
    """

    def _read(self, md: Metadata) -> None:
        self._level = _positive(md, "water_level")
        self._raised = 0.0

    def _invert(self, w: Values) -> rules.Spectrum:
        inverse, self._raised = rules.water_level_inverse(w, self._nfft, self._level / math.sqrt(self._nfft))
        return inverse

    def _metrics(self) -> dict[str, Any]:
        return {"water_level": self._level, "water_level_regularization_fraction": self._raised}


class _MultiTaper(_InverseFilter):
    """An algorithm that is damped by the multitaper spectrum of noise."""

    uses_noise = True

    def _read(self, md: Metadata) -> None:
        self._damping = _positive(md, "damping_factor")
        self._product = _positive(md, "time_bandwidth_product")
        self._tapers = min(md.get_long("number_tapers"), int(2 * self._product))

    def _expected(self, npts: int) -> rules.Noise:
        n = len(self._noise)
        power = power_spectrum(self._noise, self._dt, slepian_tapers(n, self._product, self._tapers), 2 * n)
        return rules.expected_noise(power, 1.0 / (2 * n * self._dt), npts, self._dt, self._nfft)

    def _metrics(self) -> dict[str, Any]:
        return {
            "damping_factor": self._damping,
            "time_bandwidth_product": self._product,
            "number_tapers": self._tapers,
        }

    def get_taperlen(self) -> int:
        """Return the number of samples of a taper: that of the noise."""
        return len(self._noise)

    def get_number_tapers(self) -> int:
        """Return the number of tapers."""
        return self._tapers

    def get_time_bandwidth_product(self) -> float:
        """Return the time-bandwidth product."""
        return self._product


class MultiTaperXcorDecon(_MultiTaper):
    """Cross-correlation over power, damped by the multitaper spectrum of noise (Park & Levin 2000)."""

    def _invert(self, w: Values) -> rules.Spectrum:
        return rules.noise_damped_inverse(w, self._nfft, self._expected(len(w)), self._damping)


class MultiTaperSpecDivDecon(_MultiTaper):
    """Spectral division with the multitaper spectrum of noise as the water level."""

    def _invert(self, w: Values) -> rules.Spectrum:
        return rules.noise_level_inverse(w, self._nfft, self._expected(len(w)), self._damping)


class _Shaped(ScalarDecon):
    """An algorithm in time whose result is shaped afterwards."""

    def _series(self, x: Values) -> Values:
        raise NotImplementedError

    def _deconvolve(self, x: Values) -> Values:
        return rules.apply_spectrum(self._shape, self._series(x), self._nfft, 0, len(x))


class TimeDomainLeastSquareDecon(_Shaped):
    """Damped least squares in time; damping_factor is a share of the wavelet's energy."""

    def _read(self, md: Metadata) -> None:
        self._damping = _positive(md, "damping_factor")

    def _series(self, x: Values) -> Values:
        return rules.least_squares(x, self._wavelet, self._shift, len(x), self._damping)

    def _metrics(self) -> dict[str, Any]:
        return {"damping_factor": self._damping}


class TimeDomainIterativeDecon(_Shaped):
    """A sum of spikes, the largest first (Ligorria & Ammon 1999).

    maximum_iterations is the largest number of spikes; minimum_improvement is the share of the data's energy that each
    must explain. As in the paper, data and wavelet are first smoothed by the shaping wavelet.
    """

    def _read(self, md: Metadata) -> None:
        self._most = int(_positive(md, "maximum_iterations"))
        self._least = _positive(md, "minimum_improvement")
        self._found = rules.Spikes(np.zeros(0), 0.0, 0)

    def _series(self, x: Values) -> Values:
        data, wavelet = (rules.apply_spectrum(self._shape, v, self._nfft, 0, len(v)) for v in (x, self._wavelet))
        self._found = rules.iterative(data, wavelet, self._shift, len(x), self._most, self._least)
        return self._found.series

    def process(self) -> None:
        """Deconvolve what is loaded.

        Raises
        ------
        MsPASSError
            Something is not loaded, or the wavelet is zero (severity Invalid).
        """
        super().process()
        self._of_data = self._found

    def _metrics(self) -> dict[str, Any]:
        found = getattr(self, "_of_data", self._found)
        return {"iteration_count": found.rounds, "residual_energy_fraction": found.misfit}
