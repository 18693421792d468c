"""Copy one dataset into another: merge groups, skip equal data, and raise an error for different data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .errors import AsdfConflictError

if TYPE_CHECKING:
    import h5py


def copy_group(source: h5py.Group, target: h5py.Group) -> None:
    """Copy everything that the target lacks, without decompressing chunks.

    Raises AsdfConflictError if both have a dataset with the same name and different contents. QuakeML and StationXML
    texts are an exception: the target keeps its text, because the time stamps of writers differ.
    """
    import h5py

    for name, item in source.items():
        if name not in target:
            source.copy(item, target, name)
        elif isinstance(item, h5py.Group):
            copy_group(item, target[name])
        elif name not in ("QuakeML", "StationXML") and not _same(item, target[name]):
            raise AsdfConflictError(f"Two datasets hold different data as {item.name}.", path=str(item.name))


def _same(one: h5py.Dataset, other: h5py.Dataset) -> bool:
    if one.shape != other.shape or not np.array_equal(one[()], other[()]):
        return False
    return one.attrs.keys() == other.attrs.keys() and all(
        np.array_equal(one.attrs[key], other.attrs[key]) for key in one.attrs
    )
