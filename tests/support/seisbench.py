"""Read a data set of SeisBench as its documentation describes it, with h5py and csv alone."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Traces:
    """The group data_format, and a row of metadata with its samples for each trace, shape (components, samples)."""

    described: dict[str, Any]
    rows: list[tuple[dict[str, str], NDArray[np.float32]]]


def read_seisbench(folder: Path) -> Traces:
    with h5py.File(folder / "waveforms.hdf5") as file, (folder / "metadata.csv").open(newline="") as table:
        group = file["data_format"]
        described = {key: group[key].asstr()[()] if group[key].dtype == object else group[key][()] for key in group}
        rows = []
        for row in csv.DictReader(table):
            block, _, part = row["trace_name"].partition("$")
            number, components, samples = part.split(",")
            assert components[0] == samples[0] == ":"
            found = file["data"][block][int(number)][: int(components[1:]), : int(samples[1:])]
            rows.append((row, found))
    return Traces(described, rows)
