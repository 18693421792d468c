"""Record sections as seismologists draw them: wiggle traces, filled positive area, images.

Figures are made without pyplot, so that this also works without a display, in threads and in services.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from libseis.isotime import iso
from libseis.objects.thinning import Floats

from ..extras import extra
from .arrivals import Predicted, predicted
from .section import (
    Origin,
    PlotError,
    Span,
    Trace,
    component_names,
    is_utc,
    label_of,
    live_members,
    origin_of,
    panels_of,
    remarks_of,
    time_label,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DAY = 86400.0
_INK = "0.08"
_FILL = "0.15"
_MARK = "#b3261e"
# colours by Okabe and Ito, used in turn; colour-blind people can tell them apart
_PHASES = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
TOLD = "▲"  # the mark at traces with complaints
_CHARACTERS = 17  # per inch, in remarks
_MOST_LABELS = 60  # more labels do not fit the tallest figure


class Style(StrEnum):
    """MsPASS's plot styles."""

    WT = "wt"  # wiggle trace
    WTVA = "wtva"  # wiggle trace, positive area filled
    VAR = "var"  # filled positive area without the line
    IMAGE = "image"  # colours
    WTVAIM = "wtvaim"  # wiggle trace and filled area over colours


class TimeAxis(StrEnum):
    """The direction of time."""

    RIGHT = "right"
    DOWN = "down"


class Order(StrEnum):
    """What the place of a trace shows: its position in the ensemble, its codes and time, or its epicentral distance."""

    MEMBER = "member"
    CODE = "code"
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
    span: Span | None = None,
    phases: Sequence[str] = (),
    model: str = "iasp91",
    path: Path | str | None = None,
) -> Figure:
    """Draw the live members of an ensemble (or any iterable of TimeSeries or of Seismograms), at most `limit`.

    Seismograms are drawn in three panels, one a component. `span` is the first and last time that are shown: seconds
    on the members' time axis, so after the mark where their times are relative.

    `normalize` scales each datum to its own greatest amplitude, which stands beside it; otherwise all share one scale.
    The components of a Seismogram always share theirs.
    `order` distance needs receiver and source coordinates in the Metadata (channel_lat or site_lat, source_lat ...).
    `phases` (names of obspy's TauP) are marked where `model` (iasp91, ak135, prem) predicts them: a curve in a section
    of one event, else a tick at each trace; they need source_time and source_depth too, and seisbus[obspy].
    The origin is marked when all members name the same source_time. A trace whose error log complains is marked, and
    lines below say of what, and of what is not drawn. `path` also writes the picture (by its suffix).
    PlotError when there is nothing to draw, or something is missing for what was asked; needs seisbus[plot].
    """
    # imported late, because matplotlib takes longer to load than many programs need to run
    from .figures import finished, picture

    arranged: Order = _choice(Order, order)
    members = live_members(ensemble, limit, span)
    if arranged is Order.CODE:
        members, arranged = sorted(members, key=lambda member: (label_of(member), member.t0)), Order.MEMBER
    expected = predicted(members, phases, model)
    panels = panels_of(members, span)
    pictures = [
        _Picture(
            panel,
            style=_choice(Style, style),
            order=arranged,
            down=_choice(TimeAxis, time_axis) is TimeAxis.DOWN,
            clock="" if is_utc(members) else time_label(members),
            normalize=normalize,
            expected=expected,
        )
        for panel in panels
    ]
    down, beside = pictures[0].down, pictures[0].down or pictures[0].order is Order.DISTANCE
    size = _size(len(members), len(panels), pictures[0].order, down=down)
    figure = picture(*size, title)
    rows, columns = (1, len(panels)) if beside else (len(panels), 1)
    frames = figure.subplots(rows, columns, squeeze=False)
    names = component_names(members) if len(panels) == 3 else ("",)
    for number, (axes, drawn) in enumerate(zip(frames.flat, pictures, strict=True)):
        origin = origin_of(ensemble, members) if number == 0 else None
        drawn.draw(axes, origin, names[number], named=number == len(panels) - 1 or not beside)
        # all panels have the same times and distances, so only the last one, or the one at the left, has labels
        if beside and number > 0:
            axes.tick_params(labelleft=False)
            axes.set_ylabel("")
        elif not beside and number < len(panels) - 1:
            axes.tick_params(labelbottom=False)
            axes.set_xlabel("")
    if expected:
        marks = pictures[0].handles()
        figure.legend(handles=marks, loc="outside upper right", ncols=len(marks), fontsize=8, frameon=False)
    if remarks := remarks_of(ensemble, members, TOLD):
        width = int(size[0] * _CHARACTERS)
        lines = [line for remark in remarks for line in textwrap.wrap(remark, width, subsequent_indent="   ")]
        figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=6.5, color=_MARK)
    return finished(figure, path)


