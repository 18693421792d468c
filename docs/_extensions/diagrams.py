"""Mermaid diagrams, which the repository's pages show by themselves, as SVG in the site: drawn when it is built."""

from __future__ import annotations

from typing import ClassVar

from docutils import nodes
from mermaid_render import mermaid_to_svg
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def svg(text: str) -> str:
    """The SVG of a diagram; the renderer gives bytes."""
    drawn = mermaid_to_svg(text)
    return drawn if isinstance(drawn, str) else drawn.decode()


class Mermaid(SphinxDirective):
    """A fence of the language mermaid."""

    has_content = True
    option_spec: ClassVar[dict[str, object]] = {}

    def run(self) -> list[nodes.Node]:
        """The picture, with its text as words for screen readers."""
        drawn = svg("\n".join(self.content))
        figure = f'<figure class="align-center" role="img" aria-label="Diagram">{drawn}</figure>'
        return [nodes.raw("", figure, format="html")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_directive("mermaid", Mermaid)
    app.config["myst_fence_as_directive"] = {"mermaid"}
    return {"parallel_read_safe": True}
