"""Codes of networks, stations, locations and channels as people and formats write them, in one form.

Headers, tables, documents, metadata and queries all come through here, so that a blank location is the same one
wherever it was read. Upper and lower case are kept: SEED's codes are upper case, and a lower one is another code.
"""

from __future__ import annotations

import math
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

# what surrounds a code in a fixed-width field
_PADDING = " \t\r\n\0"
# fill of a blank location: SEED and web services write dashes, keys of archives underscores
_FILL = "-_ "
_LETTERS = string.ascii_uppercase + string.digits


def code(value: object) -> str:
    """A code without the blanks and NULs around it; "" for None and NaN.

    Only text (or ASCII bytes) is taken: TypeError for a number or a truth value, because the spelling of the code is
    lost (0123 and 83, 1E5 and 100000.0, NO and False).
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    if not isinstance(value, str):
        raise TypeError(f"A code is text, found {value!r}; how it was written cannot be told any more.")
    return value.strip(_PADDING)


def location(value: object) -> str:
    """A location code; every spelling of a blank one ("", "--", "-", "__", blanks, None, NaN) is ""."""
    text = code(value)
    return text if text.strip(_FILL) else ""


def alternatives(wanted: object, *, of_location: bool = False) -> tuple[str, ...]:
    """The alternatives of a selection, separated by commas, with * and ? as wildcards.

    For a location, "" is the blank location, as in FDSN's clients; for other codes "" is the same as "*".
    """
    parts = code(wanted).split(",")
    if of_location:
        return tuple(dict.fromkeys(location(part) for part in parts))
    return tuple(dict.fromkeys(text for part in parts if (text := code(part)))) or ("*",)


def location_text(wanted: object) -> str:
    """A selection of locations as text in which a blank one is --, so that it is never taken for "not given"."""
    return ",".join(choice or "--" for choice in alternatives(wanted, of_location=True))


@lru_cache(maxsize=512)
def _pattern(wanted: str | None, of_location: bool) -> re.Pattern[str]:
    choices = (re.escape(choice) for choice in alternatives(wanted, of_location=of_location))
    return re.compile("|".join(f"(?:{c})" for c in choices).replace(r"\*", ".*").replace(r"\?", "."))


def matches(wanted: str | None, found: str, *, of_location: bool = False) -> bool:
    """Whether a code is one that a selection (see `alternatives`) means."""
    return _pattern(wanted, of_location).fullmatch(found) is not None


@dataclass(frozen=True, slots=True, order=True)
class Channel:
    """Network, station, location and channel code: what FDSN calls a source. A blank location is the empty string."""

    net: str
    sta: str
    loc: str
    chan: str

    def __post_init__(self) -> None:
        """Bring the location into its one form."""
        if not self.loc.isalnum():
            object.__setattr__(self, "loc", location(self.loc))

    def __str__(self) -> str:
        """`NET.STA.LOC.CHAN`, as obspy writes it."""
        return f"{self.net}.{self.sta}.{self.loc}.{self.chan}"

    @classmethod
    def parse(cls, text: str) -> Channel:
        """The channel that `str` gave; ValueError when the text has not four dot-separated codes."""
        net, sta, loc, chan = text.split(".")
        return cls(net, sta, loc, chan)

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> Channel:
        """The channel of a document with MsPASS's names; a code that it does not have is blank.

        MsPASS leaves a blank location out; a document of a station has no chan; of a Seismogram, whose chan is a list,
        it is what stands for the sensor.
        """
        first = cls.all_of_document(document)[0]
        return Sensor.of(first).channel if isinstance(document.get("chan"), list) else first

    @classmethod
    def all_of_document(cls, document: Mapping[str, Any]) -> tuple[Channel, ...]:
        """The channels of a document likewise: those of a Seismogram, the one of another."""
        net, sta, loc, chan = (document.get(name) or "" for name in ("net", "sta", "loc", "chan"))
        return tuple(cls(net, sta, loc, one) for one in (chan if isinstance(chan, list) else [chan]))


@dataclass(frozen=True, slots=True, order=True)
class Sensor:
    """A sensor with several axes: network, station, location, and the letters that the codes of its channels share.

    Where a channel is named and a sensor is meant, in ledgers and on logs, it stands as `NET.STA.LOC.BH?`.

    Attributes
    ----------
    net, sta, loc : str
        Codes of network, station and location; a blank location is "".
    code : str
        Band and instrument code: the first two letters of the channels' codes.
    """

    net: str
    sta: str
    loc: str
    code: str

    @classmethod
    def of(cls, channel: Channel) -> Sensor:
        """The sensor that a channel belongs to; of what stands for a sensor, the sensor."""
        return cls(channel.net, channel.sta, channel.loc, channel.chan[:2])

    @property
    def channel(self) -> Channel:
        """What stands for the sensor where a channel is named: the third letter of its code is ?."""
        return Channel(self.net, self.sta, self.loc, f"{self.code}?")

    def __str__(self) -> str:
        """`NET.STA.LOC.BH?`."""
        return str(self.channel)


@dataclass(frozen=True, slots=True)
class ChannelFilter:
    """Wildcards * and ? with comma-separated alternatives; an empty code means *, an empty location the blank one."""

    net: str = "*"
    sta: str = "*"
    loc: str = "*"
    chan: str = "*"

    def matches(self, channel: Channel) -> bool:
        """Whether all four codes match."""
        return (
            matches(self.net, channel.net)
            and matches(self.sta, channel.sta)
            and matches(self.loc, channel.loc, of_location=True)
            and matches(self.chan, channel.chan)
        )

    def touches(self, channel: Channel) -> bool:
        """Whether the codes match, or, of what stands for a sensor (`Sensor.channel`), those of any of its channels."""
        if not channel.chan.endswith("?"):
            return self.matches(channel)
        stem = channel.chan[:-1]
        return any(self.matches(replace(channel, chan=f"{stem}{letter}")) for letter in _LETTERS)
