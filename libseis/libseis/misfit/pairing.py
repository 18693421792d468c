"""Run the steps on all components of a station; Manager and measure_station use these functions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .comparable import in_one_unit, plain_codes
from .config import Config
from .errors import MisfitError, Reason
from .flexwin import Selection, SelectionInput, select_windows
from .flexwin.agreement import measure_agreement
from .flexwin.selection import phases_inside, window_weight
from .flexwin.window import RejectedWindow, Rejection, Window
from .geometry import Geometry
from .preprocess import preprocess_stream
from .standardize import one_trace, standardize_pair
from .traveltimes import PhaseArrival, phase_arrivals

if TYPE_CHECKING:
    from obspy import Inventory, Stream, Trace

NEAREST_KM = 0.1  # a station nearer than this counts as at the source, without azimuth and surface-wave time


@dataclass(frozen=True, slots=True)
class Refusal:
    """A component that could not be measured, and why."""

    component: str
    reason: Reason
    message: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """Observed and synthetic streams of the same components in the same order, with refusals and complaints."""

    observed: Stream
    synthetic: Stream
    refusals: tuple[Refusal, ...] = ()
    complaints: tuple[str, ...] = ()

    def components(self) -> list[tuple[str, Trace, Trace]]:
        """(letter, observed, synthetic) of each component."""
        pairs = zip(self.observed, self.synthetic, strict=True)
        return [(syn.stats.channel[-1], obs, syn) for obs, syn in pairs]


@dataclass(frozen=True, slots=True)
class Windows:
    """The selection of each component, and the components without a window."""

    selections: Mapping[str, Selection] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()

    @property
    def count(self) -> int:
        """Accepted windows of all components."""
        return sum(len(s.windows) for s in self.selections.values())


def standardize_streams(config: Config, observed: Stream, synthetic: Stream) -> Pairs:
    """Standardize each wanted component. A bad one is refused; the others continue.

    A component of config.component_list that neither stream has is not refused but left out, unless no component
    remains.
    """
    from obspy import Stream

    observed, synthetic = plain_codes(observed), plain_codes(synthetic)
    rotated = {"R", "T"} if config.rotate_to_rtz else set()
    wanted = [c for c in config.component_list if c not in rotated] + (["N", "E"] if rotated else [])
    present = {trace.stats.channel[-1:] for stream in (observed, synthetic) for trace in stream}
    obs_out, syn_out, refusals = Stream(), Stream(), []
    for component in wanted:
        if component not in present and present & set(wanted):
            continue
        try:
            obs, syn = standardize_pair(
                one_trace(observed, component, "observed"), one_trace(synthetic, component, "synthetic")
            )
        except MisfitError as error:
            refusals.append(Refusal(component, error.reason, error.message))
            continue
        obs_out.append(obs)
        syn_out.append(syn)
    return Pairs(obs_out, syn_out, tuple(refusals))


def preprocess_pairs(
    pairs: Pairs, config: Config, *, inventory: Inventory | None, geometry: Geometry | None, half_duration: float | None
) -> Pairs:
    """Process both streams. A component whose response cannot be removed is refused; the others continue.

    Without geometry the traces count as starting at the origin.
    """
    from obspy import Stream

    back_azimuth = geometry.back_azimuth if geometry else None
    obs_out, syn_out, refusals, told = Stream(), Stream(), list(pairs.refusals), list[str]()
    removing = inventory is not None and config.remove_response and not config.synthetics_only
    together = config.rotate_to_rtz  # only a rotation mixes the horizontal components
    groups = [(pairs.observed, pairs.synthetic)] if together else [
        (Stream([obs]), Stream([syn])) for obs, syn in zip(pairs.observed, pairs.synthetic, strict=True)
    ]  # fmt: skip
    for obs, syn in groups:
        if not obs:
            continue
        origin_s = origin_offset(syn[0], geometry)
        try:
            obs, syn, problem = in_one_unit(obs, syn, config, removing=removing)
            told += [problem] if problem else []
            obs_done = preprocess_stream(
                obs, config, origin_s=origin_s, inventory=inventory, back_azimuth=back_azimuth, told=told,
                half_duration=half_duration if config.synthetics_only else None,
            )  # fmt: skip
            syn_done = preprocess_stream(
                syn, config, origin_s=origin_s, half_duration=half_duration, back_azimuth=back_azimuth
            )
        except MisfitError as error:
            refusals += [Refusal(t.stats.channel[-1], error.reason, error.message) for t in syn]
            continue
        obs_out += obs_done
        syn_out += syn_done
    return Pairs(obs_out, syn_out, tuple(refusals), tuple(dict.fromkeys(told)))


def origin_offset(trace: Trace, geometry: Geometry | None) -> float:
    """Seconds from the first sample of a trace to the origin; 0 without geometry."""
    return 0.0 if geometry is None else float(geometry.origin_time - trace.stats.starttime.timestamp)


def selection_input(config: Config, observed: Trace, synthetic: Trace, geometry: Geometry | None) -> SelectionInput:
    """The values of one component that window selection needs."""
    dt = float(synthetic.stats.delta)
    arrivals: tuple[PhaseArrival, ...] = ()
    if geometry is not None:
        place = config.window.earth_model, geometry.depth_km, geometry.distance_deg
        # the bounds need the first arrival, even if the trace ends before it
        arrivals = phase_arrivals(*place, _trace_end(synthetic, geometry)) or phase_arrivals(*place)
    return SelectionInput(
        observed=observed.data,
        synthetic=synthetic.data,
        dt=dt,
        min_period=config.min_period if config.min_period is not None else 2 * dt,
        max_period=config.max_period if config.max_period is not None else synthetic.stats.npts * dt,
        origin_s=origin_offset(synthetic, geometry),
        arrivals=arrivals,
        distance_km=None if geometry is None else geometry.distance_km,
    )


def _trace_end(trace: Trace, geometry: Geometry) -> float:
    """Seconds from the origin to the end of a trace, rounded up to a minute so that a station's components share it."""
    return 60.0 * math.ceil(float(trace.stats.endtime.timestamp - geometry.origin_time) / 60.0)


