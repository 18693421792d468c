"""Units, gains and epochs of responses: inputs rebuilt from the symptoms of public reports."""

from __future__ import annotations

import numpy as np
import pytest
from obspy import Trace, UTCDateTime
from obspy.core.inventory import Channel as XmlChannel
from obspy.core.inventory import Inventory, Network, Response, Station
from obspy.core.inventory.response import (
    CoefficientsTypeResponseStage,
    InstrumentSensitivity,
    PolesZerosResponseStage,
    PolynomialResponseStage,
    ResponseStage,
)

from libseis.codes import Channel
from libseis.misfit import MisfitError, Reason
from libseis.misfit.response import clear_cache, remove_response
from libseis.objects.timeseries import TimeSeries
from libseis.obspy import responses
from libseis.segments import Rate, Segment
from libseis.segments.timeseries import segment_to_timeseries
from libseis.signal.design import OutputUnit
from libseis.steps import StepContext, apply, build
from unit.reports.builder import at

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

START = at("2019-02-01T00:00:00")
GAIN, COUNTS = 1500.0, 400_000.0
HZ = 2.0


def sensor(number: int = 1, units: str = "m/s", gain: float = GAIN) -> PolesZerosResponseStage:
    """A sensor that is flat in `units` from a hundredth of a hertz."""
    return PolesZerosResponseStage(
        number, gain, 1.0, units, "V", "LAPLACE (RADIANS/SECOND)", 1.0, [0j], [complex(-0.0628, 0)],
        normalization_factor=1.0,
    )  # fmt: skip


def digitizer(number: int = 2, gain: float = COUNTS) -> CoefficientsTypeResponseStage:
    return CoefficientsTypeResponseStage(
        number, gain, 1.0, "V", "counts", "DIGITAL", numerator=[1.0], denominator=[],
        decimation_input_sample_rate=20.0, decimation_factor=1, decimation_offset=0, decimation_delay=0.0,
        decimation_correction=0.0,
    )  # fmt: skip


def epoch(
    stages: list[ResponseStage],
    *,
    sensitivity: float = GAIN * COUNTS,
    units: str = "m/s",
    output_units: str = "counts",
    start: str | None = None,
    end: str | None = None,
) -> XmlChannel:
    stated = InstrumentSensitivity(sensitivity, 1.0, units, output_units)
    return XmlChannel(
        "BHZ", "", 1, 2, 0, 0, azimuth=0, dip=-90, sample_rate=20,
        start_date=None if start is None else UTCDateTime(start), end_date=None if end is None else UTCDateTime(end),
        response=Response(instrument_sensitivity=stated, response_stages=stages),
    )  # fmt: skip


def inventory(*channels: XmlChannel) -> Inventory:
    return Inventory([Network("XX", [Station("STA", 1, 2, 0, channels=list(channels))])], source="test")


def removed(metadata: Inventory, output: str = "VEL", start: int = START) -> tuple[TimeSeries, list[str]]:
    """A sine of HZ with an amplitude of GAIN * COUNTS, without its response; and what its elog says."""
    times = np.arange(6000) / 20
    data = GAIN * COUNTS * np.sin(2 * np.pi * HZ * times)
    d = segment_to_timeseries(Segment(Channel("XX", "STA", "", "BHZ"), start, Rate(20), data))
    chain = build([{"remove_response": {"output": output, "pre_filt": [0.01, 0.02, 8.0, 9.5]}}])
    (out,) = apply(chain, d, StepContext(metadata))
    return out, [entry.message for entry in out.elog.get_error_log()]


def amplitude(d: TimeSeries) -> float:
    return float(np.sqrt(2) * np.asarray(d.data)[1000:-1000].std())


@pytest.mark.parametrize(
    ("units", "factor"), [("cm/s**2", 1e-2), ("m/s**2", 1.0), ("mm/s**2", 1e-3), ("nm/s**2", 1e-9)]
)
def test_an_accelerometer_in_other_units_gives_metres(units: str, factor: float) -> None:
    """Described in cm/s**2, it gives m/s**2 or is refused (groundmotion-processing#493)."""
    out, log = removed(inventory(epoch([sensor(units=units), digitizer()], units=units)), "ACC")
    if out.dead():
        assert log
        return
    assert amplitude(out) == pytest.approx(factor, rel=0.02)
    assert out["units"] in ("m/s**2", "m/s2", "m/s^2")


