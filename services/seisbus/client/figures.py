"""What all pictures of the client have in common: white, sharp, with a heading at the left."""

from __future__ import annotations

from pathlib import Path

from ..extras import extra

with extra("plot"):
    from libseis.pictures import Picture


def picture(width: float, height: float, title: str = "") -> Picture:
    """An empty picture of the given size in inches, with a heading."""
    figure = Picture(figsize=(width, height), dpi=150, layout="constrained", facecolor="white")
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold")
    return figure


def finished(figure: Picture, path: Path | str | None) -> Picture:
    """Return the picture; write it to `path` first, if a path is given."""
    if path is not None:
        figure.savefig(path)
    return figure