def window_pairs(pairs: Pairs, config: Config, geometry: Geometry | None, *, keep_rejected: bool = False) -> Windows:
    """Select the windows of every component. A component without windows is refused, with the reason."""
    if geometry is not None and geometry.distance_km < NEAREST_KM:
        message = (
            f"The station lies {geometry.distance_km * 1000:.0f} m from the epicentre; no windows can be bounded there."
        )
        refused = tuple(Refusal(c, Reason.STATION_AT_SOURCE, message) for c, _, _ in pairs.components())
        return Windows({}, pairs.refusals + refused)
    selections, refusals = {}, list(pairs.refusals)
    for component, observed, synthetic in pairs.components():
        pair = selection_input(config, observed, synthetic, geometry)
        selection = drop_small(
            select_windows(pair, config.window, keep_rejected=keep_rejected), pair, config.win_amp_ratio, keep_rejected
        )
        selections[component] = selection
        if not selection.windows:
            message = f"No window of {observed.id} was accepted" + (f": {selection.note}." if selection.note else ".")
            refusals.append(Refusal(component, Reason.NO_WINDOWS, message))
    return Windows(selections, tuple(refusals))


def drop_small(selection: Selection, pair: SelectionInput, ratio: float, keep_rejected: bool) -> Selection:
    """The windows without those whose largest |observed| is below `ratio` times the trace's."""
    if ratio <= 0:
        return selection
    peak = float(abs(pair.observed).max())
    kept, lost = [], []
    for w in selection.windows:
        share = float(abs(pair.observed[w.left : w.right + 1]).max()) / peak
        if share >= ratio:
            kept.append(w)
        else:
            lost.append(RejectedWindow(w.left, w.right, w.center, Rejection.AMPLITUDE_RATIO, share, ratio))
    rejected = selection.rejected + tuple(lost) if keep_rejected else ()
    return replace(selection, windows=tuple(kept), rejected=rejected)


def measure_fixed(fixed: list[Window], config: Config, pair: SelectionInput) -> tuple[Window, ...]:
    """Windows of another evaluation on the current traces: equal edges; shift, amplitude and correlation are new.

    MisfitError is raised for edges beyond the end of the trace, because the windows were made on other traces.
    """
    out = []
    for w in sorted(fixed, key=lambda w: (w.left, w.right)):
        if w.right >= pair.synthetic.size or abs(w.dt - pair.dt) > 1e-6 * pair.dt:
            raise MisfitError(
                f"A stored window [{w.left}, {w.right}] at {w.dt:g} s does not fit a trace of "
                f"{pair.synthetic.size} samples at {pair.dt:g} s.",
                Reason.NO_STORED_WINDOWS,
            )
        fit = measure_agreement(pair.observed, pair.synthetic, w.left, w.right)
        weight = window_weight(config.window, pair, w.left, w.right, fit.max_cc)
        out.append(
            Window(
                w.left, w.right, w.center, pair.dt, pair.min_period, fit.cc_shift, fit.max_cc, fit.dlna, weight,
                phases=phases_inside(pair, w.left, w.right),
            )
        )  # fmt: skip
    return tuple(out)
