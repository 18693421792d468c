"""Butterworth: MsPASS's recursive filter class; scipy designs the filter and runs it.

Samples in gaps of a TimeSeries are filtered like data, so fill or split gaps before filtering.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from libseis.enums import ErrorSeverity
from libseis.errors import SampleError
from libseis.extras import extra
from libseis.objects.coreseismogram import _CoreSeismogram
from libseis.objects.coretimeseries import _CoreTimeSeries
from libseis.objects.doublevector import DoubleVector
from libseis.objects.metadata import Metadata
from libseis.objects.seismogram import Seismogram
from libseis.objects.timeseries import TimeSeries
from libseis.signal.design import FilterType
from libseis.signal.operators import apply_filter, butterworth_sections

with extra("obspy"):
    from scipy import signal

_CORNERS = ("zerophase", "enable_lo", "enable_hi", "npolelo", "f3db_lo", "npolehi", "f3db_hi", "dt")


class Butterworth:
    """A Butterworth filter: a low cut below `low_corner` and a high cut above `high_corner`.

    Corners are in Hz, where the amplitude is 3 dB down in one pass. The forms are:

    - `Butterworth()`: 2-pole zero phase band pass of 0.02 to 2 Hz for dt = 0.05 s
    - `Butterworth(zerophase, enable_lo, enable_hi, npolelo, f3db_lo, npolehi, f3db_hi, dt)`
    - `Butterworth(zerophase, enable_lo, enable_hi, fstoplo, astoplo, fpasslo, apasslo, fpasshi, apasshi,
      fstophi, astophi, dt)`: the fewest poles with at least amplitude `apass` at the pass frequencies and
      at most `astop` at the stop frequencies
    - `Butterworth(Metadata)`: keys filter_definition_method (corner_pole or stop_pass), zerophase, filter_type
      (bandpass, lowpass, highpass), sample_interval and corner_low, npoles_low, corner_high, npoles_high, or
      fstop_low, astop_low, fpass_low, apass_low, fpass_high, apass_high, fstop_high, astop_high
    - `Butterworth(butterworth)`, a copy

    Parameters
    ----------
    *args
        The values of one of the forms above, in this order.
    """

    __slots__ = ("_dt", "_high", "_low", "_npoles_high", "_npoles_low", "_zerophase")

    def __init__(self, *args: Any) -> None:
        self._zerophase, self._dt = True, 0.05
        self._low: float | None = 0.02
        self._high: float | None = 2.0
        self._npoles_low = self._npoles_high = 2
        if len(args) == 1 and isinstance(args[0], Butterworth):
            for name in self.__slots__:
                setattr(self, name, getattr(args[0], name))
        elif len(args) == 1 and isinstance(args[0], Metadata):
            self._from_metadata(args[0])
        elif len(args) == len(_CORNERS):
            self._set_corners(*args)
        elif len(args) == 12:
            zerophase, low, high, *bands, dt = args
            self._set_bands(zerophase, low, high, bands, dt)
        elif args:
            raise TypeError(
                "Butterworth takes (), (Butterworth), (Metadata), 8 numbers (poles and corners) or 12 (bands)"
            )
        self._check()

    def _set_corners(
        self, zerophase: bool, low: bool, high: bool, n_low: int, f_low: float, n_high: int, f_high: float, dt: float
    ) -> None:
        self._zerophase, self._dt = bool(zerophase), float(dt)
        self._npoles_low, self._npoles_high = int(n_low), int(n_high)
        self._low = float(f_low) if low else None
        self._high = float(f_high) if high else None

    def _set_bands(self, zerophase: bool, low: bool, high: bool, bands: Sequence[float], dt: float) -> None:
        fstoplo, astoplo, fpasslo, apasslo, fpasshi, apasshi, fstophi, astophi = bands
        self._set_corners(zerophase, low, high, 1, 0.0, 1, 0.0, dt)
        if low:
            self._npoles_low, self._low = _fewest_poles(fpasslo, apasslo, fstoplo, astoplo, self._dt, "highpass")
        if high:
            self._npoles_high, self._high = _fewest_poles(fpasshi, apasshi, fstophi, astophi, self._dt, "lowpass")

    def _from_metadata(self, md: Metadata) -> None:
        kind = md.get_string("filter_type")
        if kind not in ("bandpass", "lowpass", "highpass"):
            raise SampleError(f"filter_type '{kind}' is not bandpass, lowpass or highpass", what="filter_type")
        low, high = kind != "lowpass", kind != "highpass"
        zerophase, dt = md.get_bool("zerophase"), md.get_double("sample_interval")
        method = md.get_string("filter_definition_method")
        if method == "corner_pole":
            self._set_corners(
                zerophase, low, high,
                md.get_long("npoles_low") if low else 1, md.get_double("corner_low") if low else 0.0,
                md.get_long("npoles_high") if high else 1, md.get_double("corner_high") if high else 0.0, dt,
            )  # fmt: skip
        elif method == "stop_pass":
            lows = [md.get_double(k) if low else 0.0 for k in ("fstop_low", "astop_low", "fpass_low", "apass_low")]
            highs = [
                md.get_double(k) if high else 0.0 for k in ("fpass_high", "apass_high", "fstop_high", "astop_high")
            ]
            self._set_bands(zerophase, low, high, [*lows, *highs], dt)
        else:
            raise SampleError(
                f"filter_definition_method '{method}' is not corner_pole or stop_pass",
                what="filter_definition_method",
            )

    def _check(self) -> None:
        if not (math.isfinite(self._dt) and self._dt > 0.0):
            raise SampleError(f"a filter needs a positive sampling interval, not {self._dt} s", what="dt")
        nyquist = 0.5 / self._dt
        for corner, poles in ((self._low, self._npoles_low), (self._high, self._npoles_high)):
            if corner is not None and not (0.0 < corner < nyquist and 1 <= poles <= 50):
                raise SampleError(
                    f"a corner of {corner} Hz with {poles} poles cannot be had: 0 < corner < Nyquist ({nyquist} Hz) "
                    "and 1 to 50 poles are wanted",
                    what="corner",
                )

    def _sections(self) -> NDArray[np.float64]:
        rate = 1.0 / self._dt
        parts = [np.array([[1.0, 0.0, 0.0, 1.0, 0.0, 0.0]])]
        if self._low is not None:
            parts.append(butterworth_sections(FilterType.HIGHPASS, self._npoles_low, (self._low,), rate))
        if self._high is not None:
            parts.append(butterworth_sections(FilterType.LOWPASS, self._npoles_high, (self._high,), rate))
        return np.concatenate(parts)

    def _filtered(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        return apply_filter(samples, self._sections(), self._zerophase)

    def apply(self, d: Any) -> Any:
        """Filter in place, starting from rest.

        The filter takes over the sampling interval of the datum. If the high corner is not below the Nyquist frequency
        of a datum, the datum is filtered without it, and its log says so; the filter itself does not change. Dead and
        empty data are not changed.

        Parameters
        ----------
        d
            A TimeSeries, a Seismogram, or a vector of floats, shape (npts,).

        Returns
        -------
        Any
            `d` itself.
        """
        if isinstance(d, (_CoreTimeSeries, _CoreSeismogram)):
            if d.live and d.npts:
                self._apply_to_datum(d)
            return d
        samples = np.asarray(d, dtype=np.float64)
        if samples.ndim not in (1, 2):
            raise TypeError(f"a filter works on a vector, a TimeSeries or a Seismogram, not on {type(d).__name__}")
        if samples.size:
            self._apply_to(samples)
        return d if isinstance(d, np.ndarray) and d.dtype == np.float64 else DoubleVector(samples)

    def _apply_to_datum(self, d: _CoreTimeSeries | _CoreSeismogram) -> None:
        samples = np.asarray(d.data)
        if self._high is None or d.dt * self._high < 0.5:
            if d.dt != self._dt:
                self.change_dt(d.dt)
            self._apply_to(samples)
            return
        without = Butterworth(self)
        without._high = None
        without.change_dt(d.dt)
        without._apply_to(samples)
        if isinstance(d, (TimeSeries, Seismogram)):
            message = f"Disabling upper corner: {self._high} Hz is not below the Nyquist frequency {0.5 / d.dt} Hz"
            d.elog.log_error("Butterworth", message, ErrorSeverity.Complaint)

    def _apply_to(self, samples: NDArray[np.float64]) -> None:
        samples[...] = self._filtered(samples)

    def impulse_response(self, n: int) -> _CoreTimeSeries:
        """Return the response to a unit sample at time 0.

        Parameters
        ----------
        n
            Number of samples.

        Returns
        -------
        _CoreTimeSeries
            The response at the filter's dt, starting at 0, or centred for zero phase.
        """
        out = _CoreTimeSeries(n)
        out.dt = self._dt
        if n:
            middle = n // 2 if self._zerophase else 0
            out.data[middle] = 1.0
            out.t0 = -middle * self._dt
            self._apply_to(np.asarray(out.data))
        out.set_live()
        return out

    def transfer_function(self, n: int) -> NDArray[np.complex128]:
        """Return the complex response at the frequencies of numpy.fft.fftfreq(n, dt).

        Parameters
        ----------
        n
            Number of frequencies.

        Returns
        -------
        NDArray[np.complex128]
            The response, shape (n,).
        """
        frequencies = np.fft.fftfreq(n, self._dt)
        _, response = signal.sosfreqz(self._sections(), worN=frequencies, fs=1.0 / self._dt)
        return np.asarray(response * np.conj(response) if self._zerophase else response, dtype=np.complex128)

    def change_dt(self, dt: float) -> Butterworth:
        """Set another sampling interval; the corners in Hz stay.

        Parameters
        ----------
        dt
            Interval in seconds.

        Returns
        -------
        Butterworth
            The filter itself.
        """
        self._dt = float(dt)
        self._check()
        return self

    def low_corner(self) -> float:
        """Frequency (Hz) of the low cut; 0 without a low cut."""
        return self._low or 0.0

    def high_corner(self) -> float:
        """Frequency (Hz) of the high cut; 0 without a high cut."""
        return self._high or 0.0

    def npoles_low(self) -> int:
        """Poles of the low cut; 0 without a low cut."""
        return self._npoles_low if self._low is not None else 0

    def npoles_high(self) -> int:
        """Poles of the high cut; 0 without a high cut."""
        return self._npoles_high if self._high is not None else 0

    def dt(self) -> float:
        """The sampling interval (s) that the filter is made for."""
        return self._dt

    def is_zerophase(self) -> bool:
        """True if the filter runs forwards and backwards."""
        return self._zerophase

    def filter_type(self) -> str:
        """bandpass, lowpass, highpass or allpass."""
        names = {(True, True): "bandpass", (False, True): "lowpass", (True, False): "highpass"}
        return names.get((self._low is not None, self._high is not None), "allpass")

    def __reduce__(self) -> tuple[Any, ...]:
        low, high = self._low is not None, self._high is not None
        corners = (self._npoles_low, self._low or 0.0, self._npoles_high, self._high or 0.0, self._dt)
        return Butterworth, (self._zerophase, low, high, *corners)


def _fewest_poles(fpass: float, apass: float, fstop: float, astop: float, dt: float, kind: str) -> tuple[int, float]:
    if not (0.0 < astop < apass < 1.0 and 0.0 < fpass < 0.5 / dt and 0.0 < fstop < 0.5 / dt):
        raise SampleError(
            f"a {kind} band needs 0 < astop < apass < 1 and frequencies below Nyquist, not amplitude {apass} "
            f"at {fpass} Hz and {astop} at {fstop} Hz",
            what="band",
        )
    if (fpass <= fstop) if kind == "highpass" else (fpass >= fstop):
        raise SampleError(
            f"the pass frequency {fpass} Hz and stop frequency {fstop} Hz of a {kind} are crossed", what="band"
        )
    order, corner = signal.buttord(fpass, fstop, -20 * math.log10(apass), -20 * math.log10(astop), fs=1.0 / dt)
    return int(order), float(corner)
