"""Figures of a Manager: waveforms with windows and adjoint sources; the map of event and station is `station_map`.

Figures do not use pyplot, so that they need no display and change no global state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .comparable import stated_unit
from .errors import ManagerError
from .flexwin.stalta import envelope, sta_lta
from .traveltimes import first_arrivals, phase_arrivals

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from .drawable import Station

OBSERVED, SYNTHETIC, ADJOINT, WINDOW = "black", "#c1272d", "#0072b2", "#e69f00"
_STYLE: Any = {
    "font.size": 8.0, "axes.labelsize": 8.0, "axes.titlesize": 9.0, "legend.fontsize": 7.5, "axes.linewidth": 0.6,
    "xtick.major.width": 0.6, "ytick.major.width": 0.6, "xtick.labelsize": 7.5, "ytick.labelsize": 7.5,
}  # fmt: skip
_LETTER_WIDTH = 7.2  # inches
DPI = 200


def plot_manager(manager: Station, choice: str) -> Figure:
    """The figure of Manager.plot()."""
    from matplotlib import rc_context

    from ..pictures import Picture
    from .station_map import plot_map

    if choice not in ("wav", "map", "both"):
        raise ManagerError(f"plot({choice!r}) is not known; expected wav, map or both.", needs="choice")
    with rc_context(_STYLE):
        if choice == "map":
            figure = Picture(figsize=(7.0, 3.9), dpi=DPI, layout="constrained")
            plot_map(figure.add_subplot(), manager)
            return figure
        rows = len(manager.preprocessed_pairs().components())
        if not rows:
            raise ManagerError("There is nothing to plot: every component was refused.", needs="waveforms")
        height = 0.7 + 1.55 * rows
        if choice == "wav":
            figure = Picture(figsize=(_LETTER_WIDTH, height), dpi=DPI, layout="constrained")
            _plot_components(figure, manager)
            return figure
        figure = Picture(figsize=(_LETTER_WIDTH, height + 3.9), dpi=DPI, layout="constrained")
        upper, lower = np.ravel(figure.subfigures(2, 1, height_ratios=[height, 3.9], squeeze=False))
        _plot_components(upper, manager)
        plot_map(lower.add_subplot(), manager)
        return figure


def _plot_components(figure: Any, manager: Station) -> None:
    components = manager.preprocessed_pairs().components()
    axes = figure.subplots(len(components), 1, sharex=True, squeeze=False)[:, 0]
    offset = manager.time_offset_sec or 0.0
    scale = _scale(max(np.abs(trace.data).max() for _, *pair in components for trace in pair), manager)
    for axis, (component, observed, synthetic) in zip(axes, components, strict=True):
        seconds = np.arange(synthetic.stats.npts) * synthetic.stats.delta + offset
        _plot_component(axis, manager, component, observed, synthetic, seconds, scale)
    band = _band(manager)
    axes[0].set_title(f"{manager.code}   {band}   misfit {_number(manager.misfit)}", loc="left")
    axes[-1].set_xlabel("Time after origin (s)" if manager.geometry else "Time after first sample (s)")
    axes[-1].set_xlim(*_time_limits(manager, offset))
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)


def _plot_component(
    axis: Axes, manager: Station, component: str, observed: Any, synthetic: Any, seconds: Any, units: tuple[float, str]
) -> None:
    from matplotlib.patheffects import withStroke

    scale, unit = units
    peak = max(np.abs(observed.data).max(), np.abs(synthetic.data).max()) * scale
    limit = 1.75 * peak  # room above and below for labels and the STA:LTA
    axis.plot(seconds, observed.data * scale, color=OBSERVED, lw=0.9, label="observed", zorder=3)
    axis.plot(seconds, synthetic.data * scale, color=SYNTHETIC, lw=0.9, label="synthetic", zorder=4)
    source = manager.adjsrcs.get(component)
    if source is not None and (top := np.abs(source.samples).max()) > 0:
        axis.plot(
            seconds, source.samples / top * 0.8 * peak, color=ADJOINT, lw=0.8, ls=(0, (4, 1.5)),
            label="adjoint source (scaled)", zorder=2,
        )  # fmt: skip
    for window in manager.windows.get(component, ()):
        start, end = seconds[window.left], seconds[window.right]
        axis.axvspan(start, end, color=WINDOW, alpha=0.16, lw=0)
        axis.axvline(start, color=WINDOW, lw=0.6)
        axis.axvline(end, color=WINDOW, lw=0.6)
        text = rf"cc {window.max_cc:.2f}, $\Delta t$ {window.cc_shift_s:+.2f} s, $\Delta\ln A$ {window.dlna:+.2f}"
        axis.annotate(
            text, ((start + end) / 2, 0.97 * limit), ha="center", va="top", fontsize=6.5, zorder=6,
            bbox={"boxstyle": "square,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.75},
        )  # fmt: skip
    if manager.config.min_period is not None:
        ratio = sta_lta(envelope(synthetic.data), float(synthetic.stats.delta), manager.config.min_period)
        axis.fill_between(
            seconds, -limit, -limit + 0.55 * peak * ratio / ratio.max(), color="0.85", lw=0, label="STA:LTA", zorder=1
        )
    for phase, time in _first_arrivals(manager).items():
        axis.plot([time, time], [-0.2 * peak, 0.2 * peak], color="0.35", lw=0.7, zorder=5)
        name = axis.annotate(phase, (time, 0.22 * peak), ha="center", va="bottom", fontsize=6.5, color="0.2", zorder=7)
        name.set_path_effects([withStroke(linewidth=2.0, foreground="white")])
    axis.set_ylim(-limit, limit)
    axis.set_ylabel(f"{component} ({unit})" if unit else component)
    label = "no window" if source is None else f"misfit {_number(source.misfit)}"
    axis.text(0.995, 0.05, label, transform=axis.transAxes, ha="right", va="bottom", zorder=6)


def _first_arrivals(manager: Station) -> dict[str, float]:
    """Predicted times of the first P and the first S wave in s after the origin; empty without geometry."""
    if manager.geometry is None:
        return {}
    place = manager.geometry
    return first_arrivals(phase_arrivals(manager.config.window.earth_model, place.depth_km, place.distance_deg))


def _time_limits(manager: Station, offset: float) -> tuple[float, float]:
    """The time limits of the figure: the windows and a quarter of their span on each side, or the whole trace."""
    _, _, synthetic = manager.preprocessed_pairs().components()[0]
    whole = offset, offset + float(synthetic.stats.npts * synthetic.stats.delta)
    spans = [(offset + w.start_s, offset + w.end_s) for found in manager.windows.values() for w in found]
    if not spans:
        return whole
    first, last = min(s for s, _ in spans), max(e for _, e in spans)
    margin = 0.25 * (last - first)
    return max(whole[0], first - margin), min(whole[1], last + margin)


def _scale(peak: float, manager: Station) -> tuple[float, str]:
    unit = _unit_of(manager)
    if not unit.startswith("m"):
        return 1.0, unit
    unit = unit.replace("**2", "²")
    for factor, prefix in ((1.0, ""), (1e3, "m"), (1e6, "µ"), (1e9, "n")):
        if peak * factor >= 0.1:
            return factor, prefix + unit
    return 1e9, "n" + unit


def _unit_of(manager: Station) -> str:
    """The unit of all traces, from the config for traces that state none; "" if units differ."""
    pairs = manager.preprocessed_pairs()
    stated = stated_unit(manager.config).si
    found = {
        str(trace.stats.get("units") or stated) for stream in (pairs.observed, pairs.synthetic) for trace in stream
    }
    return found.pop() if len(found) == 1 else ""


def _band(manager: Station) -> str:
    low, high = manager.config.min_period, manager.config.max_period
    if low is None and high is None:
        return "unfiltered"
    if high is None:
        return f"above {low:g} s"
    return f"below {high:g} s" if low is None else f"{low:g}-{high:g} s"


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.4g}"
