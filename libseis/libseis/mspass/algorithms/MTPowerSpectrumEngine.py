"""Multitaper power spectra with weighted tapers (names of mspasspy.algorithms.MTPowerSpectrumEngine).

MsPASS wraps the `multitaper` package (Prieto 2022), which is under the GPL; here the tapers are scipy's, and the
weights those of Thomson (1982).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.mspass.algorithms.multitaper import _dead_spectrum
from libseis.objects.metadata import Metadata
from libseis.objects.powerspectrum import PowerSpectrum
from libseis.objects.samples import has_gaps, samples
from libseis.objects.timeseries import TimeSeries
from libseis.signal.multitaper import Tapers, Weighting, power_spectrum, slepian_tapers

__all__ = ["MTPowerSpectrumEngine"]


class _Estimate:
    """What the last call of `apply` computed, under the names of multitaper.MTSpec."""

    def __init__(self, engine: MTPowerSpectrumEngine, dt: float, spec: NDArray[np.float64]) -> None:
        self.npts, self.nfft, self.dt = engine.winsize, engine.nfft, dt
        self.nw, self.kspec, self.iadapt = engine.tbp, engine.number_tapers, engine.iadapt
        self.df = 1.0 / (dt * engine.nfft)
        self.vn, self.lamb = engine.vn, engine.lamb
        self.spec = spec
        self.freq: NDArray[np.float64] = np.arange(len(spec), dtype=np.float64) * self.df


class MTPowerSpectrumEngine:
    """Multitaper power spectra (Thomson 1982) of windows of one length, with a choice of weights.

    Spectra are one-sided, in units squared per Hz: the sum times df is the mean square of the samples. `number_tapers`
    and `nfft` are attributes, `vn` the tapers, shape (winsize, number_tapers), and `lamb` the share of energy that each
    has inside its band.

    Parameters
    ----------
    winsize
        Number of samples of a window.
    tbp
        Time-bandwidth product: spectra are smoothed over 2 tbp / (npts dt) Hz.
    number_tapers
        Number of tapers.
    nfft
        Length of the transforms, at least `winsize`; 0 for twice `winsize`.
    iadapt
        Weights of the tapers: 0 for adaptive ones, 1 for equal ones, 2 for their eigenvalues.

    Raises
    ------
    MsPASSError
        There are no such tapers.
    ValueError
        `iadapt` has another value.
    """

    def __init__(self, winsize: int, tbp: float, number_tapers: int, nfft: int = 0, iadapt: int = 0) -> None:
        self.winsize, self.tbp, self.number_tapers, self.iadapt = winsize, tbp, number_tapers, iadapt
        self.nfft = max(nfft, winsize) if nfft else 2 * winsize
        self._weighting = Weighting(iadapt)
        tapers = slepian_tapers(winsize, tbp, number_tapers)
        self.vn, self.lamb = tapers.values.T, tapers.concentrations
        self.MTSpec_instance: _Estimate | None = None

    def apply(self, d: Any, dt: float = 1.0) -> PowerSpectrum:
        """Compute the power spectrum of a window.

        Parameters
        ----------
        d
            A TimeSeries, or a one-dimensional array, with `winsize` samples.
        dt
            Sampling interval of an array in seconds; a TimeSeries has its own.

        Returns
        -------
        PowerSpectrum
            The spectrum, with the Metadata of a TimeSeries; dead, with the reason on its elog, for a TimeSeries that is
            dead or has gaps.

        Raises
        ------
        TypeError
            `d` is something else.
        ValueError
            `d` has another number of samples.
        """
        if isinstance(d, TimeSeries):
            x, dt, metadata = samples(d), d.dt, Metadata(d)
        elif isinstance(d, np.ndarray):
            if d.ndim != 1:
                raise TypeError(f"MTPowerSpectrumEngine.apply: an array must be one-dimensional, found shape {d.shape}")
            x, metadata = np.asarray(d, dtype=np.float64), Metadata({"npts": len(d), "delta": dt})
        else:
            raise TypeError(
                "MTPowerSpectrumEngine.apply: arg0 must be a TimeSeries, DoubleVector or numpy array, "
                f"found {type(d).__name__}"
            )
        if len(x) != self.winsize:
            raise ValueError(
                f"MTPowerSpectrumEngine.apply: the length {len(x)} of the data does not match winsize {self.winsize}"
            )
        if isinstance(d, TimeSeries) and (d.dead() or has_gaps(d)):
            return _dead_spectrum("the datum is dead" if d.dead() else "the datum has gaps; fill or split them first")
        spec = power_spectrum(np.ascontiguousarray(x), dt, Tapers(self.vn.T, self.lamb), self.nfft, self._weighting)
        made = self.MTSpec_instance = _Estimate(self, dt, spec)
        for key in ("dt", "df", "nw", "kspec", "nfft", "npts"):
            metadata[f"MTSpec_{key}"] = getattr(made, key)
        metadata["time_bandwidth_product"], metadata["number_tapers"] = self.tbp, self.number_tapers
        return PowerSpectrum(metadata, spec, made.df, "multitaper.MTSpec", 0.0, dt, len(x))

    def frequencies(self) -> NDArray[np.float64]:
        """Return the frequencies of the last spectrum in Hz, shape (nfft // 2 + 1,).

        Raises
        ------
        MsPASSError
            `apply` was not called yet, so that the sampling interval is not known (severity Fatal).
        """
        return self._made("frequencies").freq

    def time_bandwidth_product(self) -> float:
        """Return the time-bandwidth product."""
        return self.tbp

    def set_df(self, df: float) -> None:
        """Set the frequency interval of the last spectrum.

        Parameters
        ----------
        df
            Interval in Hz.

        Raises
        ------
        MsPASSError
            `apply` was not called yet (severity Fatal).
        """
        made = self._made("set_df")
        made.df = df
        made.freq = np.arange(len(made.freq), dtype=np.float64) * df

    def _made(self, method: str) -> _Estimate:
        if self.MTSpec_instance is None:
            raise MsPASSError(
                f"MTPowerSpectrumEngine.{method}: nothing is computed yet; call apply first.", ErrorSeverity.Fatal
            )
        return self.MTSpec_instance
