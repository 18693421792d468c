"""Network, station, location and channel codes: clean them, compare them with selections, and write them as text.

Headers, tables, documents, metadata and queries all use this module, so that every source gives the same text for a
blank location. Upper and lower case are kept, because SEED's codes are upper case and a lower-case code is a different
code.
"""

from __future__ import annotations

import math
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

# padding around a code in a fixed-width field
_PADDING = " \t\r\n\0"
# spellings of a blank location in the sources: SEED and web services use dashes, keys of archives use underscores
_FILL = "-_ "
_LETTERS = string.ascii_uppercase + string.digits


def code(value: object) -> str:
    """A code without the blanks and NULs around it; "" for None and NaN.

    Only text and ASCII bytes are accepted. A number or a truth value raises TypeError, because it has lost the spelling
    of the code (0123 became 83, 1E5 became 100000.0, NO became False).
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    if not isinstance(value, str):
        raise TypeError(f"A code is text, found {value!r}; how it was written cannot be told any more.")
    return value.strip(_PADDING)


def location(value: object) -> str:
    """A location code; "" for every spelling of a blank location ("", "--", "-", "__", blanks, None, NaN)."""
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
    """A selection of locations as text; a blank location becomes "--", so that nobody reads it as "not given"."""
    return ",".join(choice or "--" for choice in alternatives(wanted, of_location=True))


@lru_cache(maxsize=512)
def _pattern(wanted: str | None, of_location: bool) -> re.Pattern[str]:
    choices = (re.escape(choice) for choice in alternatives(wanted, of_location=of_location))
    return re.compile("|".join(f"(?:{c})" for c in choices).replace(r"\*", ".*").replace(r"\?", "."))


def matches(wanted: str | None, found: str, *, of_location: bool = False) -> bool:
    """Whether a selection (see `alternatives`) includes a code."""
    return _pattern(wanted, of_location).fullmatch(found) is not None


@dataclass(frozen=True, slots=True, order=True)
class Channel:
    """Network, station, location and channel code (a source, in FDSN's words). A blank location is ""."""

    net: str
    sta: str
    loc: str
    chan: str

    def __post_init__(self) -> None:
        """Clean the location code, so that equal channels compare equal."""
        if not self.loc.isalnum():
            object.__setattr__(self, "loc", location(self.loc))

    def __str__(self) -> str:
        """`NET.STA.LOC.CHAN`, as obspy writes it."""
        return f"{self.net}.{self.sta}.{self.loc}.{self.chan}"

    @classmethod
    def parse(cls, text: str) -> Channel:
        """The channel of a text that `str` made; ValueError if the text does not have four codes between dots."""
        net, sta, loc, chan = text.split(".")
        return cls(net, sta, loc, chan)

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> Channel:
        """The channel of a document with MsPASS's names; a code that the document lacks becomes blank.

        MsPASS leaves a blank location out. A document of a station has no chan. For a document of a Seismogram, whose
        chan is a list, the result is the sensor as a channel (see `Sensor.channel`).
        """
        first = cls.all_of_document(document)[0]
        return Sensor.of(first).channel if isinstance(document.get("chan"), list) else first

    @classmethod
    def all_of_document(cls, document: Mapping[str, Any]) -> tuple[Channel, ...]:
        """The channels of a document with MsPASS's names: three for a Seismogram, else one."""
        net, sta, loc, chan = (document.get(name) or "" for name in ("net", "sta", "loc", "chan"))
        return tuple(cls(net, sta, loc, one) for one in (chan if isinstance(chan, list) else [chan]))


@dataclass(frozen=True, slots=True, order=True)
class Sensor:
    """A sensor with several axes: network, station, location, and the letters that the codes of its channels share.

    Ledgers and logs, which name channels, write a sensor as `NET.STA.LOC.BH?`.

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
        """The sensor that a channel belongs to; `channel` may also be the `Sensor.channel` of a sensor."""
        return cls(channel.net, channel.sta, channel.loc, channel.chan[:2])

    @property
    def channel(self) -> Channel:
        """The sensor as a channel: the third letter of the code is ?."""
        return Channel(self.net, self.sta, self.loc, f"{self.code}?")

    def __str__(self) -> str:
        """`NET.STA.LOC.BH?`."""
        return str(self.channel)


@dataclass(frozen=True, slots=True)
class ChannelFilter:
    """Wildcards `*` and `?` with comma-separated alternatives; an empty code means `*`, an empty location a blank."""

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
        """Whether all four codes match; for a sensor (`Sensor.channel`), whether they match for any of its channels."""
        if not channel.chan.endswith("?"):
            return self.matches(channel)
        stem = channel.chan[:-1]
        return any(self.matches(replace(channel, chan=f"{stem}{letter}")) for letter in _LETTERS)
