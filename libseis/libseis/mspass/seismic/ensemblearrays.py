"""Samples and Metadata of ensembles as arrays and tables: what a gather is made from."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from libseis.extras import extra
from libseis.objects.kinds import ATOMIC, ENSEMBLES, Ensemble
from libseis.objects.metadata import Metadata
from libseis.objects.samples import samples

with extra("gather"):
    import pandas as pd

Values = NDArray[np.float64]
Labels = Mapping[str, Any] | Metadata


def extractDataFromMsPassObject(mspass_object: Any) -> Values:
    """Return a copy of the samples of a datum.

    Parameters
    ----------
    mspass_object
        A TimeSeries or Seismogram.

    Returns
    -------
    array of float64
        Shape (npts,) or (3, npts).

    Raises
    ------
    TypeError
        It is something else.
    """
    if not isinstance(mspass_object, ATOMIC):
        raise TypeError(f"a TimeSeries or Seismogram is wanted, found {type(mspass_object).__name__}")
    return np.array(samples(mspass_object))


def _members(ensemble_object: Any) -> list[Any]:
    if not isinstance(ensemble_object, ENSEMBLES):
        raise TypeError(f"a TimeSeriesEnsemble or SeismogramEnsemble is wanted, found {type(ensemble_object).__name__}")
    if len(ensemble_object.member) == 0:
        raise TypeError("the ensemble has no members")
    return list(ensemble_object.member)


def extractDataFromOldEnsemble(ensemble_object: Ensemble) -> Values:
    """Return the samples of an ensemble as one array.

    Parameters
    ----------
    ensemble_object
        An ensemble whose members have the same number of samples.

    Returns
    -------
    array of float64
        Shape (members, components, npts), with one component for a TimeSeriesEnsemble.

    Raises
    ------
    TypeError
        It is something else, or has no members.
    ValueError
        The members have different numbers of samples.
    """
    members = _members(ensemble_object)
    lengths = sorted({member.npts for member in members})
    if len(lengths) > 1:
        raise ValueError(f"all members must have the same number of samples, found {lengths}; see regularize_ensemble")
    return np.stack([np.atleast_2d(samples(member)) for member in members])


def extractMemberMetadataFromOldEnsemble(ensemble_object: Ensemble) -> Any:
    """Return the Metadata of the members of an ensemble as a table.

    Parameters
    ----------
    ensemble_object
        The ensemble.

    Returns
    -------
    pandas.DataFrame
        A row for each member, with its starttime, delta, npts and is_live.

    Raises
    ------
    TypeError
        It is something else, or has no members.
    """
    return pd.DataFrame([row_of(member) for member in _members(ensemble_object)])


def row_of(d: Any) -> dict[str, Any]:
    """The row of a datum in the table of the members."""
    return copy.deepcopy(dict(d)) | {"starttime": d.t0, "delta": d.dt, "npts": d.npts, "is_live": d.live}


def labels_of(md: Labels | None) -> dict[str, Any]:
    """A copy of Metadata as a dict; TypeError for something else."""
    if not isinstance(md, dict | Mapping | Metadata):
        raise TypeError(f"Metadata must be a dict or Metadata, found {type(md).__name__}")
    return copy.deepcopy(dict(md))
