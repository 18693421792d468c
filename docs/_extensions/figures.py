"""The figures that a script of the gallery leaves in its variables; ours are not pyplot's."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure
from sphinx_gallery.scrapers import figure_rst


def scrape(block: Any, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """Save them, and give the text that shows them."""
    paths = []
    for name, value in block_vars["example_globals"].items():
        if isinstance(value, Figure):
            path = next(block_vars["image_path_iterator"])
            value.savefig(path, dpi=110, bbox_inches="tight")
            paths.append((path, name))
    return figure_rst([path for path, _ in paths], gallery_conf["src_dir"])