def _size(rows: int, panels: int, order: Order, *, down: bool) -> tuple[float, float]:
    """The size in inches of a picture with this number of traces per panel."""
    if order is Order.DISTANCE and not down:  # panels are side by side, so that names do not need one row each
        return (9.6 if panels == 1 else 13.5), float(np.clip(2.0 + 0.42 * rows, 4.0, 9.0))
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
        self,
        traces: list[Trace],
        *,
        style: Style,
        order: Order,
        down: bool,
        clock: str,
        normalize: bool,
        expected: Sequence[Predicted] = (),
    ) -> None:
        if order is Order.DISTANCE:
            lost = [trace.label for trace in traces if trace.distance is None]
            if lost:
                raise PlotError(
                    f"A section by distance needs coordinates of receiver and source; {lost[0]} lacks them "
                    f"({len(lost)} of {len(traces)} traces)."
                )
            rank = sorted(range(len(traces)), key=lambda number: traces[number].distance or 0.0)
            traces = [traces[number] for number in rank]
            expected = [replace(one, times=one.times[rank]) for one in expected]
        self.traces, self.expected = traces, expected
        kinds = {trace.units for trace in traces}
        self.units = kinds.pop() if len(kinds) == 1 else ""  # the units of all rows, if they are the same
        self.style, self.order, self.down = style, order, down
        self.clock, self.utc = clock, not clock  # relative times have a label; UTC has a clock
        self.normalize = normalize
        # in a list of traces the place axis goes down the page, otherwise up or to the right
        self.up = 1.0 if down or order is Order.DISTANCE else -1.0
        self.places = self._places()
        # a wiggle reaches a little more than half way to its neighbour, as on paper records
        self.reach = 0.62 * (self._spacing() if order is Order.DISTANCE else 1.0)
        self.thickness = float(np.clip(45 / len(traces), 0.15, 0.45))  # points; so hundreds of traces stay separate
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
        """Samples in units of the place axis; positive samples point up on the page, whatever the direction of that
        axis."""
        peak = self._full(trace) if self.normalize else max(self._full(other) for other in self.traces)
        return trace.samples * (self.up * self.reach / peak if peak else 0.0)

    @staticmethod
    def _full(trace: Trace) -> float:
        return trace.full or trace.peak

    def axis_time(self, seconds: Floats | float) -> Any:
        """Times in the units of the time axis: matplotlib's days for UTC, otherwise seconds."""
        return np.asarray(seconds) / _DAY if self.utc else np.asarray(seconds)

    def draw(self, axes: Axes, origin: Origin | None, name: str = "", *, named: bool = True) -> None:
        """Draw everything. `name` is the name of the panel; `named` says whether traces in a section have names."""
        if self.style in (Style.IMAGE, Style.WTVAIM):
            self._image(axes, explained=named and self.style is Style.IMAGE)
        if self.style is not Style.IMAGE:
            for place, trace in zip(self.places, self.traces, strict=True):
                self._wiggle(axes, float(place), trace)
        self._frame(axes, named)
        self._expected(axes)
        if name:
            axes.set_title(name, loc="right", fontsize=9, fontweight="bold")
        if origin is not None:
            axes.set_title(origin.text, loc="left", fontsize=8.5, color="0.35")
        if origin is not None and self.utc:
            self._mark_origin(axes, origin)

    def _wiggle(self, axes: Axes, place: float, trace: Trace) -> None:
        times, heights = self.axis_time(trace.times), self.scaled(trace)
        if self.style is not Style.VAR:
            curve = (place + heights, times) if self.down else (times, place + heights)
            axes.plot(
                *curve, color=_INK, linewidth=self.thickness, solid_joinstyle="round", rasterized=len(times) > 2000
            )
        if self.style is not Style.WT:
            area = place + self.up * np.clip(self.up * heights, 0.0, None)
            fill = axes.fill_betweenx if self.down else axes.fill_between
            fill(times, place, area, color=_FILL, linewidth=0, rasterized=len(times) > 2000)

    def _image(self, axes: Axes, *, explained: bool) -> None:
        grid = np.linspace(self.start, self.end, 1600)
        rows = np.full((len(self.traces), len(grid)), np.nan)
        largest = max(map(self._full, self.traces)) or 1.0
        for row, trace in zip(rows, self.traces, strict=True):
            peak = (self._full(trace) if self.normalize else largest) or 1.0
            row[:] = np.interp(grid, trace.times, trace.samples / peak, left=np.nan, right=np.nan)
        half = np.diff(self.places) / 2 if len(self.places) > 1 else np.array([0.5])
        middle = self.places[:-1] + half if len(self.places) > 1 else np.array([])
        edges = np.concatenate([[self.places[0] - half[0]], middle, [self.places[-1] + half[-1]]])
        step = grid[1] - grid[0]
        ticks = self.axis_time(np.concatenate([grid - step / 2, [grid[-1] + step / 2]]))
        look: dict[str, Any] = {"cmap": "RdBu_r", "vmin": -1, "vmax": 1, "rasterized": True}
        look["alpha"] = 0.6 if self.style is Style.WTVAIM else 1.0
        mesh = (
            axes.pcolormesh(edges, ticks, rows.T, **look) if self.down else axes.pcolormesh(ticks, edges, rows, **look)
        )
        if explained and axes.figure is not None:
            bar = axes.figure.colorbar(mesh, ax=axes, location="bottom", shrink=0.4, aspect=40, pad=0.02)
            own = "its datum's peak" if self.normalize else f"the largest, {largest:.3g} {self.units}".rstrip()
            bar.set_label(f"Amplitude, as a part of {own}", fontsize=8)
            bar.ax.tick_params(labelsize=7)

    def _frame(self, axes: Axes, named: bool) -> None:
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
        if self.order is Order.DISTANCE and named and len(self.traces) <= _MOST_LABELS:
            self._names_beside(axes)
        if self.utc:
            self._clock(time_axis)
        else:
            time_axis.set_label_text(self.clock)
        axes.tick_params(axis="y" if self.down else "x", labelsize=8)
        axes.grid(axis="y" if self.down else "x", color="0.85", linewidth=0.5)
        axes.set_axisbelow(True)
        for side in ("top", "right") if not self.down else ("bottom", "right"):
            axes.spines[side].set_visible(False)

    def _clock(self, axis: Any) -> None:
        """Ticks at round UTC times, with seconds if the span is short; the label has the date."""
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
        """The greatest amplitude of each trace, and a word above them that explains the numbers."""
        axes.annotate(
            "peak", (1.0, 1.0), xycoords="axes fraction", xytext=(4, 3), textcoords="offset points", fontsize=6.5,
            color="0.45", fontweight="bold",
        )  # fmt: skip
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

    def _names_beside(self, axes: Axes) -> None:
        """Names at the ends of the traces; names that would overlap are moved apart."""
        low, high = axes.get_xlim() if self.down else axes.get_ylim()
        inches = _size(len(self.traces), 1, self.order, down=self.down)[0 if self.down else 1]
        room = abs(high - low) * 10.5 / (72 * inches)
        at, end = -np.inf, float(self.axis_time(self.end))
        for place, trace in zip(self.places, self.traces, strict=True):
            at = max(float(place), at + room)
            axes.annotate(
                self._label(trace), (at, end) if self.down else (end, at), xytext=(-1, 4) if self.down else (4, 0),
                textcoords="offset points", fontsize=6.5, color="0.35", ha="right" if self.down else "left",
                va="bottom" if self.down else "center", rotation=90 if self.down else 0, annotation_clip=False,
            )  # fmt: skip

    def _expected(self, axes: Axes) -> None:
        """Predicted phases, if they are in the picture. They are below the traces, so that onsets stay visible."""
        for colour, one in zip(cycle(_PHASES), self.expected, strict=False):
            inside = (one.times >= self.start) & (one.times <= self.end)
            times = self.axis_time(np.where(inside, one.times, np.nan))
            if one.one_source and self.order is Order.DISTANCE:
                curve = (self.places, times) if self.down else (times, self.places)
                axes.plot(*curve, color=colour, linewidth=1.1, alpha=0.9, zorder=1.9, gid=one.phase)
                continue
            half = min(self.reach / 2, 0.4)
            lines = axes.hlines if self.down else axes.vlines
            at, places = times[inside], self.places[inside]
            lines(at, places - half, places + half, color=colour, linewidth=1.1, alpha=0.9, zorder=1.9, gid=one.phase)

    def handles(self) -> list[Any]:
        """The entries of a legend for the predicted phases."""
        with extra("plot"):
            from matplotlib.lines import Line2D
        return [
            Line2D([], [], color=colour, linewidth=1.6, label=f"{one.phase} predicted")
            for colour, one in zip(cycle(_PHASES), self.expected, strict=False)
        ]

    def _mark_origin(self, axes: Axes, origin: Origin) -> None:
        if not self.start <= origin.time <= self.end:
            return
        line = axes.axhline if self.down else axes.axvline
        line(float(self.axis_time(origin.time)), color=_MARK, linewidth=0.9, linestyle=(0, (5, 3)), zorder=3)
