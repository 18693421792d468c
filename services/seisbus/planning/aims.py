"""Windows that differ from station to station: by the predicted arrival of a phase, by distance and direction from each
event, by where a station is, by which channel of it is preferred. Pure.

A day's windows are made channel by channel, out of arrays of a block of places at a time, so that a day of any number
of events and stations takes bounded memory.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from libseis.codes import Channel
from libseis.epochs import EpochSpan
from libseis.geodetics import distance_degrees
from libseis.isotime import DAY_NS, SECOND_NS
from libseis.traveltimes import NO_PHASE, TravelTimes

from ..model.archivejob import ArchiveJob, StationSelect
from ..model.marks import Arrival, Unplaced
from ..model.outcome import Reason
from .geography import Place, Station, in_range, inside, preferred
from .windows import Origin, PlannedWindow, days_of, home_days, windows_of_day

Epochs = Sequence[tuple[EpochSpan, Place]]
"""Where a channel was, and when."""
EpochsOf = Callable[[Channel], Epochs]

# So many pairs of events and places have their arrivals in memory at once, about 50 bytes each.
_PAIRS: Final = 1_000_000
# The longest travel time is looked for among these depths: from the surface to the deepest earthquakes.
_DEPTHS_KM: Final = (0.0, 10.0, 100.0, 400.0, 700.0)
_MARGIN_NS: Final = 300 * SECOND_NS


class Aims:
    """The windows of a job, day by day and channel by channel.

    Parameters
    ----------
    spec
        The job.
    origins
        Its events, with their places if `spec` needs them.
    tables
        Travel times, for windows by phase.
    stations
        The stations that thinning left; None if nothing was thinned out.
    """

    def __init__(
        self,
        spec: ArchiveJob,
        origins: Sequence[Origin],
        tables: TravelTimes | None = None,
        stations: Collection[Station] | None = None,
    ) -> None:
        self._spec = spec
        self._origins = sorted(origins)
        self._tables = tables
        self._stations = stations
        events = spec.windows.events
        self._phases = events.phase if events is not None else ()
        self._latest_ns = self._latest() if self._phases else 0

    @property
    def by_place(self) -> bool:
        """Whether the places of channels must be known."""
        return bool(self._phases) or self._spec.select.by_place

    @property
    def by_channel(self) -> bool:
        """Whether windows differ from channel to channel, or are wanted of some channels only."""
        return self.by_place or bool(self._spec.select.prefer or self._spec.select.prefer_loc)

    def days(self) -> Sequence[int]:
        """The days (from 1970) that any window may touch, in order."""
        if not self._phases:
            return days_of(self._spec, self._origins)
        start_ns, end_ns = self._span()
        found = (
            range((o.time_ns + start_ns) // DAY_NS, (o.time_ns + end_ns + self._latest_ns) // DAY_NS + 1)
            for o in self._origins
        )
        return sorted({day for days in found for day in days})

    def home_days(self) -> Sequence[int]:
        """The days (from 1970) that may be home to a window, in order."""
        if not self._phases:
            return home_days(self._spec, self._origins)
        start_ns = self._span()[0]
        found = (
            range((o.time_ns + start_ns) // DAY_NS, (o.time_ns + start_ns + self._latest_ns) // DAY_NS + 1)
            for o in self._origins
        )
        return sorted({day for days in found for day in days})

    def reach(self, day: int) -> list[PlannedWindow]:
        """Spans that hold the windows of a home day for every channel; the windows themselves if they are the same for
        every channel."""
        if not self._phases:
            return list(windows_of_day(self._spec, self._origins, day))
        start_ns, end_ns = self._span()
        low, high = day * DAY_NS, (day + 1) * DAY_NS
        return [
            PlannedWindow(
                max(low, o.time_ns + start_ns),
                min(high, o.time_ns + start_ns + self._latest_ns) + end_ns - start_ns,
                inclusive_end=True,
                event=o.event,
            )
            for o in self._candidates(day)
        ]

    def warm(self, day: int) -> None:
        """Compute the travel times of a day's events, which takes some hundredths of a second for each new depth."""
        if self._tables is not None:
            for depth in {o.depth_km for o in self._candidates(day) if o.depth_km is not None}:
                self._tables.curves(self._phases, depth)

    def of_day(self, day: int, channels: Collection[Channel], epochs_of: EpochsOf) -> DayAims:
        """The windows of a home day for each of the channels that have files in it."""
        return DayAims(self, day, channels, epochs_of)

    # -- for DayAims -------------------------------------------------------------------------------

    def _span(self) -> tuple[int, int]:
        events = self._spec.windows.events
        assert events is not None
        return events.start, events.end if events.end is not None else events.start

    def _candidates(self, day: int) -> list[Origin]:
        """Events with windows that may begin on a day."""
        start_ns = self._span()[0]
        low = bisect_left(self._origins, day * DAY_NS - self._latest_ns - start_ns, key=_time_of)
        return list(self._origins[low : bisect_left(self._origins, (day + 1) * DAY_NS - start_ns, key=_time_of)])

    def _latest(self) -> int:
        """No arrival is later after its origin (ns)."""
        assert self._tables is not None
        curves = [curve for depth in _DEPTHS_KM for curve in self._tables.curves(self._phases, depth)]
        latest = max((float(curve.time.max()) for curve in curves if len(curve.time)), default=0.0)
        return int(latest * 1e9) + _MARGIN_NS


