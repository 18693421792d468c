"""A Figure that a notebook shows by itself, without pyplot and without %matplotlib."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

from .extras import extra

with extra("plot"):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

# CSS's pixels: a picture has more of them, so that it is sharp on fine screens too
_PIXELS_AN_INCH: Final = 96
# Okabe and Ito's colours, which people with any kind of colour vision tell apart (https://jfly.uni-koeln.de/color/)
ORANGE, GREEN, BLUE, VERMILION = "#E69F00", "#009E73", "#0072B2", "#D55E00"


class Picture(Figure):
    """matplotlib's Figure; the last expression of a cell shows it."""

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        out = BytesIO()
        FigureCanvasAgg(self).print_png(out)  # type: ignore[no-untyped-call]
        width, height = self.get_size_inches() * _PIXELS_AN_INCH
        return out.getvalue(), {"width": round(width), "height": round(height)}
