"""Gathers: ensembles whose members all have the same times, as one array (names of mspasspy.seismic.gather).

The samples have the shape (members, components, npts), or (members, npts, components) if they are not compact. The
Metadata of the members are a table; those of the gather are a dict.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from libseis.mspass.seismic.basicgather import BasicGather
from libseis.mspass.seismic.ensemblearrays import (
    Values,
    extractDataFromMsPassObject,
    extractDataFromOldEnsemble,
    extractMemberMetadataFromOldEnsemble,
)
from libseis.mspass.seismic.regular import regularize_ensemble, resample_ensemble
from libseis.objects.kinds import Ensemble
from libseis.objects.seismogram import Seismogram
from libseis.objects.seismogramensemble import SeismogramEnsemble
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timeseriesensemble import TimeSeriesEnsemble

__all__ = [
    "BasicGather",
    "Gather",
    "SeismogramGather",
    "extractDataFromMsPassObject",
    "extractDataFromOldEnsemble",
    "extractMemberMetadataFromOldEnsemble",
    "regularize_ensemble",
    "resample_ensemble",
]


class _Gather(BasicGather):
    """A gather whose ensembles go through the functions of this module, which programs may exchange here."""

    def _resample(self, ens: Ensemble, dt: float | None) -> None:
        resample_ensemble(ens, dt)

    def _regularize(self, ens: Ensemble, regularizer: Callable[[Any], Any] | None) -> None:
        regularize_ensemble(ens, regularizer)


class Gather(_Gather):
    """A gather of single channels: a TimeSeriesEnsemble as an array. `gather[j, i]` is sample i of member j.

    It is made as BasicGather says.
    """

    _ensemble_class = TimeSeriesEnsemble
    _components = 1

    def data(self, j: int) -> Values:
        """Return the samples of a member.

        Parameters
        ----------
        j
            Number of the member.

        Returns
        -------
        array of float64
            The samples, shape (npts,).

        Raises
        ------
        MsPASSError
            There is no such member.
        """
        row: Values = self._stored(j)[0]
        return row

    def member(self, j: int) -> TimeSeries:
        """Return a member as a TimeSeries.

        Parameters
        ----------
        j
            Number of the member.

        Returns
        -------
        TimeSeries
            The member; changes do not come back.

        Raises
        ------
        MsPASSError
            There is no such member.
        """
        made: TimeSeries = self._made(TimeSeries, j)
        return made


class SeismogramGather(_Gather):
    """A gather of three components: a SeismogramEnsemble as an array.

    `gather[j, k, i]` is sample i of component k of member j.

    It is made as BasicGather says.
    """

    _ensemble_class = SeismogramEnsemble
    _components = 3

    def data(self, j: int) -> Values:
        """Return the samples of a member.

        Parameters
        ----------
        j
            Number of the member.

        Returns
        -------
        array of float64
            The samples, shape (3, npts).

        Raises
        ------
        MsPASSError
            There is no such member.
        """
        return self._stored(j)

    def member(self, j: int) -> Seismogram:
        """Return a member as a Seismogram.

        Parameters
        ----------
        j
            Number of the member.

        Returns
        -------
        Seismogram
            The member; changes do not come back.

        Raises
        ------
        MsPASSError
            There is no such member.
        """
        made: Seismogram = self._made(Seismogram, j)
        return made