class DayAims:
    """The windows of one home day; made by `Aims.of_day`."""

    def __init__(self, aims: Aims, day: int, channels: Collection[Channel], epochs_of: EpochsOf) -> None:
        self._aims = aims
        self._day = day
        spec = aims._spec
        self.select: StationSelect = spec.select
        self._each = bool(aims._phases) or self.select.by_event
        self._epochs = {c: epochs_of(c) for c in channels} if aims.by_place else {}
        self.without_place: set[Station] = set()
        self._wanted = self._chosen(channels)
        self._same = [] if self._each else aims.reach(day)
        self._events = self._day_events() if self._each else []
        self._order: dict[Place, int] = {}
        for channel in sorted(self._wanted) if self._each else ():
            for _, place in self._epochs[channel]:
                self._order.setdefault(place, len(self._order))
        self._places = list(self._order)
        self._size = max(1, _PAIRS // max(1, len(self._events)))
        self._block = -1
        self._held: _Block | None = None

    def __call__(self, channel: Channel) -> Sequence[PlannedWindow]:
        """The windows of a channel, in order of start."""
        if channel not in self._wanted:
            return ()
        if not self._each:
            return self._same
        low, high = self._day * DAY_NS, (self._day + 1) * DAY_NS
        return sorted(w for w in self._of_events(channel) if low <= w.start_ns < high)

    def places(self) -> Iterable[tuple[Channel, Place]]:
        """The wanted channels with their places on the day, as far as these are known."""
        for channel in sorted(self._wanted):
            if (place := self._place(channel)) is not None:
                yield channel, place

    def _chosen(self, channels: Collection[Channel]) -> set[Channel]:
        """The channels whose stations are chosen for every event."""
        chosen, kept = self.select, self._aims._stations
        left = [c for c in channels if kept is None or (c.net, c.sta) in kept]
        if chosen.within is not None:
            placed = [(c, place) for c in left if (place := self._place(c)) is not None]
            lat, lon = (np.array([place[n] for _, place in placed]) for n in (0, 1))
            left = [c for (c, _), there in zip(placed, inside(chosen.within, lat, lon), strict=True) if there]
        return preferred(left, chosen.prefer, chosen.prefer_loc)

    def _place(self, channel: Channel) -> Place | None:
        """The place of a channel on the day: that of the first epoch that the day touches."""
        start_ns = self._day * DAY_NS
        found = [(span, place) for span, place in self._epochs[channel] if span.overlaps(start_ns, start_ns + DAY_NS)]
        if not found:
            self.without_place.add((channel.net, channel.sta))
            return None
        return min(found, key=lambda one: one[0].start_ns)[1]

    def _day_events(self) -> list[Origin]:
        return self._aims._candidates(self._day)

    def _of_events(self, channel: Channel) -> Iterable[PlannedWindow]:
        epochs = self._epochs[channel]
        times = [o.time_ns for o in self._events]
        if times and len({place for _, place in epochs}) == 1 and _covered(epochs, min(times), max(times)):
            yield from self._at(epochs[0][1], range(len(self._events)))
            return
        at: dict[Place, list[int]] = {}
        for number, origin in enumerate(self._events):
            holding = [(span.start_ns, place) for span, place in epochs if span.holds(origin.time_ns)]
            if holding:
                at.setdefault(max(holding)[1], []).append(number)
            elif self.select.by_event:
                self.without_place.add((channel.net, channel.sta))
            else:
                detail = (
                    f"Where {channel} was at the time of event {origin.event or 'without a name'} is not known: the "
                    "station metadata of the archive have no epoch of it then."
                )
                yield self._unplaced(origin, Reason.NO_COORDINATES, detail)
        for place, numbers in at.items():
            yield from self._at(place, numbers)

    def _at(self, place: Place, numbers: Iterable[int]) -> Iterable[PlannedWindow]:
        """The windows of events, by number, at a place."""
        aims = self._aims
        start_ns, end_ns = aims._span()
        block, column = self._column(place)
        wanted = block.wanted[:, column].tolist()
        if not aims._phases:
            for number in numbers:
                if wanted[number]:
                    o = self._events[number]
                    yield PlannedWindow(o.time_ns + start_ns, o.time_ns + end_ns, inclusive_end=True, event=o.event)
            return
        phase, degrees = block.phase[:, column].tolist(), block.degrees[:, column].tolist()
        time, ray = block.time[:, column].tolist(), block.ray_parameter[:, column].tolist()
        incidence, takeoff = block.incidence[:, column].tolist(), block.takeoff[:, column].tolist()
        names, model = aims._phases, aims._tables.model if aims._tables else ""
        for number in numbers:
            if not wanted[number]:
                continue
            o, at = self._events[number], phase[number]
            if o.depth_km is None:
                detail = f"The depth of event {o.event} is not known, and predicted arrivals need one."
                yield self._unplaced(o, Reason.NO_SOURCE_DEPTH, detail)
            elif at == NO_PHASE:
                what = f"No {names[0]}" if len(names) == 1 else f"None of {', '.join(names)}"
                where = f"at {degrees[number]:.2f} degrees from a source {o.depth_km:g} km deep"
                detail = f"{what} arrives {where} ({model})."
                yield self._unplaced(o, Reason.NO_SUCH_PHASE, detail)
            else:
                arrival_ns = o.time_ns + round(time[number] * 1e9)
                yield PlannedWindow(
                    arrival_ns + start_ns,
                    arrival_ns + end_ns,
                    inclusive_end=True,
                    event=o.event,
                    arrival=Arrival(
                        names[at], arrival_ns, round(ray[number], 6), round(incidence[number], 4),
                        round(takeoff[number], 4), model,
                    ),
                )  # fmt: skip

    def _unplaced(self, origin: Origin, reason: Reason, detail: str) -> PlannedWindow:
        """An entry of the ledger for a window without a place: at the origin, and as long as the window would be."""
        start_ns, end_ns = self._aims._span()
        return PlannedWindow(
            origin.time_ns + start_ns,
            origin.time_ns + end_ns,
            inclusive_end=True,
            event=origin.event,
            unplaced=Unplaced(reason.fate, reason.value, detail),
        )

    def _column(self, place: Place) -> tuple[_Block, int]:
        """The arrays that hold a place, and its column there."""
        number, column = divmod(self._order[place], self._size)
        if number != self._block or self._held is None:
            self._block = number
            self._held = self._computed(self._places[number * self._size : (number + 1) * self._size])
        return self._held, column

    def _computed(self, places: Sequence[Place]) -> _Block:
        lat, lon = np.array([p.lat for p in places]), np.array([p.lon for p in places])
        block = _Block(len(self._events), len(places) if self._aims._phases else 0, len(places))
        chosen = self.select
        for number, o in enumerate(self._events):
            assert o.lat is not None and o.lon is not None
            if chosen.by_event:
                block.wanted[number] = in_range(
                    chosen.distance, chosen.azimuth, chosen.back_azimuth, Place(o.lat, o.lon), lat, lon
                )
            if not self._aims._phases or o.depth_km is None:
                continue
            degrees = distance_degrees(o.lat, o.lon, lat, lon)
            assert self._aims._tables is not None
            found = self._aims._tables.first(self._aims._phases, o.depth_km, degrees)
            block.degrees[number], block.phase[number], block.time[number] = degrees, found.phase, found.time
            block.ray_parameter[number], block.incidence[number] = found.ray_param, found.incidence
            block.takeoff[number] = found.takeoff
        return block


def _time_of(origin: Origin) -> int:
    return origin.time_ns


def _covered(epochs: Epochs, first_ns: int, last_ns: int) -> bool:
    """Whether epochs together hold every moment from the first to the last."""
    for span, _ in sorted(epochs, key=lambda one: one[0].start_ns):
        if span.holds(first_ns):
            if span.end_ns is None or span.end_ns > last_ns:
                return True
            first_ns = span.end_ns
    return False


class _Block:
    """Arrays of events by places."""

    def __init__(self, events: int, places: int, wanted: int) -> None:
        def empty() -> npt.NDArray[np.float64]:
            return np.zeros((events, places))

        self.wanted = np.ones((events, wanted), dtype=bool)
        self.phase = np.full((events, places), NO_PHASE, dtype=np.int16)
        self.degrees, self.time, self.ray_parameter = empty(), empty(), empty()
        self.incidence, self.takeoff = empty(), empty()
