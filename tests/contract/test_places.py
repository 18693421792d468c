"""Where channels stood, out of the database: by epoch, also of a station whose channels are not known yet."""

from __future__ import annotations

from libseis.codes import Channel
from seisbus.app.aiming import Places
from seisbus.planning.geography import Place
from seisbus.store import collections as c
from seisbus.store.client import Store

NS = 1_000_000_000


async def test_places_by_epoch(store: Store) -> None:
    common = {"archive": "a", "net": "XX", "sta": "ABC", "loc": "", "elev": 0.1}
    epochs = [
        {**common, "chan": "BHZ", "lat": 1.0, "lon": 2.0, "start_ns": 0, "end_ns": 100 * NS},
        {**common, "chan": "BHZ", "lat": 1.5, "lon": 2.0, "start_ns": 100 * NS, "end_ns": None},
        {**common, "chan": "LHZ", "lat": 1.25, "lon": 2.0, "start_ns": 0, "end_ns": None},
    ]
    await store[c.CHANNEL].insert_many(epochs)
    places = Places(store, "a")
    asked = [Channel("XX", "ABC", "", "BHZ"), Channel("XX", "ABC", "*", "LH?,VH?"), Channel("XX", "NONE", "", "BHZ")]
    await places.load(asked)
    first, second, third = (places.epochs(channel) for channel in asked)
    assert [place for span, place in first if span.holds(50 * NS)] == [Place(1.0, 2.0)]
    assert [place for span, place in first if span.holds(100 * NS)] == [Place(1.5, 2.0)]
    assert [place for _, place in second] == [Place(1.25, 2.0)]
    assert not third and not places.epochs(Channel("XX", "ABC", "10", "BHZ"))
