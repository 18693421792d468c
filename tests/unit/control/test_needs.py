"""What can never work is refused before anything is planned; what fails for some is said."""

from __future__ import annotations

import pytest

from libseis.codes import Channel
from libseis.steps import build
from seisbus.archive.oddities import Oddities
from seisbus.control.step_needs import check_depths
from seisbus.control.window_checks import with_inline_events
from seisbus.errors import JobFileError
from seisbus.model.job import parse_job
from seisbus.planning.corners import corner_notes, pad_notes
from seisbus.planning.windows import Origin, days_of

BROAD, LONG, ODD = Channel("CI", "HEC", "", "BHZ"), Channel("CI", "HEC", "", "LHZ"), Channel("CI", "HEC", "", "UHZ")
EVENT = {"time": "2011-03-11T05:46:23", "lat": 38, "lon": 142}
BANDPASS = {"filter": {"type": "bandpass", "freqmin": 0.1, "freqmax": 10}}
RESPONSE = {"remove_response": {"pre_filt": [0.01, 0.02, 8, 9]}}


@pytest.mark.parametrize("step", [BANDPASS, RESPONSE, {"filter": {"type": "lowpass", "freq": 0.5}}])
def test_a_corner_that_no_channel_can_have_is_refused(step: dict[str, object]) -> None:
    with pytest.raises(JobFileError, match=r"not below half the sampling rate \(1 Hz: CI.HEC..LHZ\); no selected"):
        corner_notes(build([step]), {LONG: 1.0})


@pytest.mark.parametrize("step", [BANDPASS, RESPONSE])
def test_a_corner_that_some_channels_cannot_have_is_said(step: dict[str, object]) -> None:
    (note,) = corner_notes(build([step]), {BROAD: 40.0, LONG: 1.0})
    assert "1 of 2 channels will be dead" in note and "CI.HEC..LHZ" in note and "BHZ" not in note
    assert corner_notes(build([step]), {BROAD: 40.0}) == []


def test_nothing_is_refused_that_nobody_knows() -> None:
    assert corner_notes(build([BANDPASS]), {}) == []
    assert corner_notes(build([BANDPASS]), {ODD: None}) == []
    (note,) = corner_notes(build([BANDPASS]), {ODD: None, LONG: 1.0})
    assert "1 of 2 channels" in note


def test_rates_are_those_at_the_step() -> None:
    resampled = build([{"resample": {"sampling_rate": 15}}, BANDPASS])
    with pytest.raises(JobFileError, match=r"15 Hz"):
        corner_notes(resampled, {BROAD: 40.0})
    assert corner_notes(build([BANDPASS, {"resample": {"sampling_rate": 1}}]), {BROAD: 40.0}) == []
    with pytest.raises(JobFileError, match=r"10 Hz"):
        corner_notes(build([{"decimate": {"factor": 4}}, BANDPASS]), {BROAD: 40.0})


SLOW = Channel("CI", "SLO", "", "BHZ")
UP = {"resample": {"sampling_rate": 100}}


@pytest.mark.parametrize("band", [{"type": "bandpass", "freqmin": 12, "freqmax": 18}, {"type": "highpass", "freq": 10}])
def test_a_band_above_all_signal_after_resampling_upwards_is_refused(band: dict[str, object]) -> None:
    steps = build([UP, {"filter": band}])
    with pytest.raises(JobFileError, match=r"where the data hold no signal \(sampled at 20 Hz: CI.SLO..BHZ\)"):
        corner_notes(steps, {SLOW: 20.0})
    up, empty = corner_notes(steps, {SLOW: 20.0, BROAD: 200.0})
    assert "resample to 100 Hz is above the sampling rate of 1 of 2 channels (20 Hz: CI.SLO..BHZ)" in up
    assert "nothing is left of 1 of 2 channels" in empty and "CI.SLO..BHZ" in empty and "HEC" not in empty
    # also where the rate went down and up again
    (up, empty) = corner_notes(build([{"decimate": {"factor": 10}}, UP, {"filter": band}]), {SLOW: 200.0, ODD: None})
    assert "20 Hz: CI.SLO..BHZ" in up and "nothing is left of 1 of 2 channels" in empty


