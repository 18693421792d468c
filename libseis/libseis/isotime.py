"""Nanoseconds: how many a second and a day have, and those since 1970 as dates and as ISO 8601 text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECOND_NS: Final = 1_000_000_000
DAY_NS: Final = 86_400 * SECOND_NS


def utc(ns: int) -> datetime:
    """The moment as a datetime in UTC, to the microsecond before it; OverflowError beyond the years 1 to 9999."""
    return _EPOCH + timedelta(microseconds=ns // 1000)


def iso(ns: int, decimals: int | None = None, *, zone: str = "Z") -> str:
    """ISO 8601 text in UTC, such as 2011-03-11T05:46:23.2Z.

    Parameters
    ----------
    ns
        Nanoseconds since 1970-01-01T00:00:00 UTC, of the years 1 to 9999.
    decimals
        Of the seconds, 0 to 9, cut off and not rounded, so that a text never names a later moment; None as many as
        there are, at least none.
    zone
        What stands at the end.
    """
    seconds, rest = divmod(ns, SECOND_NS)
    text = (_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat()
    digits = f"{rest:09d}".rstrip("0") if decimals is None else f"{rest:09d}"[:decimals]
    return f"{text}.{digits}{zone}" if digits else text + zone
