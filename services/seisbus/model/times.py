"""Moments and durations as people write them, turned into exact integer nanoseconds. All times are read here: those of
job files, the command line, the client, catalogs and station metadata."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from numbers import Real

from libseis.isotime import SECOND_NS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {
    "s": 1, "sec": 1, "second": 1, "seconds": 1,
    "min": 60, "m": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hour": 3600, "hours": 3600,
    "d": 86400, "day": 86400, "days": 86400,
}  # fmt: skip
_DURATION = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*([a-z]*)\s*", re.ASCII)
# 2011, 2011-03, 2011-03-11, 2011/3/11, 20110311, and with the day of the year 2011-070, 2011,070, 2011.070, 2011:070
# and 2011070. Eight and seven digits have one meaning each; six are refused (201103 could be 3 Nov 2020).
_DATE = (
    r"(?P<year>\d{4})(?:(?P<sep>[-/])(?P<month>\d{1,2})(?:(?P=sep)(?P<day>\d{1,2}))?"
    r"|(?P<month8>\d\d)(?P<day8>\d\d)|[-,.:/]?(?P<doy>\d{3}))?"
)
# 05:46, 05:46:23.2, and after the T of ISO 8601's basic form 0546, 054623.2
_CLOCK = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,](?P<fraction>\d*))?)?"
    r"|(?P<hour6>\d\d)(?:(?P<minute6>\d\d)(?:(?P<second6>\d\d)(?:[.,](?P<fraction6>\d*))?)?)?"
)
_MOMENT = re.compile(
    rf"(?P<day_part>{_DATE})(?:(?:[T_,:]|\s*,\s*|\s+T?\s*)(?:{_CLOCK}))?\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
_STAMP = re.compile(r"(\d{4}\d{2}\d{2})(\d{2}\d{2}(?:\d{2}(?:\.\d*)?)?)", re.ASCII)  # 20110311054623 of file names
# Numbers in these ranges can only be seconds since 1970 (March 1973 to 2030, and before 1966): 2023, 20110311 and
# 2011070 are smaller, 2011031105 and 201103110546 are larger.
_LEAST_EPOCH, _MOST_EPOCH, _FIRST_EPOCH = 100_000_000, 1_900_000_000, -10_000_000_000
_LIMIT_NS = 2**63  # what a signed integer of 64 bits holds: 1677 to 2262


def duration_ns(value: object) -> int:
    """Nanoseconds of `3600`, `1.5`, "100s", "30min", "1h" or "2d"; a number without a unit is seconds. ValueError for
    anything else."""
    if isinstance(value, timedelta):
        return (value.days * 86400 + value.seconds) * SECOND_NS + value.microseconds * 1000
    if not isinstance(value, bool) and isinstance(value, int | float | str):
        match = _DURATION.fullmatch(str(value).lower())
        if match and (match[2] or "s") in _UNITS:
            return int(Decimal(match[1]) * _UNITS[match[2] or "s"] * SECOND_NS)
    raise ValueError(f"{value!r} is not a duration; write seconds or a number with s, min, h or d, such as 1h")


def moment_ns(value: object) -> int:
    """Nanoseconds since 1970 of a time as people write it; UTC unless it says otherwise.

    Takes a text of ISO 8601 or with the day of the year (see docs/reference/job.md), a date, a datetime, a
    numpy.datetime64, obspy's UTCDateTime, or a number that can only be seconds since 1970. A year, month or day alone
    is its first instant. Digits beyond microseconds are kept. A second of 60, which catalogs have, becomes the next
    minute. ValueError for anything else, also for a date that does not exist.
    """
    found: int | None = None
    if isinstance(value, datetime):
        since = (value if value.tzinfo else value.replace(tzinfo=UTC)) - _EPOCH
        nanoseconds = getattr(value, "nanosecond", 0)  # pandas.Timestamp
        found = (since.days * 86400 + since.seconds) * SECOND_NS + since.microseconds * 1000 + nanoseconds
    elif isinstance(value, date):
        found = (value - _EPOCH.date()).days * 86400 * SECOND_NS
    elif isinstance(exact := getattr(value, "ns", None), int):  # obspy's UTCDateTime
        found = exact
    elif isinstance(value, bool):
        pass
    elif isinstance(value, Real | str) or type(value).__name__ == "datetime64":
        found = text_ns(str(value))
    if found is None:
        raise ValueError(
            f"{value!r} is not a time; write ISO 8601 such as 2011-03-11T05:48:03.2Z or 2011-03-11, with the day of "
            "the year 2011-070, or seconds since 1970 such as 1299822483.2 (@0 where a number could be a date)"
        )
    if not -_LIMIT_NS <= found < _LIMIT_NS:
        raise ValueError(
            f"{value!r} is not a time that can be counted in nanoseconds; expected a year from 1678 to 2261"
        )
    return found


def text_ns(text: str) -> int | None:
    """Nanoseconds since 1970 of any text that `moment_ns` takes, of the years 1 to 9999; None if it is not a time."""
    text = text.strip()
    if text.startswith("@"):  # seconds since 1970, whatever they look like
        return _epoch(text[1:])
    found = parse_time_ns(text)
    if found is not None or (stamp := _STAMP.fullmatch(text)) is None:
        seconds = None if found is not None else _epoch(text)
        plausible = seconds is not None and (
            _LEAST_EPOCH * SECOND_NS <= seconds < _MOST_EPOCH * SECOND_NS
            or _FIRST_EPOCH * SECOND_NS <= seconds <= -_LEAST_EPOCH * SECOND_NS
        )
        return seconds if plausible else found
    return parse_time_ns(f"{stamp[1]}T{stamp[2]}")


def _epoch(text: str) -> int | None:
    try:
        return int((Decimal(text) * SECOND_NS).to_integral_value())
    except (InvalidOperation, ValueError, OverflowError):
        return None


def parse_time_ns(text: str) -> int | None:
    """Nanoseconds since 1970 of a text with a date, or a date and time, of the years 1 to 9999; None for anything else.

    A number of seconds is not taken. A second of 60 is second 0 of the next minute, because catalogs write it where
    59.995 was rounded, and POSIX time has no leap seconds; 24:00:00 is 0:00 of the next day. Digits beyond the
    nanosecond are dropped.
    """
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        return None
    part = {name: value for name, value in found.groupdict().items() if value}
    hour, minute, second = (int(part.get(name) or part.get(f"{name}6") or 0) for name in ("hour", "minute", "second"))
    fraction = (part.get("fraction") or part.get("fraction6") or "")[:9].ljust(9, "0")
    midnight = hour == 24 and not minute and not second and not int(fraction)
    if (hour > 23 and not midnight) or minute > 59 or second > 60:
        return None
    try:
        if "doy" in part:
            day = date(int(part["year"]), 1, 1) + timedelta(days=int(part["doy"]) - 1)
            if str(day.year).zfill(4) != part["year"]:
                return None
        else:
            month, of_month = (int(part.get(n) or part.get(f"{n}8") or 1) for n in ("month", "day"))
            day = date(int(part["year"]), month, of_month)
        offset = _offset(part.get("zone", "Z"))
    except (ValueError, OverflowError):
        return None
    seconds = (day - _EPOCH.date()).days * 86400 + hour * 3600 + minute * 60 + second - offset
    return seconds * SECOND_NS + int(fraction)


def _offset(zone: str) -> int:
    """Seconds that a zone is ahead of UTC; ValueError for one that cannot be."""
    if zone in ("Z", "UTC", "GMT"):
        return 0
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 23 or minutes > 59:
        raise ValueError(zone)
    return (hours * 3600 + minutes * 60) * (-1 if zone[0] == "-" else 1)
