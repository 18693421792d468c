"""Opening a dataset: by name, as an h5py file, or as a pyasdf ASDFDataSet that is already open.

ASDF 1.0.3 (https://asdf-definition.readthedocs.io): HDF5 with /QuakeML, /Waveforms, /AuxiliaryData, /Provenance.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .errors import AsdfError

if TYPE_CHECKING:
    import h5py
    from pyasdf import ASDFDataSet

DatasetLike: TypeAlias = "str | Path | h5py.File | ASDFDataSet"

LONGEST_WAIT_S = 30.0  # a station's results are written in milliseconds
FORMAT_VERSION = "1.0.3"
GROUPS = ("Waveforms", "AuxiliaryData", "Provenance")


def zero_terminated(text: str) -> Any:
    """The form in which the format wants file attributes: fixed-length ASCII with a final zero."""
    return np.bytes_((text + "\x00").encode("ascii"))


def initialise(file: h5py.File) -> None:
    """Make an empty HDF5 file an ASDF dataset."""
    file.attrs["file_format"] = zero_terminated("ASDF")
    file.attrs["file_format_version"] = zero_terminated(FORMAT_VERSION)
    for group in GROUPS:
        file.create_group(group)


@contextmanager
def opened(dataset: DatasetLike, mode: str = "r") -> Iterator[h5py.File]:
    """The h5py file of a dataset. A name is opened (`r`, or `a` to write, which makes it if need be) and closed again,
    flushed; what is already open stays open and is flushed after writing.

    While another process has the named file open, this waits for it, and raises AsdfError after LONGEST_WAIT_S. That
    rests on HDF5's file locks; where HDF5_USE_FILE_LOCKING switches them off, let one process write, or merge_datasets.
    """
    import h5py

    if isinstance(dataset, (str, Path)):
        path = Path(dataset)
        if mode == "r" and not path.exists():
            raise AsdfError(f"There is no dataset {path}.")
        with _open(path, mode) as file:
            if mode != "r" and not file.keys() and "file_format" not in file.attrs:
                initialise(file)
            _require_asdf(file)
            yield file
        return
    file = dataset if isinstance(dataset, h5py.File) else dataset._waveform_group.file
    _require_asdf(file)
    yield file
    if mode != "r":
        file.flush()


def _open(path: Path, mode: str) -> h5py.File:
    import h5py

    give_up = time.monotonic() + LONGEST_WAIT_S
    while True:
        try:
            return h5py.File(path, mode)
        except BlockingIOError as error:
            if time.monotonic() > give_up:
                raise AsdfError(
                    f"{path} has been open in another process for {LONGEST_WAIT_S:g} s; close it there first."
                ) from error
            time.sleep(0.01)
        except OSError as error:
            raise AsdfError(f"{path} cannot be opened as HDF5: {error}.") from error


def _require_asdf(file: h5py.File) -> None:
    if bytes(file.attrs.get("file_format", b"")).rstrip(b"\x00") != b"ASDF":
        raise AsdfError(f"{file.filename} is an HDF5 file, but no ASDF dataset (no file_format attribute).")
