"""SEED channel codes and wildcard selections of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_BLANK_LOCATIONS = {"", "--", "  ", "__"}


def normal_location(loc: str) -> str:
    """A location code with every way of writing a blank one turned into the empty string."""
    return "" if loc in _BLANK_LOCATIONS else loc.strip()


@dataclass(frozen=True, slots=True, order=True)
class Channel:
    """Network, station, location (blank is "") and channel code."""

    net: str
    sta: str
    loc: str
    chan: str

    def __str__(self) -> str:
        """FDSN form NET.STA.LOC.CHAN."""
        return f"{self.net}.{self.sta}.{self.loc}.{self.chan}"

    @classmethod
    def parse(cls, text: str) -> Channel:
        """The channel that `str` gave; ValueError when the text has not four dot-separated codes."""
        net, sta, loc, chan = text.split(".")
        return cls(net, sta, normal_location(loc), chan)


@lru_cache(maxsize=512)
def _pattern(wanted: str, blank_means_empty: bool) -> re.Pattern[str]:
    choices = []
    for raw in wanted.split(",") if wanted else ["*"]:
        choice = normal_location(raw) if blank_means_empty else raw.strip()
        choices.append(re.escape(choice).replace(r"\*", ".*").replace(r"\?", "."))
    return re.compile("|".join(f"(?:{c})" for c in choices))


@dataclass(frozen=True, slots=True)
class ChannelFilter:
    """Wildcards * and ? with comma-separated alternatives; an empty field means *, a location of -- means blank."""

    net: str = "*"
    sta: str = "*"
    loc: str = "*"
    chan: str = "*"

    def matches(self, channel: Channel) -> bool:
        """Whether all four codes match."""
        return all(
            _pattern(wanted, name == "loc").fullmatch(code) is not None
            for name, wanted, code in (
                ("net", self.net, channel.net),
                ("sta", self.sta, channel.sta),
                ("loc", self.loc, channel.loc),
                ("chan", self.chan, channel.chan),
            )
        )
