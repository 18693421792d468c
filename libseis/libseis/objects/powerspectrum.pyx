"""PowerSpectrum: power at equally spaced frequencies, with Metadata and an error log."""

import numpy as _np

from libseis.errors import SampleError

from libc.math cimport floor, isfinite, round as c_round
from libseis.objects.doublevector cimport copy_vector, zeros_vector
from libseis.objects.errorlogger cimport ErrorLogger
from libseis.objects.historystate cimport elog_of
from libseis.objects.timebase cimport sample_count


cdef class _BasicSpectrum(Metadata):
    """The frequency axis of a spectrum: bin i is at f0 + i df Hz. Here live() and dead() are methods."""

    def __cinit__(self):
        self._df = self._dt = 1.0

    def live(self):
        """Return whether the spectrum can be used."""
        return self._live

    def dead(self):
        """Return whether the spectrum is dead."""
        return not self._live

    def kill(self):
        """Mark the spectrum dead."""
        self._live = False

    def set_live(self):
        """Mark the spectrum live."""
        self._live = True

    def df(self):
        """Return the frequency interval in Hz."""
        return self._df

    def f0(self):
        """Return the frequency of the first bin in Hz."""
        return self._f0

    def dt(self):
        """Return the sampling interval of the parent data in seconds."""
        return self._dt

    def timeseries_npts(self):
        """Return the number of samples of the parent data."""
        return self._parent_npts

    def rayleigh(self):
        """Return the Rayleigh frequency 1 / (npts dt) of the parent data in Hz."""
        return 1.0 / (self._parent_npts * self._dt) if self._parent_npts and self._dt else 0.0

    def set_df(self, double df, /):
        """Set the frequency interval.

        Parameters
        ----------
        df
            Interval in Hz.
        """
        self._df = df

    def set_f0(self, double f0, /):
        """Set the frequency of the first bin.

        Parameters
        ----------
        f0
            Frequency in Hz.
        """
        self._f0 = f0

    def set_dt(self, double dt, /):
        """Set the sampling interval of the parent data.

        Parameters
        ----------
        dt
            Interval in seconds.
        """
        self._dt = dt

    def set_npts(self, n, /):
        """Set the number of samples of the parent data.

        Parameters
        ----------
        n
            The number.
        """
        self._parent_npts = sample_count(n)


def rebuild_power_spectrum(cls, values, changed, axis, spectrum, kind, elog):
    """A PowerSpectrum of class `cls` from its pickled parts."""
    cdef PowerSpectrum out = cls.__new__(cls)
    if not (elog is None or isinstance(elog, ErrorLogger)):
        raise TypeError("these are not the parts of a pickled spectrum")
    out._restore_metadata(values, changed)
    out.spectrum_type, out._elog = kind, elog
    out._df, out._f0, out._dt, out._parent_npts, out._live = axis
    out._spectrum = copy_vector(spectrum)
    return out


