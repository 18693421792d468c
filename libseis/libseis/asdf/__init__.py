"""Read and write ASDF datasets (HDF5) that pyasdf and Pyatoa can use: events, stations, waveforms and error logs.

libseis.misfit.storage reads and writes windows, adjoint sources and configs of misfit measurements.

Every function takes a file name, an open h5py file, or an open pyasdf ASDFDataSet.
"""

from ..extras import require
from .errors import AsdfConflictError, AsdfError
from .handle import DatasetLike, opened
from .logs import WaveformLog, read_logs, write_log
from .metadata import read_events, read_inventory, station_xml, write_event, write_inventory
from .waveforms import read_stream, station_codes, waveform_tags, write_stream
from .writer import StationData, build_dataset, merge_datasets, published, write_station

require("asdf")

__all__ = [
    "AsdfConflictError",
    "AsdfError",
    "DatasetLike",
    "StationData",
    "WaveformLog",
    "build_dataset",
    "merge_datasets",
    "opened",
    "published",
    "read_events",
    "read_inventory",
    "read_logs",
    "read_stream",
    "station_codes",
    "station_xml",
    "waveform_tags",
    "write_event",
    "write_inventory",
    "write_log",
    "write_station",
    "write_stream",
]
