"""Formats of datasets. Each writes waveforms to an unfinished place; the builder publishes it."""

from __future__ import annotations

from pathlib import Path

from ...model.kinds.export import Export
from .asdf import AsdfDraft
from .draft import About, Draft, LoggedWaveform, Measured
from .miniseed import MiniseedDraft
from .sac import SacDraft
from .seisbench import SeisbenchDraft
from .specfem import SpecfemDraft

__all__ = ["About", "Draft", "LoggedWaveform", "Measured", "open_draft"]


def open_draft(export: Export, path: Path, about: About) -> Draft:
    """A draft that writes a dataset in an export's format to `path`, which must not exist yet."""
    match export.format:
        case "asdf":
            return AsdfDraft(path, about, export.waveform_tag)
        case "mseed":
            return MiniseedDraft(path, about, version=2)
        case "mseed3":
            return MiniseedDraft(path, about, version=3)
        case "parquet":
            from .parquet import ParquetDraft  # imported only here: pyarrow would add 0.1 s to every start

            return ParquetDraft(path)
        case "sac":
            return SacDraft(path, about)
        case "seisbench":
            return SeisbenchDraft(path, about)
        case "specfem":
            return SpecfemDraft(path)
