"""Units, epochs and codes of what is compared: spellings of a blank location, inherited dates, other quantities."""

from __future__ import annotations

from typing import Any

import numpy as np
import obspy
import pytest
from obspy.core.inventory import Channel, Inventory, Network, Station
from obspy.core.inventory.response import Response

from libseis import asdf
from libseis.misfit import Config, Manager, StationMeasurement, example, measure_station
from libseis.misfit.geometry import find_geometry

BLANKS = ("", "--", "  ", "__", "-", " -")
MADE = example()


def relocated(stream: obspy.Stream, location: str) -> obspy.Stream:
    found = stream.copy()
    for trace in found:
        trace.stats.location = location
    return found


def station(location: str, response: Response | None, **dates: Any) -> Station:
    """NZ.BFZ; its channels have no dates of their own."""
    original = MADE.inv[0][0]
    channels = [
        Channel(
            c.code, location, c.latitude, c.longitude, 0.0, 0.0, azimuth=c.azimuth, dip=c.dip, sample_rate=10,
            response=response,
        )
        for c in original
    ]  # fmt: skip
    return Station("BFZ", original.latitude, original.longitude, 0.0, channels=channels, **dates)


def inventory(*stations: Station, network: str = "NZ") -> Inventory:
    return Inventory([Network(network, list(stations))], source="test")


def response(units: str = "M", gain: float = 1.0, stated: float | None = None) -> Response:
    made = Response.from_paz(
        zeros=[], poles=[], stage_gain=gain, input_units="M", output_units="COUNTS", normalization_frequency=0.1
    )
    # of others obspy warns as it makes them
    made.response_stages[0].input_units = made.instrument_sensitivity.input_units = units
    if stated is not None:
        made.instrument_sensitivity.value = stated
    return made


def measured(
    inv: Inventory, observed: obspy.Stream | None = None, synthetic: obspy.Stream | None = None, **config: Any
) -> StationMeasurement:
    return measure_station(
        Config(**config), MADE.st_obs if observed is None else observed, synthetic or MADE.st_syn, MADE.event, inv
    )


def numbers(found: StationMeasurement) -> list[Any]:
    return [[c.component, c.channel_id, [(w.left, w.right, w.max_cc) for w in c.windows]] for c in found.components]


@pytest.mark.parametrize("in_metadata", BLANKS)
@pytest.mark.parametrize("in_traces", ["", "--", "  "])
def test_a_blank_location_is_one_however_metadata_and_traces_spell_it(in_metadata: str, in_traces: str) -> None:
    wanted = measured(inventory(station("", response())), relocated(MADE.st_obs, ""))
    inv = inventory(station("", response()), network=" NZ ")
    for channel in inv[0][0]:
        channel._location_code = in_metadata  # obspy strips blanks when it is set, but not when it was read
    found = measured(inv, relocated(MADE.st_obs, in_traces), relocated(MADE.st_syn, in_traces))
    assert numbers(found) == numbers(wanted)
    assert (found.network, found.misfit) == ("NZ", wanted.misfit)
    assert wanted.window_count == 3 and {c.channel_id for c in found.components} == {f"NZ.BFZ..HH{c}" for c in "ENZ"}


def test_a_dataset_has_one_name_for_a_blank_location(tmp_path: Any) -> None:
    path = tmp_path / "ds.h5"
    for spelled in ("", "--"):
        asdf.write_stream(path, relocated(MADE.st_obs, spelled), "observed")
    found = asdf.read_stream(path, "NZ.BFZ", "observed")
    assert sorted(trace.id for trace in found) == [f"NZ.BFZ..HH{c}" for c in "ENZ"]


def test_channels_have_the_epoch_of_their_station() -> None:
    """obspy's own look-up takes the first channel of a name, since a channel without dates is always open to it."""
    change = obspy.UTCDateTime(2020, 1, 1)
    inv = inventory(
        station("10", response(gain=7.0), start_date=obspy.UTCDateTime(2010, 1, 1), end_date=change),
        station("10", response(gain=2.0), start_date=change, end_date=obspy.UTCDateTime(2599, 1, 1)),
    )
    found = Manager(Config(), event=MADE.event, st_obs=MADE.st_obs, st_syn=MADE.st_syn, inv=inv)
    plain = Manager(Config(), event=MADE.event, st_obs=MADE.st_obs, st_syn=MADE.st_syn, inv=MADE.inv)
    for manager in (found, plain):
        manager.standardize().preprocess()
    assert found.observed is not None and plain.observed is not None
    for mine, theirs in zip(found.observed, plain.observed, strict=True):
        assert np.allclose(2.0 * mine.data, theirs.data, rtol=1e-9, atol=1e-12 * np.abs(theirs.data).max())
        assert mine.stats.units == "m"
    (refusal, *_) = measured(inventory(station("10", response(), end_date=change))).refusals
    assert (refusal.reason, "have no epoch of NZ.BFZ.10.HHE at that time" in refusal.message) == ("no_response", True)


def test_a_station_that_moved_is_where_it_was_at_the_origin_time() -> None:
    change = obspy.UTCDateTime(2020, 1, 1)
    before, after = station("10", None, end_date=change), station("10", None, start_date=change)
    before.latitude, after.latitude = -30.0, -41.0
    for stations in ((before, after), (after, before)):
        distance = find_geometry(MADE.event, inventory(*stations), "NZ", "BFZ").distance_deg
        assert distance == pytest.approx(find_geometry(MADE.event, inventory(after), "NZ", "BFZ").distance_deg)


