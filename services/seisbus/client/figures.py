"""What all pictures of the client are: white, sharp, with a heading at the left."""

from __future__ import annotations

from pathlib import Path

from ..extras import extra

with extra("plot"):
    from libseis.pictures import Picture


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
