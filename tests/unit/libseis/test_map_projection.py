"""Lines of a map: each point of a parallel and of a meridian is where the projection of its place is."""

from __future__ import annotations

import numpy as np
import pytest

from libseis.geodetics import azimuthal, graticule


@pytest.mark.parametrize("centre", [(34.0, -118.0), (-85.0, 10.0), (0.0, 179.5), (64.0, 20.0)])
@pytest.mark.parametrize(("reach", "step"), [(1.5, 1.0), (20.0, 10.0), (120.0, 30.0)])
def test_lines_are_where_their_places_are(centre: tuple[float, float], reach: float, step: float) -> None:
    found = list(graticule(centre, reach, (step, step)))
    lines = [(parallel, at) for parallel, at, _, _ in found]
    assert len(set(lines)) == len(lines) and {parallel for parallel, _ in lines} == {True, False}
    for parallel, at, x, y in found:
        shown = np.isfinite(x)
        assert np.all(np.hypot(x[shown], y[shown]) <= reach + 1e-9)
        if not shown.any():
            continue
        # back to the sphere, by the law of cosines
        distance, azimuth = np.radians(np.hypot(x, y)[shown]), np.arctan2(x, y)[shown]
        lat0 = np.radians(centre[0])
        sine = np.sin(lat0) * np.cos(distance) + np.cos(lat0) * np.sin(distance) * np.cos(azimuth)
        lat = np.arcsin(np.clip(sine, -1, 1))
        lon = centre[1] + np.degrees(
            np.arctan2(np.sin(azimuth) * np.sin(distance) * np.cos(lat0), np.cos(distance) - np.sin(lat0) * np.sin(lat))
        )
        if parallel:
            np.testing.assert_allclose(np.degrees(lat), at, atol=1e-6)
        else:
            off_pole = np.abs(np.degrees(lat)) < 89.9
            np.testing.assert_allclose((lon[off_pole] - at + 180) % 360 - 180, 0, atol=1e-6)


def test_every_parallel_and_meridian_of_a_small_map_is_drawn_to_its_edge() -> None:
    """Also of a map that is narrower than the steps of a world's map."""
    found = list(graticule((34.2, -118.3), 1.5, (1.0, 1.0)))
    assert {at for parallel, at, _, _ in found if parallel} == {33.0, 34.0, 35.0}
    x, y = next((x, y) for parallel, at, x, y in found if (parallel, at) == (False, -118.0))
    assert np.nanmin(y) == pytest.approx(-1.5, abs=0.02) and np.nanmax(y) == pytest.approx(1.5, abs=0.02)
    right, above = azimuthal((34.2, -118.3), 34.0, -118.0)
    assert np.nanmin(np.hypot(x - right, y - above)) < 0.01
