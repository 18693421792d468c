"""Charts in pages, drawn when the site is built: a fence of the language {chart}, with a name of `drawn.CHARTS`.

The words in the fence are what the repository's page shows, what a screen reader says, and the caption in the site.
"""

from __future__ import annotations

import io
from html import escape
from typing import ClassVar

from docutils import nodes
from drawn import CHARTS, there
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Chart(SphinxDirective):
    """A chart of what was measured."""

    has_content = True
    required_arguments = 1
    option_spec: ClassVar[dict[str, object]] = {}

    def run(self) -> list[nodes.Node]:
        """The picture, with its words."""
        words = escape(" ".join(self.content))
        if self.arguments[0] not in there():
            return []  # the table below says that it was not measured yet
        drawn = io.StringIO()
        CHARTS[self.arguments[0]]().savefig(drawn, format="svg", metadata={"Date": None})
        svg = drawn.getvalue()[drawn.getvalue().index("<svg") :]
        figure = f'<figure class="align-center" role="img" aria-label="{words}">{svg}'
        return [nodes.raw("", f"{figure}<figcaption>{words}</figcaption></figure>", format="html")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_directive("chart", Chart)
    return {"parallel_read_safe": True}
