"""Phrases that a reader with English as a second language stumbles over are in no document, docstring or message."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [
    *(ROOT / name for name in ("README.md", "SECURITY.md", "deploy/README.md")),  # CONTRIBUTING.md quotes such phrases
    *sorted((ROOT / "docs").rglob("*.md")),
    *(
        path
        for top in ("libseis/libseis", "services/seisbus")
        for kind in ("*.py", "*.pyx", "*.pyi")
        for path in sorted((ROOT / top).rglob(kind))
    ),
]

THING = "(?:task|file|document|message|object|row|shard|instance|folder|table|line|outcome|record|entry|item|job)"

# what is wrong -> how to find it; what to write
PHRASES = {
    "it is no folder: write 'is not a folder'": (
        r"(?<![Tt]here )\b(?:is|are|was|were) no "
        r"(?!longer|more|less|such|one|other|further|need|way|matter|[a-z]+er\b)[a-z]+"
    ),
    "one task a dataset: write 'one task per dataset'": rf"\b(?:a|one) {THING} an? [a-z]",
    "bytes that are none: say what they are": r"\b(?:that|which|what) (?:is|are|was|were) none\b|\bit is none\b",
    "they are none the worse: say what happens": r"\bnone the (?:worse|less)\b|\bnone of (?:counts|certificates)\b",
    "a row costs itself alone: write 'does not affect the others'": r"\bcosts? (?:only )?(?:itself|its [a-z]+) alone\b",
    "codes in their one form: write 'cleaned codes'": r"\bin (?:its|their) one form\b",
    "raises an error naming `key`: write 'which names `key`'": r"\bnaming `",
    "Archives are `reader`'s: write '`reader` reads archives'": r"\b(?:is|are) `[\w.]+`'s\b",
}

# messages that MsPASS's users may match on
KEPT = ("s is no sample interval", "is no fraction in (0, 1]")


def found(pattern: str, text: str) -> list[str]:
    """Lines that hold a phrase."""
    return [line.strip() for line in text.splitlines() if re.search(pattern, line)]


@pytest.mark.parametrize("phrase", PHRASES)
def test_a_phrase_is_not_used(phrase: str) -> None:
    lines = {
        f"{path.relative_to(ROOT)}: {line}": phrase
        for path in TEXTS
        for line in found(PHRASES[phrase], path.read_text())
        if not any(message in line for message in KEPT)
    }
    assert lines == {}


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("'lost' is no fate", True),
        ("There is no job 0000", False),
        ("it is no longer open", False),
        ("a task a dataset", True),
        ("a task per dataset", False),
        ("bytes that are none", True),
        ("none of the windows is saved", False),
        ("Archives are `reader`'s.", True),
        ("an odd row costs itself alone", True),
        ("an index costs a request", False),
        ("channels with codes in their one form", True),
        ("Raises KeyError naming `key`", True),
    ],
)
def test_phrases_are_found(line: str, wrong: bool) -> None:
    assert any(found(pattern, line) for pattern in PHRASES.values()) == wrong
