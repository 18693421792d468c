"""Measure one station of one event in one call; the result is a plain value that can be sent on a bus.

It does the same as Manager, without state and without a dataset.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..codes import code
from ..extras import require
from .adjoint import AdjointSource, make_adjoint_source
from .config import Config, Processing
from .errors import MisfitError, Reason
from .flexwin import RejectedWindow, Selection, Window
from .geometry import find_geometry, half_duration
from .pairing import (
    Pairs,
    Refusal,
    Windows,
    measure_fixed,
    origin_offset,
    preprocess_pairs,
    selection_input,
    standardize_streams,
    window_pairs,
)

require("misfit")

if TYPE_CHECKING:
    from obspy import Inventory, Stream, Trace
    from obspy.core.event import Event

    from .geometry import Geometry


@dataclass(frozen=True, slots=True)
class ComponentMeasurement:
    """The result for one component: its windows, and an adjoint source if it has windows. units: of both traces."""

    component: str
    channel_id: str
    starttime: str
    windows: tuple[Window, ...]
    rejected: tuple[RejectedWindow, ...]
    adjoint_source: AdjointSource | None
    units: str = ""


@dataclass(frozen=True, slots=True)
class StationMeasurement:
    """The measurements of all components of a station.

    `misfit` is their sum, or None if no component was measured. `refusals` say why components were not measured.
    `complaints` say what is odd about metadata and units.
    """

    network: str
    station: str
    components: tuple[ComponentMeasurement, ...]
    misfit: float | None
    refusals: tuple[Refusal, ...]
    complaints: tuple[str, ...] = ()

    @property
    def window_count(self) -> int:
        """Accepted windows of all components."""
        return sum(len(c.windows) for c in self.components)


def measure_station(
    config: Config,
    observed: Stream,
    synthetic: Stream,
    event: Event | None = None,
    inventory: Inventory | None = None,
    *,
    fixed_windows: Mapping[str, Sequence[Window]] | None = None,
    keep_rejected: bool = False,
) -> StationMeasurement:
    """Standardize, preprocess, window and measure one station.

    Problems of a component go to `refusals` and do not raise an error.

    Parameters
    ----------
    config
        Settings.
    observed
        Raw observed waveforms of the station.
    synthetic
        Synthetic waveforms of the station.
    event
        The event.
    inventory
        Metadata of the station, with responses.
    fixed_windows
        Windows by component letter, which are measured instead of new ones.
    keep_rejected
        True to keep rejected windows too, with their reasons.

    Returns
    -------
    StationMeasurement
        The measurements.
    """
    network, station = _codes(observed, synthetic)
    pairs = standardize_streams(config, observed, synthetic)
    try:
        geometry = find_geometry(event, inventory, network, station) if event and inventory else None
    except MisfitError as error:
        refused = tuple(Refusal(c, error.reason, error.message) for c, _, _ in pairs.components())
        return StationMeasurement(network, station, (), None, pairs.refusals + refused)
    pairs = preprocess_pairs(
        pairs, config, inventory=inventory, geometry=geometry, half_duration=source_half_duration(config, event)
    )
    if fixed_windows is None:
        windows = window_pairs(pairs, config, geometry, keep_rejected=keep_rejected)
    else:
        windows = fixed_pairs(pairs, config, geometry, fixed_windows)
    sources, refusals = measure_pairs(pairs, windows, config, geometry)
    components = tuple(
        ComponentMeasurement(
            c,
            obs.id,
            str(syn.stats.starttime),
            windows.selections[c].windows,
            windows.selections[c].rejected,
            sources.get(c),
            common_units(obs, syn),
        )
        for c, obs, syn in pairs.components()
        if c in windows.selections
    )
    return StationMeasurement(network, station, components, total_misfit(sources), refusals, pairs.complaints)


def common_units(observed: Trace, synthetic: Trace) -> str:
    """The units of a pair of traces, "" if not known or not the same."""
    found = {str(trace.stats.get("units") or "") for trace in (observed, synthetic)}
    return found.pop() if len(found) == 1 else ""


def source_half_duration(config: Config, event: Event | None) -> float | None:
    """The configured half duration, or else the event's; the processing `pyatoa` does not use the event's."""
    if config.half_duration is not None or config.processing is Processing.PYATOA:
        return config.half_duration
    return half_duration(event) if event is not None else None


def fixed_pairs(
    pairs: Pairs, config: Config, geometry: Geometry | None, fixed: Mapping[str, Sequence[Window]]
) -> Windows:
    """The windows of another evaluation, measured on these traces; a component without windows is refused."""
    selections, refusals = {}, list(pairs.refusals)
    for component, observed, synthetic in pairs.components():
        stored = list(fixed.get(component, ()))
        try:
            if not stored:
                raise MisfitError(f"No windows are stored for {observed.id}.", Reason.NO_STORED_WINDOWS)
            pair = selection_input(config, observed, synthetic, geometry)
            selections[component] = Selection(measure_fixed(stored, config, pair))
        except MisfitError as error:
            refusals.append(Refusal(component, error.reason, error.message))
    return Windows(selections, tuple(refusals))


def measure_pairs(
    pairs: Pairs, windows: Windows, config: Config, geometry: Geometry | None
) -> tuple[dict[str, AdjointSource], tuple[Refusal, ...]]:
    """Adjoint sources by component letter, and all refusals so far."""
    sources: dict[str, AdjointSource] = {}
    refusals = list(windows.refusals)
    for component, observed, synthetic in pairs.components():
        selection = windows.selections.get(component)
        if selection is None or not selection.windows:
            continue
        try:
            sources[component] = make_adjoint_source(
                observed, synthetic, selection.windows, config, time_offset=-origin_offset(synthetic, geometry)
            )
        except MisfitError as error:
            refusals.append(Refusal(component, error.reason, error.message))
    return sources, tuple(refusals)


def total_misfit(sources: Mapping[str, AdjointSource]) -> float | None:
    """The plain sum over components (not divided by the number of windows); None if nothing was measured."""
    return sum(source.misfit for source in sources.values()) if sources else None


def _codes(observed: Stream, synthetic: Stream) -> tuple[str, str]:
    for stream in (observed, synthetic):
        for trace in stream:
            return code(trace.stats.network), code(trace.stats.station)
    return "", ""
