"""One Parquet file, one row per waveform: attributes, error log, and samples (counts or samples, the other is null)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from libseis.segments import Segment

from ...model.normalized import IDS, VALUES
from .draft import Attached, Draft, LoggedWaveform

SCHEMA: Final = pa.schema(
    [
        *((name, pa.string()) for name in ("net", "sta", "loc", "chan", "event", "data_tag", "job", "window", "units")),
        *((name, pa.string()) for name in IDS),
        *((name, pa.string() if name == "source_magnitude_type" else pa.float64()) for name in VALUES),
        ("elog", pa.list_(pa.string())),
        ("starttime", pa.float64()),
        ("t0_ns", pa.int64()),
        ("rate_numerator", pa.int64()),
        ("rate_denominator", pa.int64()),
        ("npts", pa.int64()),
        ("counts", pa.large_list(pa.int32())),
        ("samples", pa.large_list(pa.float64())),
    ]
)
# Samples in memory before a row group is written.
_GROUP_BYTES = 32_000_000


class ParquetDraft(Draft):
    """Row groups of about 32 MB, zstd."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._rows: list[dict[str, Any]] = []
        self._bytes = 0
        self._writer = pq.ParquetWriter(str(path), SCHEMA, compression="zstd")

    def add(self, document: LoggedWaveform, segment: Segment, attached: Attached) -> None:
        """One row."""
        channel = segment.channel
        counts = segment.data.dtype == np.int32
        self._rows.append(
            {
                **{name: str(document.get(name) or "") for name in ("event", "data_tag", "job", "window", "units")},
                **{name: attached.get(name) for name in (*IDS, *VALUES)},
                "elog": list(document.get("elog") or ()),
                "net": channel.net,
                "sta": channel.sta,
                "loc": channel.loc,
                "chan": channel.chan,
                "starttime": segment.t0_ns / 1e9,
                "t0_ns": segment.t0_ns,
                "rate_numerator": segment.rate.numerator,
                "rate_denominator": segment.rate.denominator,
                "npts": segment.npts,
                "counts": segment.data if counts else None,
                "samples": None if counts else segment.data,
            }
        )
        self._bytes += segment.data.nbytes
        if self._bytes >= _GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=SCHEMA))
        self._rows, self._bytes = [], 0

    def close(self) -> None:
        """The last rows and the footer."""
        self._flush()
        self._writer.close()

    def abandon(self) -> None:
        """Close the file as it is."""
        self._rows = []
        self._writer.close()
