"""Formats of datasets: each sink writes waveforms to a place of its own and leaves publishing it to the builder."""

from __future__ import annotations

from pathlib import Path

from ...model.onstored import Export
from .asdf import AsdfSink
from .miniseed import MiniseedSink
from .parquet import ParquetSink
from .sac import SacSink
from .sink import About, Measured, Sink
from .specfem import SpecfemSink

__all__ = ["About", "Measured", "Sink", "open_sink"]


def open_sink(export: Export, path: Path, about: About) -> Sink:
    """The sink of an export's format that writes to `path`, which does not exist yet."""
    match export.format:
        case "asdf":
            return AsdfSink(path, about, export.waveform_tag)
        case "mseed":
            return MiniseedSink(path, about)
        case "parquet":
            return ParquetSink(path)
        case "sac":
            return SacSink(path, about)
        case "specfem":
            return SpecfemSink(path)
