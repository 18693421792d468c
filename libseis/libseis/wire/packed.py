"""Write and read TimeSeries messages without unpacking the samples.

Programs use it to pass data on as an archive's records, or in the form that will be stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from libseis.codes import Channel
from libseis.enums import ErrorSeverity
from libseis.errors import SampleError
from libseis.objects.metadata import Metadata
from libseis.wire.channels import channel_of
from libseis.wire.headers import metadata_from_message, metadata_to_message
from seis.v1 import task_pb2
from seis.v1 import waveform_pb2 as pb

_UTC = pb.TIME_REFERENCE_UTC
# Metadata that headings of TimeSeries and Seismograms hold
_HEADED = frozenset({"net", "sta", "loc", "chan", "units", "tmatrix", "component_skew"})
_OF_SERIES = 5


class Heading(NamedTuple):
    """The values of a trace in a message, without its samples.

    Attributes
    ----------
    channel : Channel
        Metadata net, sta, loc and chan; "" for those that are not defined.
    t0_ns : int
        Time of the first sample, nanoseconds since 1970.
    rate_numerator, rate_denominator : int
        Sampling rate as a fraction, samples per second; both positive.
    units : str
        Units of the samples; "" if not known.
    """

    channel: Channel
    t0_ns: int
    rate_numerator: int
    rate_denominator: int
    units: str = ""


def put_heading(message: pb.TimeSeries, heading: Heading) -> None:
    """Fill a new message as for a live TimeSeries in UTC; the caller puts the packed `samples` into it.

    The result is the same as from `to_message`, for the TimeSeries that `from_message` makes from it.

    Parameters
    ----------
    message : seis.v1.TimeSeries
        A message that has at most its samples.
    heading : Heading
        Channel, clock and units.
    """
    _, t0_ns, numerator, denominator, _ = heading
    message.live = True
    clock = message.clock
    clock.t0_ns, clock.dt, clock.reference = t0_ns, denominator / numerator, _UTC
    rate = clock.rate
    rate.numerator, rate.denominator = numerator, denominator
    message.metadata.CopyFrom(_metadata(heading.channel, heading.units))


@lru_cache(maxsize=1024)  # a message names few channels, but each of them hundreds of times
def _metadata(channel: Channel, units: str) -> pb.Metadata:
    texts = {"net": channel.net, "sta": channel.sta, "loc": channel.loc, "chan": channel.chan}
    if units:
        texts["units"] = units
    return pb.Metadata(entries={key: pb.Value(text=text) for key, text in texts.items()}, clock_left_out=True)


@lru_cache(maxsize=1024)  # cached as bytes, because merging bytes is faster than setting five entries
def _names(metadata: bytes) -> tuple[Channel, str]:
    entries = pb.Metadata.FromString(metadata).entries
    net, sta, loc, chan, units = (entries[key].text for key in ("net", "sta", "loc", "chan", "units"))
    return Channel(net, sta, loc, chan), units


def put_metadata(message: pb.TimeSeries | pb.Seismogram, metadata: Mapping[str, Any]) -> None:
    """Add the Metadata that are not in the heading to a message that has its heading.

    Parameters
    ----------
    message
        It has its heading already.
    metadata
        Names and values that no heading has.

    Raises
    ------
    MetadataTypeError
        A value has a type that messages cannot hold.
    """
    if metadata:
        entries = message.metadata.entries
        for key, value in metadata_to_message(Metadata(dict(metadata))).entries.items():
            entries[key].CopyFrom(value)


def metadata_of(message: pb.TimeSeries | pb.Seismogram) -> dict[str, Any]:
    """Return the Metadata of a message that are not in its heading.

    Parameters
    ----------
    message
        Of a TimeSeries or a Seismogram.

    Returns
    -------
    dict
        Values by name; empty if the message has only its heading.
    """
    names = message.metadata.entries
    if len(names) == 4 + ("units" in names):  # of nearly all messages: a count costs less than a look at each
        return {}
    found: dict[str, Any] = metadata_from_message(message.metadata).todict()
    return {key: value for key, value in found.items() if key not in _HEADED}


def heading_of(message: pb.TimeSeries) -> Heading:
    """Return what a message says about its trace, without unpacking the samples.

    Parameters
    ----------
    message
        The message.

    Returns
    -------
    Heading
        The heading.

    Raises
    ------
    SampleError
        The message has no exact clock in UTC, as data from an archive have.
    """
    clock = message.clock
    rate = clock.rate
    numerator, denominator = rate.numerator, rate.denominator
    exact = numerator > 0 and denominator > 0 and not clock.HasField("t0")
    if not exact or clock.reference != _UTC:
        raise SampleError(
            "The message has no exact clock in UTC: a rate as a fraction and a start in nanoseconds are wanted.",
            ErrorSeverity.Invalid,
            what="clock",
        )
    metadata = message.metadata
    # values that steps set belong to one datum, so they are not cached
    names = _names if len(metadata.entries) <= _OF_SERIES else _names.__wrapped__
    channel, units = names(metadata.SerializeToString())
    return Heading(channel, clock.t0_ns, numerator, denominator, units)


def series_of_piece(piece: task_pb2.Piece) -> pb.TimeSeries:
    """Return the TimeSeries message for a piece as version 0.1.0 sent it.

    Parameters
    ----------
    piece
        The piece.

    Returns
    -------
    pb.TimeSeries
        The message.

    Raises
    ------
    SampleError
        The rate is not valid.
    """
    if piece.rate.numerator <= 0 or piece.rate.denominator <= 0:
        raise SampleError(
            f"A rate of {piece.rate.numerator}/{piece.rate.denominator} samples per second cannot be.",
            ErrorSeverity.Invalid,
            what="rate",
        )
    heading = Heading(channel_of(piece.channel), piece.t0_ns, piece.rate.numerator, piece.rate.denominator, piece.units)
    message = pb.TimeSeries(samples=piece.samples)
    put_heading(message, heading)
    return message
