"""Event files: one miniSEED object with all channels of an event, and its phase picks.

The samples come from `signal`; the catalog rows that name the files are in `listings`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from seisbus.testing.defects import identity_of
from seisbus.testing.records import Encoding, pack, stamp
from seisbus.testing.signal import SignalModel, arrivals
from seisbus.testing.spec import NS, ArchiveSpec, Quake, RateShare
from seisbus.testing.stations import Channel, plan_channels

_MIX = (RateShare(100, "H", 0.6), RateShare(40, "B", 0.3), RateShare(200, "E", 0.1))
_BEFORE_SECONDS, _SECONDS = 30, 120


@dataclass(frozen=True, slots=True)
class EventTrace:
    """One channel of an event file: its samples, in counts, before they are encoded."""

    channel: Channel
    start_ns: int
    data: npt.NDArray[np.int32]


def event_traces(spec: ArchiveSpec, quake: Quake, count: int) -> list[EventTrace]:
    """The traces of an event file, two minutes each, in file order."""
    plan = replace(spec, channels=max(count, 3), mix=_MIX, defects=(), templates=None, window=None)
    model = SignalModel(spec.seed, (quake,))
    traces = []
    for channel in plan_channels(plan)[:count]:
        # data loggers start on a full second, but not all on the same one
        second = quake.time_ns // NS - _BEFORE_SECONDS + channel.waveform % 3
        data = model.samples(channel, second * NS // channel.period_ns, _SECONDS * NS // channel.period_ns)
        traces.append(EventTrace(channel, second * NS + channel.phase_ns, data))
    return traces


def event_bytes(traces: list[EventTrace]) -> bytes:
    """The event object: 512-byte Steim-2 records, channel after channel."""
    parts = []
    for trace in traces:
        channel = trace.channel
        first = (trace.start_ns - channel.phase_ns) // channel.period_ns
        records = pack(trace.data, first, 512, Encoding.STEIM2)
        stamp(records, identity_of(channel), channel.period_ns, channel.phase_ns, Encoding.STEIM2)
        parts.append(records.raw.tobytes())
    return b"".join(parts)


def phase_text(quake: Quake, traces: list[EventTrace], event_type: str = "eq") -> tuple[str, int]:
    """P and S picks at each vertical channel in the form of SCEDC's phase files, and their number."""
    origin = np.datetime64(quake.time_ns, "ns").astype("datetime64[ms]").item()
    lines = [
        f"#    {quake.evid:>8} {event_type} l {origin:%Y/%m/%d,%H:%M:%S}.{origin.microsecond // 1000:03d} "
        f"{quake.lat:9.4f} {quake.lon:9.4f} {quake.depth_km:6.2f} {quake.mag:4.2f} {quake.mag_type}"
    ]
    for trace in traces:
        channel, station = trace.channel, trace.channel.station
        if channel.chan[2] != "Z":
            continue
        degrees, p_time, s_time = arrivals(quake, station)
        for phase, quality, seconds in (("P", "1.0", p_time), ("S", "0.5", s_time)):
            lines.append(
                f"{station.net:<3}{station.sta:<5}{channel.chan:<4}{channel.loc or '--':<3}{station.lat:9.4f} "
                f"{station.lon:9.4f} {station.elevation_m:7.1f} {phase} .. i {quality:>4} "
                f"{degrees * 111.19:8.2f} {seconds:8.3f}"
            )
    return "\n".join(lines) + "\n", len(lines) - 1
