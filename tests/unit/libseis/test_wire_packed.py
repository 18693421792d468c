"""Messages of TimeSeries whose samples stay packed, and data objects read out of what is on the bus."""

from __future__ import annotations

import numpy as np
import pytest

from libseis import ErrorSeverity
from libseis.codes import Channel
from libseis.errors import SampleError
from libseis.mseed import encode
from libseis.segments import Rate, Segment
from libseis.wire import (
    Heading,
    SeismogramHeading,
    carried,
    claim_of,
    from_message,
    heading_of,
    pack_samples,
    put_heading,
    put_seismogram_heading,
    seismogram_heading_of,
    to_message,
)
from seis.v1 import task_pb2
from seis.v1 import waveform_pb2 as pb

T0 = 1_299_822_483_200_000_001
HEADINGS = [
    Heading(Channel("CI", "PASC", "", "BHZ"), T0, 40, 1, "counts"),
    Heading(Channel("XX", "A", "00", "LHZ"), 0, 100, 3, ""),
    Heading(Channel("XX", "A", "10", "VHZ"), -T0, 1, 10, "m/s"),
]
RECORDS = pb.SAMPLE_ENCODING_MINISEED


def packed(heading: Heading, counts: np.ndarray) -> pb.TimeSeries:
    """A message with the counts as miniSEED."""
    rate = Rate(heading.rate_numerator, heading.rate_denominator)
    data = encode(Segment(heading.channel, max(heading.t0_ns, 0), rate, counts), reclen=512)
    message = pb.TimeSeries(samples=pb.Samples(encoding=RECORDS, npts=len(counts), components=1, data=data))
    put_heading(message, heading)
    return message


def _codes(channel: Channel) -> tuple[str, str, str, str]:
    return channel.net, channel.sta, channel.loc, channel.chan


def counts(number: int = 500) -> np.ndarray:
    return np.random.default_rng(number).integers(-5000, 5000, number).astype(np.int32)


@pytest.mark.parametrize("heading", HEADINGS)
def test_the_message_is_that_of_the_data_object(heading: Heading) -> None:
    message = packed(heading, counts())
    datum = from_message(message)
    assert to_message(datum, message.samples) == message
    assert heading_of(message) == heading
    assert (datum.live, datum.t0_ns, datum.npts) == (True, heading.t0_ns, 500)
    assert (datum.rate_numerator, datum.rate_denominator) == heading[2:4]
    assert np.array_equal(datum.data, counts())
    codes = dict(zip(("net", "sta", "loc", "chan"), _codes(heading.channel), strict=True))
    units = {"units": heading.units} if heading.units else {}
    of_clock = {"delta": datum.dt, "npts": 500, "starttime": datum.t0}
    assert datum.todict() == {**codes, **units, **of_clock}
    assert not datum.modified()


def test_names_of_the_clock_that_say_something_else_travel() -> None:
    datum = from_message(packed(HEADINGS[0], counts()))
    for key, value in (("npts", 500.0), ("delta", 1.0), ("starttime", 7)):
        other = from_message(to_message(datum))
        other[key] = value
        message = to_message(other)
        assert not message.metadata.clock_left_out
        back = from_message(message)
        assert (back[key], type(back[key])) == (value, type(value))


@pytest.mark.parametrize(
    "clock",
    [
        pb.Clock(t0_ns=1, dt=0.5, reference=pb.TIME_REFERENCE_UTC),
        pb.Clock(t0=0.1, rate=pb.Rate(numerator=1, denominator=1), reference=pb.TIME_REFERENCE_UTC),
        pb.Clock(t0_ns=1, rate=pb.Rate(numerator=1, denominator=1), reference=pb.TIME_REFERENCE_RELATIVE),
        pb.Clock(t0_ns=1, rate=pb.Rate(numerator=-1, denominator=1), reference=pb.TIME_REFERENCE_UTC),
    ],
)
def test_a_clock_that_is_not_an_archives_has_no_heading(clock: pb.Clock) -> None:
    with pytest.raises(SampleError, match="no exact clock in UTC"):
        heading_of(pb.TimeSeries(clock=clock))


def outcomes() -> task_pb2.Outcomes:
    """Two saved windows, one of them in two pieces, and a dead one between them."""
    log = [pb.LogEntry(algorithm="cut", message="A gap of 3 s.", severity=pb.ERROR_SEVERITY_COMPLAINT)]
    first = task_pb2.Outcome(data=[packed(HEADINGS[0], counts(300)), packed(HEADINGS[0], counts(400))], log=log)
    return task_pb2.Outcomes(
        outcomes=[first, task_pb2.Outcome(log=log), task_pb2.Outcome(data=[packed(HEADINGS[1], counts(600))])]
    )


def test_a_message_off_the_bus_gives_its_data_with_their_logs() -> None:
    body = task_pb2.Envelope(inline=outcomes().SerializeToString()).SerializeToString()
    data = carried(body)
    assert [datum.npts for datum in data] == [300, 400, 600]
    assert all(np.array_equal(datum.data, counts(datum.npts)) for datum in data)
    logs = [[(e.algorithm, e.message, e.badness) for e in datum.elog] for datum in data]
    line = ("cut", "A gap of 3 s.", ErrorSeverity.Complaint)
    assert logs == [[line], [line], []]


