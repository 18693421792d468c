"""Resampling operators over scipy (names of mspasspy.algorithms.resample): ScipyResampler, ScipyDecimator, resample.

Dead data pass unchanged. Data with gaps are killed, because filters would smear over the gaps: fill or split them
first.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.extras import extra
from libseis.mspass.decorators import mspass_func_wrapper, mspass_method_wrapper
from libseis.objects.kinds import ENSEMBLES, Atomic, Datum, is_finite_real
from libseis.objects.samples import has_gaps, replace_samples, samples

with extra("obspy"):
    from scipy import signal

# sample intervals that differ by less are equal (over a day this difference is 0.01 s)
SAME_INTERVAL = 1e-7

# rates are ratios of whole numbers with at most this relative error
WHOLE_RATIO = 1e-6


# at most so many samples are added to make a period whole
_MOST_EXTRA = 1000


class BasicResampler(ABC):
    """A resampling operator with a target interval `dt` (s) or rate `sampling_rate` (Hz): give exactly one.

    ValueError for none, both, or a value that is not a finite positive number.
    """

    def __init__(self, dt: float | None = None, sampling_rate: float | None = None) -> None:
        if (dt is None) == (sampling_rate is None):
            raise ValueError(f"{type(self).__name__}: give either dt or sampling_rate")
        name, value = ("dt", dt) if sampling_rate is None else ("sampling_rate", sampling_rate)
        if not is_finite_real(value) or value <= 0:
            raise ValueError(f"{type(self).__name__}: {name} must be a finite positive number, found {value!r}")
        number = float(value)
        self.dt, self.samprate = (number, 1.0 / number) if name == "dt" else (1.0 / number, number)

    def target_samprate(self) -> float:
        """Samples per second that the operator makes."""
        return self.samprate

    def target_dt(self) -> float:
        """Sample interval (s) that the operator makes."""
        return self.dt

    def dec_factor(self, d: Atomic) -> int:
        """How many of the datum's samples make one new sample; 0 if the ratio is not a whole number."""
        ratio = self.dt / d.dt
        nearest = round(ratio)
        return nearest if nearest >= 1 and abs(ratio - nearest) <= WHOLE_RATIO * nearest else 0

    @abstractmethod
    def resample(self, mspass_object: Any, handles_ensembles: bool = True) -> Any:
        """Resample a datum in place and return it."""

    def _set_rate(self, d: Atomic) -> None:
        """Put the new interval on the datum and its Metadata; the first sample's time stays."""
        d.dt = self.dt
        d["sampling_rate"] = self.samprate


def _refuse_gaps(d: Atomic, algorithm: str) -> bool:
    if not has_gaps(d):
        return False
    d.elog.log_error(algorithm, "the datum has gaps; fill or split them before resampling", ErrorSeverity.Invalid)
    d.kill()
    return True


class ScipyResampler(BasicResampler):
    """Fourier resampling (scipy.signal.resample): int(npts * new / old) samples, for any two rates.

    `window` is a spectral window as scipy takes it; None is a brick wall. The method takes the data as periodic, so
    remove the trend and taper first.
    """

    def __init__(self, sampling_rate: float | None = None, dt: float | None = None, window: Any = "hann") -> None:
        super().__init__(dt=dt, sampling_rate=sampling_rate)
        self.window = window

    @mspass_method_wrapper
    def resample(self, mspass_object: Any, handles_ensembles: bool = False) -> Any:
        """Resample a datum, or all members of an ensemble, in place; TypeError if it is not a data object."""
        d: Atomic = mspass_object
        if _refuse_gaps(d, "ScipyResampler"):
            return d
        npts = int(d.npts * self.samprate * d.dt + 1e-6)
        if npts == 0:
            raise ValueError(f"{d.npts} samples at {d.dt} s make no sample at {self.dt} s")
        # the method puts its samples evenly on the period of the data; if the period is not a whole number of new
        # samples, it would stretch the data, so their reflection is added
        extra, new = _whole_period(d.npts, self.samprate * d.dt)
        x = samples(d)
        if extra:
            widths = [(0, 0)] * (x.ndim - 1) + [(0, extra)]
            x = np.pad(x, widths, mode="reflect", reflect_type="odd") if d.npts > 1 else np.pad(x, widths, mode="edge")
        values = signal.resample(x, new, axis=-1, window=self.window)[..., :npts]
        replace_samples(d, np.array(values, dtype=np.float64, order="F"))
        self._set_rate(d)
        return d


