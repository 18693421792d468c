"""TimeSeries and TimeSeriesEnsemble to messages and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from seis.v1 import waveform_pb2 as pb

from libseis.timeseries import TimeSeries
from libseis.timeseriesensemble import TimeSeriesEnsemble
from libseis.wire.headers import (
    clock_from_message,
    clock_to_message,
    elog_from_message,
    elog_to_message,
    history_from_message,
    history_to_message,
    mark_modified,
    metadata_from_message,
    metadata_to_message,
)
from libseis.wire.samples import pack_samples, unpack_samples

Datum = TimeSeries | TimeSeriesEnsemble
Message = pb.TimeSeries | pb.TimeSeriesEnsemble


def to_message(datum: Datum, samples: pb.Samples | None = None) -> Message:
    """`datum` as the message of its class: samples, life, clock, Metadata, log, history; everything a pickle keeps.

    `samples` are sent in place of packing `data`, where the caller has them packed already.
    Raises MetadataTypeError for a Metadata value that has no wire form, TypeError for another class.
    """
    if isinstance(datum, TimeSeries):
        return _time_series_to_message(datum, samples)
    if isinstance(datum, TimeSeriesEnsemble):
        message = pb.TimeSeriesEnsemble(
            live=datum.live,
            metadata=metadata_to_message(datum),
            members=[_time_series_to_message(member, None) for member in datum.member],
        )
        if len(datum.elog):
            message.elog.CopyFrom(elog_to_message(datum.elog))
        return message
    raise TypeError(f"A {type(datum).__name__} has no wire form; TimeSeries and TimeSeriesEnsemble do.")


def from_message(message: Message) -> Datum:
    """The object of a message. Raises SampleError for samples that are damaged, TypeError for another message."""
    if isinstance(message, pb.TimeSeries):
        return _time_series(message)
    if isinstance(message, pb.TimeSeriesEnsemble):
        out = TimeSeriesEnsemble()
        for member in message.members:
            out.adopt(_time_series(member))
        _set_metadata(out, message.metadata)
        out.live = message.live
        if message.HasField("elog"):
            out.elog = elog_from_message(message.elog)
        return out
    raise TypeError(f"A {type(message).__name__} is no data object; TimeSeries and TimeSeriesEnsemble are.")


def _time_series_to_message(datum: TimeSeries, samples: pb.Samples | None) -> pb.TimeSeries:
    message = pb.TimeSeries(
        live=datum.live,
        clock=clock_to_message(datum),
        samples=pack_samples(np.asarray(datum.data)) if samples is None else samples,
        metadata=metadata_to_message(datum),
    )
    _attach(datum, message)
    return message


def _attach(datum: Any, message: Any) -> None:
    """Log and history, where there are any."""
    if len(datum.elog):
        message.elog.CopyFrom(elog_to_message(datum.elog))
    if (history := history_to_message(datum)) is not None:
        message.history.CopyFrom(history)


def _time_series(message: pb.TimeSeries) -> TimeSeries:
    datum = TimeSeries()
    clock_from_message(message.clock, datum)
    datum.adopt_data(unpack_samples(message.samples).astype(np.float64))
    datum.live = message.live
    _detach(message, datum)
    return datum


def _detach(message: Any, datum: Any) -> None:
    """Metadata, log and history of an atomic datum; last, since setting clock and samples writes Metadata."""
    _set_metadata(datum, message.metadata)
    if message.HasField("history"):
        datum.load_history(history_from_message(message.history))
    if message.HasField("elog"):
        datum.elog = elog_from_message(message.elog)


def _set_metadata(target: Any, message: pb.Metadata) -> None:
    """Give `target` exactly the names of the message."""
    target.clear()
    for key, value in metadata_from_message(message).todict().items():
        target[key] = value
    mark_modified(target, message.modified)
