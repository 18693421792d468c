"""Compare our windows with the port's on the same pairs; in `tests`: `python -m benchmarks.misfit.compare`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from libseis.misfit import Edition, Window, WindowSettings
from libseis.misfit.flexwin import Selection, SelectionInput, select_windows
from libseis.misfit.traveltimes import phase_arrivals

from .pairs import PairSpec, all_specs, make_pair

FIXTURE = Path(__file__).with_name("port_windows.json")


@dataclass(frozen=True)
class Comparison:
    """One pair: both sets of windows, and how many of either side's windows the other has within a sample."""

    spec: PairSpec
    ours: tuple[Window, ...]
    port: list[dict[str, Any]]
    port_error: str | None

    @property
    def matched(self) -> list[tuple[Window, dict[str, Any]]]:
        """Windows of both sides with both edges equal within a sample."""
        return [
            (w, p)
            for w in self.ours
            for p in self.port
            if abs(w.left - p["left"]) <= 1 and abs(w.right - p["right"]) <= 1
        ]

    @property
    def total(self) -> int:
        """Distinct windows of both sides together."""
        return len(self.ours) + len(self.port) - len(self.matched)


def select(spec: PairSpec, settings: WindowSettings) -> Selection:
    """Our selection on a pair."""
    from obspy.geodetics import gps2dist_azimuth, locations2degrees

    observed, synthetic = make_pair(spec)
    pair = SelectionInput(
        observed=observed.data,
        synthetic=synthetic.data,
        dt=spec.delta,
        min_period=spec.min_period,
        max_period=spec.max_period,
        origin_s=spec.lead_s,
        arrivals=phase_arrivals("ak135", spec.depth_km, float(locations2degrees(0, 0, 0, spec.distance_deg))),
        distance_km=gps2dist_azimuth(0, 0, 0, spec.distance_deg)[0] / 1000,
    )
    return select_windows(pair, settings)


def compare(edition: Edition) -> list[Comparison]:
    """All pairs of the fixture with our windows in one edition."""
    port = {entry["number"]: entry for entry in json.loads(FIXTURE.read_text())}
    settings = WindowSettings(edition=edition)
    return [
        Comparison(spec, select(spec, settings).windows, port[spec.number]["windows"], port[spec.number]["error"])
        for spec in all_specs(len(port))
    ]


if __name__ == "__main__":
    for edition in Edition:
        results = compare(edition)
        matched, total = sum(len(r.matched) for r in results), sum(r.total for r in results)
        print(f"{edition}: {matched} of {total} windows equal within a sample, on {len(results)} pairs")
        for r in results:
            if len(r.matched) != r.total or r.port_error:
                ours, port = [(w.left, w.right) for w in r.ours], [(p["left"], p["right"]) for p in r.port]
                print(f"  pair {r.spec.number}: {r.spec.distance_deg} deg, ours {ours}, port {r.port_error or port}")
