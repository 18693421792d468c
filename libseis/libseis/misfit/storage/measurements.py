"""Misfit windows and adjoint sources of a function evaluation, in Pyatoa's paths and attributes.

/AuxiliaryData/MisfitWindows/<path>/NET_STA_C_n: int64[2], left and right sample.
/AuxiliaryData/AdjointSources/<path>/NET_STA_BXC: float64[npts, 2], seconds after the origin and forward-time samples.
/AuxiliaryData/RejectedWindows/<path>/NET_STA_C_n: float64[n, 5], on request: left, right, centre, value, limit.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from libseis.asdf.handle import DatasetLike, opened
from libseis.asdf.records import (
    CHANNEL_ID,
    WINDOW_STATS,
    Record,
    channel_of,
    records_of,
    replace_records,
    station_records,
    text,
    window_stats,
)

from ..adjoint import AdjointSource
from ..evaluation import DEFAULT_PATH, Evaluation
from ..flexwin.window import RejectedWindow, Rejection, Window
from ..settings import AdjointType
from ..traveltimes import PhaseArrival

if TYPE_CHECKING:
    import h5py

WINDOWS = "MisfitWindows"
REJECTED = "RejectedWindows"
SOURCES = "AdjointSources"
_PHASE = "phase_arrival_"


def write_windows(
    dataset: DatasetLike, path: str, channel_id: str, starttime: str, windows: Sequence[Window]
) -> list[str]:
    """Store the windows of a channel; all earlier ones at this path are replaced.

    Parameters
    ----------
    dataset
        The dataset.
    path
        Path of the evaluation.
    channel_id
        NET.STA.LOC.CHA.
    starttime
        ISO 8601 time of the first sample of the trace.
    windows
        The windows.

    Returns
    -------
    list[str]
        Their tags.
    """
    records = [
        Record(np.array([w.left, w.right], dtype=np.int64), _window_attributes(w, channel_id, starttime), f"_{n}")
        for n, w in enumerate(windows)
    ]
    with opened(dataset, "a") as file:
        group = file["AuxiliaryData"].require_group(f"{WINDOWS}/{path}")
        return replace_records(group, channel_id, channel_id[-1], records)


def read_windows(dataset: DatasetLike, path: str, channel_id: str) -> list[Window]:
    """Read the windows of a channel.

    Parameters
    ----------
    dataset
        The dataset.
    path
        Path of the evaluation.
    channel_id
        NET.STA.LOC.CHA.

    Returns
    -------
    list[Window]
        The windows in numeric order; empty if there are none.
    """
    with opened(dataset) as file:
        group = _group(file, WINDOWS, path)
        return [] if group is None else [_window(item) for _, item in records_of(group, channel_id, channel_id[-1])]


def read_station_windows(dataset: DatasetLike, path: str, code: str) -> dict[str, list[Window]]:
    """Read the windows of all channels of a station.

    Parameters
    ----------
    dataset
        The dataset.
    path
        Path of the evaluation.
    code
        Network and station code, such as NZ.BFZ.

    Returns
    -------
    dict[str, list[Window]]
        The windows by channel id.
    """
    found: dict[str, list[Window]] = {}
    with opened(dataset) as file:
        group = _group(file, WINDOWS, path)
        if group is None:
            return {}
        for _, item in station_records(group, code):
            found.setdefault(channel_of(item), []).append(_window(item))
    return found


def write_rejected(dataset: DatasetLike, path: str, channel_id: str, rejected: Sequence[RejectedWindow]) -> list[str]:
    """Store the rejected windows of a channel with their reasons, one array per reason.

    Parameters
    ----------
    dataset
        The dataset.
    path
        Path of the evaluation.
    channel_id
        NET.STA.LOC.CHA.
    rejected
        The windows; they replace those of an earlier run, also when there are none.

    Returns
    -------
    list[str]
        Their tags.
    """
    records = []
    for number, reason in enumerate(sorted({r.rejection for r in rejected})):
        rows = [
            [r.left, r.right, r.center, _or_nan(r.value), _or_nan(r.limit)] for r in rejected if r.rejection is reason
        ]
        attributes = {
            CHANNEL_ID: channel_id, "rejection": str(reason), "columns": "left,right,center,value,limit",
        }  # fmt: skip
        records.append(Record(np.array(rows, dtype=np.float64), attributes, f"_{number}"))
    with opened(dataset, "a") as file:
        if not records and _group(file, REJECTED, path) is None:
            return []
        group = file["AuxiliaryData"].require_group(f"{REJECTED}/{path}")
        return replace_records(group, channel_id, channel_id[-1], records)


def read_rejected(dataset: DatasetLike, path: str, channel_id: str) -> list[RejectedWindow]:
    """Read the rejected windows of a channel.

    Parameters
    ----------
    dataset
        The dataset.
    path
        Path of the evaluation.
    channel_id
        NET.STA.LOC.CHA.

    Returns
    -------
    list[RejectedWindow]
        The rejected windows, by reason.
    """
    with opened(dataset) as file:
        group = _group(file, REJECTED, path)
        if group is None:
            return []
        return [
            RejectedWindow(
                int(row[0]),
                int(row[1]),
                int(row[2]),
                Rejection(text(item.attrs["rejection"])),
                _or_none(row[3]),
                _or_none(row[4]),
            )
            for _, item in records_of(group, channel_id, channel_id[-1])
            for row in item[()]
        ]


def write_adjoint_source(dataset: DatasetLike, path: str, source: AdjointSource) -> list[str]:
    """Store an adjoint source; an earlier one of its channel is replaced.

    Parameters
    ----------
    dataset
        The dataset.
    path
        Path of the evaluation.
    source
        The adjoint source.

    Returns
    -------
    list[str]
        Its tag.
    """
    network, station, location, _ = source.channel_id.split(".")
    time = np.arange(source.samples.size) * source.dt + source.time_offset
    attributes = {
        "adj_src_type": str(source.type), "misfit": source.misfit, "dt": source.dt, "component": source.component,
        "min_period": source.min_period, "max_period": source.max_period, "network": network, "station": station,
        "location": location, "starttime": source.starttime,
        WINDOW_STATS: json.dumps({CHANNEL_ID: source.channel_id, "misfits": source.window_misfits}),
    }  # fmt: skip
    with opened(dataset, "a") as file:
        group = file["AuxiliaryData"].require_group(f"{SOURCES}/{path}")
        return replace_records(
            group, source.channel_id, source.component, [Record(np.column_stack((time, source.samples)), attributes)]
        )


def remove_adjoint_source(dataset: DatasetLike, path: str, channel_id: str, component: str) -> None:
    """Remove the results that an earlier run stored for a channel that now has no measurement.

    Parameters
    ----------
    dataset
        The dataset.
    path
        Path of the evaluation.
    channel_id
        NET.STA.LOC.CHA.
    component
        SPECFEM's channel code.
    """
    with opened(dataset, "a") as file:
        group = _group(file, SOURCES, path)
        if group is not None:
            replace_records(group, channel_id, component, [])


def read_adjoint_sources(dataset: DatasetLike, path: str, code: str) -> list[AdjointSource]:
    """Read the adjoint sources of a station.

    Parameters
    ----------
    dataset
        The dataset.
    path
        Path of the evaluation.
    code
        Network and station code, such as NZ.BFZ.

    Returns
    -------
    list[AdjointSource]
        The adjoint sources, by channel.
    """
    with opened(dataset) as file:
        group = _group(file, SOURCES, path)
        if group is None:
            return []
        return [_source(item) for _, item in station_records(group, code)]


def evaluations(dataset: DatasetLike, kind: str = WINDOWS) -> list[Evaluation]:
    """Return the evaluations that have auxiliary data of a kind.

    Parameters
    ----------
    dataset
        The dataset.
    kind
        Name of the auxiliary data.

    Returns
    -------
    list[Evaluation]
        The evaluations in order; "default" is first.
    """
    import h5py

    paths: set[str] = set()

    def visit(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            head = name if kind == "Configs" else name.rsplit("/", 1)[0]
            paths.add(head)

    with opened(dataset) as file:
        group = file["AuxiliaryData"].get(kind)
        if group is not None:
            group.visititems(visit)
    found = [Evaluation.from_path(path) for path in paths]
    return sorted(found, key=lambda e: (e.iteration or 0, -1 if e.step_count is None else e.step_count))


def _group(file: h5py.File, kind: str, path: str) -> Any:
    return file["AuxiliaryData"].get(f"{kind}/{path or DEFAULT_PATH}")


def _window_attributes(window: Window, channel_id: str, starttime: str) -> dict[str, Any]:
    from obspy import UTCDateTime

    first = UTCDateTime(starttime)
    attributes: dict[str, Any] = {
        "left_index": window.left,
        "right_index": window.right,
        "center_index": window.center,
        CHANNEL_ID: channel_id,
        "time_of_first_sample": str(first),
        "max_cc_value": window.max_cc,
        "cc_shift_in_samples": window.cc_shift,
        "cc_shift_in_seconds": window.cc_shift_s,
        "dlnA": window.dlna,
        "dt": window.dt,
        "min_period": window.min_period,
        "absolute_starttime": str(first + window.start_s),
        "absolute_endtime": str(first + window.end_s),
        "relative_starttime": window.start_s,
        "relative_endtime": window.end_s,
        "window_weight": window.weight,
    }
    for phase in window.phases:
        attributes[_PHASE + phase.name] = phase.time  # if a name occurs twice, the last one counts, as in Pyatoa
    return attributes


def _window(item: h5py.Dataset) -> Window:
    a = item.attrs
    left, right = (int(i) for i in item[()])
    phases = [PhaseArrival(k.removeprefix(_PHASE), float(v)) for k, v in a.items() if k.startswith(_PHASE)]
    return Window(
        left, right, int(a["center_index"]), float(a["dt"]), float(a["min_period"]), int(a["cc_shift_in_samples"]),
        float(a["max_cc_value"]), float(a["dlnA"]), float(a["window_weight"]),
        phases=tuple(sorted(phases, key=lambda p: p.time)),
    )  # fmt: skip


def _source(item: h5py.Dataset) -> AdjointSource:
    a = item.attrs
    data = item[()]
    component = text(a["component"])
    plain = f"{text(a['network'])}.{text(a['station'])}.{text(a['location'])}.{component}"
    return AdjointSource(
        channel_id=channel_of(item) or plain,
        component=component,
        type=AdjointType.parse(text(a["adj_src_type"])),
        samples=np.ascontiguousarray(data[:, 1]),
        dt=float(a["dt"]),
        time_offset=float(data[0, 0]),
        misfit=float(a["misfit"]),
        min_period=float(a["min_period"]),
        max_period=float(a["max_period"]),
        starttime=text(a["starttime"]),
        window_misfits=tuple(float(m) for m in window_stats(item).get("misfits", ())),
    )


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
