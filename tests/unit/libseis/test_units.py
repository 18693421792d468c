"""Units of samples: spellings, what steps make of them, responses in any of them, and what metadata contradict."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from obspy.core.inventory import Channel as XmlChannel
from obspy.core.inventory import Inventory, Network, Response, Station
from obspy.core.inventory.response import (
    CoefficientsTypeResponseStage,
    InstrumentSensitivity,
    PolesZerosResponseStage,
    ResponseListElement,
    ResponseListResponseStage,
)

from libseis import units
from libseis.codes import Channel
from libseis.mspass.algorithms.window import scale
from libseis.objects.timeseries import TimeSeries
from libseis.segments import Rate, Segment
from libseis.segments.timeseries import segment_to_timeseries
from libseis.steps import StepContext, apply, build
from support.data_objects import T0, messages, time_series

HZ, COUNTS = 2.0, 6e8
OMEGA = 2 * np.pi * HZ


@pytest.mark.parametrize(
    ("texts", "symbol", "quantity", "factor"),
    [
        (
            ("M/S", "m/s", "M/SEC", "m s-1", "m*s^-1", "meters per second", "METERS/SECOND"),
            "m/s",
            "velocity",
            1,
        ),
        (("NM/S", "nm/s", "nm/sec", "nanometers/second"), "nm/s", "velocity", 1e-9),
        (("um/s", "UM/S", "µm/s", "\u03bcm/s"), "um/s", "velocity", 1e-6),
        (("MM/S", "mm/s"), "mm/s", "velocity", 1e-3),
        (("M/S**2", "m/s^2", "m/s/s", "M/S/S", "m/s2", "M/(S**2)", "m/sec**2", "m s^-2"), "m/s**2", "acceleration", 1),
        (("NM/S**2", "nm/s/s"), "nm/s**2", "acceleration", 1e-9),
        (("CM/S**2", "gal", "Gal"), "cm/s**2", "acceleration", 1e-2),
        (("M", "m", "metres"), "m", "displacement", 1),
        (("PA", "Pa", "pascals"), "Pa", "pressure", 1),
        (("hPa", "HPA", "mbar", "MBAR"), "hPa", "pressure", 100),
        (("mPa",), "mPa", "pressure", 1e-3),
        (("V", "VOLTS", "volt"), "V", "voltage", 1),
        (("T", "TESLA"), "T", "magnetic flux density", 1),
        (("nT", "NT", "gamma"), "nT", "magnetic flux density", 1e-9),
        (("rad", "RAD"), "rad", "rotation", 1),
        (("rad/s", "RAD/S"), "rad/s", "rotation rate", 1),
        (("M/M", "m/m", "strain"), "m/m", "strain", 1),
        (("COUNTS", "count", "counts", "digital counts"), "counts", "counts", 1),
    ],
)
def test_every_spelling_is_one_unit(texts: tuple[str, ...], symbol: str, quantity: str, factor: float) -> None:
    for text in texts:
        unit = units.parse(text)
        assert unit is not None and unit.known
        assert (unit.symbol, unit.quantity) == (symbol, quantity) and unit.factor == pytest.approx(factor)
        assert units.parse(unit.symbol) == unit


def test_what_no_table_knows_stays_as_it_stands() -> None:
    assert units.canonical("furlong/s") == "furlong/s" and units.parse("MPA").known is False  # type: ignore[union-attr]
    assert units.parse("") is None and units.parse(None) is None and units.canonical(" ") == ""


def test_steps_set_units() -> None:
    def after(text: str, *steps: object) -> str:
        d = time_series(100, 0.01, T0, data=np.arange(100.0), units=text)
        apply(build(list(steps)), d)
        assert d.live, messages(d)
        return d["units"] if d.is_defined("units") else ""

    assert after("m/s", "integrate") == "m" and after("m/s", "differentiate") == "m/s**2"
    assert after("um/s", "integrate") == "um" and after("um/s", "differentiate") == "um/s**2"
    assert after("counts", "differentiate") == "counts/s" and after("counts", "integrate") == "counts*s"
    assert after("Pa", "differentiate", "integrate") == "Pa"
    assert after("m/s", "envelope", "demean", {"filter": {"type": "lowpass", "freq": 5}}) == "m/s"
    assert after("m/s", {"resample": {"sampling_rate": 33}}) == "m/s"
    assert after("m/s", {"scale": {"factor": 1e9}}) == "nm/s"
    assert after("counts", {"scale": {"factor": 4}}) == "0.25 counts"
    assert after("counts", {"scale": {"factor": 4}}, "calib") == "counts"
    assert after("counts", {"scale": {"factor": 1 / 6e8, "units": "M/S"}}) == "m/s"


def test_scaling_to_a_level_keeps_the_units_honest() -> None:
    d = time_series(100, 0.01, T0, data=8 * np.sin(np.arange(100.0)), units="counts")
    peak = float(np.abs(d.data).max())
    scale(d, method="peak", level=2.0)
    unit = units.parse(d["units"])
    assert unit is not None and unit.base == "counts"
    assert np.abs(d.data).max() * unit.factor == pytest.approx(peak)


def test_integers_are_counts_and_floats_are_not_said_to_be() -> None:
    source = Channel("XX", "A", "", "BHZ")
    assert segment_to_timeseries(Segment(source, 0, Rate(1), np.arange(3, dtype=np.int32)))["units"] == "counts"
    assert "units" not in segment_to_timeseries(Segment(source, 0, Rate(1), np.arange(3.0)))


# ---- responses


def _inventory(text: str | None, gain: float = 1500.0, stated: float = COUNTS, of: str | None = None) -> Inventory:
    """A sensor flat to `text` from a hundredth of a hertz, 400,000 counts a volt."""
    stages = [
        PolesZerosResponseStage(
            1, gain, 1.0, text, "V", "LAPLACE (RADIANS/SECOND)", 1.0, [0j], [complex(-0.0628, 0)],
            normalization_factor=1.0,
        ),
        CoefficientsTypeResponseStage(
            2, 400_000.0, 1.0, "V", "counts", "DIGITAL", numerator=[1.0], denominator=[],
            decimation_input_sample_rate=20.0, decimation_factor=1, decimation_offset=0, decimation_delay=0.0,
            decimation_correction=0.0,
        ),
    ]  # fmt: skip
    sensitivity = InstrumentSensitivity(stated, 1.0, text if of is None else of, "counts")
    return _of(Response(instrument_sensitivity=sensitivity, response_stages=stages))


def _of(response: Response) -> Inventory:
    channel = XmlChannel("BHZ", "", 1, 2, 0, 0, azimuth=0, dip=-90, sample_rate=20, response=response)
    return Inventory([Network("XX", [Station("STA", 1, 2, 0, channels=[channel])])], source="test")


def _removed(metadata: Inventory, output: str) -> tuple[TimeSeries, float, list[str]]:
    data = COUNTS * np.sin(OMEGA * np.arange(6000) / 20)
    d = segment_to_timeseries(Segment(Channel("XX", "STA", "", "BHZ"), int(T0) * 10**9, Rate(20), data))
    apply(
        build([{"remove_response": {"output": output, "pre_filt": [0.01, 0.02, 8.0, 9.5], "water_level": None}}]),
        d,
        StepContext(metadata),
    )
    amplitude = float(np.sqrt(2) * np.asarray(d.data)[1000:-1000].std()) if d.live else 0.0
    return d, amplitude, messages(d)


MOTION = {"DISP": ("m", 0), "VEL": ("m/s", 1), "ACC": ("m/s**2", 2)}


@pytest.mark.parametrize("output", [*MOTION, "DEF"])
@pytest.mark.parametrize(
    ("text", "factor", "order"),
    [
        ("M/S", 1, 1), ("m/s", 1, 1), ("NM/S", 1e-9, 1), ("um/s", 1e-6, 1), ("mm/s", 1e-3, 1), ("cm/sec", 1e-2, 1),
        ("M", 1, 0), ("um", 1e-6, 0), ("NM", 1e-9, 0), ("M/S**2", 1, 2), ("m/s^2", 1, 2), ("nm/s/s", 1e-9, 2),
        ("um/s**2", 1e-6, 2), ("mGal", 1e-5, 2),
    ],
)  # fmt: skip
def test_motion_in_any_unit_comes_out_in_si(text: str, factor: float, order: int, output: str) -> None:
    d, amplitude, log = _removed(_inventory(text), output)
    symbol, wanted = MOTION.get(output, (list(MOTION.values())[order][0], order))
    assert d.live and not log
    assert d["units"] == symbol
    assert amplitude == pytest.approx(factor * OMEGA ** (wanted - order), rel=2e-3)


@pytest.mark.parametrize(
    ("text", "si", "factor", "quantity"),
    [
        ("PA", "Pa", 1, "pressure"), ("hPa", "Pa", 100, "pressure"), ("V", "V", 1, "voltage"),
        ("T", "T", 1, "magnetic flux density"), ("nT", "T", 1e-9, "magnetic flux density"),
        ("rad", "rad", 1, "rotation"),
        ("rad/s", "rad/s", 1, "rotation rate"), ("strain", "m/m", 1, "strain"), ("M/M", "m/m", 1, "strain"),
    ],
)  # fmt: skip
def test_other_quantities_pass_as_what_they_are_and_are_no_motion(
    text: str, si: str, factor: float, quantity: str
) -> None:
    d, amplitude, log = _removed(_inventory(text), "DEF")
    assert d.live and d["units"] == si and not log
    assert amplitude == pytest.approx(factor, rel=2e-3)
    d, _, log = _removed(_inventory(text), "VEL")
    assert d.dead() and f"{quantity} ({si})" in log[-1] and "velocity (m/s)" in log[-1] and "DEF" in log[-1]


def test_a_unit_that_is_not_known_is_told_or_refused() -> None:
    d, amplitude, log = _removed(_inventory("furlong"), "DEF")
    assert d.live and d["units"] == "furlong" and amplitude == pytest.approx(1, rel=2e-3) and "furlong" in log[0]
    d, _, log = _removed(_inventory("furlong"), "VEL")
    assert d.dead() and "furlong" in log[-1]
    d, _, log = _removed(_inventory(None), "VEL")
    assert d.dead() and "does not name its units" in log[-1]


@pytest.mark.parametrize(("stated", "told"), [(COUNTS, 0), (COUNTS * 1.015, 0), (COUNTS * 1.03, 1), (COUNTS * 2, 1)])
def test_gains_that_contradict_the_stated_sensitivity_are_told(stated: float, told: int) -> None:
    d, amplitude, log = _removed(_inventory("m/s", stated=stated), "VEL")
    assert d.live and amplitude == pytest.approx(1.0, rel=2e-3) and len(log) == told
    assert all("gains make 5.9" in text and f"{stated:.6g}" in text and "1 Hz" in text for text in log)


def test_a_sensitivity_in_another_prefix_or_order_is_compared_as_what_it_means() -> None:
    assert not _removed(_inventory("um/s", stated=COUNTS * 1e6, of="m/s"), "VEL")[2]
    assert not _removed(_inventory("m/s", stated=COUNTS / (2 * np.pi), of="m/s**2"), "VEL")[2]
    (text,) = _removed(_inventory("m/s", of="Pa"), "VEL")[2]
    assert "m/s" in text and "Pa" in text


def test_what_obspy_warns_of_is_on_the_log_of_every_datum_and_thread() -> None:
    elements = [ResponseListElement(f, 1.0, 0.0) for f in (0.1, 0.5, 1.0, 2.0, 5.0)]
    listed = ResponseListResponseStage(1, 1500.0, 1.0, "m/s", "V", response_list_elements=elements)
    counts = _inventory("m/s")[0][0][0].response.response_stages[1]
    stated = InstrumentSensitivity(COUNTS, 1.0, "m/s", "counts")
    response = Response(instrument_sensitivity=stated, response_stages=[listed, counts])
    context = StepContext(_of(response))
    chain = build(["remove_response"])
    barrier = threading.Barrier(4)

    def one(number: int) -> list[str]:
        data = np.random.default_rng(number).standard_normal(1000 + 500 * number)
        d = segment_to_timeseries(Segment(Channel("XX", "STA", "", "BHZ"), int(T0) * 10**9, Rate(20), data))
        barrier.wait()
        for _ in range(2):  # evaluated, and out of the cache
            apply(chain, d, context)
        return messages(d)

    with ThreadPoolExecutor(4) as pool:
        for log in pool.map(one, range(4)):
            assert len(log) == 2 and all("extrapolation" in text for text in log)
