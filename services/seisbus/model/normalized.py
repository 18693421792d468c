"""The source and the receiver of a datum, and what steps, readers and exports are told about them.

MsPASS calls this normalization. Documents of waveforms hold ids; the values behind the ids are attached where they are
wanted, under MsPASS's names (channel_lat, site_elev, source_depth ...). `app.normalizing` finds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np

from libseis.codes import Channel, Sensor
from libseis.epochs import ALWAYS, OPEN_START_NS, EpochSpan
from libseis.geodetics import distance_degrees, geodesic
from libseis.isotime import iso

IDS: Final = ("channel_id", "site_id", "source_id")
"""Names of the ids, which documents keep."""
VALUES: Final = (
    "channel_lat", "channel_lon", "channel_elev", "channel_edepth", "channel_hang", "channel_vang",
    "site_lat", "site_lon", "site_elev",
    "source_lat", "source_lon", "source_depth", "source_time", "source_magnitude", "source_magnitude_type",
    "distance_deg", "distance_km", "azimuth", "back_azimuth",
)  # fmt: skip
"""Names of what stands behind the ids; a value that is not known is left out."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where and when a datum's waves come from.

    Attributes
    ----------
    source_id : str
        24 hex digits, the `_id` of its `source` document; "" if there is none.
    event : str
        The id that its catalog or job gives it.
    lat, lon : float
        Degrees.
    depth : float or None
        Kilometres below sea level; None where it is not known.
    time_ns : int
        Origin time, nanoseconds since 1970.
    magnitude : float or None
    magnitude_type : str
        "" where it is not known.
    """

    source_id: str
    event: str
    lat: float
    lon: float
    depth: float | None
    time_ns: int
    magnitude: float | None = None
    magnitude_type: str = ""

    @property
    def time(self) -> float:
        """Origin time in epoch seconds."""
        return self.time_ns / 1e9


@dataclass(frozen=True, slots=True)
class Receiver:
    """What recorded a datum: one epoch of one channel.

    Attributes
    ----------
    channel : Channel
    channel_id, site_id : str
        24 hex digits, the `_id` of its `channel` and `site` documents; "" for documents of older versions.
    lat, lon : float
        Of the channel, degrees.
    elev, edepth : float
        Kilometres: of the ground above sea level, of the sensor below the ground.
    hang, vang : float or None
        Degrees: azimuth from north, angle from vertical up; None where the metadata do not say.
    span : EpochSpan
        The epoch.
    units : str
        What the channel measures (m/s ...), "" where the metadata do not say.
    site_lat, site_lon, site_elev : float
        Of the station (at this location code).
    """

    channel: Channel
    channel_id: str
    site_id: str
    lat: float
    lon: float
    elev: float
    edepth: float = 0.0
    hang: float | None = None
    vang: float | None = None
    span: EpochSpan = ALWAYS
    units: str = ""
    site_lat: float = 0.0
    site_lon: float = 0.0
    site_elev: float = 0.0

    @property
    def starttime(self) -> float:
        """Start of the epoch, epoch seconds."""
        return self.span.start_ns / 1e9

    @property
    def endtime(self) -> float | None:
        """End of the epoch, epoch seconds; None while it is open."""
        return None if self.span.end_ns is None else self.span.end_ns / 1e9


def receiver_at(
    epochs: Iterable[Receiver], channel: Channel, first_ns: int, last_ns: int
) -> tuple[Receiver | None, str]:
    """The epoch in which a datum was recorded: the one that holds its first sample; if there are several, the latest.

    Parameters
    ----------
    epochs : iterable of Receiver
        What is known of the channel's station.
    channel : Channel
    first_ns, last_ns : int
        Times of the first and the last sample, nanoseconds since 1970.

    Returns
    -------
    receiver : Receiver or None
    problem : str
        One sentence if there is no epoch, or if the epoch ends inside the datum; "" otherwise. It names no times of the
        datum, so that data with the same problem share one sentence.
    """
    mine = [epoch for epoch in epochs if epoch.channel == channel]
    if not mine:
        return None, f"The station metadata do not have the channel {channel}."
    return _epoch_at(mine, channel, first_ns, last_ns)


def _epoch_at(mine: Sequence[Receiver], channel: Channel, first_ns: int, last_ns: int) -> tuple[Receiver | None, str]:
    holding = [epoch for epoch in mine if epoch.span.holds(first_ns)]
    if not holding:
        return None, f"The station metadata have no epoch of {channel} at this time (they have {_spans(mine)})."
    found = max(holding, key=lambda epoch: epoch.span.start_ns)
    if found.span.covers(first_ns, last_ns):
        return found, ""
    return found, (
        f"The epoch of {channel} ends inside the datum, at {iso(found.span.end_ns or 0)}; source and receiver are "
        "those of its start."
    )


def _spans(epochs: Sequence[Receiver]) -> str:
    ordered = sorted((epoch.span for epoch in epochs), key=lambda span: span.start_ns)
    starts = ["ever" if span.start_ns == OPEN_START_NS else iso(span.start_ns) for span in ordered[:3]]
    ends = ["now" if span.end_ns is None else iso(span.end_ns) for span in ordered[:3]]
    shown = [f"{start} to {end}" for start, end in zip(starts, ends, strict=True)]
    return ", ".join(shown) + (f" and {len(ordered) - 3} more" if len(ordered) > 3 else "")


class Way(NamedTuple):
    """The shortest way from a source to a receiver: degrees on a sphere, kilometres on the ellipsoid, its directions at
    the source and, back, at the receiver (degrees from north)."""

    distance_deg: float
    distance_km: float
    azimuth: float
    back_azimuth: float


def attributes(receiver: Receiver | None, source: Source | None, way: Way | None = None) -> dict[str, Any]:
    """What is attached to a datum: its ids and the values behind them, by MsPASS's names (`IDS`, `VALUES`).

    Parameters
    ----------
    receiver : Receiver or None
    source : Source or None
    way : Way or None
        The way from source to receiver, if it is known already.

    Returns
    -------
    dict
        Values that are not known are left out.
    """
    found: dict[str, Any] = {}
    if receiver is not None:
        found |= {
            "channel_id": receiver.channel_id, "site_id": receiver.site_id,
            "channel_lat": receiver.lat, "channel_lon": receiver.lon, "channel_elev": receiver.elev,
            "channel_edepth": receiver.edepth, "channel_hang": receiver.hang, "channel_vang": receiver.vang,
            "site_lat": receiver.site_lat, "site_lon": receiver.site_lon, "site_elev": receiver.site_elev,
        }  # fmt: skip
    if source is not None:
        found |= {
            "source_id": source.source_id,
            "source_lat": source.lat, "source_lon": source.lon, "source_depth": source.depth,
            "source_time": source.time, "source_magnitude": source.magnitude,
            "source_magnitude_type": source.magnitude_type,
        }  # fmt: skip
    if receiver is not None and source is not None:
        found |= (way or _way(*_places(receiver, source)))._asdict()
    return {name: value for name, value in found.items() if value not in (None, "")}


def attributes_of(normals: Sequence[Normal]) -> list[dict[str, Any]]:
    """`attributes` of many data; all ways are computed at once."""
    pairs = {_places(n.receiver, n.source): None for n in normals if n.receiver is not None and n.source is not None}
    ways = dict(zip(pairs, _ways(list(pairs)), strict=True)) if pairs else {}
    return [
        attributes(
            normal.receiver,
            normal.source,
            None if normal.receiver is None or normal.source is None else ways[_places(normal.receiver, normal.source)],
        )
        for normal in normals
    ]


_Places = tuple[float, float, float, float]


def _places(receiver: Receiver, source: Source) -> _Places:
    return source.lat, source.lon, receiver.lat, receiver.lon


# the channels of a sensor have one place, and windows of one event have one source, so many data share a way
@lru_cache(maxsize=4096)
def _way(*places: float) -> Way:
    return _ways([places])[0]


def _ways(pairs: Sequence[Sequence[float]]) -> list[Way]:
    columns = np.array(pairs, np.float64).T
    found = np.stack([distance_degrees(*columns), *geodesic(*columns)], axis=1)
    return [Way(*row) for row in found.tolist()]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of all sources and receivers that data of a job may have.

    Attributes
    ----------
    receivers : mapping
        All epochs of the channels of the data's stations, by channel.
    sources : mapping
        By the id of the event.
    archive : str
        The archive with these station metadata.
    """

    receivers: Mapping[Channel, Sequence[Receiver]] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    archive: str = ""
    # by channel and event, because thousands of windows have the same
    _same: dict[tuple[Channel, str], Normal] = field(default_factory=dict, init=False, repr=False, compare=False)

    def receiver(self, channel: Channel, first_ns: int, last_ns: int) -> tuple[Receiver | None, str]:
        """The receiver of a channel's datum and what is odd about it, as `receiver_at` has them."""
        of_sensor = not channel.chan or channel.chan.endswith("?")
        epochs = self._sensor(channel) if of_sensor else self.receivers.get(channel)
        if not epochs:
            return None, f"The station metadata of archive {self.archive} that were read do not have {channel}."
        return _epoch_at(epochs, channel, first_ns, last_ns)

    def _sensor(self, channel: Channel) -> list[Receiver]:
        """The receiver of data of several channels, of one sensor (`Sensor.channel`) or of one place: their common
        place, without what belongs to a single channel."""
        place = channel.net, channel.sta, channel.loc
        return [
            replace(epoch, channel=channel, channel_id="", hang=None, vang=None)
            for other, epochs in self.receivers.items()
            if (other.net, other.sta, other.loc) == place and other.chan.startswith(channel.chan.removesuffix("?"))
            for epoch in epochs
        ]

    def standing(self, channel: Channel) -> Channel:
        """The channel whose metadata hold for data of this one: itself, or its sensor, if steps made the channel out of
        the sensor's components; station metadata do not have such a channel."""
        if channel.chan and channel not in self.receivers:
            sensor = Sensor.of(channel).channel
            return sensor if self._sensor(sensor) else channel
        return channel

    def source(self, event: str) -> tuple[Source | None, str]:
        """The source of an event, or None and a sentence if nothing is known of it; (None, "") without an event."""
        if not event:
            return None, ""
        found = self.sources.get(event)
        return found, "" if found is not None else f"Nothing is known of the event {event}."

    def normal(self, channel: Channel, event: str, first_ns: int, last_ns: int) -> Normal:
        """Receiver and source of a datum."""
        same = self._same.get((channel, event))
        if same is not None and same.receiver is not None and same.receiver.span.covers(first_ns, last_ns):
            return same
        receiver, odd = self.receiver(channel, first_ns, last_ns)
        source, lacking = self.source(event)
        found = Normal(receiver, source, tuple(filter(None, (odd, lacking))))
        if receiver is not None and not odd and self._alone(receiver):
            self._same[channel, event] = found
        return found

    def _alone(self, receiver: Receiver) -> bool:
        """Whether an epoch overlaps no other epoch of the channel, so that all data inside it belong to it."""
        span = receiver.span
        others = [epoch for epoch in self.receivers.get(receiver.channel, ()) if epoch is not receiver]
        return not any(epoch.span.overlaps(span.start_ns, span.end_ns) for epoch in others)


@dataclass(frozen=True, slots=True)
class Normal:
    """Receiver and source of a datum, and sentences on what is not known or odd."""

    receiver: Receiver | None = None
    source: Source | None = None
    problems: tuple[str, ...] = ()

    @property
    def attributes(self) -> dict[str, Any]:
        """What is attached to the datum."""
        return attributes(self.receiver, self.source)
