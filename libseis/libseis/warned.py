"""What libraries warn of (Python's `warnings`) while a datum is worked on, collected for its error log.

`warnings.catch_warnings` changes the filters of the whole process, so that threads lose each other's. Here one filter
stands before the others for good: it takes what a thread warns of while that thread collects, and leaves
everything else to the filters behind it.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from libseis.enums import ErrorSeverity

# about the code, not about the data
_OF_CODE = (DeprecationWarning, PendingDeprecationWarning, FutureWarning, ImportWarning, ResourceWarning, SyntaxWarning)


class _Local(threading.local):
    caught: list[str] | None = None
    text = ""


_local = _Local()


class _Message:
    """Stands where a filter has the pattern of the message."""

    def match(self, text: str) -> bool:
        _local.text = text
        return _local.caught is not None


class _OfData(type):
    """Stands, as the class of a class, where a filter has the category; it is asked after the message."""

    def __subclasscheck__(cls, category: type) -> bool:
        if _local.caught is None or issubclass(category, _OF_CODE):
            return False
        if _local.text not in _local.caught:
            _local.caught.append(_local.text)
        return True


class _Collected(Warning, metaclass=_OfData):
    """The category of the filter."""


class _Nothing(Warning):
    """A category of warnings that is never used."""


_FILTER: Any = ("ignore", _Message(), _Collected, None, 0)
_lock = threading.Lock()


def _stand_first() -> None:
    """Have the filter in front, and what was shown once before looked at again."""
    with _lock:
        filters: Any = warnings.filters
        if _FILTER not in filters[:2]:
            filters.insert(0, _FILTER)
            while filters.count(_FILTER) > 1:
                del filters[len(filters) - 1 - filters[::-1].index(_FILTER)]
        # Python remembers the places that warned under the filters as they are; this makes them others
        warnings.simplefilter("ignore", _Nothing)


@contextmanager
def collected() -> Iterator[list[str]]:
    """What this thread warns of inside the block, each sentence once, in place of being shown.

    Blocks may be nested: the inner one takes the warnings inside it. Warnings about code
    (deprecations and the like) are left alone.
    """
    before = _local.caught
    caught: list[str] = []
    _stand_first()
    _local.caught = caught
    try:
        yield caught
    finally:
        _local.caught = before


def tell(elog: Any, algorithm: str, told: list[str]) -> None:
    """Put what was collected on an error log, as Complaints of `algorithm`."""
    for text in told:
        elog.log_error(algorithm, sentence(text), ErrorSeverity.Complaint)


def sentence(text: str) -> str:
    """How a warning stands on an error log."""
    return f"A library warned: {text}"
