"""Write an array as one compressed chunk, which is faster and smaller than h5py's many small chunks.

Every reader can read it, because gzip and shuffle are built into HDF5. This module compresses the data itself, so that
HDF5's chunk cache and filters have no work. ISA-L makes the same format as zlib in a tenth of the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import h5py

GZIP_LEVEL = 3  # pyasdf's default; readers do not need it
ISAL_LEVEL = 2  # from 0 to 3; with one table per plane, 3 takes longer and saves nothing
SHORTEST_COMPRESSED = 1024  # bytes: below, a chunk's index costs more than compression saves
LARGEST_CHUNK = 1 << 30  # bytes: HDF5 allows chunks below 4 GiB


def write_array(
    group: h5py.Group, name: str, data: npt.NDArray[Any], attributes: Mapping[str, Any] | None = None
) -> None:
    """Create a dataset of any shape with its attributes; the name must be free."""
    import h5py

    data = np.ascontiguousarray(data)
    if data.nbytes < SHORTEST_COMPRESSED:
        identifier = group.create_dataset(name, data=data).id
    elif data.nbytes > LARGEST_CHUNK:
        options = {"compression": "gzip", "compression_opts": GZIP_LEVEL, "shuffle": True}
        identifier = group.create_dataset(name, data=data, **options).id
    else:
        identifier = _write_chunk(group, name, data)
    for key, value in (attributes or {}).items():
        if isinstance(value, (float, np.int64)):
            # h5py writes under another name and renames, in case the name exists; here the name is free
            number = np.asarray(value)
            kind, space, _ = _form(number.dtype, ())
            h5py.h5a.create(identifier, key.encode(), kind, space).write(number)
        else:
            h5py.Dataset(identifier).attrs[key] = value


def _write_chunk(group: h5py.Group, name: str, data: npt.NDArray[Any]) -> Any:
    import h5py

    kind, space, layout = _form(data.dtype, data.shape)
    identifier = h5py.h5d.create(group.id, name.encode(), kind, space, layout)
    identifier.write_direct_chunk((0,) * data.ndim, deflated(data))
    return identifier


@lru_cache(maxsize=64)  # thousands of traces have few forms, and making a form takes as long as writing it
def _form(dtype: np.dtype[Any], shape: tuple[int, ...]) -> tuple[Any, Any, Any]:
    """HDF5's type, space and layout of an array; the layout is one chunk, and a scalar has no layout."""
    import h5py

    layout = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    if shape:
        layout.set_chunk(shape)
        layout.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
        layout.set_shuffle()
        layout.set_deflate(GZIP_LEVEL)
    return h5py.h5t.py_create(dtype), h5py.h5s.create_simple(shape), layout


def deflated(data: npt.NDArray[Any]) -> bytes:
    """Compress an array like HDF5's filters shuffle and deflate. The first bytes of all elements, then all second bytes
    and so on, are one zlib stream.

    The stream is flushed between these planes, so that each has a Huffman table for itself, because exponents compress
    well and the last bits of a mantissa do not. The result is smaller than level 3 of zlib for the whole.
    """
    from isal import isal_zlib

    stream = isal_zlib.compressobj(ISAL_LEVEL)
    parts: list[bytes] = []
    for plane in data.reshape(-1).view(np.uint8).reshape(-1, data.dtype.itemsize).T:
        parts += stream.compress(np.ascontiguousarray(plane)), stream.flush(isal_zlib.Z_SYNC_FLUSH)
    parts.append(stream.flush())
    return b"".join(parts)


def replace_array(
    group: h5py.Group, name: str, data: npt.NDArray[Any], attributes: Mapping[str, Any] | None = None
) -> None:
    """Write an array with `write_array` in place of the dataset that has the name."""
    if name in group:
        del group[name]
    write_array(group, name, data, attributes)
