"""MTPowerSpectrumEngine of mspasspy.ccore: multitaper power spectra of windows that all have the same length."""

from __future__ import annotations

import math
import warnings
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.objects.doublevector import DoubleVector
from libseis.objects.metadata import Metadata
from libseis.objects.powerspectrum import PowerSpectrum
from libseis.objects.samples import has_gaps, samples
from libseis.objects.timeseries import TimeSeries
from libseis.signal.multitaper import power_spectrum, slepian_tapers

ALGORITHM = "MTPowerSpectrumEngine"
DT_TOLERANCE = 0.001
"""Sampling intervals that differ by less than this share are the same."""


def _dead_spectrum(message: str) -> PowerSpectrum:
    """An empty spectrum that says why there is none."""
    spectrum = PowerSpectrum()
    spectrum.elog.log_error(ALGORITHM, message, ErrorSeverity.Invalid)
    return spectrum


def _transform_length(winsize: int, nfft: int) -> int:
    """MsPASS's rule: `nfft`, or the next power of two above `winsize` if `nfft` is less."""
    return nfft if nfft >= winsize else 1 << winsize.bit_length()


class MTPowerSpectrumEngine:
    """Multitaper power spectra (Thomson 1982) of windows of one length: all tapers have the same weight.

    The tapers are Slepian sequences of unit energy. Spectra are one-sided, in units squared per Hz: the sum times df is
    the mean square of the samples.

    Parameters
    ----------
    winsize
        Number of samples of a window, or an engine to copy; nothing for an empty engine.
    tbp
        Time-bandwidth product: spectra are smoothed over 2 tbp / (npts dt) Hz.
    ntapers
        Number of tapers, at most 2 tbp.
    nfft
        Length of the transforms; if it is less than `winsize`, the next power of two above `winsize`.
    dt
        Sampling interval of the windows in seconds.

    Raises
    ------
    MsPASSError
        A value is out of range (severity Fatal).
    """

    def __init__(
        self, winsize: int | MTPowerSpectrumEngine = 0, tbp: float = 0.0, ntapers: int = 0, nfft: int = -1,
        dt: float = 1.0,
    ) -> None:  # fmt: skip
        if isinstance(winsize, MTPowerSpectrumEngine):
            self.__dict__.update(winsize.__dict__)
            return
        self._winsize, self._tbp, self._ntapers, self._nfft = int(winsize), float(tbp), int(ntapers), 0
        self._dt = self._df = 1.0
        if not (winsize or tbp or ntapers):
            return
        for name, value in (("winsize", winsize), ("tbp", tbp), ("ntapers", ntapers), ("dt", dt)):
            if not (math.isfinite(value) and value > 0):
                raise MsPASSError(
                    f"{ALGORITHM}: {name} must be finite and positive, found {value}.", ErrorSeverity.Fatal
                )
        most = int(2.0 * tbp)
        if ntapers > most:
            warnings.warn(
                f"{ALGORITHM}: a time-bandwidth product of {tbp:g} has {most} good tapers; {most} are used, not "
                f"{ntapers}.",
                stacklevel=2,
            )
            self._ntapers = most
        self._nfft = _transform_length(self._winsize, int(nfft))
        self._dt = float(dt)
        self.set_df(self._dt)
        slepian_tapers(self._winsize, self._tbp, self._ntapers)  # to refuse values out of range now

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.__dict__)

    @overload
    def apply(self, d: TimeSeries) -> PowerSpectrum: ...
    @overload
    def apply(self, d: ArrayLike) -> DoubleVector: ...
    def apply(self, d: Any) -> Any:
        """Compute the power spectrum of a window.

        A TimeSeries of another length is cut, or filled with zeros, and the elog of the spectrum says so. The spectrum
        of dead data, of data with gaps or with another sampling interval is dead, with the reason on its elog.

        Parameters
        ----------
        d
            A TimeSeries, or a vector with one number per sample of the window.

        Returns
        -------
        PowerSpectrum or DoubleVector
            The spectrum of a TimeSeries with its Metadata, or the power of each bin for a vector.

        Raises
        ------
        MsPASSError
            A vector has another length than the window (severity Invalid).
        """
        if isinstance(d, TimeSeries):
            return self._apply_to_datum(d)
        x = np.ascontiguousarray(d, dtype=np.float64)
        if x.ndim != 1 or len(x) != self._winsize:
            raise MsPASSError(
                f"{ALGORITHM}.apply: a vector of {self._winsize} samples is wanted, found shape {x.shape}.",
                ErrorSeverity.Invalid,
            )
        return DoubleVector(self._power(x))

    def _power(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        tapers = slepian_tapers(self._winsize, self._tbp, self._ntapers)
        return power_spectrum(x, 1.0 / (self._df * self._nfft), tapers, self._nfft)

    def _apply_to_datum(self, d: TimeSeries) -> PowerSpectrum:
        if d.dead() or not self._winsize:
            return _dead_spectrum("the datum is dead" if d.dead() else "the engine has no window size")
        if abs(d.dt - self._dt) > DT_TOLERANCE * self._dt:
            return _dead_spectrum(f"the datum has a sampling interval of {d.dt} s and the engine one of {self._dt} s")
        if has_gaps(d):
            return _dead_spectrum(f"the datum has {len(d.gaps)} gap(s); fill or split them first")
        x = samples(d)
        if len(x) < self._winsize:
            x = np.concatenate((x, np.zeros(self._winsize - len(x))))
        spectrum = PowerSpectrum(
            Metadata(d), self._power(x[: self._winsize]), self._df, "Multitaper", 0.0, d.dt, d.npts
        )
        spectrum["time_bandwidth_product"] = self._tbp
        spectrum["number_tapers"] = self._ntapers
        if d.npts != self._winsize:
            done = "cut" if d.npts > self._winsize else "filled with zeros"
            spectrum.elog.log_error(
                ALGORITHM,
                f"the window has {d.npts} samples and the tapers {self._winsize}; it was {done}, the spectrum may be "
                "unreliable",
                ErrorSeverity.Suspect,
            )
        return spectrum

    def frequencies(self) -> DoubleVector:
        """Return the frequencies of the bins in Hz, shape (nf,)."""
        return DoubleVector(self._df * np.arange(self.nf()))

    def df(self) -> float:
        """Return the frequency interval in Hz."""
        return self._df

    def set_df(self, dt: float) -> float:
        """Set the frequency interval to that of windows with another sampling interval.

        Parameters
        ----------
        dt
            Sampling interval in seconds.

        Returns
        -------
        float
            The frequency interval in Hz.
        """
        if self._nfft:
            self._df = 1.0 / (dt * self._nfft)
        return self._df

    def nf(self) -> int:
        """Return the number of bins."""
        return self._nfft // 2 + 1 if self._nfft else 0

    def nfft(self) -> int:
        """Return the length of the transforms."""
        return self._nfft

    def taper_length(self) -> int:
        """Return the number of samples of a window."""
        return self._winsize

    def time_bandwidth_product(self) -> float:
        """Return the time-bandwidth product."""
        return self._tbp

    def number_tapers(self) -> int:
        """Return the number of tapers."""
        return self._ntapers


def _rebuild(cls: type[MTPowerSpectrumEngine], state: dict[str, Any]) -> MTPowerSpectrumEngine:
    engine = cls()
    engine.__dict__.update(state)
    return engine
