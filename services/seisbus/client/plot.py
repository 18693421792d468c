"""Record sections as seismologists draw them: wiggle traces, filled positive area, images. matplotlib lives here only.

Draws on a Figure of its own, without pyplot: safe without a display, in threads and in services.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from libseis.isotime import iso

from ..extras import extra
from .section import (
    Floats,
    Origin,
    PlotError,
    Trace,
    component_names,
    components_in,
    is_utc,
    live_members,
    origin_of,
    remarks_of,
    trace_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DAY = 86400.0
_INK = "0.08"
_FILL = "0.15"
_MARK = "#b3261e"
TOLD = "▲"  # beside traces with complaints
_CHARACTERS = 17  # an inch, of the remarks
_MOST_LABELS = 60  # more do not fit the tallest figure


class Style(StrEnum):
    """MsPASS's plot styles."""

    WT = "wt"  # wiggle trace
    WTVA = "wtva"  # wiggle trace, positive area filled
    VAR = "var"  # filled positive area without the line
    IMAGE = "image"  # colours
    WTVAIM = "wtvaim"  # wiggle trace and filled area over colours


class TimeAxis(StrEnum):
    """Which way time runs."""

    RIGHT = "right"
    DOWN = "down"


class Order(StrEnum):
    """What places a trace: its place in the ensemble, or its epicentral distance."""

    MEMBER = "member"
    DISTANCE = "distance"


def plot(
    ensemble: Any,
    style: Style | str = Style.WTVA,
    *,
    normalize: bool = True,
    title: str = "",
    order: Order | str = Order.MEMBER,
    time_axis: TimeAxis | str = TimeAxis.RIGHT,
    limit: int | None = None,
    path: Path | str | None = None,
) -> Figure:
    """Draw the live members of an ensemble (or any iterable of TimeSeries or of Seismograms), at most `limit`.

    Seismograms are drawn in three panels, one a component.

    `normalize` scales each trace to its own greatest amplitude, which stands beside it; otherwise all share one scale.
    `order` distance needs receiver and source coordinates in the Metadata (channel_lat or site_lat, source_lat ...).
    The origin is marked when all members name the same source_time. A trace whose error log complains is marked, and
    lines below say of what, and of what is not drawn. `path` also writes the picture (by its suffix).
    PlotError when there is nothing to draw, or something is missing for what was asked; needs seisbus[plot].
    """
    with extra("plot"):
        from matplotlib.figure import Figure
    members = live_members(ensemble, limit)
    panels: Sequence[int | None] = range(3) if components_in(members) == 3 else [None]
    pictures = [
        _Picture(
            [trace_of(member, component=panel) for member in members],
            style=_choice(Style, style),
            order=_choice(Order, order),
            down=_choice(TimeAxis, time_axis) is TimeAxis.DOWN,
            utc=is_utc(members),
            normalize=normalize,
        )
        for panel in panels
    ]
    down = pictures[0].down
    size = _size(len(members), len(panels), down=down)
    figure = Figure(figsize=size, dpi=150, layout="constrained", facecolor="white")
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold")
    rows, columns = (1, len(panels)) if down else (len(panels), 1)
    frames = figure.subplots(rows, columns, squeeze=False)
    names = component_names(members) if len(panels) == 3 else ("",)
    for number, (axes, picture) in enumerate(zip(frames.flat, pictures, strict=True)):
        picture.draw(axes, origin_of(ensemble, members) if number == 0 else None, names[number])
        # panels have the same times, which stand below the last, or at the left of the first
        if down and number > 0:
            axes.tick_params(labelleft=False)
            axes.set_ylabel("")
        elif not down and number < len(panels) - 1:
            axes.tick_params(labelbottom=False)
            axes.set_xlabel("")
    if remarks := remarks_of(ensemble, members, TOLD):
        width = int(size[0] * _CHARACTERS)
        lines = [line for remark in remarks for line in textwrap.wrap(remark, width, subsequent_indent="   ")]
        figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=6.5, color=_MARK)
    if path is not None:
        figure.savefig(path)
    return figure


def _size(rows: int, panels: int, *, down: bool) -> tuple[float, float]:
    """Inches of a picture of so many traces a panel."""
    if panels == 1:
        return (min(3.0 + 0.62 * rows, 24.0), 9.0) if down else (9.6, min(2.0 + 0.42 * rows, 24.0))
    if down:
        return min(1.5 + panels * (1.5 + 0.62 * rows), 30.0), 9.0
    return 9.6, min(1.5 + panels * (0.9 + 0.42 * rows), 30.0)


