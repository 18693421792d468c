"""Collect the warnings (Python's `warnings`) that libraries give while they work on a datum, for its error log.

`warnings.catch_warnings` changes the filters of the whole process, so that one thread loses the warnings of another.
This module puts one filter before all others and leaves it there. The filter takes a warning if the thread that warns
is collecting, and leaves every other warning to the filters behind it.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from libseis.enums import ErrorSeverity

# warnings about the code, not about the data
_OF_CODE = (DeprecationWarning, PendingDeprecationWarning, FutureWarning, ImportWarning, ResourceWarning, SyntaxWarning)


class _Local(threading.local):
    caught: list[str] | None = None
    text = ""


_local = _Local()


class _Message:
    """The part of the filter that checks the message."""

    def match(self, text: str) -> bool:
        _local.text = text
        return _local.caught is not None


class _OfData(type):
    """The part of the filter that checks the category, after the message; Python calls issubclass for it."""

    def __subclasscheck__(cls, category: type) -> bool:
        if _local.caught is None or issubclass(category, _OF_CODE):
            return False
        if _local.text not in _local.caught:
            _local.caught.append(_local.text)
        return True


class _Collected(Warning, metaclass=_OfData):
    """The category of the filter, which Python calls to check a warning."""


class _Nothing(Warning):
    """A category of warnings that is never used."""


_FILTER: Any = ("ignore", _Message(), _Collected, None, 0)
_lock = threading.Lock()


def _stand_first() -> None:
    """Put the filter first, and make Python check warnings again that it has shown already."""
    with _lock:
        filters: Any = warnings.filters
        if _FILTER not in filters[:2]:
            filters.insert(0, _FILTER)
            while filters.count(_FILTER) > 1:
                del filters[len(filters) - 1 - filters[::-1].index(_FILTER)]
        # Python remembers which places have warned until the filters change; this counts as a change
        warnings.simplefilter("ignore", _Nothing)


@contextmanager
def collected() -> Iterator[list[str]]:
    """Collect what this thread warns of inside the block, each sentence once, instead of showing it.

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
    """Put the collected warnings on an error log, as Complaints of `algorithm`."""
    for text in told:
        elog.log_error(algorithm, sentence(text), ErrorSeverity.Complaint)


def sentence(text: str) -> str:
    """The text of a warning on an error log."""
    return f"A library warned: {text}"