def _whole_period(npts: int, ratio: float) -> tuple[int, int]:
    """The smallest number of samples to add (at most 1000) so that all samples make a whole number of new ones; and
    that number.

    If there is no such number, the one that comes nearest, which is within about a thousandth of a sample.
    """
    extra = np.arange(_MOST_EXTRA + 1)
    off = np.abs((npts + extra) * ratio - np.rint((npts + extra) * ratio))
    whole = np.flatnonzero(off <= 1e-6)
    best = int(whole[0]) if len(whole) else int(off.argmin())
    return best, round((npts + best) * ratio)


class ScipyDecimator(BasicResampler):
    """Decimation by a whole factor after an anti-alias filter (scipy.signal.decimate).

    `n`, `ftype` ("iir" or "fir") and `zero_phase` are scipy's. A factor of 1 changes nothing; data whose rate is not a
    whole multiple of the target are killed.
    """

    def __init__(
        self,
        sampling_rate: float | None = None,
        dt: float | None = None,
        n: int | None = None,
        ftype: str = "iir",
        zero_phase: bool = True,
    ) -> None:
        super().__init__(dt=dt, sampling_rate=sampling_rate)
        self.order = n
        self.ftype = ftype
        self.zero_phase = zero_phase

    @mspass_method_wrapper
    def resample(self, mspass_object: Any, handles_ensembles: bool = False) -> Any:
        """Decimate a datum, or all members of an ensemble, in place; TypeError if it is not a data object."""
        d: Atomic = mspass_object
        factor = self.dec_factor(d)
        if factor == 1:
            return d
        if _refuse_gaps(d, "ScipyDecimator"):
            return d
        if factor == 0:
            raise MsPASSError(
                f"the interval {d.dt} s does not go a whole number of times into {self.dt} s; use ScipyResampler",
                ErrorSeverity.Invalid,
            )
        values = signal.decimate(
            samples(d), factor, n=self.order, ftype=self.ftype, axis=-1, zero_phase=self.zero_phase
        )
        replace_samples(d, np.array(values, dtype=np.float64, order="F"))
        self._set_rate(d)
        return d


@mspass_func_wrapper
def resample(
    mspass_object: Datum,
    decimator: BasicResampler,
    resampler: BasicResampler,
    verify_operators: bool = True,
    *,
    object_history: bool = False,
    alg_name: str = "resample",
    alg_id: str | None = None,
    dryrun: bool = False,
) -> Datum:
    """Bring data of any rate to one rate: by `decimator` if the rate is a whole multiple of the target, otherwise by
    `resampler`. Data at the target rate are not changed.

    Ensembles may mix rates. Dead members are not changed, and data with gaps are killed. MsPASSError (Fatal) if the two
    operators have different targets (unless `verify_operators` is False).
    """
    if verify_operators and not math.isclose(decimator.target_dt(), resampler.target_dt(), rel_tol=SAME_INTERVAL):
        raise MsPASSError(
            f"resample: the decimator makes {decimator.target_dt()} s, the resampler {resampler.target_dt()} s; "
            "they must have the same target.",
            ErrorSeverity.Fatal,
        )
    for d in mspass_object.member if isinstance(mspass_object, ENSEMBLES) else [mspass_object]:
        if d.dead() or math.isclose(d.dt, decimator.target_dt(), rel_tol=SAME_INTERVAL):
            continue
        (decimator if decimator.dec_factor(d) else resampler).resample(d)
    return mspass_object
