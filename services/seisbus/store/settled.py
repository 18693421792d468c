"""How a window ended, with everything that is to be stored."""

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
    """How one window ended, with its documents by collection.

    A saved window with `pieces` refers to its wf documents, which the earlier job `of` has stored, if that is given.
    `grave` is the cemetery document of a dead window, without `_id`: windows in a row that are dead for one reason
    share one.
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
        """Add a document that is stored with the window."""
        self.documents.append((collection, document))
