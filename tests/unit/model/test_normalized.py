"""Source and receiver of a datum: the epoch that counts, and what is attached."""

from __future__ import annotations

import pytest
from obspy.geodetics import gps2dist_azimuth, locations2degrees

from libseis.codes import Channel
from libseis.epochs import EpochSpan
from seisbus.model.normalized import IDS, VALUES, Known, Receiver, Source, attributes, receiver_at

CHANNEL = Channel("XX", "AAA", "00", "BHZ")
SECOND = 1_000_000_000
SOURCE = Source("5" * 24, "ev1", 38.3, 142.4, 29.0, 1_300_000_000 * SECOND, 9.1, "Mw")


def receiver(start: int, end: int | None, lat: float = 10.0) -> Receiver:
    span = EpochSpan(start * SECOND, None if end is None else end * SECOND)
    return Receiver(CHANNEL, "a" * 24, "b" * 24, lat, 20.0, 0.5, 0.1, 30.0, 90.0, span, "m/s", lat, 20.0, 0.6)


def test_the_epoch_of_the_first_sample_counts() -> None:
    epochs = [receiver(0, 100, 1.0), receiver(100, None, 2.0)]
    assert receiver_at(epochs, CHANNEL, 99 * SECOND, 100 * SECOND) == (epochs[0], "")
    assert receiver_at(epochs, CHANNEL, 100 * SECOND, 999 * SECOND) == (epochs[1], "")


def test_an_epoch_that_ends_inside_is_told_with_its_end() -> None:
    epochs = [receiver(0, 100), receiver(100, None)]
    found, problem = receiver_at(epochs, CHANNEL, 50 * SECOND, 150 * SECOND)
    assert found is epochs[0]
    assert problem == (
        "The epoch of XX.AAA.00.BHZ ends inside the datum, at 1970-01-01T00:01:40Z; source and receiver are those of "
        "its start."
    )


def test_no_epoch_and_no_channel_are_told_alike_for_all_windows() -> None:
    epochs = [receiver(1000, 2000)]
    said = {receiver_at(epochs, CHANNEL, t * SECOND, (t + 1) * SECOND) for t in (0, 500, 2000)}
    assert said == {
        (
            None,
            "The station metadata have no epoch of XX.AAA.00.BHZ at this time (they have 1970-01-01T00:16:40Z to "
            "1970-01-01T00:33:20Z).",
        )
    }
    other = Channel("XX", "AAA", "10", "BHZ")
    assert receiver_at(epochs, other, 0, 0) == (None, "The station metadata do not have the channel XX.AAA.10.BHZ.")


def test_attributes_have_mspass_names_and_obspys_geometry() -> None:
    found = attributes(receiver(0, None), SOURCE)
    assert set(found) == {*IDS, *VALUES}
    metres, azimuth, back_azimuth = gps2dist_azimuth(38.3, 142.4, 10.0, 20.0)
    assert found["distance_km"] == pytest.approx(metres / 1000, abs=1e-5)
    assert found["azimuth"] == pytest.approx(azimuth, abs=1e-6)
    assert found["back_azimuth"] == pytest.approx(back_azimuth, abs=1e-6)
    assert found["distance_deg"] == pytest.approx(locations2degrees(38.3, 142.4, 10.0, 20.0), abs=1e-9)
    assert (found["source_time"], found["source_depth"], found["site_elev"]) == (1.3e9, 29.0, 0.6)


def test_what_is_not_known_is_left_out() -> None:
    bare = Source("", "ev2", 0.0, 0.0, None, 0)
    found = attributes(None, bare)
    assert dict(found) == {"source_lat": 0.0, "source_lon": 0.0, "source_time": 0.0}
    assert dict(attributes(None, None)) == {}


def test_a_station_at_the_antipode_has_a_distance_and_azimuths() -> None:
    place = receiver(0, None, -38.3)
    source = Source("5" * 24, "ev1", 38.3, -160.0, None, 0)
    found = attributes(place, source)
    assert found["distance_deg"] == pytest.approx(180.0)
    assert found["distance_km"] == pytest.approx(20003.931, abs=1e-3)  # half a meridian, which is the shortest way
    assert found["azimuth"] in (0.0, 180.0) and found["back_azimuth"] in (0.0, 180.0)


def test_data_of_one_epoch_share_what_is_known_and_of_overlapping_ones_each_has_its_own() -> None:
    apart = Known({CHANNEL: [receiver(0, 100), receiver(100, None)]}, {"ev1": SOURCE})
    first = apart.normal(CHANNEL, "ev1", 0, 10 * SECOND)
    assert apart.normal(CHANNEL, "ev1", 20 * SECOND, 30 * SECOND) is first
    assert apart.normal(CHANNEL, "", 20 * SECOND, 30 * SECOND).source is None
    assert apart.normal(CHANNEL, "ev1", 100 * SECOND, 130 * SECOND).receiver == receiver(100, None)
    assert apart.normal(CHANNEL, "ev1", 90 * SECOND, 130 * SECOND).problems
    over = Known({CHANNEL: [receiver(0, None, 1.0), receiver(50, None, 2.0)]})
    found = [over.normal(CHANNEL, "", t * SECOND, (t + 1) * SECOND).receiver for t in (10, 60, 20)]
    assert [one is not None and one.lat for one in found] == [1.0, 2.0, 1.0]
