"""Maps of events and stations: the projection against obspy.geodetics, what is found in data, what is drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from obspy.geodetics import gps2dist_azimuth, locations2degrees

from libseis import TimeSeries
from libseis.geodetics import azimuthal
from seisbus.client.map import middle, places_of, plot_map
from seisbus.client.section import PlotError

LAT, LON = st.floats(-89.0, 89.0), st.floats(-180.0, 180.0)


@settings(max_examples=100, deadline=None)
@given(LAT, LON, LAT, LON)
def test_distance_and_azimuth_from_the_centre_are_true(lat: float, lon: float, to_lat: float, to_lon: float) -> None:
    x, y = azimuthal((lat, lon), to_lat, to_lon)
    degrees = locations2degrees(lat, lon, to_lat, to_lon)
    assert np.hypot(x, y) == pytest.approx(degrees, abs=1e-6)
    if 0.01 < degrees < 179:  # on a sphere
        azimuth = np.radians(gps2dist_azimuth(lat, lon, to_lat, to_lon, a=6371e3, f=0)[1])
        assert (x, y) == pytest.approx((degrees * np.sin(azimuth), degrees * np.cos(azimuth)), abs=1e-3)


def document(sta: str, lat: float, lon: float, **source: Any) -> dict[str, Any]:
    return {"net": "CI", "sta": sta, "site_lat": lat, "site_lon": lon, **source}


QUAKE = {"source_lat": 38.3, "source_lon": 142.4, "source_depth": 29.0, "source_magnitude": 9.1, "source_time": 1.0}


def test_each_event_and_station_is_found_once_in_documents_and_in_data() -> None:
    documents = [document("A", 34.0, -118.0, **QUAKE), document("B", 35.0, -117.0, **QUAKE), {"net": "CI", "sta": "C"}]
    events, stations = places_of([*documents, documents[0]])
    assert [(e.lat, e.lon, e.depth, e.magnitude) for e in events] == [(38.3, 142.4, 29.0, 9.1)]
    assert [s.name for s in stations] == ["CI.A", "CI.B"]
    datum = TimeSeries({"delta": 1.0, "starttime": 0.0, **documents[0]}, np.ones(3))
    assert places_of([datum]) == places_of(documents[:1])


def test_the_middle_of_places_at_the_date_line_is_there() -> None:
    _, stations = places_of([document("A", 0.0, 179.0), document("B", 0.0, -177.0)])
    assert middle(stations) == pytest.approx((0.0, -179.0))


def texts(figure: Any) -> set[str]:
    return {text.get_text() for axes in figure.axes for text in axes.texts}


def test_a_far_event_is_drawn_around_the_stations_which_have_a_map_of_their_own(tmp_path: Path) -> None:
    documents = [document("A", 34.0, -118.0, **QUAKE), document("B", 35.0, -117.0, **QUAKE)]
    figure = plot_map(documents, title="Map", path=tmp_path / "map.png")
    around, stations, bar = figure.axes
    assert {text.get_text() for text in stations.texts} == {"CI.A", "CI.B"}
    assert {"N", "20°", "80°"} <= {text.get_text() for text in around.texts}
    assert [text.get_text() for text in around.get_legend().get_texts()] == [
        "1 event", "magnitude 9", "magnitude 10", "2 stations",
    ]  # fmt: skip
    assert bar.get_xlabel() == "Depth of the source (km)"
    (star,) = around.collections[0].get_offsets()
    distance = locations2degrees(34.5, -117.5, 38.3, 142.4)
    assert np.hypot(*star) == pytest.approx(distance, abs=0.05)
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")


def test_a_near_event_without_depth_and_stations_without_events_are_drawn() -> None:
    near = {**QUAKE, "source_lat": 34.2, "source_lon": -117.5, "source_depth": None, "source_magnitude": None}
    figure = plot_map([document("A", 34.0, -118.0, **near), document("B", 35.0, -117.0, **near)])
    assert len(figure.axes) == 1 and {"CI.A", "CI.B", "0.2° (22 km)"} <= texts(figure)
    assert len(plot_map([document("A", 34.0, -118.0)]).axes) == 1


def test_without_any_place_there_is_nothing_to_draw() -> None:
    with pytest.raises(PlotError, match="no datum has the coordinates"):
        plot_map([{"net": "CI", "sta": "A"}])


def test_names_of_stations_cover_no_symbol_and_no_other_name() -> None:
    """A cluster in which the corner away from the nearest neighbour is that of another one."""
    places = [("BC3", 33.18, -115.7), ("RDM", 33.07, -115.91), ("MONP2", 32.94, -115.95), ("WMC", 32.82, -115.74),
              ("PFO", 32.64, -115.23), ("ALP", 32.62, -116.74), ("BBR", 36.5, -116.76)]  # fmt: skip
    figure = plot_map([document(sta, lat, lon, **QUAKE) for sta, lat, lon in places])
    figure.draw_without_rendering()
    (axes,) = [one for one in figure.axes if one.get_title() == "The stations"]
    names = [text.get_window_extent() for text in axes.texts]
    assert len(names) == len(places)
    at = axes.transData.transform([(lon, lat) for _, lat, lon in places])
    for number, box in enumerate(names):
        assert not any(box.overlaps(other) for n, other in enumerate(names) if n != number)
        assert not any(box.contains(*symbol) for symbol in at)
