"""Write and read Seismogram messages for programs that pass them on.

It is like `packed` for TimeSeries, but the samples are an array, which `pack_samples` packs.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from libseis.codes import Channel
from libseis.enums import ErrorSeverity
from libseis.errors import SampleError
from libseis.wire.headers import metadata_from_message
from seis.v1 import waveform_pb2 as pb

_UTC = pb.TIME_REFERENCE_UTC
_NINE = 9


class SeismogramHeading(NamedTuple):
    """The values of a Seismogram in a message, without its samples.

    Attributes
    ----------
    channels : tuple of Channel
        The channels of the three sensor axes; only their chan differs.
    t0_ns : int
        Time of the first sample, nanoseconds since 1970.
    rate_numerator, rate_denominator : int
        Sampling rate as a fraction, samples per second; both positive.
    tmatrix : tuple of float
        The nine elements of the transformation matrix, row by row: the directions of the components as east, north, up.
    axes : tuple of float
        The same for the sensor's axes; equal to `tmatrix` until the components are rotated.
    cardinal, orthogonal : bool
        The flags of the Seismogram.
    units : str
        Units of the samples; "" if not known.
    skew : tuple of float
        Seconds by which the samples of each channel are later than those of the first; empty if there are no
        differences.
    """

    channels: tuple[Channel, ...]
    t0_ns: int
    rate_numerator: int
    rate_denominator: int
    tmatrix: tuple[float, ...]
    axes: tuple[float, ...]
    cardinal: bool
    orthogonal: bool
    units: str = ""
    skew: tuple[float, ...] = ()


def put_seismogram_heading(message: pb.Seismogram, heading: SeismogramHeading) -> None:
    """Fill a new message as for a live Seismogram in UTC; the caller puts the packed `samples` into it.

    The result is the same as from `to_message`, for the Seismogram that `from_message` makes from it.

    Parameters
    ----------
    message : seis.v1.Seismogram
        A message that has at most its samples.
    heading : SeismogramHeading
        Channels, clock, orientation and units.
    """
    message.live = True
    clock = message.clock
    clock.t0_ns, clock.dt, clock.reference = heading.t0_ns, heading.rate_denominator / heading.rate_numerator, _UTC
    clock.rate.numerator, clock.rate.denominator = heading.rate_numerator, heading.rate_denominator
    message.transformation_matrix.extend(heading.tmatrix)
    message.cardinal, message.orthogonal = heading.cardinal, heading.orthogonal
    first = heading.channels[0]
    entries = message.metadata.entries
    for key, text in (("net", first.net), ("sta", first.sta), ("loc", first.loc)):
        entries[key].text = text
    entries["chan"].list.items.extend(pb.Value(text=channel.chan) for channel in heading.channels)
    entries["tmatrix"].list.items.extend(pb.Value(real=element) for element in heading.axes)
    if heading.units:
        entries["units"].text = heading.units
    if heading.skew:
        entries["component_skew"].list.items.extend(pb.Value(real=seconds) for seconds in heading.skew)
    message.metadata.clock_left_out = True


def seismogram_heading_of(message: pb.Seismogram) -> SeismogramHeading:
    """Return the heading of a message, without unpacking the samples.

    Parameters
    ----------
    message : seis.v1.Seismogram
        The message.

    Returns
    -------
    SeismogramHeading
        The heading.

    Raises
    ------
    SampleError
        The message has no exact clock in UTC, or does not state its three components.
    """
    clock, rate = message.clock, message.clock.rate
    if rate.numerator <= 0 or rate.denominator <= 0 or clock.HasField("t0") or clock.reference != _UTC:
        raise _unfit(
            "The message has no exact clock in UTC: a rate as a fraction and a start in nanoseconds are wanted.",
            "clock",
        )
    said: dict[str, Any] = metadata_from_message(message.metadata).todict()
    tmatrix, chans = tuple(message.transformation_matrix), said.get("chan")
    if len(tmatrix) != _NINE or not isinstance(chans, list) or len(chans) != 3:
        raise _unfit("The message names no three channels, or has no transformation matrix of nine elements.", "chan")
    net, sta, loc = (str(said.get(key, "")) for key in ("net", "sta", "loc"))
    return SeismogramHeading(
        channels=tuple(Channel(net, sta, loc, str(chan)) for chan in chans),
        t0_ns=clock.t0_ns,
        rate_numerator=rate.numerator,
        rate_denominator=rate.denominator,
        tmatrix=tmatrix,
        axes=tuple(map(float, said.get("tmatrix", tmatrix))),
        cardinal=message.cardinal,
        orthogonal=message.orthogonal,
        units=str(said.get("units", "")),
        skew=tuple(map(float, said.get("component_skew", ()))),
    )


def _unfit(message: str, what: str) -> SampleError:
    return SampleError(message, ErrorSeverity.Invalid, what=what)