def test_the_numbers_and_their_unit_agree_for_every_output() -> None:
    """Velocity, displacement and acceleration of one sine differ by its angular frequency (obspy#1594)."""
    metadata = inventory(epoch([sensor(), digitizer()]))
    omega = 2 * np.pi * HZ
    for output, factor in (("VEL", 1.0), ("DISP", 1 / omega), ("ACC", omega)):
        out, log = removed(metadata, output)
        assert out.live, log
        assert amplitude(out) == pytest.approx(factor, rel=0.02)


def test_a_sensitivity_whose_output_is_no_count_is_not_silent() -> None:
    """Sensitivity from m/s**2 to m/s**2 over sound stages: right numbers, or a sentence (obspy#2771)."""
    stages = [sensor(units="m/s**2"), digitizer()]
    out, log = removed(inventory(epoch(stages, units="m/s**2", output_units="m/s**2")), "ACC")
    if out.dead():
        assert log
        return
    assert amplitude(out) == pytest.approx(1.0, rel=0.02)


def test_a_sensor_stage_that_stands_twice_is_told() -> None:
    """A stage of the sensor more than there should be: the gains do not give the sensitivity (GeoNet/delta#134)."""
    more = ResponseStage(2, 2.5, 1.0, "V", "V")
    out, log = removed(inventory(epoch([sensor(), more, digitizer(3)])))
    assert any("sensitivity" in message or "gain" in message for message in log)
    assert amplitude(out) == pytest.approx(1 / 2.5, rel=0.02)


def test_stages_that_cannot_be_evaluated_are_a_sentence() -> None:
    """A sensor stage in a form that no program evaluates kills its datum with a reason (obspy#2121)."""
    odd = CoefficientsTypeResponseStage(2, 2.5, 1.0, "V", "V", "ANALOG (HERTZ)", numerator=[1.0], denominator=[])
    out, log = removed(inventory(epoch([sensor(), odd, digitizer(3)])))
    assert out.dead()
    assert any("the response cannot be evaluated" in message for message in log), log
    assert not any("ValueError" in message for message in log)


@pytest.mark.parametrize(("off", "said"), [(1.001, False), (1.10, True), (0.5, True), (2.65, True)])
def test_stage_gains_against_the_stated_sensitivity(off: float, said: bool) -> None:
    """Their product is the sensitivity to some per cent, or it is told (stationxml-validator#19, #64)."""
    _, log = removed(inventory(epoch([sensor(), digitizer()], sensitivity=GAIN * COUNTS * off)))
    assert bool(log) == said, log


def test_the_epoch_of_the_data_is_the_one_whose_response_is_removed() -> None:
    """The sensor was changed; the other response is wrong by a factor of 2.65 (groundmotion-processing#753)."""
    metadata = inventory(
        epoch([sensor(), digitizer()], end="2019-06-01"),
        epoch([sensor(gain=GAIN * 2.65), digitizer()], sensitivity=GAIN * 2.65 * COUNTS, start="2019-06-01"),
    )
    old, _ = removed(metadata)
    new, _ = removed(metadata, start=at("2019-08-01T00:00:00"))
    assert amplitude(old) == pytest.approx(1.0, rel=0.02)
    assert amplitude(new) == pytest.approx(1 / 2.65, rel=0.02)


def test_where_epochs_overlap_the_later_one_holds() -> None:
    """Two epochs without an end (EIDA/userfeedback#65)."""
    metadata = inventory(
        epoch([sensor(), digitizer()], start="2010-01-01"),
        epoch([sensor(gain=GAIN * 2), digitizer()], sensitivity=GAIN * 2 * COUNTS, start="2018-01-01"),
    )
    out, _ = removed(metadata)
    assert amplitude(out) == pytest.approx(0.5, rel=0.02)


def test_stages_whose_units_do_not_follow_are_told_or_right() -> None:
    """A stage takes volts where the one before gives counts (EIDA/userfeedback#167)."""
    third = CoefficientsTypeResponseStage(
        3, 1.0, 1.0, "V", "counts", "DIGITAL", numerator=[1.0], denominator=[], decimation_input_sample_rate=20.0,
        decimation_factor=1, decimation_offset=0, decimation_delay=0.0, decimation_correction=0.0,
    )  # fmt: skip
    out, log = removed(inventory(epoch([sensor(), digitizer(), third])))
    assert log or (out.live and amplitude(out) == pytest.approx(1.0, rel=0.02))
    if out.live:
        assert amplitude(out) == pytest.approx(1.0, rel=0.02)


