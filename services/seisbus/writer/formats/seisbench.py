"""A folder that SeisBench's WaveformDataset opens: waveforms.hdf5 and metadata.csv (SeisBench's documentation, "Data
format").

Traces of one shape are together in a block `data/bucketN` of shape (traces, components, samples). The trace_name of a
row names the block and the part of it, `bucket0$3,:3,:12000`. Samples are float32, as in SeisBench's own datasets.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from libseis.errors import MatrixError
from libseis.isotime import iso
from libseis.segments import Segment
from libseis.signal.rotation import check_axes

from ...model.dataset_places import LOG_SUFFIX
from ...model.stored_waveforms import components_of
from .draft import About, Attached, Draft, LoggedWaveform

ORDER: Final = "ZNE"
"""The components of a Seismogram in the file, which SeisBench's models take in this order."""
# Columns for attributes of a waveform, with the factor to SeisBench's units (metres for elevations, km for depths).
_COLUMNS: Final = {
    "station_latitude_deg": ("site_lat", 1.0), "station_longitude_deg": ("site_lon", 1.0),
    "station_elevation_m": ("site_elev", 1000.0), "source_latitude_deg": ("source_lat", 1.0),
    "source_longitude_deg": ("source_lon", 1.0), "source_depth_km": ("source_depth", 1.0),
    "source_magnitude": ("source_magnitude", 1.0), "path_ep_distance_km": ("distance_km", 1.0),
    "path_azimuth_deg": ("azimuth", 1.0), "path_back_azimuth_deg": ("back_azimuth", 1.0),
}  # fmt: skip
# Traces per block, as in SeisBench's own writer, and bytes of a block in memory.
_TRACES: Final = 1024
_BYTES: Final = 64_000_000
# Integers up to here are exact in single precision.
_EXACT: Final = 2**24
# Elements of direction matrices that differ by less are equal.
_SAME: Final = 1e-6

Row = dict[str, Any]


