"""Results of measurements in ASDF datasets, as Pyatoa lays them out: windows, rejected windows, adjoint sources.

Configs are read and written by libseis.misfit.Config itself.

Every function takes a file name, an open h5py file, or an open pyasdf ASDFDataSet.
"""

from .measurements import (
    evaluations,
    read_adjoint_sources,
    read_rejected,
    read_station_windows,
    read_windows,
    remove_adjoint_source,
    write_adjoint_source,
    write_rejected,
    write_windows,
)

__all__ = [
    "evaluations",
    "read_adjoint_sources",
    "read_rejected",
    "read_station_windows",
    "read_windows",
    "remove_adjoint_source",
    "write_adjoint_source",
    "write_rejected",
    "write_windows",
]