cdef class PowerSpectrum(_BasicSpectrum):
    """Power at equally spaced frequencies, with Metadata and an error log.

    Without arguments it is empty and dead; a spectrum with values is live.

    Parameters
    ----------
    source
        A PowerSpectrum, which is copied.
    metadata
        Metadata to copy.
    power
        Power of each bin, shape (bins,), in units squared per Hz.
    df
        Frequency interval in Hz.
    spectrum_type
        How the spectrum was made.
    f0
        Frequency of the first bin in Hz.
    dt
        Sampling interval of the parent data in seconds.
    npts
        Number of samples of the parent data.
    """

    def __cinit__(self):
        self._spectrum = zeros_vector(0)
        self.spectrum_type = "UNDEFINED"

    def __init__(self, *args):
        cdef PowerSpectrum other
        if len(args) == 1 and isinstance(args[0], PowerSpectrum):
            other = args[0]
            self._copy_metadata(other)
            self._df, self._f0, self._dt = other._df, other._f0, other._dt
            self._parent_npts, self._live = other._parent_npts, other._live
            self._spectrum, self.spectrum_type = copy_vector(other._spectrum), other.spectrum_type
            self._elog = None if other._elog is None else (<ErrorLogger>other._elog)._clone()
        elif 4 <= len(args) <= 7 and isinstance(args[0], (Metadata, dict)):
            values = args + (0.0, 1.0, 0)[len(args) - 4:]
            md, power, df, kind, f0, dt, npts = values
            Metadata.__init__(self, md)
            self._spectrum = copy_vector(power)
            self._df, self._f0, self._dt, self.spectrum_type = df, f0, dt, kind
            self._parent_npts = sample_count(npts)
            self._live = True
        elif args:
            raise TypeError("PowerSpectrum takes (), a copy, or "
                            "(Metadata, power, df, spectrum_type[, f0[, dt[, npts]]])")

    @property
    def spectrum(self):
        """The power of each bin: DoubleVector; assigning copies."""
        return self._spectrum

    @spectrum.setter
    def spectrum(self, values):
        self._spectrum = copy_vector(values)

    @property
    def elog(self):
        """The ErrorLogger."""
        return elog_of(self)

    @elog.setter
    def elog(self, ErrorLogger value not None):
        self._elog = value._clone()

    def nf(self):
        """Return the number of bins."""
        return len(self._spectrum)

    def Nyquist(self):
        """Return the frequency of the last bin in Hz."""
        return self._f0 + self._df * (len(self._spectrum) - 1)

    def frequency(self, i, /):
        """Return the frequency of a bin.

        Parameters
        ----------
        i
            Number of the bin, from 0.

        Returns
        -------
        float
            Frequency in Hz.

        Raises
        ------
        MsPASSError
            The spectrum has no such bin.
        """
        if not 0 <= i < len(self._spectrum):
            raise SampleError(f"the spectrum has {len(self._spectrum)} bins; there is no number {i}", what="frequency")
        return self._f0 + self._df * i

    def frequencies(self):
        """Return the frequencies of all bins in Hz, shape (bins,)."""
        return copy_vector(self._f0 + self._df * _np.arange(len(self._spectrum)))

    def sample_number(self, double f, /):
        """Return the bin nearest to a frequency.

        Parameters
        ----------
        f
            Frequency in Hz.

        Returns
        -------
        int
            Number of the bin, from 0.

        Raises
        ------
        MsPASSError
            The frequency is outside the spectrum.
        """
        cdef double x = (f - self._f0) / self._df if self._df != 0.0 else float("nan")
        if not -0.5 <= x < len(self._spectrum) - 0.5:
            raise SampleError(f"{f} Hz is outside the spectrum", what="frequency")
        return <Py_ssize_t>c_round(x)

    def amplitude(self):
        """Return the square root of the power of each bin, shape (bins,)."""
        return copy_vector(_np.sqrt(_np.asarray(self._spectrum)))

    def power(self, double f, /):
        """Return the power at a frequency, interpolated linearly between bins.

        Parameters
        ----------
        f
            Frequency in Hz.

        Returns
        -------
        float
            The power; 0 above the last bin, and the value of the first bin below it.

        Raises
        ------
        MsPASSError
            The frequency is not finite, or the bins have no interval.
        """
        cdef double x = (f - self._f0) / self._df if self._df != 0.0 else float("nan")
        cdef Py_ssize_t n = len(self._spectrum), i
        if not isfinite(x):
            raise SampleError(f"there is no power at {f} Hz with bins {self._df} Hz apart", what="frequency")
        if n == 0 or x > n - 1:
            return 0.0
        i = <Py_ssize_t>floor(max(0.0, x))
        left = float(self._spectrum[i])
        right = float(self._spectrum[min(i + 1, n - 1)])
        return left + (right - left) * (max(0.0, x) - i)

    def __iadd__(self, other):
        if not isinstance(other, PowerSpectrum):
            return NotImplemented
        if len(other.spectrum) != len(self._spectrum) or other.df() != self._df or other.f0() != self._f0:
            raise SampleError("only spectra with the same bins can be added", what="spectrum")
        if other.live():
            self._spectrum += other.spectrum
            log = elog_of(self)
            log += other.elog
        return self

    def __add__(self, other):
        if not isinstance(other, PowerSpectrum):
            return NotImplemented
        out = PowerSpectrum(self)
        out += other
        return out

    def __deepcopy__(self, memo):
        cdef PowerSpectrum out = PowerSpectrum(self)
        out._copy_metadata_deep(self, memo)
        return out

    def __reduce_ex__(self, protocol):
        axis = self._df, self._f0, self._dt, self._parent_npts, self._live
        parts = (self.__class__, self._md, self._changed, axis, _np.asarray(self._spectrum), self.spectrum_type,
                 self._elog)
        return self._reduced(rebuild_power_spectrum, parts)
