"""CNRDeconEngine of mspasspy.ccore: deconvolution damped by coloured noise, shaped to the band of the signal."""

from __future__ import annotations

import numpy as np

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.mspass.algorithms.multitaper import DT_TOLERANCE, MTPowerSpectrumEngine, _dead_spectrum
from libseis.mspass.algorithms.scalar_decon import _centred, _fatal, _positive, _unit
from libseis.mspass.antelope_pf import AntelopePf
from libseis.objects.metadata import Metadata
from libseis.objects.powerspectrum import PowerSpectrum
from libseis.objects.samples import has_gaps, samples
from libseis.objects.seismogram import Seismogram
from libseis.objects.timeseries import TimeSeries
from libseis.signal import deconvolution as rules
from libseis.signal.components import extract_component

ALGORITHMS = ("colored_noise_damping", "generalized_water_level")


class CNRDeconEngine:
    """Deconvolution of all components by one wavelet, damped at each frequency by the noise there.

    The inverse is conj(W) / (|W|^2 + damping^2 |N|^2), a Wiener filter, or for the algorithm generalized_water_level
    conj(W) / max(|W|^2, damping^2 |N|^2). N is the multitaper spectrum of noise before the signal; where it is less
    than noise_floor times its largest amplitude it counts as that. The result is shaped by a zero phase Butterworth
    filter of the band in which the signal is above the noise (Wang & Pavlis 2016 on shaping wavelets).

    Parameters
    ----------
    pf
        Parameters: algorithm, damping_factor, noise_floor, snr_regularization_floor, target_sample_interval,
        operator_nfft, deconvolution_data_window_start and _end, time_bandwidth_product, number_tapers, npoles_lo,
        npoles_hi, f3db_lo and f3db_hi. CNRDeconEngine.pf is packaged.

    Raises
    ------
    MsPASSError
        A parameter is missing or out of range.
    """

    def __init__(self, pf: AntelopePf | Metadata) -> None:
        self._md = md = Metadata(pf)
        self._algorithm = md.get_string("algorithm")
        if self._algorithm not in ALGORITHMS:
            raise _fatal(f"CNRDeconEngine: algorithm must be one of {', '.join(ALGORITHMS)}, found {self._algorithm}")
        self._damping, self._dt = _positive(md, "damping_factor"), _positive(md, "target_sample_interval")
        self._floor, self._reliable = md.get_double("noise_floor"), md.get_double("snr_regularization_floor")
        self._product, self._tapers = _positive(md, "time_bandwidth_product"), md.get_long("number_tapers")
        self._poles = md.get_long("npoles_lo"), md.get_long("npoles_hi")
        start, end = (md.get_double(f"deconvolution_data_window_{side}") for side in ("start", "end"))
        least = max(int(_positive(md, "operator_nfft")), 2 * (round((end - start) / self._dt) + 1))
        self._nfft = 1 << (least - 1).bit_length()
        self._band = md.get_double("f3db_lo"), md.get_double("f3db_hi")
        self._shape = self._shaping(*self._band)
        self._inverse: rules.Spectrum | None = None
        self._start, self._share = 0.0, 0.0

    def _shaping(self, low: float, high: float) -> rules.Spectrum:
        # corners must be inside the spectrum; a band may reach its ends
        df, nyquist = 1.0 / (self._nfft * self._dt), 0.5 / self._dt
        corners = max(low, df), min(high, 0.99 * nyquist)
        return rules.butterworth((self._poles[0], corners[0]), (self._poles[1], corners[1]), self._dt, self._nfft)

    def get_operator_dt(self) -> float:
        """Return the sampling interval in seconds that data must have."""
        return self._dt

    def _check(self, d: TimeSeries | Seismogram) -> None:
        if abs(d.dt - self._dt) > DT_TOLERANCE * self._dt:
            raise MsPASSError(
                f"CNRDeconEngine: the data have a sampling interval of {d.dt} s and the engine one of {self._dt} s",
                ErrorSeverity.Invalid,
            )
        if d.npts > self._nfft:
            raise MsPASSError(
                f"CNRDeconEngine: the data have {d.npts} samples and transforms {self._nfft}; cut the data",
                ErrorSeverity.Invalid,
            )
        if has_gaps(d):
            raise MsPASSError("CNRDeconEngine: the data have gaps; fill them first", ErrorSeverity.Invalid)

    def compute_noise_spectrum(self, n: TimeSeries) -> PowerSpectrum:
        """Compute the multitaper spectrum of noise.

        Parameters
        ----------
        n
            The noise.

        Returns
        -------
        PowerSpectrum
            The spectrum; dead, with the reason on its elog, if there is none.
        """
        if n.dead() or n.npts < 2 * self._tapers:
            return _dead_spectrum("the noise is dead" if n.dead() else f"the noise has {n.npts} samples only")
        try:
            engine = MTPowerSpectrumEngine(n.npts, self._product, self._tapers, 2 * n.npts, self._dt)
            return engine.apply(n)
        except MsPASSError as error:
            return _dead_spectrum(error.message)

    def compute_noise_spectrum_3C(self, n: Seismogram) -> PowerSpectrum:
        """Compute the mean of the multitaper spectra of three components of noise.

        Parameters
        ----------
        n
            The noise.

        Returns
        -------
        PowerSpectrum
            The spectrum; dead, with the reason on its elog, if there is none.
        """
        spectra = [self.compute_noise_spectrum(extract_component(n, k)) for k in range(3)]
        for spectrum in spectra:
            if spectrum.dead():
                return spectrum
        mean = PowerSpectrum(spectra[0])
        mean.spectrum = np.mean([np.asarray(s.spectrum) for s in spectra], axis=0)
        return mean

    def initialize_inverse_operator(self, wavelet: TimeSeries, noise_spectrum: PowerSpectrum) -> None:
        """Compute the inverse of a wavelet.

        Parameters
        ----------
        wavelet
            The wavelet; the data must start at the same time.
        noise_spectrum
            Spectrum of the noise.

        Raises
        ------
        MsPASSError
            The wavelet is zero, dead, too long or has another sampling interval; or the spectrum is dead (severity
            Invalid).
        """
        if wavelet.dead() or noise_spectrum.dead():
            raise MsPASSError(
                f"CNRDeconEngine: the {'wavelet' if wavelet.dead() else 'noise spectrum'} is dead",
                ErrorSeverity.Invalid,
            )
        self._check(wavelet)
        w = np.array(samples(wavelet))
        power = np.asarray(noise_spectrum.spectrum)
        noise = rules.expected_noise(power, noise_spectrum.df(), len(w), self._dt, self._nfft)
        raised = rules.Noise(np.maximum(noise.energy, self._floor**2 * noise.energy.max(initial=0.0)))
        if self._algorithm == "colored_noise_damping":
            self._inverse = rules.noise_damped_inverse(w, self._nfft, raised, self._damping)
        else:
            self._inverse = rules.noise_level_inverse(w, self._nfft, raised, self._damping)
        amplitude = np.abs(rules.spectrum_of(w, self._nfft))
        self._share = float(np.mean(amplitude < self._reliable * np.sqrt(raised.energy)))
        self._start = wavelet.t0

    def initialize_inverse_operator_TS(self, wavelet: TimeSeries, noise_data: TimeSeries) -> None:
        """Compute the inverse of a wavelet with the spectrum of noise data.

        Parameters
        ----------
        wavelet
            The wavelet.
        noise_data
            The noise.

        Raises
        ------
        MsPASSError
            As for initialize_inverse_operator.
        """
        self.initialize_inverse_operator(wavelet, self.compute_noise_spectrum(noise_data))

    def _ready(self) -> rules.Spectrum:
        if self._inverse is None:
            raise MsPASSError(
                "CNRDeconEngine: there is no inverse; call initialize_inverse_operator first", ErrorSeverity.Invalid
            )
        return self._inverse

    def process(self, d: Seismogram, psnoise: PowerSpectrum, fl: float, fh: float) -> Seismogram:
        """Deconvolve all components of a datum.

        Parameters
        ----------
        d
            The datum.
        psnoise
            Spectrum of its noise; the shaping wavelet is that of the band, so it is not looked at.
        fl
            Lower edge of the band in Hz.
        fh
            Upper edge of the band in Hz.

        Returns
        -------
        Seismogram
            A new datum with the same times.

        Raises
        ------
        MsPASSError
            There is no inverse, no such band, or the datum has another sampling interval (severity Invalid).
        """
        inverse = self._ready()
        self._check(d)
        if d.time_is_UTC():
            raise MsPASSError("CNRDeconEngine: times must be relative to P; see ator", ErrorSeverity.Invalid)
        if not 0.0 <= fl < fh:
            raise MsPASSError(f"CNRDeconEngine: there is no band from {fl} to {fh} Hz", ErrorSeverity.Invalid)
        self._band = fl, fh
        self._shape = self._shaping(fl, fh)
        result = Seismogram(d)
        # index k of the filtered data is the lag k dt - (start of the data) + (start of the wavelet)
        shift = round(-self._start / self._dt)
        for row in samples(result):
            row[:] = rules.apply_spectrum(inverse * self._shape, np.array(row), self._nfft, shift, len(row))
        return result

    def output_shaping_wavelet(self) -> TimeSeries:
        """Return the wavelet that replaces a spike in the result, with unit energy, centred on lag zero."""
        return _unit(_centred(rules.series_of(self._shape, self._nfft), self._dt))

    def ideal_output(self) -> TimeSeries:
        """Return the same as output_shaping_wavelet."""
        return self.output_shaping_wavelet()

    def actual_output(self, wavelet: TimeSeries) -> TimeSeries:
        """Return what the engine makes of a wavelet.

        Parameters
        ----------
        wavelet
            The wavelet of the inverse.

        Returns
        -------
        TimeSeries
            The result, of unit energy, centred on lag zero.
        """
        spectrum = self._ready() * self._shape * rules.spectrum_of(np.array(samples(wavelet)), self._nfft)
        return _unit(_centred(rules.series_of(spectrum, self._nfft), self._dt))

    def resolution_kernel(self, wavelet: TimeSeries) -> TimeSeries:
        """Return the same as actual_output.

        Parameters
        ----------
        wavelet
            The wavelet of the inverse.

        Returns
        -------
        TimeSeries
            The result.
        """
        return self.actual_output(wavelet)

    def inverse_wavelet(self, wavelet: TimeSeries, t0shift: float = 0.0) -> TimeSeries:
        """Return the inverse filter in time.

        Parameters
        ----------
        wavelet
            The wavelet of the inverse; its inverse is known already.
        t0shift
            Time of lag zero in seconds.

        Returns
        -------
        TimeSeries
            The filter.
        """
        d = _centred(rules.series_of(self._ready() * self._shape, self._nfft), self._dt)
        d.t0 += t0shift
        return d

    def QCMetrics(self) -> Metadata:
        """Return the parameters of the last result."""
        return Metadata(
            {
                "algorithm": self._algorithm,
                "damping_factor": self._damping,
                "waveletbf": self._share,
                "low_f_band_edge": self._band[0],
                "high_f_band_edge": self._band[1],
                "decon_operator_nfft": self._nfft,
            }
        )