class SeisbenchDraft(Draft):
    """Writes Seismograms as Z, N, E, whatever axes they have, and waveforms of a channel as their one component."""

    def __init__(self, path: Path, about: About) -> None:
        import h5py

        super().__init__()
        self._path = path
        path.mkdir()
        self._file = h5py.File(str(path / "waveforms.hdf5"), "w", libver=("earliest", "v110"))
        self._data = self._file.create_group("data")
        self._rows: list[Row] = []
        self._blocks: dict[tuple[int, ...], list[tuple[Row, NDArray[np.float32]]]] = {}
        self._made = 0
        self._event = about.event
        self._components: list[Segment] = []
        self._units: set[str] = set()

    def add(self, document: LoggedWaveform, segment: Segment, attached: Attached) -> None:
        """Add one waveform. The components of a Seismogram come one after the other, and make one trace."""
        if components_of(cast(Mapping[str, Any], document)) == 1:
            self._put(document, segment, attached, segment.data[np.newaxis], segment.channel.chan[-1:])
            return
        self._components.append(segment)
        if len(self._components) < len(ORDER):
            return
        rows = np.array([component.data for component in self._components], np.float64)
        self._components = []
        axes = np.reshape(cast(Mapping[str, Any], document)["tmatrix"], (3, 3))
        try:
            check_axes(axes, "the matrix of the components")
        except MatrixError as error:
            self.problems.append(f"{segment.channel}: a Seismogram is left out, {error.message}.")
            return
        # if the sensor points to Z, N and E already, its counts are not changed by rounding
        enz = rows if np.allclose(axes, np.eye(3), atol=_SAME) else np.linalg.solve(axes, rows)
        self._put(document, segment, attached, enz[::-1], ORDER)

    def _put(
        self, document: LoggedWaveform, segment: Segment, attached: Attached, samples: NDArray[Any], order: str
    ) -> None:
        if np.abs(samples).max(initial=0) > _EXACT and segment.data.dtype == np.int32:
            self.problems.append(f"{segment.channel}: counts above 2^24 are rounded to single precision.")
        row = self._row(document, segment, attached, order)
        self._rows.append(row)
        self._units.add(str(document.get("units") or ""))
        block = self._blocks.setdefault(samples.shape, [])
        block.append((row, np.ascontiguousarray(samples, np.float32)))
        if len(block) == _TRACES or sum(one.nbytes for _, one in block) > _BYTES:
            self._write(self._blocks.pop(samples.shape))
        self._tell(document, segment, folder=self._path.name)

    def _row(self, document: LoggedWaveform, segment: Segment, attached: Attached, order: str) -> Row:
        channel = segment.channel
        row: Row = {
            "trace_name": "",
            "trace_start_time": iso(segment.t0_ns),
            "trace_sampling_rate_hz": segment.rate.hz,
            "trace_npts": segment.npts,
            "trace_component_order": order,
            "trace_channel": channel.chan[:2],
            "trace_unit": str(document.get("units") or ""),
            "station_network_code": channel.net,
            "station_code": channel.sta,
            "station_location_code": channel.loc,
            "source_id": str(document.get("event") or ""),
        }
        if self._event is not None:
            row["source_origin_time"] = iso(self._event.time_ns)
        for column, (name, factor) in _COLUMNS.items():
            if (value := attached.get(name)) is not None:
                row[column] = value * factor
        if kind := attached.get("source_magnitude_type"):
            row["source_magnitude_type"] = kind
        return row | _arrivals(cast(Mapping[str, Any], document), segment)

    def _write(self, block: list[tuple[Row, NDArray[np.float32]]]) -> None:
        """Write one block, and give its rows their names."""
        name = f"bucket{self._made}"
        self._made += 1
        samples = np.stack([one for _, one in block])
        self._data.create_dataset(name, data=samples)
        _, components, npts = samples.shape
        for number, (row, _) in enumerate(block):
            row["trace_name"] = f"{name}${number},:{components},:{npts}"

    def close(self) -> None:
        """Write the last blocks, the format, the table and the error logs."""
        for block in self._blocks.values():
            self._write(block)
        self._blocks = {}
        described: dict[str, Any] = {"dimension_order": "CW"}
        if {row["trace_component_order"] for row in self._rows} == {ORDER}:
            described["component_order"] = ORDER
        if len(rates := {row["trace_sampling_rate_hz"] for row in self._rows}) == 1:
            described["sampling_rate"] = rates.pop()
        if len(self._units) == 1 and (unit := self._units.pop()):
            described["unit"] = unit
        group = self._file.create_group("data_format")
        for key, value in described.items():
            group.create_dataset(key, data=value)
        self._file.close()
        self.empty = not self._rows
        columns = list(dict.fromkeys(key for row in self._rows for key in row))
        with (self._path / "metadata.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(self._rows)
        self._write_log(self._path / f"waveforms{LOG_SUFFIX}")

    def abandon(self) -> None:
        """Close the file as it is."""
        self._file.close()


def _arrivals(document: Mapping[str, Any], segment: Segment) -> Row:
    """Picks in samples after the first one, under SeisBench's names of labels. A predicted arrival has another name, so
    that nobody trains with it by mistake."""

    def sample(epoch: float) -> float:
        return round((epoch - segment.t0_ns / 1e9) * segment.rate.hz, 3)

    picks = document.get("picks")
    if not picks and document.get("pick_time") is not None:
        picks = [{"time": document["pick_time"], "phase": document.get("phase_name") or "pick"}]
    if picks:
        ordered = sorted(picks, key=lambda pick: -float(pick["time"]))  # if a phase has several picks, the first counts
        return {f"trace_{pick['phase']}_arrival_sample": sample(pick["time"]) for pick in ordered}
    if document.get("phase_time") is not None:
        return {f"trace_{document.get('phase_name')}_predicted_sample": sample(document["phase_time"])}
    return {}