def test_a_corner_between_the_old_and_the_new_nyquist_is_said() -> None:
    up, idle = corner_notes(build([UP, {"filter": {"type": "lowpass", "freq": 30}}]), {SLOW: 20.0, BROAD: 100.0})
    assert "1 of 2 channels (20 Hz: CI.SLO..BHZ)" in up
    assert "the corner 30 Hz above all signal of 1 of 2 channels" in idle and "CI.SLO..BHZ" in idle
    with pytest.raises(JobFileError, match="50 Hz, which is not below half the sampling rate"):
        corner_notes(build([UP, {"filter": {"type": "lowpass", "freq": 50}}]), {SLOW: 20.0, BROAD: 200.0})


def test_measured_rates_that_come_to_the_nominal_one_are_not_told() -> None:
    assert corner_notes(build([UP]), {SLOW: 99.99, BROAD: 100.0}) == []
    assert corner_notes(build([{"decimate": {"factor": 5}}]), {SLOW: 99.99, BROAD: 100.0}) == []


def test_a_division_that_leaves_several_rates_is_told() -> None:
    (note,) = corner_notes(build([{"decimate": {"factor": 5}}]), {SLOW: 99.99, BROAD: 40.0, LONG: None})
    assert "8 Hz: CI.HEC..BHZ; 20 Hz: CI.SLO..BHZ" in note and "resample" in note


def test_a_pad_that_is_too_short_is_told() -> None:
    steps = build([{"resample": {"sampling_rate": 20}}])
    assert pad_notes(steps, {BROAD: 100.0}, (2.0, 2.0)) == []
    (note,) = pad_notes(steps, {BROAD: 100.0, LONG: 1.0, ODD: None}, (2.0, 10.0))
    assert "2 s before and 10 s after" in note and "33 s: CI.HEC..LHZ" in note and "BHZ" not in note


def test_days_are_those_that_windows_touch() -> None:
    day = 86400
    absolute = [{"start": f"@{9 * day - 5}", "end": f"@{9 * day}"}, {"start": f"@{3 * day}", "end": f"@{3 * day + 1}"}]
    assert list(days_of(parse_job({"archive": "a", "windows": {"absolute": absolute}}), [])) == [3, 8, 9]
    tile = {"tile": {"start": "1970-01-05", "end": "1970-01-08", "length": "1h"}}
    assert list(days_of(parse_job({"archive": "a", "windows": tile}), [])) == [4, 5, 6]
    after = {"events": {"catalog": {"ids": ["x"]}, "start": "-1min", "end": "1d"}}
    origins = [Origin(5 * day * 10**9, "x"), Origin(20 * day * 10**9 + 10**12, "y")]
    assert list(days_of(parse_job({"archive": "a", "windows": after}), origins)) == [4, 5, 6, 20, 21]


@pytest.mark.parametrize("depth", [29000, 801, -11])
def test_a_depth_in_metres_is_refused(depth: float) -> None:
    content = {"archive": "a", "windows": {"events": {"list": [EVENT, {**EVENT, "depth_km": depth}], "end": "1h"}}}
    with pytest.raises(JobFileError, match=rf"list.1.depth_km is {depth}, expected kilometres from -10 to 800"):
        check_depths(parse_job(content))


def test_a_depth_in_metres_in_a_table_costs_its_line() -> None:
    table = "time,lat,lon,depth\n2011-03-11,38,142,29\n2011-03-11T06:46:23,38,142,29000\nx,1,2,3\n2023,1,2,3,4\n"
    spec = parse_job({"archive": "a", "windows": {"events": {"csv": table, "end": "1h"}}})
    odd = Oddities("The event file")
    found = with_inline_events(spec, odd)
    assert found.windows is not None and found.windows.events is not None
    assert [event.depth_km for event in found.windows.events.list or ()] == [29, 3]
    assert odd.left_out == 2 and "line 3: depth_km is '29000'" in odd.note and "line 4: time is 'x'" in odd.note