def test_a_message_of_version_0_1_0_gives_its_data_too() -> None:
    message = outcomes()
    new = [from_message(data) for outcome in message.outcomes for data in outcome.data]
    for outcome in message.outcomes:
        for data in outcome.data:
            heading = heading_of(data)
            net, sta, loc, chan = _codes(heading.channel)
            outcome.pieces.add(
                samples=data.samples,
                t0_ns=heading.t0_ns,
                rate=pb.Rate(numerator=heading.rate_numerator, denominator=heading.rate_denominator),
                channel=task_pb2.Channel(net=net, sta=sta, loc=loc, chan=chan),
                units=heading.units,
            )
        del outcome.data[:]
    old = carried(task_pb2.Envelope(inline=message.SerializeToString()).SerializeToString())
    assert [datum.todict() for datum in old] == [datum.todict() for datum in new]
    assert all(np.array_equal(a.data, b.data) for a, b in zip(old, new, strict=True))


def test_data_that_wait_in_the_object_store() -> None:
    body = task_pb2.Envelope(claim=task_pb2.Claim(bucket="claims", key="job/1")).SerializeToString()
    assert claim_of(body) == ("claims", "job/1")
    with pytest.raises(SampleError, match="wait as job/1 in the bucket claims; read it and pass it as `contents`"):
        carried(body)
    assert len(carried(body, outcomes().SerializeToString())) == 3
    assert claim_of(task_pb2.Envelope(inline=b"").SerializeToString()) is None


def test_other_bytes_are_told() -> None:
    with pytest.raises(SampleError, match="not a message from windower to writer"):
        carried(b"\xff\xfe garbage")
    with pytest.raises(SampleError, match="not a message from windower to writer"):
        carried(task_pb2.Envelope(inline=b"\xff\xfe garbage").SerializeToString())


def test_records_say_their_type_themselves() -> None:
    reals = np.linspace(0, 1, 50, dtype=np.float32)
    data = encode(Segment(HEADINGS[0].channel, 0, Rate(1), reals))
    message = pb.TimeSeries(samples=pb.Samples(encoding=RECORDS, npts=50, components=1, data=data))
    put_heading(message, HEADINGS[0])
    assert np.array_equal(from_message(message).data, reals.astype(np.float64))


TURNED = (0.6, 0.8, 0.0, 0.8, -0.6, 0.0, 0.0, 0.0, 1.0)
STANDARD = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
SEISMOGRAMS = [
    (TURNED, TURNED, False, (0.0, 0.003, -0.001), "counts"),
    (STANDARD, TURNED, True, (), "m/s"),
    (STANDARD, STANDARD, True, (), ""),
]


@pytest.mark.parametrize(("tmatrix", "axes", "cardinal", "skew", "units"), SEISMOGRAMS)
def test_the_message_of_a_seismogram_is_that_of_the_data_object(
    tmatrix: tuple[float, ...], axes: tuple[float, ...], cardinal: bool, skew: tuple[float, ...], units: str
) -> None:
    channels = tuple(Channel("CI", "PASC", "", f"BH{letter}") for letter in "12Z")
    heading = SeismogramHeading(channels, T0, 40, 1, tmatrix, axes, cardinal, cardinal, units, skew)
    rows = np.asfortranarray(counts(600).reshape(3, 200))
    message = pb.Seismogram(samples=pack_samples(rows))
    put_seismogram_heading(message, heading)
    assert seismogram_heading_of(message) == heading
    datum = from_message(message)
    assert to_message(datum, message.samples) == message
    assert np.array_equal(np.asarray(datum.data), rows)
    assert (datum.live, datum.t0_ns, datum.npts, datum.cardinal()) == (True, T0, 200, cardinal)
    assert datum.tmatrix.ravel().tolist() == list(tmatrix)
    assert datum["chan"] == ["BH1", "BH2", "BHZ"]
    assert datum["tmatrix"] == list(axes)
    body = task_pb2.Envelope(
        inline=task_pb2.Outcomes(outcomes=[task_pb2.Outcome(seismograms=[message])]).SerializeToString()
    ).SerializeToString()
    (read,) = carried(body)
    assert np.array_equal(np.asarray(read.data), rows)


def test_a_seismogram_without_channels_or_matrix_has_no_heading() -> None:
    with pytest.raises(SampleError, match="clock"):
        seismogram_heading_of(pb.Seismogram())
    message = pb.Seismogram()
    put_seismogram_heading(message, SeismogramHeading((Channel("A", "B", "", "BHZ"),) * 3, 0, 1, 1, STANDARD, STANDARD,
                                                      True, True))  # fmt: skip
    del message.transformation_matrix[:]
    with pytest.raises(SampleError, match="no transformation matrix"):
        seismogram_heading_of(message)
