"""The arrays for the samples of a gather: of numpy, of dask (in parts), or of xarray (dask arrays with named axes)."""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np
from numpy.typing import NDArray

from libseis.extras import extra

ARRAY_TYPES = ("numpy", "dask", "xarray")


def check(array_type: str, npartitions: object) -> None:
    """TypeError or ValueError for arguments that cannot make an array."""
    if array_type not in ARRAY_TYPES:
        raise TypeError(f"array_type must be one of {', '.join(ARRAY_TYPES)}, found {array_type!r}")
    if isinstance(npartitions, bool | np.bool_) or not isinstance(npartitions, numbers.Integral) or npartitions < 1:
        raise ValueError(f"npartitions must be a positive integer, found {npartitions!r}")


def wrap(values: Any, array_type: str, capacity: int, npartitions: int, *, is_compact: bool) -> Any:
    """An array of this type with these values. A part of a dask array has about `capacity` / `npartitions` members."""
    if array_type == "numpy":
        return np.asarray(plain(values))
    da = _dask()
    bare = values.data if hasattr(values, "dims") else values
    part = max(1, math.ceil(capacity / npartitions))
    chunks = (min(part, bare.shape[0]) if bare.shape[0] else 0, *bare.shape[1:])
    parts = bare.rechunk(chunks) if isinstance(bare, da.Array) else da.from_array(np.asarray(bare), chunks=chunks)
    if array_type == "dask":
        return parts
    with extra("gather"):
        import xarray as xr

    return xr.DataArray(parts, dims=("member", "component", "time") if is_compact else ("member", "time", "component"))


def _dask() -> Any:
    with extra("gather"):
        import dask.array
    return dask.array


def plain(values: Any) -> NDArray[np.float64]:
    """The values as a numpy array."""
    bare = values.data if hasattr(values, "dims") else values
    return np.asarray(bare.compute() if hasattr(bare, "compute") else bare)


def put(values: Any, index: tuple[int, ...], value: float) -> None:
    """Set one value in place."""
    bare = values.data if hasattr(values, "dims") else values
    bare[index] = value
    if bare is not values and values.data is not bare:
        values.data = bare


def join(values: Any, row: NDArray[np.float64]) -> Any:
    """The values with another member at the end, in an array of the same library; the parts may be of any size."""
    bare = values.data if hasattr(values, "dims") else values
    if isinstance(bare, np.ndarray):
        return np.concatenate((bare, row[np.newaxis]))
    da = _dask()
    return da.concatenate((bare, da.from_array(row[np.newaxis])))
