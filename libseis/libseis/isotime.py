"""Convert nanoseconds since 1970 to dates and to ISO 8601 text; nanoseconds per second and per day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECOND_NS: Final = 1_000_000_000
DAY_NS: Final = 86_400 * SECOND_NS


def utc(ns: int) -> datetime:
    """The time as a datetime in UTC, rounded down to a microsecond; OverflowError outside the years 1 to 9999."""
    return _EPOCH + timedelta(microseconds=ns // 1000)


def iso(ns: int, decimals: int | None = None, *, zone: str = "Z") -> str:
    """ISO 8601 text in UTC, such as 2011-03-11T05:46:23.2Z.

    Parameters
    ----------
    ns
        Nanoseconds since 1970-01-01T00:00:00 UTC, within the years 1 to 9999.
    decimals
        Number of decimals of the seconds, from 0 to 9. More digits are cut off, not rounded, so that a text never names
        a later time. None writes as many decimals as the time needs.
    zone
        Text at the end.
    """
    seconds, rest = divmod(ns, SECOND_NS)
    text = (_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat()
    digits = f"{rest:09d}".rstrip("0") if decimals is None else f"{rest:09d}"[:decimals]
    return f"{text}.{digits}{zone}" if digits else text + zone