def _choice(kind: Any, value: Any) -> Any:
    try:
        return kind(value)
    except ValueError:
        raise PlotError(f"{value!r} is no {kind.__name__.lower()}; expected one of {', '.join(kind)}.") from None


class _Picture:
    """Traces with their places, drawn with time along either axis."""

    def __init__(
        self, traces: list[Trace], *, style: Style, order: Order, down: bool, utc: bool, normalize: bool
    ) -> None:
        if order is Order.DISTANCE:
            lost = [trace.label for trace in traces if trace.distance is None]
            if lost:
                raise PlotError(
                    f"A section by distance needs coordinates of receiver and source; {lost[0]} lacks them "
                    f"({len(lost)} of {len(traces)} traces)."
                )
            traces = sorted(traces, key=lambda trace: trace.distance or 0.0)
        self.traces = traces
        kinds = {trace.units for trace in traces}
        self.units = kinds.pop() if len(kinds) == 1 else ""  # of all rows, where they are in the same
        self.style, self.order, self.down, self.utc = style, order, down, utc
        self.normalize = normalize
        # the place axis runs down the page in a list of traces, up or to the right otherwise
        self.up = 1.0 if down or order is Order.DISTANCE else -1.0
        self.places = self._places()
        # a wiggle reaches a little over half way to its neighbour, as on paper records
        self.reach = 0.62 * (self._spacing() if order is Order.DISTANCE else 1.0)
        self.start = min(float(trace.times[0]) for trace in traces)
        self.end = max(float(trace.times[-1]) for trace in traces)

    def _places(self) -> Floats:
        if self.order is Order.DISTANCE:
            return np.array([trace.distance for trace in self.traces], np.float64)
        return np.arange(len(self.traces), dtype=np.float64)

    def _spacing(self) -> float:
        gaps = np.diff(np.unique(self.places))
        return float(max(np.median(gaps), np.ptp(self.places) / 40)) if len(gaps) else 1.0

    def scaled(self, trace: Trace) -> Floats:
        """Samples in units of the place axis; up on the page is positive whichever way that axis runs."""
        peak = trace.peak if self.normalize else max(other.peak for other in self.traces)
        return trace.samples * (self.up * self.reach / peak if peak else 0.0)

    def axis_time(self, seconds: Floats | float) -> Any:
        """Times as the time axis counts them: matplotlib's days for UTC, seconds otherwise."""
        return np.asarray(seconds) / _DAY if self.utc else np.asarray(seconds)

    def draw(self, axes: Axes, origin: Origin | None, name: str = "") -> None:
        """Everything; `name` is that of the panel."""
        if self.style in (Style.IMAGE, Style.WTVAIM):
            self._image(axes)
        if self.style is not Style.IMAGE:
            for place, trace in zip(self.places, self.traces, strict=True):
                self._wiggle(axes, float(place), trace)
        self._frame(axes)
        if name:
            axes.set_title(name, loc="right", fontsize=9, fontweight="bold")
        if origin is not None and self.utc:
            axes.set_title(origin.text, loc="left", fontsize=8.5, color="0.35")
            self._mark_origin(axes, origin)

    def _wiggle(self, axes: Axes, place: float, trace: Trace) -> None:
        times, heights = self.axis_time(trace.times), self.scaled(trace)
        if self.style is not Style.VAR:
            curve = (place + heights, times) if self.down else (times, place + heights)
            axes.plot(*curve, color=_INK, linewidth=0.45, solid_joinstyle="round", rasterized=len(times) > 2000)
        if self.style is not Style.WT:
            area = place + self.up * np.clip(self.up * heights, 0.0, None)
            fill = axes.fill_betweenx if self.down else axes.fill_between
            fill(times, place, area, color=_FILL, linewidth=0, rasterized=len(times) > 2000)

    def _image(self, axes: Axes) -> None:
        grid = np.linspace(self.start, self.end, 1600)
        rows = np.full((len(self.traces), len(grid)), np.nan)
        largest = max(trace.peak for trace in self.traces) or 1.0
        for row, trace in zip(rows, self.traces, strict=True):
            peak = (trace.peak if self.normalize else largest) or 1.0
            row[:] = np.interp(grid, trace.times, trace.samples / peak, left=np.nan, right=np.nan)
        half = np.diff(self.places) / 2 if len(self.places) > 1 else np.array([0.5])
        middle = self.places[:-1] + half if len(self.places) > 1 else np.array([])
        edges = np.concatenate([[self.places[0] - half[0]], middle, [self.places[-1] + half[-1]]])
        step = grid[1] - grid[0]
        ticks = self.axis_time(np.concatenate([grid - step / 2, [grid[-1] + step / 2]]))
        look: dict[str, Any] = {"cmap": "RdBu_r", "vmin": -1, "vmax": 1, "rasterized": True}
        look["alpha"] = 0.6 if self.style is Style.WTVAIM else 1.0
        if self.down:
            axes.pcolormesh(edges, ticks, rows.T, **look)
        else:
            axes.pcolormesh(ticks, edges, rows, **look)

    def _frame(self, axes: Axes) -> None:
        place_axis, time_axis = (axes.xaxis, axes.yaxis) if self.down else (axes.yaxis, axes.xaxis)
        room = self.reach * 1.12
        low, high = float(self.places.min()) - room, float(self.places.max()) + room
        if self.order is Order.MEMBER:
            step = -(-len(self.traces) // _MOST_LABELS)
            labelled = self.places[::step]
            labels = [self._label(trace) for trace in self.traces[::step]]
            place_axis.set_ticks(labelled, labels=labels)
            axes.tick_params(axis="x" if self.down else "y", length=0, labelsize=8, rotation=60 if self.down else 0)
            if self.down:
                axes.xaxis.tick_top()
                axes.set_xticks(labelled, labels=labels, rotation=60, ha="left")
            elif self.normalize and step == 1:
                self._peaks(axes)
        else:
            place_axis.set_label_text("Epicentral distance (°)")
            self._names_inside(axes)
        if self.units and self.order is Order.MEMBER:
            place_axis.set_label_text(f"Amplitude ({self.units})")
        upward = self.order is Order.DISTANCE
        times = (float(self.axis_time(self.start)), float(self.axis_time(self.end)))
        if self.down:
            axes.set_xlim(low, high)
            axes.set_ylim(times[1], times[0])
        else:
            axes.set_xlim(*times)
            axes.set_ylim(*((low, high) if upward else (high, low)))
        if self.utc:
            self._clock(time_axis)
        else:
            time_axis.set_label_text("Time (s)")
        axes.tick_params(axis="y" if self.down else "x", labelsize=8)
        axes.grid(axis="y" if self.down else "x", color="0.85", linewidth=0.5)
        axes.set_axisbelow(True)
        for side in ("top", "right") if not self.down else ("bottom", "right"):
            axes.spines[side].set_visible(False)

    def _clock(self, axis: Any) -> None:
        """Ticks at round UTC times, with seconds where the span is short; the date in the label."""
        with extra("plot"):
            from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, DateFormatter

        span = self.end - self.start
        locator = AutoDateLocator(minticks=4, maxticks=8)  # type: ignore[no-untyped-call]
        axis.set_major_locator(locator)
        if span < 2 * _DAY and span >= 8:
            axis.set_major_formatter(DateFormatter("%H:%M" if span > 900 else "%H:%M:%S"))  # type: ignore[no-untyped-call]
        else:
            axis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
        first, last = (iso(int(time) * 1_000_000_000)[:10] for time in (self.start, self.end))
        axis.set_label_text(f"UTC, {first}" if first == last else f"UTC, {first} to {last}")

    def _peaks(self, axes: Axes) -> None:
        """What full height means, trace by trace."""
        for place, trace in zip(self.places, self.traces, strict=True):
            text = f"{trace.peak:,.0f}" if trace.peak >= 100 else f"{trace.peak:.3g}"
            text += f" {trace.units}" if trace.units else ""
            axes.annotate(
                text, (1.0, place), xycoords=axes.get_yaxis_transform(), xytext=(4, 0), textcoords="offset points",
                fontsize=6.5, color="0.45", ha="left", va="center",
            )  # fmt: skip

    @staticmethod
    def _label(trace: Trace) -> str:
        return f"{TOLD} {trace.label}" if trace.told else trace.label

    def _names_inside(self, axes: Axes) -> None:
        for place, trace in zip(self.places, self.traces, strict=True):
            at = float(self.axis_time(self.end))
            where = (place, at) if self.down else (at, place)
            axes.annotate(
                self._label(trace), where, xytext=(0, -4) if self.down else (4, 0), textcoords="offset points",
                fontsize=6.5, color="0.35", ha="center" if self.down else "left", va="top" if self.down else "center",
                rotation=90 if self.down else 0, annotation_clip=False,
            )  # fmt: skip

    def _mark_origin(self, axes: Axes, origin: Origin) -> None:
        if not self.start <= origin.time <= self.end:
            return
        line = axes.axhline if self.down else axes.axvline
        line(float(self.axis_time(origin.time)), color=_MARK, linewidth=0.9, linestyle=(0, (5, 3)), zorder=3)
