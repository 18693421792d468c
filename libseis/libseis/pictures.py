"""A Figure that a notebook shows without pyplot and without %matplotlib."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

from .extras import extra

with extra("plot"):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

# CSS counts in its own pixels; a picture has more pixels than that, so that it is sharp on good screens too
_PIXELS_AN_INCH: Final = 96
# Colours by Okabe and Ito, which colour-blind people can tell apart (https://jfly.uni-koeln.de/color/)
ORANGE, GREEN, BLUE, VERMILION = "#E69F00", "#009E73", "#0072B2", "#D55E00"


class Picture(Figure):
    """matplotlib's Figure. If it is the last expression of a cell, the notebook shows it."""

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        out = BytesIO()
        FigureCanvasAgg(self).print_png(out)  # type: ignore[no-untyped-call]
        width, height = self.get_size_inches() * _PIXELS_AN_INCH
        return out.getvalue(), {"width": round(width), "height": round(height)}
