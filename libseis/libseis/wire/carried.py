"""Read the data objects in a message from the bus, for programs that have libseis but not Seisbus."""

from __future__ import annotations

from typing import TypeVar

from google.protobuf.message import DecodeError, Message

from libseis.enums import ErrorSeverity
from libseis.errors import SampleError
from libseis.objects.seismogram import Seismogram
from libseis.objects.timeseries import TimeSeries
from libseis.wire.headers import elog_from_message
from libseis.wire.objects import from_message
from libseis.wire.packed import series_of_piece
from seis.v1 import task_pb2
from seis.v1 import waveform_pb2 as pb

M = TypeVar("M", bound=Message)


def claim_of(body: bytes) -> tuple[str, str] | None:
    """Find the contents of a message that is too large for the bus.

    Parameters
    ----------
    body : bytes
        The message as it is on the bus.

    Returns
    -------
    tuple of str, or None
        Bucket and name of the object in NATS's Object Store; None if the message itself holds its contents.

    Raises
    ------
    SampleError
        The bytes are not a message of Seisbus.
    """
    claim = _parsed(task_pb2.Envelope, body).claim
    return (claim.bucket, claim.key) if claim.key else None


def carried(body: bytes, contents: bytes | None = None) -> list[TimeSeries | Seismogram]:
    """The data that a message from windower to writer (stream SEIS_WRITE) carries.

    Parameters
    ----------
    body : bytes
        The message as it is on the bus.
    contents : bytes, optional
        The object that `claim_of(body)` names, if it is not None.

    Returns
    -------
    list of TimeSeries or Seismogram
        The saved windows' data in order, each with the error log of its window; windows without data are left out.

    Raises
    ------
    SampleError
        The bytes are not such a message, the samples are damaged, or `contents` is needed and not given.
    """
    if contents is None and (claim := claim_of(body)):
        raise _unfit(f"The data wait as {claim[1]} in the bucket {claim[0]}; read it and pass it as `contents`.")
    envelope = _parsed(task_pb2.Envelope, body)
    inner = [one.body for one in envelope.bundle.enclosed] or [envelope.inline if contents is None else contents]
    data: list[TimeSeries | Seismogram] = []
    for outcome in (outcome for one in inner for outcome in _parsed(task_pb2.Outcomes, one).outcomes):
        for message in (*map(series_of_piece, outcome.pieces), *outcome.data, *outcome.seismograms):
            datum: TimeSeries | Seismogram = from_message(message)
            if outcome.log:
                datum.elog = elog_from_message(pb.ErrorLog(entries=outcome.log))
            data.append(datum)
    return data


def _parsed(kind: type[M], data: bytes) -> M:
    message: M = kind()
    try:
        message.ParseFromString(data)
    except DecodeError as error:
        raise _unfit(f"The bytes are not a message from windower to writer: {error}.") from error
    return message


def _unfit(message: str) -> SampleError:
    return SampleError(message, ErrorSeverity.Invalid, what="message")
