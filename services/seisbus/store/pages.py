"""Pages of long answers, and the opaque tokens that continue them. `queries` decides which documents a page has."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from bson import json_util
from bson.errors import BSONError

from ..errors import UserError

D = TypeVar("D")

LARGEST: Final = 10_000  # documents; a larger page would not fit a gRPC message of a few megabytes


class PageError(UserError):
    """A page size or page token is not valid; `token` is what was sent."""

    def __init__(self, token: str, message: str) -> None:
        super().__init__(message)
        self.token = token


@dataclass(frozen=True, slots=True)
class Page(Generic[D]):
    """Some documents in the order of the query, and the token of what follows ("" on the last page).

    `total`: how many documents the query has, if that was asked for.
    """

    documents: list[D]
    next_token: str = ""
    total: int = 0


@dataclass(frozen=True, slots=True)
class PageRequest:
    """How many documents, and after which one. `size` 0 means `usual`, and more than 10,000 means 10,000 (AIP-158).

    `skip`: how many are left out before the first. `count`: whether all shall be counted.
    """

    size: int = 0
    token: str = ""
    skip: int = 0
    count: bool = False

    def limit(self, usual: int) -> int:
        """The number of documents wanted; PageError when it is negative."""
        if self.size < 0:
            raise PageError(self.token, f"page_size is {self.size}; use 0 for the usual size, or a positive number.")
        if self.skip < 0:
            raise PageError(self.token, f"skip is {self.skip}; use 0, or a positive number.")
        return min(self.size or usual, LARGEST)

    def position(self, *scope: object) -> list[Any] | None:
        """The sort key of the last document of the page before, None on the first page.

        `scope` names the query; PageError when the token is damaged or belongs to another query.
        """
        if not self.token:
            return None
        try:
            found = json_util.loads(base64.urlsafe_b64decode(self.token.encode("ascii")))
        except (ValueError, TypeError, KeyError, binascii.Error, BSONError):
            found = None
        if not isinstance(found, dict) or found.get("s") != _fingerprint(scope) or "p" not in found:
            raise PageError(
                self.token,
                "page_token was not given by this query; repeat the query that gave it, "
                "or leave it empty to begin at the first page.",
            )
        position: list[Any] = found["p"]
        return position


def token(position: list[Any], *scope: object) -> str:
    """The token that continues the query `scope` after `position`."""
    text = json_util.dumps({"s": _fingerprint(scope), "p": position}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode("ascii")


def _fingerprint(scope: tuple[object, ...]) -> str:
    return hashlib.blake2b(repr(scope).encode(), digest_size=6).hexdigest()
