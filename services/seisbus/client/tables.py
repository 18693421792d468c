"""Events, channel epochs and waveforms in the forms that notebooks use: pyarrow tables, obspy Catalog and Inventory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from seis.control.v1 import control_pb2 as pb

from ..extras import extra
from .arrow_shown import shown

if TYPE_CHECKING:
    import pyarrow as pa


def event_schema() -> pa.Schema:
    """Columns of a table of events."""
    with extra("tables"):
        import pyarrow as pa
    return pa.schema(
        [
            ("id", pa.string()),
            ("time", pa.timestamp("ns", tz="UTC")),
            ("lat", pa.float64()),
            ("lon", pa.float64()),
            ("depth_km", pa.float64()),
            ("mag", pa.float64()),
            ("mag_type", pa.string()),
            ("event_type", pa.string()),
            ("waveform_key", pa.string()),
            ("phase_key", pa.string()),
        ]
    )


def event_table(events: Iterable[pb.Event]) -> pa.Table:
    """Events as a table of `event_schema`; values that the catalog does not have are null."""
    with extra("tables"):
        import pyarrow as pa
    return shown(pa.Table.from_pylist(event_documents(events), event_schema()))


def event_documents(events: Iterable[pb.Event]) -> list[dict[str, Any]]:
    """Events as documents: the columns of `event_schema`, time in ns since 1970; None for unknown values."""
    return [
        {
            "id": event.id,
            "time": event.time_ns,
            "lat": event.lat,
            "lon": event.lon,
            "depth_km": event.depth_km,
            "mag": event.mag if event.HasField("mag") else None,
            "mag_type": event.mag_type or None,
            "event_type": event.event_type or None,
            "waveform_key": event.waveform_key or None,
            "phase_key": event.phase_key or None,
        }
        for event in events
    ]


def waveform_schema() -> pa.Schema:
    """Columns of a table of stored waveforms: ids and values of sources and receivers by MsPASS's names."""
    with extra("tables"):
        import pyarrow as pa
    from ..model.normalized import IDS, VALUES  # late, because it loads numpy

    texts = ("id", "net", "sta", "loc", "chan", "event", "data_tag", "job", "window", "units", *IDS)
    values = [(name, pa.string() if name == "source_magnitude_type" else pa.float64()) for name in VALUES]
    return pa.schema(
        [
            *((name, pa.string()) for name in texts),
            ("start", pa.timestamp("ns", tz="UTC")),
            ("npts", pa.int64()),
            ("sampling_rate", pa.float64()),
            *values,
            ("elog", pa.list_(pa.string())),
        ]
    )


# For a Seismogram these are lists.
_LISTS = ("chan", "channel_id")


def waveform_table(logged: Iterable[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]]) -> pa.Table:
    """wf documents with their error logs as a table of `waveform_schema`; unknown values are null."""
    with extra("tables"):
        import pyarrow as pa
    rows = [
        {
            **{
                name: ",".join(value) if name in _LISTS and isinstance(value, list) else value
                for name, value in document.items()
            },
            "id": str(document["_id"]),
            "start": document["t0_ns"],
            "elog": [f"{entry.get('algorithm', '')}: {entry.get('error_message', '')}" for entry in log],
        }
        for document, log in logged
    ]
    return shown(pa.Table.from_pylist(rows, waveform_schema()))


def event_catalog(events: Iterable[pb.Event]) -> Any:
    """Events as an obspy Catalog, with one origin and at most one magnitude each; depth in metres."""
    with extra("obspy"):
        from obspy.core.event import Catalog

        from libseis.obspy.events import point_source

    return Catalog(
        [
            point_source(
                f"smi:local/event/{found.id}",
                found.time_ns,
                found.lat,
                found.lon,
                found.depth_km,
                found.mag if found.HasField("mag") else None,
                found.mag_type,
            )
            for found in events
        ]
    )
