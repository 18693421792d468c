"""After each step the Metadata that say what the samples are agree with the datum itself."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from libseis import Seismogram, TimeSeries
from libseis.enums import TimeReferenceType
from libseis.steps import apply, build, definitions

START = 1_600_000_000.0
TURNED = [math.cos(0.5), -math.sin(0.5), 0.0, math.sin(0.5), math.cos(0.5), 0.0, 0.0, 0.0, 1.0]
KNOWN = {
    "back_azimuth": 40.0, "incidence": 20.0, "ray_parameter": 6.0, "vp0": 6.0, "vs0": 3.5, "distance_deg": 40.0,
    "phase_time": START + 50, "source_time": START - 400, "pick_time": START + 51, "window_start": START + 10,
    "window_end": START + 90, "calib": 2.0, "units": "m/s", "time_standard": "UTC", "snr": 3.0,
}  # fmt: skip
STEPS: list[dict[str, Any]] = [
    {"demean": {}}, {"detrend": {}}, {"taper": {"fraction": 0.1}}, {"filter": {"type": "lowpass", "freq": 2}},
    {"integrate": {}}, {"differentiate": {}}, {"envelope": {}}, {"fill_gaps": {}}, {"resample": {"sampling_rate": 20}},
    {"decimate": {"factor": 4}}, {"interpolate": {"sampling_rate": 33}}, {"calib": {"units": "counts"}},
    {"scale": {"level": 1.0}}, {"clip": {"level": 1.0}}, {"agc": {"length": 5}},
    {"snr": {"signal": [40, 50], "noise": [0, 10]}}, {"reference": {"mark": "phase"}}, {"utc": {}},
    {"window": {"start": 5, "end": 20}}, {"window": {"start": -100, "end": 20, "short": "pad"}},
    {"mute": {"top": [5, 6]}}, {"rotate": {"to": "ENZ"}}, {"rotate": {"to": "RTZ"}}, {"rotate": {"to": "LQT"}},
    {"rotate": {"angle": 20}}, {"free_surface": {}},
    {"transform": {"matrix": [[0, 1, 0], [1, 0, 0], [0, 0, 2]], "letters": "XYZ"}}, {"norm": {}},
    {"component": {"component": "1"}}, {"keep": {"if": "snr > 2"}}, {"set_metadata": {"key": "a", "value": 1}},
    {"rename_metadata": {"key": "snr", "to": "b"}}, {"erase_metadata": {"keys": "snr"}},
    {"calculate": {"key": "snr", "operation": "add", "by": 1}},
]  # fmt: skip
RATES = {"factor": 2, "sampling_rate": 4.0}
BEFORE: list[list[dict[str, Any]]] = [[], [{"reference": {"mark": "phase"}}], [{"rotate": {"to": "RTZ"}}]]


def datum(three: bool) -> Seismogram | TimeSeries:
    made: Seismogram | TimeSeries = Seismogram() if three else TimeSeries()
    made.set_t0_ns(round(START * 1e9) + 5_000_000)
    made.set_rate(40, 1)
    made.set_tref(TimeReferenceType.UTC)
    samples = np.random.default_rng(1).normal(size=(3, 4000))
    made.adopt_data(np.asfortranarray(samples) if three else samples[0].copy())
    if isinstance(made, Seismogram):
        made.tmatrix = TURNED
        made["cardinal"], made["orthogonal"] = made.cardinal(), made.orthogonal()
    for key, value in KNOWN.items():
        made[key] = value
    made["net"], made["sta"], made["loc"] = "XX", "A", ""
    made["chan"] = ["BH1", "BH2", "BHZ"] if three else "BH1"
    made["npts"], made["delta"], made["sampling_rate"] = made.npts, made.dt, 40.0
    made["starttime"], made["endtime"], made["t0_ns"] = made.t0, made.endtime(), made.t0_ns
    made.set_live()
    return made


def test_all_steps_that_change_axes_or_times_are_tried() -> None:
    known = [one for one in definitions().values() if not one.is_users]
    changing = {one.name for one in known if one.needs_components or one.cuts or one.rate(RATES, 8.0) != 8.0}
    assert changing - {next(iter(step)) for step in STEPS} == set()


@pytest.mark.parametrize("before", BEFORE, ids=["plain", "relative", "rotated"])
@pytest.mark.parametrize("step", STEPS, ids=str)
@pytest.mark.parametrize("three", [False, True], ids=["channel", "sensor"])
def test_metadata_agree(step: dict[str, Any], before: list[dict[str, Any]], three: bool) -> None:
    (made,) = apply(build([*before, step]), datum(three))
    if not made.live:
        said = made.elog.get_error_log()[-1].message
        assert any(why in said for why in ("three components", "relative already", "no component is 1")), said
        return
    assert (made["npts"], made["delta"], made["starttime"]) == (made.npts, made.dt, made.t0)
    assert (made["sampling_rate"], made["endtime"]) == (pytest.approx(1 / made.dt), made.endtime())
    assert made["time_standard"] == ("UTC" if made.time_is_UTC() else "Relative")
    if made.time_is_UTC():
        assert made["t0_ns"] == made.t0_ns
    if isinstance(made, Seismogram):
        assert made["tmatrix"] == made.tmatrix.ravel().tolist()
        assert (made["cardinal"], made["orthogonal"]) == (made.cardinal(), made.orthogonal())
        assert np.allclose(made["axes"] if made.is_defined("axes") else made["tmatrix"], TURNED)
        assert len(set(made["chan"])) == 3
    else:
        assert isinstance(made["chan"], str)
        assert not [key for key in ("tmatrix", "axes", "cardinal", "orthogonal") if made.is_defined(key)]
