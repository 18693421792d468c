"""A Figure that a notebook shows by itself, without pyplot and without %matplotlib."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from ..extras import extra

with extra("plot"):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

# CSS's pixels: a picture has more of them, so that it is sharp on fine screens too
_PIXELS_AN_INCH = 96
# Okabe and Ito's colours, which people with any kind of colour vision tell apart (https://jfly.uni-koeln.de/color/)
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip


class Picture(Figure):
    """matplotlib's Figure; the last expression of a cell shows it."""

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        out = BytesIO()
        FigureCanvasAgg(self).print_png(out)  # type: ignore[no-untyped-call]
        width, height = self.get_size_inches() * _PIXELS_AN_INCH
        return out.getvalue(), {"width": round(width), "height": round(height)}


def picture(width: float, height: float, title: str = "") -> Picture:
    """An empty picture of so many inches, with a heading."""
    figure = Picture(figsize=(width, height), dpi=150, layout="constrained", facecolor="white")
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold")
    return figure


def finished(figure: Picture, path: Path | str | None) -> Picture:
    """The picture, written to `path` where one is given."""
    if path is not None:
        figure.savefig(path)
    return figure
