"""Reads the time texts of catalogs, event lists and StationXML as exact epoch nanoseconds."""

from __future__ import annotations

import re
from datetime import date

_TIME = re.compile(
    r"(?P<date>\d{4}[-/]\d{1,2}[-/]\d{1,2})"
    r"(?:[ T]+(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:\.(?P<fraction>\d{0,9})\d*)?)?)?"
    r"\s*(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?"
)


def parse_time_ns(text: str) -> int | None:
    """Epoch nanoseconds of a date and time (UTC unless it has an offset), or None where it is none.

    A second of 60 is the next minute's 0: catalogs write it where 59.995 was rounded, and POSIX time has
    no leap seconds. Digits past the nanosecond are dropped.
    """
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = (int(part) for part in re.split("[-/]", found["date"]))
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    if hour > 23 or minute > 59 or second > 60:
        return None
    try:
        days = (date(year, month, day) - date(1970, 1, 1)).days
    except ValueError:
        return None
    seconds = days * 86400 + hour * 3600 + minute * 60 + second - _offset(found["zone"])
    return seconds * 1_000_000_000 + int((found["fraction"] or "").ljust(9, "0"))


def _offset(zone: str | None) -> int:
    if zone is None or zone in ("Z", "UTC"):
        return 0
    digits = zone[1:].replace(":", "")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if zone[0] == "-" else seconds
