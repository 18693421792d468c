"""Seismograms as plain arrays, in the order of components that machine learning programs use (SeisBench: Z, N, E)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from libseis import Seismogram

from ..errors import UserError

_ROWS: Final = {"E": 0, "N": 1, "Z": 2}


class ArrayError(UserError):
    """Data that cannot be made into the array that was asked for."""


def component_arrays(ensemble: Iterable[Any], order: str = "ZNE") -> NDArray[np.float64]:
    """The live Seismograms of an ensemble as one array, components east, north and up in the given order.

    Parameters
    ----------
    ensemble : SeismogramEnsemble or iterable of Seismogram
        Data of one rate and, to a sample, one length; the shortest decides. They are not changed: components in other
        directions are rotated in a copy.
    order : str
        The letters E, N and Z, each once. SeisBench's models and data sets take "ZNE".

    Returns
    -------
    numpy.ndarray
        float64 of shape (members, 3, samples).

    Raises
    ------
    ArrayError
        There is no live Seismogram, the order is not possible, or the data have several rates or lengths.
    """
    if sorted(order) != sorted(_ROWS):
        raise ArrayError(f"order {order!r} is not possible; use E, N and Z, each once, such as ZNE.")
    members = [member for member in getattr(ensemble, "member", ensemble) if member.live and member.npts]
    if not members:
        raise ArrayError("There is nothing to put into an array: no live member with samples.")
    if not all(isinstance(member, Seismogram) for member in members):
        raise ArrayError("Arrays of components are made of Seismograms; these data have a single component.")
    npts = _common_length(members)
    rows = [_ROWS[letter] for letter in order]
    return np.stack([_standard(member)[rows, :npts] for member in members])


def _common_length(members: Sequence[Seismogram]) -> int:
    lengths, rates = {member.npts for member in members}, {round(1 / member.dt, 9) for member in members}
    if len(rates) > 1:
        told = ", ".join(f"{rate:g}" for rate in sorted(rates))
        raise ArrayError(f"The data are sampled at {told} Hz; a step resample brings them to one rate.")
    if max(lengths) - min(lengths) > 1:
        raise ArrayError(f"The data have {min(lengths):,} to {max(lengths):,} samples; one array takes one length.")
    return min(lengths)


def _standard(member: Seismogram) -> NDArray[np.float64]:
    """East, north and up, shape (3, npts)."""
    if not member.cardinal():
        member = Seismogram(member)
        member.rotate_to_standard()
    samples: NDArray[np.float64] = np.asarray(member.data)
    return samples
