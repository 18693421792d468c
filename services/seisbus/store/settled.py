"""How a window ended, with all that is to be stored of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..model.outcome import Fate
from ..model.task import Window
from .collections import Collection
from .documents import Grave

D = TypeVar("D", bound=Mapping[str, Any])


@dataclass(slots=True)
class SettledWindow:
    """One window's end and the documents that go with it, by collection.

    Of a saved window with `pieces` the references are those of its wf documents, which job `of` has stored, where that
    is an earlier one. `grave` is the cemetery document of a
    dead window, without `_id`: windows in a row that are dead for one reason share one.
    """

    window: Window
    fate: Fate
    reason: str = ""
    detail: str = ""
    refs: list[str] = field(default_factory=list)
    documents: list[tuple[Collection[Any], Any]] = field(default_factory=list)
    stored_bytes: int = 0
    pieces: int = 0
    of: str = ""
    grave: Grave | None = None

    def add(self, collection: Collection[D], document: D) -> None:
        """Have a document go with the window."""
        self.documents.append((collection, document))
