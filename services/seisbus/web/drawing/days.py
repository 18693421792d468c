"""Availability: channels by days. The colour of a cell is the share of its windows that are saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from libseis.isotime import DAY_NS

from ...client import Availability
from ...extras import extra
from ..words import day
from .style import as_json, as_sentence, plot

with extra("web"):
    from bokeh.models import (
        BasicTicker,
        ColorBar,
        DaysTicker,
        HoverTool,
        LinearColorMapper,
        Range1d,
    )
    from bokeh.palettes import interp_palette

# brown to teal (ColorBrewer's BrBG, colorbrewer2.org), which colour-blind people can tell apart
_SHARES: Final = ("#8c510a", "#cf9a4b", "#f0dfb4", "#bfe3dd", "#5fb5ab", "#2f8f86")
_ROW: Final = 16  # pixels, the height of a name
_LEAST, _MOST = 220, 720
# With at most this number of days, the axis has only days.
_DAYS_NAMED: Final = 31


def days_picture(rows: Sequence[Availability]) -> str:
    """The picture of a job's availability, and what its script needs to find the channel and the day under the
    pointer."""
    rows = [row for row in rows if row.ledger.planned]
    if not rows:
        return as_sentence("No window is planned yet.")
    names = sorted({str(row.channel) for row in rows})
    first = min(row.day_ns for row in rows)
    count = (max(row.day_ns for row in rows) - first) // DAY_NS + 1
    at = {name: number for number, name in enumerate(names)}
    shape = (len(names), count)
    planned, saved, settled = (np.zeros(shape, np.float64) for _ in range(3))
    for row in rows:
        cell = at[str(row.channel)], (row.day_ns - first) // DAY_NS
        planned[cell], saved[cell], settled[cell] = row.ledger.planned, row.ledger.saved, row.ledger.settled
    share = np.full(shape, np.nan, np.float32)
    known = settled > 0
    share[known] = 100 * saved[known] / planned[known]
    waits = np.where((planned > 0) & ~known, 1.0, np.nan).astype(np.float32)
    height = int(np.clip(110 + _ROW * len(names), _LEAST, _MOST))
    left = first / 1e6
    width = count * DAY_NS / 1e6
    made = plot(
        height,
        x_axis_type="datetime",
        x_range=Range1d(start=left, end=left + width, bounds=(left, left + width)),
        # names are in the middle of their rows
        y_range=Range1d(start=len(names) - 0.5, end=-0.5, bounds=(-0.5, len(names) - 0.5)),
        x_axis_label="Day (UTC)",
    )
    box = {"x": [left], "y": [-0.5], "dw": [width], "dh": [len(names)]}
    made.image(
        image="waits", source={**box, "waits": [waits]},
        color_mapper=LinearColorMapper(palette=["#dfe5ea"], low=0, high=1, nan_color="rgba(0,0,0,0)"),
    )  # fmt: skip
    mapper = LinearColorMapper(palette=list(interp_palette(_SHARES, 256)), low=0, high=100, nan_color="rgba(0,0,0,0)")
    cells = made.image(
        image="share",
        source={**box, "share": [share], "planned": [planned.astype(np.float32)], "saved": [saved.astype(np.float32)]},
        color_mapper=mapper,
    )
    made.add_tools(
        HoverTool(
            renderers=[cells],
            tooltips=[("day", "$x{%F}"), ("saved", "@saved{0,0} of @planned{0,0} windows"), ("share", "@share{0.0} %")],
            formatters={"$x": "datetime"},
        )
    )
    made.add_layout(ColorBar(color_mapper=mapper, title="Windows saved (%)", height=10), "below")
    made.subscribed_events = {"tap"}  # the page's script listens to it
    made.xgrid.grid_line_color = made.ygrid.grid_line_color = None
    if count <= _DAYS_NAMED:  # otherwise hours would be written between the days
        made.xaxis.ticker = DaysTicker(days=list(range(1, 32, 1 + count // 8)), num_minor_ticks=0)
    made.yaxis.ticker = BasicTicker(min_interval=1, desired_num_ticks=min(len(names), 30), num_minor_ticks=0)
    made.yaxis.major_label_overrides = dict(enumerate(names))
    total, kept = int(planned.sum()), int(saved.sum())
    text = (
        f"Availability of {len(names):,} channels from {day(first)} to {day(first + (count - 1) * DAY_NS)}: "
        f"{kept:,} of {total:,} windows are saved. The table below has the same by channel."
    )
    return as_json(made, text, cells={"names": names, "first": left, "days": count})
