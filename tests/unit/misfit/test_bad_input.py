"""Bad input: a clear reason on the component, the rest goes on, never a silent zero adjoint source."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from obspy import Stream

from libseis.misfit import Config, ManagerError, Reason, WindowSettings, measure_station


def spoil(stream: Stream, component: str, change) -> Stream:
    out = stream.copy()
    for trace in out.select(component=component):
        change(trace)
    return out


def measure(made, observed=None, synthetic=None, **config):
    return measure_station(Config(**config), observed or made.st_obs, synthetic or made.st_syn, made.event, made.inv)


def set_nan(trace):
    trace.data[100] = np.nan


def set_zero(trace):
    trace.data[:] = 0.0


def set_apart(trace):
    trace.stats.starttime += 86400


@pytest.mark.parametrize(
    ("change", "reason"),
    [(set_nan, Reason.NOT_FINITE), (set_zero, Reason.ZERO_TRACE), (set_apart, Reason.NO_OVERLAP)],
)
@pytest.mark.parametrize("side", ["observed", "synthetic"])
def test_a_bad_trace_is_refused_and_the_rest_goes_on(made, change, reason, side):
    streams = {"observed": made.st_obs, "synthetic": made.st_syn}
    streams[side] = spoil(streams[side], "N", change)
    found = measure(made, **streams)
    assert [(r.component, r.reason) for r in found.refusals] == [("N", reason)]
    assert [c.component for c in found.components] == ["E", "Z"]
    whole = {c.component: c.adjoint_source.misfit for c in measure(made).components}
    assert found.misfit == pytest.approx(whole["E"] + whole["Z"])


@pytest.mark.parametrize(("side", "reason"), [("observed", Reason.NO_OBSERVED), ("synthetic", Reason.NO_SYNTHETIC)])
def test_a_missing_component_is_named(made, side, reason):
    streams = {"observed": made.st_obs, "synthetic": made.st_syn}
    streams[side] = Stream([t for t in streams[side] if t.stats.channel[-1] != "Z"])
    found = measure(made, **streams)
    assert [(r.component, r.reason) for r in found.refusals] == [("Z", reason)]
    assert [c.component for c in found.components] == ["E", "N"]


def test_two_sensors_are_not_mixed(made):
    second = made.st_obs.select(component="E").copy()
    second[0].stats.location = "20"
    found = measure(made, observed=made.st_obs + second)
    assert [r.reason for r in found.refusals] == [Reason.AMBIGUOUS_COMPONENT]
    assert "NZ.BFZ.10.HHE" in found.refusals[0].message and "NZ.BFZ.20.HHE" in found.refusals[0].message


def test_a_gap_is_refused(made):
    pieces = made.st_obs.copy()
    east = pieces.select(component="E")[0]
    start = east.stats.starttime
    pieces.remove(east)
    pieces += Stream([east.slice(endtime=start + 50), east.slice(starttime=start + 90)])
    found = measure(made, observed=pieces)
    assert [(r.component, r.reason) for r in found.refusals] == [("E", Reason.GAP)]


def test_different_rates_are_resampled(made):
    faster = made.st_obs.copy()
    faster.interpolate(20.0, method="lanczos", a=20)
    found = measure(made, observed=faster)
    assert found.refusals == ()
    assert found.misfit == pytest.approx(measure(made).misfit, rel=0.05)


def test_an_observed_trace_that_starts_late_is_padded(made):
    late = made.st_obs.copy()
    for trace in late:
        trace.trim(trace.stats.starttime + 12.5)
    found = measure(made, observed=late)
    assert found.window_count == 3


def test_a_station_at_the_source(made):
    inventory = made.inv.copy()
    origin = made.event.preferred_origin()
    for thing in (inventory[0][0], *inventory[0][0]):
        thing.latitude, thing.longitude = origin.latitude, origin.longitude
    found = measure_station(Config(), made.st_obs, made.st_syn, made.event, inventory)
    assert found.misfit is None and found.components == ()
    assert {r.reason for r in found.refusals} == {Reason.STATION_AT_SOURCE}


def test_a_station_that_the_inventory_lacks(made):
    inventory = made.inv.copy()
    inventory[0][0].code = "OTHER"
    found = measure_station(Config(), made.st_obs, made.st_syn, made.event, inventory)
    assert {r.reason for r in found.refusals} == {Reason.NO_COORDINATES}
    assert "NZ.BFZ" in found.refusals[0].message


def test_a_channel_without_response(made):
    inventory = made.inv.copy()
    inventory[0][0].channels = [c for c in inventory[0][0].channels if c.code != "HHN"]
    found = measure_station(Config(), made.st_obs, made.st_syn, made.event, inventory)
    assert [(r.component, r.reason) for r in found.refusals] == [("N", Reason.NO_RESPONSE)]
    assert [c.component for c in found.components] == ["E", "Z"]


def test_no_windows_is_a_reason_and_no_zero_source(made):
    found = measure(made, window=WindowSettings(cc_acceptance_level=0.999999))
    assert found.misfit is None
    assert {(r.component, r.reason) for r in found.refusals} == {(c, Reason.NO_WINDOWS) for c in "ENZ"}
    assert all(c.adjoint_source is None for c in found.components)


def test_measuring_without_windows_raises(manager):
    spoilt = manager(config=Config(window=WindowSettings(cc_acceptance_level=0.999999)))
    with pytest.raises(ManagerError, match=r"No window of NZ\.BFZ\.10\.HHE was accepted"):
        spoilt.standardize().preprocess().window().measure()


@pytest.mark.parametrize(
    ("call", "needs"),
    [("preprocess", "standardize"), ("window", "preprocess"), ("measure", "preprocess"), ("write", "ds")],
)
def test_steps_out_of_order_say_what_they_need(manager, call, needs):
    with pytest.raises(ManagerError) as caught:
        getattr(manager(), call)()
    assert caught.value.needs == needs


def test_a_measurement_travels(made):
    found = measure(made)
    copy = pickle.loads(pickle.dumps(found))
    assert copy.misfit == found.misfit and copy.components[0].windows == found.components[0].windows
