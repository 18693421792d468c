"""Windows around picks, for the channels of the station where each pick was made. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from libseis.codes import Channel, ChannelFilter, matches
from libseis.isotime import DAY_NS, iso

from ..model.archivejob import ArchiveJob
from ..model.marks import Pick, StationPick, Unplaced
from ..model.outcome import Reason
from ..model.windows import PickWindows
from .aims import Aims, DayAims, EpochsOf
from .geography import Station
from .windows import PlannedWindow

# In the ledger this code stands for a whole station, if no channel of a pick is known.
_ANY = "???"


class PickAims(Aims):
    """The windows of a job around picks.

    Parameters
    ----------
    spec
        The job.
    picks
        The picks that count (`counting`).
    stations
        The stations that thinning left; None if nothing was thinned out.
    """

    def __init__(
        self, spec: ArchiveJob, picks: Sequence[StationPick], stations: Collection[Station] | None = None
    ) -> None:
        super().__init__(spec, (), stations=stations)
        wanted = spec.windows.picks
        assert wanted is not None
        self._by_day: dict[int, dict[Station, list[PlannedWindow]]] = {}
        # location and beginning of the channel, as the picks have them
        self._codes: dict[Station, set[tuple[str, str]]] = {}
        for station, window in _windows(picks, wanted):
            self._by_day.setdefault(window.start_ns // DAY_NS, {}).setdefault(station, []).append(window)
        for pick in picks:
            self._codes.setdefault((pick.net, pick.sta), set()).add((pick.loc, pick.chan))

    @property
    def by_channel(self) -> bool:
        """Windows differ, because each pick belongs to a station."""
        return True

    def home_days(self) -> Sequence[int]:
        """The days (from 1970) that are home to a window, in order."""
        return sorted(self._by_day)

    def days(self) -> Sequence[int]:
        """The days (from 1970) that any window touches, in order."""
        spans = [w for stations in self._by_day.values() for windows in stations.values() for w in windows]
        return sorted({day for w in spans for day in range(w.start_ns // DAY_NS, w.end_ns // DAY_NS + 1)})

    def reach(self, day: int) -> list[PlannedWindow]:
        """The windows of a home day, of all stations."""
        return sorted(w for windows in self._by_day.get(day, {}).values() for w in windows)

    def warm(self, day: int) -> None:
        """Nothing is needed."""

    def of_day(self, day: int, channels: Collection[Channel], epochs_of: EpochsOf) -> DayPicks:
        """The windows of a home day for each of the channels that have files in it."""
        return DayPicks(self, day, channels, epochs_of)

    def of_stations(self, day: int) -> Mapping[Station, Sequence[PlannedWindow]]:
        """The windows of a home day by the station of the pick; network "" where the pick does not say it."""
        return self._by_day.get(day, {})

    def channel_of(self, station: Station) -> Channel:
        """The channel in the ledger for a station without known channels: the codes of its picks, as far as they
        agree."""
        codes = self._codes[station]
        locs, chans = {loc for loc, _ in codes}, {chan for _, chan in codes}
        chan = chans.pop() if len(chans) == 1 else ""
        return Channel(*station, locs.pop() if len(locs) == 1 else "", (chan + _ANY)[: max(3, len(chan))])


class DayPicks(DayAims):
    """The windows around picks of one home day; made by `PickAims.of_day`."""

    def __init__(self, aims: PickAims, day: int, channels: Collection[Channel], epochs_of: EpochsOf) -> None:
        super().__init__(aims, day, channels, epochs_of)
        self._mine = aims.of_stations(day)
        self._pick_aims = aims
        self._there = {(c.net, c.sta) for c in channels}

    def __call__(self, channel: Channel) -> Sequence[PlannedWindow]:
        """The windows of a channel, in order of start."""
        if channel not in self._wanted:
            return ()
        found: dict[tuple[int, int, str], PlannedWindow] = {}
        for net in (channel.net, ""):  # a pick without a network counts for all networks
            for window in self._mine.get((net, channel.sta), ()):
                found.setdefault((window.start_ns, window.end_ns, window.event), window)
        return sorted(found.values())

    def left(
        self, placed: Collection[tuple[str, str, PlannedWindow]], described: Collection[Station]
    ) -> list[tuple[Channel, list[PlannedWindow]]]:
        """The windows that no channel got, with the reason, in order of station.

        Parameters
        ----------
        placed
            Network, station and window of all windows that a channel got.
        described
            The stations of the archive's metadata.
        """
        had = {(net, sta, w.start_ns, w.end_ns, w.event) for net, sta, w in placed}
        had |= {("", sta, w.start_ns, w.end_ns, w.event) for _, sta, w in placed}
        wanted = ChannelFilter(self.select.net, self.select.sta)
        known = {*described, *(("", sta) for _, sta in described)}
        chosen = {(c.net, c.sta) for c in self._wanted}
        found = []
        for station in sorted(self._mine):
            net, sta = station
            if not (matches(wanted.sta, sta) and (not net or matches(wanted.net, net))):
                continue
            same = {other for other in self._there if other[1] == sta and net in ("", other[0])}
            if same and not same & chosen:
                continue  # the job does not choose this station
            windows = [w for w in self._mine[station] if (net, sta, w.start_ns, w.end_ns, w.event) not in had]
            if windows:
                why = [_unplaced(w, station, known=station in known or bool(same)) for w in windows]
                found.append((self._pick_aims.channel_of(station), why))
        return found


def _unplaced(window: PlannedWindow, station: Station, *, known: bool) -> PlannedWindow:
    name = ".".join(code for code in station if code)
    first = window.picks[0]
    what = f"Pick {first.phase} {first.id} of {name} at {iso(first.time_ns)}"
    if known:
        reason, text = Reason.NOT_LISTED, f"the archive has no file of a channel of {name} that the job selects then"
    else:
        reason, text = Reason.UNKNOWN_STATION, f"neither files nor station metadata of the archive have {name}"
    return replace(window, unplaced=Unplaced(reason.fate, reason.value, f"{what}: {text}."))


def counting(picks: Iterable[StationPick], wanted: PickWindows) -> list[StationPick]:
    """The picks that a job wants, each once, in order of time."""
    kept = {p for p in picks if wanted.wants(p.pick.phase, p.pick.score)}
    return sorted(kept, key=lambda p: (p.pick.time_ns, p.net, p.sta, p.loc, p.chan, p.pick.phase, p.pick.id))


def _windows(picks: Sequence[StationPick], wanted: PickWindows) -> Iterable[tuple[Station, PlannedWindow]]:
    groups: dict[tuple[object, ...], list[StationPick]] = {}
    for pick in picks:
        station = pick.net, pick.sta
        alone = not (wanted.share and pick.event)
        groups.setdefault((station, pick.event, pick.pick.time_ns if alone else None), []).append(pick)
    for group in groups.values():
        times = [one.pick.time_ns for one in group]
        marks: dict[Pick, None] = dict.fromkeys(one.pick for one in group)
        yield (
            (group[0].net, group[0].sta),
            PlannedWindow(
                min(times) + wanted.start,
                max(times) + wanted.end,
                inclusive_end=True,
                event=group[0].event,
                picks=tuple(sorted(marks, key=lambda pick: (pick.time_ns, pick.phase, pick.id))),
            ),
        )