def test_a_polynomial_without_a_stage_gain_is_refused_with_a_sentence() -> None:
    """A pressure or temperature channel whose response is a polynomial (FDSN/StationXML#13)."""
    polynomial = PolynomialResponseStage(
        1, None, None, "Pa", "V", frequency_lower_bound=0, frequency_upper_bound=1, approximation_lower_bound=0,
        approximation_upper_bound=1, maximum_error=0, coefficients=[0.0, 2.0],
    )  # fmt: skip
    out, log = removed(inventory(epoch([polynomial, digitizer()], units="Pa")))
    assert out.dead()
    assert log


def test_a_channel_in_amperes_is_not_called_metres() -> None:
    """A calibration channel measures a current; no ground motion comes of it (obspy#3262)."""
    out, log = removed(inventory(epoch([sensor(units="A"), digitizer()], units="A")))
    assert out.dead()
    assert log


def test_a_stage_with_a_gain_alone() -> None:
    """A preamplifier with nothing but its gain between sensor and digitizer (obspy#2318)."""
    amplifier = ResponseStage(2, 10.0, 1.0, "V", "V")
    out, log = removed(inventory(epoch([sensor(), amplifier, digitizer(3)], sensitivity=GAIN * 10 * COUNTS)))
    assert out.live, log
    assert amplitude(out) == pytest.approx(0.1, rel=0.02)


def measured(channel: XmlChannel, output: OutputUnit) -> Trace:
    """A trace of counts of that channel, its response removed as misfits have it."""
    station = Station("HEC", 1, 2, 0, channels=[channel])
    header = {"network": "CI", "station": "HEC", "channel": "BHZ", "sampling_rate": 20.0, "starttime": UTCDateTime(0)}
    trace = Trace(np.sin(np.arange(4000) / 20.0 * 2 * np.pi * HZ), header)
    remove_response(trace, Inventory([Network("CI", [station])]), output)
    return trace


def test_misfits_read_units_as_steps_do() -> None:
    """A unit with a prefix: obspy takes um/s for one without, by a million off."""
    plain = measured(epoch([sensor(), digitizer()]), OutputUnit.VELOCITY)
    micro = [sensor(units="um/s", gain=GAIN / 1e6), digitizer()]
    stated = epoch(micro, sensitivity=GAIN * COUNTS / 1e6, units="um/s")
    assert np.allclose(measured(stated, OutputUnit.VELOCITY).data, plain.data, rtol=1e-9, atol=0)


@pytest.mark.parametrize(
    ("channel", "told"),
    [
        (epoch([sensor(units="Pa"), digitizer()], units="Pa"), "cannot be made of it"),
        (epoch([sensor(), digitizer()], end="1970-01-01T00:01:00"), "changes, or is not known, within the window"),
        (epoch([sensor(), digitizer()], sensitivity=0.0), "sensitivity"),
        (epoch([]), "no response stages"),
    ],
)
def test_misfits_refuse_what_steps_refuse(channel: XmlChannel, told: str) -> None:
    with pytest.raises(MisfitError, match=told) as refused:
        measured(channel, OutputUnit.DISPLACEMENT)
    assert refused.value.reason is Reason.NO_RESPONSE


def test_an_inverse_is_made_once_for_all_inventories(monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel's response is the same for every event: each event brings its inventory anew."""
    made: list[int] = []
    whole = responses.evaluate
    monkeypatch.setattr(responses, "evaluate", lambda *args: [made.append(1), whole(*args)][1])
    clear_cache()
    first, second = (measured(epoch([sensor(), digitizer()]), OutputUnit.DISPLACEMENT) for _ in range(2))
    measured(epoch([sensor(gain=2 * GAIN), digitizer()], sensitivity=2 * GAIN * COUNTS), OutputUnit.DISPLACEMENT)
    measured(epoch([sensor(), digitizer()]), OutputUnit.ACCELERATION)
    assert len(made) == 3
    assert np.array_equal(first.data, second.data)
