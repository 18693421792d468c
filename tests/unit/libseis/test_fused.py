"""Linear steps in one pass against the same steps one by one: what is kept of the result, and all that they say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from obspy import Inventory, UTCDateTime
from obspy.core.inventory import Channel, Network, Response, Station

from libseis.mspass.seismic import Seismogram, TimeSeries
from libseis.segments import Span
from libseis.steps import StepContext, apply, build, pad
from libseis.steps.fused import fuse, run_of
from support.data_objects import T0, messages, seismogram, time_series

# Streckeisen STS-2, from its manual: V s/m, and a digitiser's counts/V
POLES = [-0.03701 + 0.03701j, -0.03701 - 0.03701j, -251.3, -131 + 467.3j, -131 - 467.3j]
TOLERANCE = 1e-6


def _inventory() -> Inventory:
    response = Response.from_paz(
        [0, 0], POLES, 1500.0 * 4e5, input_units="M/S", output_units="COUNTS", normalization_frequency=1.0
    )
    channels = [
        Channel(code, "", 34.0, -118.0, 0.0, 0.0, response=response, start_date=UTCDateTime(2000, 1, 1))
        for code in ("BHZ", "BHN", "BHE")
    ]
    return Inventory([Network("XX", [Station("TEST", 34.0, -118.0, 0.0, channels=channels)])])


CONTEXT = StepContext(_inventory())

removals = st.fixed_dictionaries(
    {
        "output": st.sampled_from(["VEL", "DISP", "ACC", "DEF"]),
        "pre_filt": st.sampled_from([None, [0.5, 1.0, 6.0, 8.0]]),
        "water_level": st.sampled_from([60.0, 30.0]),
        "taper": st.sampled_from([0.05, 0.0, 0.3]),
    }
).map(lambda values: {"remove_response": values})
filters = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("bandpass"), "freqmin": st.floats(0.5, 1.5), "freqmax": st.floats(2.0, 7.0)},
        optional={"corners": st.integers(1, 4), "zerophase": st.booleans()},
    ),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["lowpass", "highpass"]), "freq": st.floats(0.5, 8.0)},
        optional={"corners": st.integers(1, 5), "zerophase": st.booleans()},
    ),
).map(lambda values: {"filter": values})
inner = st.one_of(filters, st.just("differentiate"))
last = st.one_of(
    st.sampled_from([20.0, 25.0, 10.0, 40.0, 8.0]).map(lambda rate: {"resample": {"sampling_rate": rate}}),
    st.integers(2, 5).map(lambda factor: {"decimate": {"factor": factor}}),
)


@st.composite
def chains(draw: st.DrawFn) -> list[Any]:
    chain: list[Any] = draw(st.sampled_from([[], ["demean", "detrend", "taper"]]))
    chain = chain + draw(st.lists(removals, max_size=1)) + draw(st.lists(inner, max_size=2))
    return chain + draw(st.lists(last, max_size=1)) + draw(st.sampled_from([[], [], ["differentiate"]]))


def _kept(d: TimeSeries | Seismogram, room: float) -> Span:
    return Span(d.t0_ns + round(room * 1e9), d.time_ns(d.npts - 1) - round(room * 1e9))


def _cut(d: TimeSeries | Seismogram, span: Span) -> np.ndarray[Any, Any]:
    times = np.array([d.time_ns(i) for i in range(d.npts)])
    return np.asarray(d.data)[..., (times >= span.start_ns) & (times <= span.end_ns)]


def _node(d: TimeSeries | Seismogram, key: str) -> object:
    return getattr(d.current_nodedata(), key)


def _same(a: TimeSeries | Seismogram, b: TimeSeries | Seismogram, span: Span) -> None:
    assert a.live == b.live
    assert (a.npts, a.t0_ns, a.rate_numerator, a.rate_denominator) == (
        b.npts, b.t0_ns, b.rate_numerator, b.rate_denominator,
    )  # fmt: skip
    assert a.todict() == b.todict()
    assert messages(a) == messages(b)
    assert a.number_of_stages() == b.number_of_stages()
    assert [_node(a, key) for key in ("algorithm", "algid", "stage")] == [
        _node(b, key) for key in ("algorithm", "algid", "stage")
    ]
    x, y = _cut(a, span), _cut(b, span)
    assert np.abs(x - y).max(initial=0.0) <= TOLERANCE * np.abs(y).max(initial=0.0)


@settings(max_examples=40)
@given(
    chain=chains(),
    rate=st.sampled_from([40.0, 50.0, 100.0, 80.0]),
    seconds=st.floats(3.0, 60.0),
    shift_ns=st.one_of(st.sampled_from([0, 10**8, 10**9]), st.integers(0, 10**9)),
    seed=st.integers(0, 99),
    three=st.booleans(),
)
def test_one_pass_is_the_steps_one_by_one(
    chain: list[Any], rate: float, seconds: float, shift_ns: int, seed: int, three: bool
) -> None:
    steps = build(chain)
    at, room = rate, 0.0
    for step in steps:  # the removal of a response needs no room of its own
        room += 0.0 if step.name == "remove_response" else max(step.pad(at), 2.0 / at)
        at = step.rate(at)
    npts = round((seconds + 2 * room) * rate)
    rng = np.random.default_rng(seed)
    shape = (3, npts) if three else (npts,)
    x = 300.0 + 1e3 * rng.standard_normal(shape) + np.linspace(0, 5e3, npts)
    made = []
    for _ in range(2):
        chan = ["BHE", "BHN", "BHZ"] if three else "BHZ"
        d = (seismogram if three else time_series)(npts, 1.0 / rate, T0, data=x, chan=chan)
        d.set_t0_ns(d.t0_ns + shift_ns)
        made.append(d)
    span = _kept(made[0], room)
    apply(steps, made[0], CONTEXT, kept=span)
    apply(steps, made[1], CONTEXT)
    _same(made[0], made[1], span)


LONG: list[Any] = ["demean", "detrend", "taper", "remove_response", {"resample": {"sampling_rate": 20.0}}]


def test_an_hour_with_its_pads_goes_through_a_matrix() -> None:
    steps = build(LONG)
    room = pad(steps, 100.0)
    npts = round((1800 + 2 * room) * 100)
    x = 1e4 + 1e3 * np.random.default_rng(5).standard_normal(npts).cumsum()
    a, b = (time_series(npts, 0.01, T0, data=x) for _ in range(2))
    span = _kept(a, room)
    apply(steps, a, CONTEXT, kept=span)
    apply(steps, b, CONTEXT)
    assert not np.array_equal(_cut(a, span), _cut(b, span))  # they took different ways
    _same(a, b, span)
    again = time_series(npts, 0.01, T0, data=x)
    apply(steps, again, CONTEXT, kept=span)
    assert np.array_equal(again.data, a.data)


def _fused(chain: list[Any], room: float = 30.0, rate: float = 100.0, shift_ns: int = 0) -> int:
    steps = build(chain)
    d = time_series(20_000, 1.0 / rate, T0, data=np.random.default_rng(1).standard_normal(20_000))
    d.set_t0_ns(d.t0_ns + shift_ns)
    return fuse(steps, d, CONTEXT, _kept(d, room))


HALF: Any = {"resample": {"sampling_rate": 50.0}}
LOW: Any = {"filter": {"type": "lowpass", "freq": 5.0}}


@pytest.mark.parametrize(
    ("chain", "count"),
    [
        ([LOW, HALF], 2),
        (["remove_response", LOW, "differentiate", HALF], 4),
        (["remove_response", HALF, LOW], 2),  # a filter at the new rate
        ([LOW, LOW], 2),
        ([HALF], 0),  # nothing to be fused with
        ([LOW, "remove_response"], 0),  # it tapers what the filter made
        ([LOW, HALF, "demean"], 0),  # it sees the ends
        ([LOW, HALF, {"agc": {"length": 2.0}}], 0),
        ([LOW, {"resample": {"sampling_rate": 70.0}}], 0),  # not every n-th sample
        ([LOW, LOW, {"resample": {"sampling_rate": 70.0}}], 2),
        ([{"filter": {"type": "highpass", "freq": 0.005}}, HALF], 0),  # too low for so little room
    ],
)
def test_what_is_done_in_one_pass(chain: list[Any], count: int) -> None:
    assert _fused(chain) == count


def test_samples_beside_the_new_grid_are_resampled_by_themselves() -> None:
    """The place between the samples differs from channel to channel: each would need a gain of its own."""
    assert _fused(["remove_response", LOW, HALF], shift_ns=10_000_000) == 3
    assert _fused(["remove_response", LOW, HALF], shift_ns=3_000_000) == 2
    assert _fused(["remove_response", HALF], shift_ns=3_000_000) == 0


def test_steps_near_the_ends_are_done_one_by_one() -> None:
    assert _fused([LOW, HALF], room=0.5) == 0
    assert run_of(build([LOW, HALF])) == 2


@pytest.mark.parametrize(
    ("chain", "values", "said"),
    [
        (["remove_response", HALF], {"chan": "LHZ"}, "no epoch of"),
        ([{"filter": {"type": "lowpass", "freq": 60.0}}, HALF], {}, "not below the datum's Nyquist"),
    ],
)
def test_what_is_wrong_is_said_as_by_the_steps(chain: list[Any], values: dict[str, Any], said: str) -> None:
    d = time_series(20_000, 0.01, T0, data=np.ones(20_000), **values)
    apply(build(chain), d, CONTEXT, kept=_kept(d, 60.0))
    assert d.dead() and said in messages(d)[-1]
