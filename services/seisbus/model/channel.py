"""SEED channel codes and wildcard selections of them."""

from __future__ import annotations

from dataclasses import dataclass

from libseis.codes import location, matches


@dataclass(frozen=True, slots=True, order=True)
class Channel:
    """Network, station, location (a blank one, however it was written, is "") and channel code."""

    net: str
    sta: str
    loc: str
    chan: str

    def __post_init__(self) -> None:
        """Bring the location into its one form."""
        if not self.loc.isalnum():
            object.__setattr__(self, "loc", location(self.loc))

    def __str__(self) -> str:
        """FDSN form NET.STA.LOC.CHAN."""
        return f"{self.net}.{self.sta}.{self.loc}.{self.chan}"

    @classmethod
    def parse(cls, text: str) -> Channel:
        """The channel that `str` gave; ValueError when the text has not four dot-separated codes."""
        net, sta, loc, chan = text.split(".")
        return cls(net, sta, loc, chan)


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
