"""Open a dataset by its name; use an h5py file or a pyasdf ASDFDataSet that is already open.

ASDF 1.0.3 (https://asdf-definition.readthedocs.io): HDF5 with /QuakeML, /Waveforms, /AuxiliaryData, /Provenance.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import uuid4

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
    """A file attribute in the form that ASDF needs: fixed-length ASCII with a final zero."""
    return np.bytes_((text + "\x00").encode("ascii"))


def create(path: Path) -> h5py.File:
    """A new file with an empty dataset, open for writing. HDF5 1.10 and later can read it."""
    import h5py

    # Superblock 3 marks a file that is open for writing. If the writer is killed, the mark stays and nobody can open
    # the file. Superblock 2 has no mark, and allows the newest layout, which needs far fewer bytes per dataset.
    h5py.File(path, "x", libver=("v108", "v108")).close()
    file = h5py.File(path, "r+", libver=("v110", "v110"))
    file.attrs["file_format"] = zero_terminated("ASDF")
    file.attrs["file_format_version"] = zero_terminated(FORMAT_VERSION)
    for group in GROUPS:
        file.create_group(group)
    return file


def part_of(path: Path) -> Path:
    """A name in the folder of `path` for a new file that will be renamed to `path`."""
    return path.with_name(f".{path.name}.{uuid4().hex}.part")


@contextmanager
def opened(dataset: DatasetLike, mode: str = "r") -> Iterator[h5py.File]:
    """Open a dataset as an h5py file.

    A dataset that is given by its name is opened, flushed and closed again. A dataset that is already open stays open
    and is flushed after writing.

    Parameters
    ----------
    dataset
        A file name, an open h5py file, or an open ASDFDataSet of pyasdf.
    mode
        "r" to read, or "a" to write; "a" makes the file if it does not exist.

    Yields
    ------
    h5py.File
        The open file.

    Raises
    ------
    AsdfError
        The file does not exist, is not an ASDF file, or stays open in another process for LONGEST_WAIT_S.

    Notes
    -----
    Waiting for another process uses HDF5's file locks. If HDF5_USE_FILE_LOCKING switches them off, let only one process
    write, or use merge_datasets. HDF5 changes a file in place and has no journal. If a process is killed before the
    flush, the dataset stays as it was at the last flush, except for data that were being replaced. If it is killed
    within the milliseconds of a flush, the file may be unreadable, in part or completely. `published` avoids this: it
    writes a copy (`start_from`) and renames it.
    """
    import h5py

    if isinstance(dataset, (str, Path)):
        path = Path(dataset)
        if not path.exists():
            if mode == "r":
                raise AsdfError(f"There is no dataset {path}.")
            _create_whole(path)
        with _open(path, "r" if mode == "r" else "r+") as file:
            _require_asdf(file)
            yield file
        return
    file = dataset if isinstance(dataset, h5py.File) else dataset._waveform_group.file
    _require_asdf(file)
    yield file
    if mode != "r":
        file.flush()


# Number of attempts to open a file that seems to be shorter than its header states.
_TRIES = 50


def _create_whole(path: Path) -> None:
    """Make an empty dataset, unless another process has made it; other processes never see an incomplete file."""
    part = part_of(path)
    try:
        create(part).close()
        try:
            os.link(part, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links, as on many memory cards and external disks
            if not path.exists():
                part.rename(path)
    except OSError as error:
        raise AsdfError(f"{path} cannot be made: {error}.") from error
    finally:
        part.unlink(missing_ok=True)


def _open(path: Path, mode: str) -> h5py.File:
    import h5py

    give_up, tries = time.monotonic() + LONGEST_WAIT_S, _TRIES
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
            # HDF5 asks for the size before it has the lock, and another process may have written in between
            tries -= "truncated file" in str(error)
            if "truncated file" not in str(error) or not tries:
                raise AsdfError(f"{path} cannot be opened as HDF5: {error}.") from error


def _require_asdf(file: h5py.File) -> None:
    if bytes(file.attrs.get("file_format", b"")).rstrip(b"\x00") != b"ASDF":
        raise AsdfError(f"{file.filename} is an HDF5 file, but not an ASDF dataset (it has no file_format attribute).")
