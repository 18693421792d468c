"""The common look of all pictures, with colours that colour-blind people can tell apart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from ...extras import extra

with extra("web"):
    from bokeh.core.json_encoder import serialize_json
    from bokeh.embed import json_item
    from bokeh.models import BoxZoomTool, PanTool, ResetTool, SaveTool, Tool, WheelZoomTool
    from bokeh.plotting import figure
    from bokeh.themes import Theme

INK: Final = "#1c2733"
QUIET: Final = "#5b6875"
GRID: Final = "#e3e8ed"
# Okabe and Ito (https://jfly.uni-koeln.de/color/); the same as in static/seisbus.css
FATE_COLOURS: Final[Mapping[str, str]] = {
    "saved": "#009e73",
    "dead": "#e69f00",
    "missing": "#56b4e9",
    "failed": "#d55e00",
    "cancelled": "#cc79a7",
    "open": "#b3bcc5",
}
# and a shape for each, for people who see no colours
FATE_MARKERS: Final[Mapping[str, str]] = {
    "saved": "inverted_triangle",
    "dead": "diamond",
    "missing": "circle",
    "failed": "square",
    "cancelled": "hex",
    "open": "triangle",
}
_FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
THEME: Final = Theme(
    json={
        "attrs": {
            "Plot": {
                "background_fill_color": "#ffffff",
                "border_fill_color": "#ffffff",
                "outline_line_color": None,
                "min_border_right": 16,
            },
            "Axis": {
                "axis_label_text_font": _FONT,
                "axis_label_text_font_size": "13px",
                "axis_label_text_font_style": "normal",
                "axis_label_text_color": INK,
                "major_label_text_font": _FONT,
                "major_label_text_font_size": "12px",
                "major_label_text_color": QUIET,
                "axis_line_color": "#9aa5b1",
                "major_tick_line_color": "#9aa5b1",
                "minor_tick_line_color": None,
            },
            "Grid": {"grid_line_color": GRID},
            "Title": {
                "text_font": _FONT,
                "text_font_size": "13px",
                "text_font_style": "normal",
                "text_color": QUIET,
            },
            "Legend": {
                "label_text_font": _FONT,
                "label_text_font_size": "12px",
                "label_text_color": INK,
                "border_line_color": None,
                "background_fill_alpha": 0.85,
                "padding": 6,
                "spacing": 2,
            },
            "BaseColorBar": {
                "title_text_font": _FONT,
                "title_text_font_size": "12px",
                "title_text_font_style": "normal",
                "title_text_color": INK,
                "major_label_text_font": _FONT,
                "major_label_text_font_size": "12px",
                "major_label_text_color": QUIET,
            },
        }
    }
)


def plot(height: int, *tools: Tool, **options: Any) -> Any:
    """An empty picture as wide as the page, with the tools that all pictures have."""
    drag, wheel = BoxZoomTool(), WheelZoomTool()
    made = figure(
        height=height,
        sizing_mode="stretch_width",
        tools=[PanTool(), drag, wheel, ResetTool(), SaveTool(), *tools],
        active_drag=drag,
        active_scroll=None,  # the mouse wheel scrolls the page
        toolbar_location="above",
        **options,
    )
    made.toolbar.logo = None
    made.toolbar.autohide = False
    return made


def as_json(picture: Any, text: str, **more: Any) -> str:
    """What the page's script needs to show a picture: its description for Bokeh, and a description in words."""
    item = json_item(picture, theme=THEME)
    return f'{json.dumps({"text": text, **more})[:-1]}, "item": {serialize_json(item)}}}'


def as_sentence(sentence: str) -> str:
    """A sentence in place of a picture: why there is none."""
    return json.dumps({"said": sentence})
