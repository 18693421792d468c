"""Moments and durations as people write them, turned into exact integer nanoseconds."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {
    "s": 1, "sec": 1, "second": 1, "seconds": 1,
    "min": 60, "m": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hour": 3600, "hours": 3600,
    "d": 86400, "day": 86400, "days": 86400,
}  # fmt: skip
_DURATION = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*([a-z]*)\s*")
_FRACTION = re.compile(r"\.(\d+)")
_SIXTY = re.compile(r"(\d\d:\d\d):60(?!\d)")


def duration_ns(value: object) -> int:
    """Nanoseconds of `3600`, `1.5`, "100s", "30min", "1h" or "2d"; a bare number is seconds. ValueError otherwise."""
    if isinstance(value, timedelta):
        return (value.days * 86400 + value.seconds) * 1_000_000_000 + value.microseconds * 1000
    if not isinstance(value, bool) and isinstance(value, int | float | str):
        match = _DURATION.fullmatch(str(value).lower())
        if match and (match[2] or "s") in _UNITS:
            return int(Decimal(match[1]) * _UNITS[match[2] or "s"] * 1_000_000_000)
    raise ValueError(f"{value!r} is not a duration; write seconds or a number with s, min, h or d, such as 1h")


def moment_ns(value: object) -> int:
    """Nanoseconds since 1970 of an ISO 8601 text (UTC unless it says otherwise), a date, a datetime or epoch seconds.

    Digits beyond microseconds are kept, and a second of 60, as catalogs have it, is carried over. ValueError for
    anything else.
    """
    wrong = ValueError(f"{value!r} is not a time; write ISO 8601 such as 2011-03-11T05:48:03.2Z, or seconds since 1970")
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        since = moment - _EPOCH
        return (since.days * 86400 + since.seconds) * 1_000_000_000 + since.microseconds * 1000
    if isinstance(value, date):
        return (value - _EPOCH.date()).days * 86400 * 1_000_000_000
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise wrong
    text = str(value).strip()
    try:
        return int((Decimal(text) * 1_000_000_000).to_integral_value())
    except InvalidOperation:
        pass
    fraction = _FRACTION.search(text)
    text, carried = _SIXTY.subn(r"\1:59", text, count=1)
    try:
        whole = datetime.fromisoformat(_FRACTION.sub("", text, count=1))
    except ValueError:
        raise wrong from None
    return moment_ns(whole) + carried * 1_000_000_000 + (int(fraction[1][:9].ljust(9, "0")) if fraction else 0)


def iso(ns: int) -> str:
    """ISO 8601 UTC text of nanoseconds since 1970, with as many decimals as it needs, at least none."""
    seconds, rest = divmod(ns, 1_000_000_000)
    text = (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    return text + (f".{rest:09d}".rstrip("0") if rest else "") + "Z"
