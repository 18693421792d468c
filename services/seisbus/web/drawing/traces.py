"""Waveforms: a section of many, by distance if it is known, or one datum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from ...client.section import (
    PlotError,
    Trace,
    component_names,
    is_utc,
    live_members,
    origin_of,
    panels_of,
    time_label,
)
from ...extras import extra
from ..words import day
from .style import INK, QUIET, as_json, as_sentence, plot

with extra("web"):
    from bokeh.layouts import column
    from bokeh.models import ColumnDataSource, CrosshairTool, FixedTicker, HoverTool, Range1d, Span

# Number of columns in which the smallest and largest samples are drawn: about one per two pixels of a section, two per
# pixel for one datum.
_SECTION_COLUMNS: Final = 600
_DATUM_COLUMNS: Final = 2000
_ROW: Final = 22  # pixels for each trace
_ACCENT: Final = "#b3261e"


def section_picture(data: Sequence[Any], more: int = 0) -> str:
    """A record section of data that begin together; `more` is the number of data for which there is no room."""
    try:
        members = live_members(data)
        utc = is_utc(members)
        panels = panels_of(members, columns=_SECTION_COLUMNS)
    except PlotError as error:
        return as_sentence(error.message)
    traces = panels[-1]  # for Seismograms the last component, which is up if they point east, north and up
    part = f", {component_names(members)[-1]}" if len(panels) == 3 else ""
    places_known = [trace.distance for trace in traces if trace.distance is not None]
    # by distance, the components of one station would cover each other
    by_distance = len(places_known) == len(traces) > 1 and len({trace.label[:-1] for trace in traces}) == len(traces)
    if by_distance:
        traces = sorted(traces, key=lambda trace: trace.distance or 0.0)
        places = np.array([trace.distance for trace in traces], np.float64)
        spacing = float(max(np.ptp(places) / (2 * len(traces)), np.ptp(places) / 30)) or 1.0
    else:
        traces = sorted(traces, key=lambda trace: trace.label)
        places, spacing = np.arange(len(traces), dtype=np.float64), 1.0
    low, high = float(places.min()) - spacing, float(places.max()) + spacing
    made = plot(
        int(np.clip(150 + _ROW * len(traces), 260, 900)),
        x_axis_type="datetime" if utc else "linear",
        y_range=Range1d(start=low, end=high) if by_distance else Range1d(start=high, end=low),
        x_axis_label=_time_name(members, traces, utc=utc),
        y_axis_label="Epicentral distance (°)" if by_distance else None,
    )
    up = 1.0 if by_distance else -1.0  # the rows go down the page
    scale = [0.62 * spacing * up / peak if (peak := trace.full or trace.peak) else 0.0 for trace in traces]
    source = ColumnDataSource(
        {
            "xs": [_axis_times(trace, utc=utc) for trace in traces],
            "ys": [
                (place + factor * trace.samples).astype(np.float32)
                for trace, place, factor in zip(traces, places, scale, strict=True)
            ],
            "label": [trace.label for trace in traces],
            "peak": [f"{trace.peak:,.4g} {trace.units}".strip() for trace in traces],
            "distance": ["not known" if trace.distance is None else f"{trace.distance:.2f}°" for trace in traces],
        }
    )
    lines = made.multi_line("xs", "ys", source=source, line_color=INK, line_width=0.8)
    made.add_tools(
        HoverTool(
            renderers=[lines],
            line_policy="nearest",
            tooltips=[("channel", "@label"), ("largest amplitude", "@peak"), ("distance", "@distance")],
        )
    )
    made.ygrid.grid_line_color = None
    if not by_distance:
        made.yaxis.ticker = FixedTicker(ticks=list(range(len(traces))))
        made.yaxis.major_label_overrides = dict(enumerate(trace.label for trace in traces))
    origin = origin_of(data, members)
    if origin is not None and utc:
        made.add_layout(Span(location=1000 * origin.time, dimension="height", line_color=_ACCENT, line_dash="dashed"))
    order = "by epicentral distance" if by_distance else "by channel"
    text = f"{len(traces):,} waveforms{part} {order}, each drawn to its own largest amplitude."
    if origin is not None:
        text += f" {origin.text}{', dashed' if utc else ''}."
    if more:
        text += f" {more:,} more are not drawn."
    return as_json(made, text)


def datum_picture(data: Sequence[Any]) -> str:
    """One datum: its pieces one after the other, with one panel per component."""
    try:
        members = live_members(data)
        utc = is_utc(members)
        panels = panels_of(members, columns=_DATUM_COLUMNS)
    except PlotError as error:
        return as_sentence(error.message)
    names = component_names(members) if len(panels) == 3 else ("",)
    cross = CrosshairTool(dimensions="height", line_color=QUIET, line_alpha=0.6)
    drawn: list[Any] = []
    for number, (panel, name) in enumerate(zip(panels, names, strict=True)):
        last = number == len(panels) - 1
        units = next((trace.units for trace in panel if trace.units), "")
        made = plot(
            (320 if len(panels) == 1 else 200) + (30 if last else 0),
            cross,
            x_axis_type="datetime" if utc else "linear",
            x_axis_label=_time_name(members, panel, utc=utc) if last else None,
            y_axis_label=f"{name or 'Amplitude'} ({units or 'units not known'})",
            **({"x_range": drawn[0].x_range} if drawn else {}),
        )
        for trace in panel:
            made.line(_axis_times(trace, utc=utc), trace.samples.astype(np.float32), line_color=INK, line_width=0.9)
        made.add_tools(
            HoverTool(
                tooltips=[
                    ("time", "$x{%F %T.%3N}" if utc else "$x{0.000} s"),
                    ("amplitude", f"$y{{0,0.[0000]}} {units}"),
                ],
                formatters={"$x": "datetime"} if utc else {},
                mode="vline",
                line_policy="nearest",
            )
        )
        if drawn:
            made.toolbar_location = None
        drawn.append(made)
    largest = max(trace.peak for panel in panels for trace in panel)
    units = next((trace.units for panel in panels for trace in panel if trace.units), "")
    text = f"Waveform of {panels[0][0].label}, its mean removed; largest amplitude {largest:,.6g} {units}".rstrip()
    return as_json(drawn[0] if len(drawn) == 1 else column(drawn, sizing_mode="stretch_width"), text + ".")


def _axis_times(trace: Trace, *, utc: bool) -> Any:
    """Bokeh's times are milliseconds in UTC."""
    return trace.times * 1000 if utc else trace.times


def _time_name(members: Sequence[Any], traces: Sequence[Trace], *, utc: bool) -> str:
    if not utc:
        return time_label(members)
    first = day(int(min(trace.times[0] for trace in traces)) * 1_000_000_000)
    return f"Time (UTC), {first}"
