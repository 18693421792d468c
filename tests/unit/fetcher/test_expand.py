"""What a station's object turns out to hold: its channels, and the preferred ones of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from libseis.codes import Channel
from libseis.mseed import encode
from libseis.segments import Rate, Segment
from seisbus.fetcher.chunks import Chunk
from seisbus.fetcher.expand import expand, expand_station
from seisbus.model.marks import Arrival
from seisbus.model.subject import Event
from seisbus.model.task import Part, Task, Window, WindowTemplate

ARRIVAL = Arrival("P", 5, 8.0, 20.0, 30.0, "iasp91")
WANTED = Channel("XX", "ABC", "*", "BH?,HH?")
TASK = Task(
    "j.0.0", "j", "a", (), (Window("j.w", WANTED, 0, 60, True, Event("e"), ARRIVAL),), (Part(0, 1),),
    template=WindowTemplate(None, None, ""),
)  # fmt: skip
HELD = [Channel("XX", "ABC", loc, chan) for loc in ("", "00", "10") for chan in ("BHZ", "HHZ", "LHZ")]


@pytest.mark.parametrize(
    ("prefer", "prefer_loc", "expected"),
    [
        ((), (), {".BHZ", ".HHZ", "00.BHZ", "00.HHZ", "10.BHZ", "10.HHZ"}),
        (("HH", "BH"), (), {".HHZ", "00.HHZ", "10.HHZ"}),
        (("HH", "BH"), ("00", "10"), {"00.HHZ"}),
        (("LH", "BH"), ("10",), {"10.BHZ"}),  # LH is not selected
    ],
)
def test_preferred_channels_of_a_station(prefer, prefer_loc, expected):
    windows, parts = expand_station(HELD, TASK, 1, prefer, prefer_loc)
    assert {f"{w.channel.loc}.{w.channel.chan}" for w in windows} == expected
    assert sum(part.count for part in parts) == len(windows)
    assert all(w.arrival == ARRIVAL for w in windows)
    # once it is known what the object holds, a repeat gives the same
    again = replace(TASK, windows=tuple(windows), parts=tuple(parts))
    assert expand_station(HELD, again, 1, prefer, prefer_loc) == (windows, parts)


def test_an_event_file_begins_with_small_parts():
    channels = [Channel("XX", f"S{n:02}", "", "BHZ") for n in range(60)]
    samples = np.arange(2000, dtype=np.int32)
    records = [encode(Segment(channel, 0, Rate(20), samples), reclen=512) for channel in channels]
    size = len(records[0])
    task = replace(TASK, windows=(replace(TASK.windows[0], channel=Channel("", "", "", "")),))
    windows, parts, sources = expand(Chunk.of(0, b"".join(records)), task, 16 * size)
    assert [window.channel for window in windows] == channels
    assert [part.count for part in parts] == [2, 4, 8, 16, 16, 14]
    assert [part.first for part in parts] == np.cumsum([0, *(part.count for part in parts)])[:-1].tolist()
    assert [channel for some in sources for channel in some] == channels
