"""Pages that stand elsewhere in the repository, and links to its files: to a page where there is one, else by name."""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

DOCS = Path(__file__).resolve().parents[1]
# files elsewhere in the repository, and the page of the site that is one of them, or stands for it
ELSEWHERE = {"CONTRIBUTING.md": "contributing/guide.md", "deploy/README.md": "howto/operate.md"}
INSTEAD = {"README.md": "index.md"}
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]+)\]\((?P<path>[^)#:\s]+)(?P<anchor>#[^)]*)?\)")


def mend(app: Sphinx, name: str, source: list[str]) -> None:
    """Called with the text of each page."""
    here = DOCS / name
    base = next(
        (DOCS.parent / path for path, page in ELSEWHERE.items() if here.with_suffix(".md") == DOCS / page), here
    )
    if base is not here:
        source[0] = base.read_text()

    def mended(match: re.Match[str]) -> str:
        target = (base.parent / match["path"]).resolve()
        if target.is_relative_to(DOCS) and base is here:
            return match[0]
        if target.is_relative_to(DOCS):
            return f"[{match['text']}](/{target.relative_to(DOCS)}{match['anchor'] or ''})"
        if not target.exists():
            raise ValueError(f"{name}: there is no {match['path']}")
        inside = target.relative_to(DOCS.parent).as_posix()
        if (page := (ELSEWHERE | INSTEAD).get(inside)) is not None:
            return f"[{match['text']}](/{page}{match['anchor'] or ''})"
        return f"`{inside}`"

    source[0] = _LINK.sub(mended, source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", mend)
    return {"parallel_read_safe": True}
