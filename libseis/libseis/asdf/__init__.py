"""ASDF datasets (HDF5) that pyasdf and Pyatoa read: events, stations, waveforms, windows, adjoint sources, configs.

Every function takes a file name, an open h5py file, or an open pyasdf ASDFDataSet.
"""

from .configs import read_config, write_config
from .errors import AsdfConflictError, AsdfError
from .handle import DatasetLike, opened
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
from .metadata import read_events, read_inventory, station_xml, write_event, write_inventory
from .waveforms import read_stream, station_codes, waveform_tags, write_stream
from .writer import StationData, build_dataset, merge_datasets, published, write_station

__all__ = [
    "AsdfConflictError",
    "AsdfError",
    "DatasetLike",
    "StationData",
    "build_dataset",
    "evaluations",
    "merge_datasets",
    "opened",
    "published",
    "read_adjoint_sources",
    "read_config",
    "read_events",
    "read_inventory",
    "read_rejected",
    "read_station_windows",
    "read_stream",
    "read_windows",
    "remove_adjoint_source",
    "station_codes",
    "station_xml",
    "waveform_tags",
    "write_adjoint_source",
    "write_config",
    "write_event",
    "write_inventory",
    "write_rejected",
    "write_station",
    "write_stream",
    "write_windows",
]