def stream(source: obspy.Stream, units: str, factor: float = 1.0) -> obspy.Stream:
    made = source.copy()
    for trace in made:
        trace.data = trace.data * factor
        trace.stats.units = units
    return made


@pytest.mark.parametrize(("units", "gain"), [("NM", 1e-9), ("um", 1e-6), ("mm", 1e-3)])
def test_a_response_to_a_prefixed_unit_gives_metres(units: str, gain: float) -> None:
    """One count a nanometre: evaluated without its prefix, displacements are a thousand million times too large."""
    scaled = stream(MADE.st_obs, "counts", 1 / gain)
    found = measured(inventory(station("10", response(units))), scaled)
    wanted = measured(MADE.inv)
    assert numbers(found) == numbers(wanted) or found.misfit == pytest.approx(wanted.misfit, rel=1e-6)
    for mine, theirs in zip(found.components, wanted.components, strict=True):
        assert [w.dlna for w in mine.windows] == pytest.approx([w.dlna for w in theirs.windows], rel=1e-6)
        assert mine.units == "m"


def test_a_synthetic_in_micrometres_is_brought_to_metres() -> None:
    found = measured(MADE.inv, None, stream(MADE.st_syn, "um", 1e6))
    wanted = measured(MADE.inv)
    assert [w.dlna for c in found.components for w in c.windows] == pytest.approx(
        [w.dlna for c in wanted.components for w in c.windows]
    )


@pytest.mark.parametrize(
    ("observed", "synthetic", "config", "sentence"),
    [
        ("counts", "m/s", {}, "is in m, its synthetic NZ.BFZ..BXE in m/s"),
        ("m/s", "m/s", {"unit_output": "VEL"}, "is in m/s already; to remove its response once more"),
        ("m/s", "m", {"remove_response": False}, "is in m/s, its synthetic NZ.BFZ..BXE in m"),
        ("Pa", "m", {"remove_response": False}, "is in Pa, its synthetic NZ.BFZ..BXE in m"),
        ("m/s", "", {"remove_response": False}, "is in m/s, its synthetic NZ.BFZ..BXE in m"),
        ("furlong", "m", {"remove_response": False}, "is in furlong, its synthetic"),
    ],
)
def test_two_quantities_are_never_compared(
    observed: str, synthetic: str, config: dict[str, Any], sentence: str
) -> None:
    found = measured(MADE.inv, stream(MADE.st_obs, observed), stream(MADE.st_syn, synthetic), **config)
    assert not found.components
    assert {refusal.reason for refusal in found.refusals} == {"other_units"}
    assert sentence in found.refusals[0].message


@pytest.mark.parametrize(
    ("observed", "synthetic", "config", "units"),
    [
        ("counts", "", {}, "m"),
        ("", "", {}, "m"),
        ("m/s", "m/s", {"remove_response": False, "unit_output": "VEL"}, "m/s"),
        ("Pa", "hPa", {"remove_response": False}, "Pa"),
        ("m", "m", {"synthetics_only": True}, "m"),
        ("", "m", {"remove_response": False}, ""),
    ],
)
def test_what_was_compared_says_its_unit(observed: str, synthetic: str, config: dict[str, Any], units: str) -> None:
    found = measured(MADE.inv, stream(MADE.st_obs, observed), stream(MADE.st_syn, synthetic), **config)
    assert found.components and not found.complaints
    assert {component.units for component in found.components} == {units}


def test_counts_against_motion_are_told() -> None:
    found = measured(MADE.inv, stream(MADE.st_obs, "counts"), remove_response=False)
    assert found.components
    assert "is in counts and is compared with m: no amplitude of it means anything" in found.complaints[0]
    integers = MADE.st_obs.copy()
    for trace in integers:
        trace.data = np.round(trace.data * 1e7).astype(np.int32)
    assert measured(MADE.inv, integers, remove_response=False).complaints


def test_gains_that_disagree_are_told() -> None:
    found = measured(inventory(station("10", response(gain=2.0, stated=3.0))))
    assert any("the stated sensitivity is 3" in text for text in found.complaints)
    assert len(found.complaints) == 3  # a channel each


def test_a_response_to_another_quantity_is_refused() -> None:
    found = measured(inventory(station("10", response("PA"))))
    assert {refusal.reason for refusal in found.refusals} == {"no_response"}
    assert "is to pressure (Pa)" in found.refusals[0].message


def test_pictures_and_datasets_say_the_units(tmp_path: Any) -> None:
    path = tmp_path / "ds.h5"
    velocity = Config(unit_output="VEL", remove_response=False)
    manager = Manager(velocity, path, MADE.event, stream(MADE.st_obs, "m/s"), MADE.st_syn, MADE.inv).write()
    assert {t.stats.units for t in asdf.read_stream(path, "NZ.BFZ", "synthetic")} == {"m/s"}
    assert "units" not in MADE.st_syn[0].stats
    figure = manager.standardize().preprocess().window().plot("wav")
    assert all(axis.get_ylabel().endswith("m/s)") for axis in figure.axes)
    counts = Manager(velocity, None, MADE.event, stream(MADE.st_obs, "counts", 1e9), MADE.st_syn, MADE.inv)
    figure = counts.standardize().preprocess().plot("wav")
    assert [axis.get_ylabel() for axis in figure.axes] == ["E", "N", "Z"]  # two units on one axis have no name
