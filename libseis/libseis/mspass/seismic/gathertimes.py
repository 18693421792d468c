"""The times of a gather: the members have one sampling interval, and each has its own start."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from libseis.mspass.seismic.gatherlabels import SHIFT, LabelledGather
from libseis.objects.kinds import is_finite_real


class TimedGather(LabelledGather):
    """The part of a gather that knows its times."""

    def dt(self) -> Any:
        """Return the sampling interval in seconds."""
        return self._labels["dt"]

    def samprate(self) -> float:
        """Return the samples per second."""
        return float(1.0 / self.dt())

    def starttime(self) -> list[float]:
        """Return the times of the first samples of all members."""
        times: list[float] = self.member_metadata["starttime"].tolist()
        return times

    def time(self, i: int, j: int) -> float:
        """Return the time of a sample.

        Parameters
        ----------
        i
            Number of the member.
        j
            Number of the sample.

        Returns
        -------
        float
            Seconds.
        """
        return float(self.starttime()[i] + self.dt() * j)

    def sample_number(self, time: float, x: Sequence[Any]) -> NDArray[np.int64]:
        """Return the samples nearest to a time.

        Parameters
        ----------
        time
            The time in seconds.
        x
            Column values of the members that are asked.

        Returns
        -------
        array of int64
            Number of the sample of each, half intervals away from zero; it may be outside the data.
        """
        columns, starts = self.column_values(), self.starttime()
        exact = [(time - starts[columns.index(value)]) / self.dt() for value in x]
        return np.array([math.copysign(math.floor(abs(n) + 0.5), n) for n in exact], dtype=np.int64)

    def time_is_UTC(self) -> bool:
        """Return whether times are UTC."""
        return bool(self._labels["is_utc"])

    def time_is_relative(self) -> bool:
        """Return whether times are relative."""
        return not self.time_is_UTC()

    def ator(self, shift: float) -> Any:
        """Make UTC times relative; relative ones are not changed.

        Parameters
        ----------
        shift
            Epoch time that becomes zero.

        Returns
        -------
        BasicGather
            The gather itself.

        Raises
        ------
        ValueError
            `shift` is not a finite number.
        """
        if self.time_is_UTC():
            self._move(-_finite(shift, "ator: the shift"), shift, is_utc=False)
        return self

    def rtoa(self) -> Any:
        """Make relative times UTC again; UTC ones are not changed.

        Returns
        -------
        BasicGather
            The gather itself.

        Raises
        ------
        ValueError
            The Metadata do not say the epoch time of zero (starttime_shift).
        """
        if self.time_is_relative():
            if SHIFT not in self._labels:
                raise ValueError(f"rtoa: the gather does not define {SHIFT}")
            self._move(_finite(self._labels[SHIFT], f"rtoa: {SHIFT}"), 0.0, is_utc=True)
        return self

    def shift(self, timeshift: float) -> Any:
        """Move time zero of relative times.

        Parameters
        ----------
        timeshift
            Seconds.

        Returns
        -------
        BasicGather
            The gather itself.

        Raises
        ------
        ValueError
            The epoch time of zero is not known, or `timeshift` is not a finite number.
        """
        before = self._labels.get(SHIFT, 0.0)
        moved = _finite(timeshift, "shift: the shift")
        return self.rtoa().ator(before + moved)

    def _move(self, seconds: float, shift: float, *, is_utc: bool) -> None:
        self.member_metadata["starttime"] = self.member_metadata["starttime"] + seconds
        self._labels |= {SHIFT: shift, "is_utc": is_utc}


def _finite(value: object, what: str) -> float:
    if not is_finite_real(value):
        raise ValueError(f"{what} must be a finite number of seconds, found {value!r}")
    return float(value)
