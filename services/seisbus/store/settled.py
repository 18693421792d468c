"""How a window ended, with all that is to be stored of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..model.outcome import Fate
from ..model.task import Window
from .documents import Document


@dataclass(slots=True)
class SettledWindow:
    """One window's end and the documents that go with it, by collection.

    Of a saved window with `pieces` the references are those of its wf documents. `grave` is the cemetery document of a
    dead window, without `_id`: windows in a row that are dead for one reason share one.
    """

    window: Window
    fate: Fate
    reason: str = ""
    detail: str = ""
    refs: list[str] = field(default_factory=list)
    documents: list[tuple[str, Document]] = field(default_factory=list)
    stored_bytes: int = 0
    pieces: int = 0
    grave: Document | None = None
