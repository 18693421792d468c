"""Long lists in documents that change often.

A server takes such a document apart and puts it together again for each change, which takes a quarter of a second where
it holds a list of 25,000 rows. So long lists are kept as bytes, which a server takes as they are. Pure.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import Final, TypeVar, cast

R = TypeVar("R", bound=tuple[object, ...])

# Shorter lists stay readable for people who look into the database.
_ROWS: Final = 100


def kept_rows(rows: Sequence[R]) -> list[R] | bytes:
    """Rows in the form in which a document keeps them: texts, numbers and None."""
    if len(rows) <= _ROWS:
        return list(rows)
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 1)


def rows_of(kept: list[R] | bytes) -> list[R]:
    """Inverse of `kept_rows`; also of lists of any length, as older versions kept them."""
    found = json.loads(zlib.decompress(kept)) if isinstance(kept, bytes) else kept
    return [cast(R, tuple(row)) for row in found]
