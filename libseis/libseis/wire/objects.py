"""Convert TimeSeries, Seismograms and their ensembles to messages and back."""

from __future__ import annotations

from typing import Any, TypeAlias, overload

import numpy as np

from libseis.objects.seismogram import Seismogram
from libseis.objects.seismogramensemble import SeismogramEnsemble
from libseis.objects.timeseries import TimeSeries
from libseis.objects.timeseriesensemble import TimeSeriesEnsemble
from libseis.objects.timewindow import TimeWindow
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
from seis.v1 import waveform_pb2 as pb

# Names that an atomic datum writes to its Metadata when clock and samples are set.
_OF_CLOCK = ("delta", "npts", "starttime")

Datum: TypeAlias = TimeSeries | Seismogram | TimeSeriesEnsemble | SeismogramEnsemble

_CLASSES = "TimeSeries, Seismogram, TimeSeriesEnsemble and SeismogramEnsemble"


def to_message(datum: Datum, samples: pb.Samples | None = None) -> Any:
    """Return a data object as the seis.v1 message with the name of its class.

    The message holds everything that a pickle of the object holds.

    Parameters
    ----------
    datum
        The object.
    samples
        Samples of a TimeSeries or Seismogram that are already packed; without them, `data` is packed.

    Returns
    -------
    Any
        The message.

    Raises
    ------
    MetadataTypeError
        A Metadata value has no form in a message.
    TypeError
        The object is of another class.
    """
    if isinstance(datum, TimeSeries):
        message = _atomic_to_message(datum, pb.TimeSeries(), samples)
        message.gaps.extend(pb.Gap(start=gap.start, end=gap.end) for gap in datum.gaps)
        return message
    if isinstance(datum, Seismogram):
        message = pb.Seismogram(
            transformation_matrix=datum.tmatrix.reshape(-1).tolist(),
            cardinal=datum.cardinal(),
            orthogonal=datum.orthogonal(),
        )
        return _atomic_to_message(datum, message, samples)
    if isinstance(datum, TimeSeriesEnsemble):
        return _ensemble_to_message(datum, pb.TimeSeriesEnsemble())
    if isinstance(datum, SeismogramEnsemble):
        return _ensemble_to_message(datum, pb.SeismogramEnsemble())
    raise TypeError(f"A {type(datum).__name__} has no wire form; {_CLASSES} have.")


@overload
def from_message(message: pb.TimeSeries) -> TimeSeries: ...
@overload
def from_message(message: pb.Seismogram) -> Seismogram: ...
@overload
def from_message(message: pb.TimeSeriesEnsemble) -> TimeSeriesEnsemble: ...
@overload
def from_message(message: pb.SeismogramEnsemble) -> SeismogramEnsemble: ...
def from_message(message: Any) -> Any:
    """Return the data object of a message.

    Parameters
    ----------
    message
        A message of seis.v1 with the name of a data object.

    Returns
    -------
    TimeSeries | Seismogram | TimeSeriesEnsemble | SeismogramEnsemble
        The object.

    Raises
    ------
    SampleError
        The samples are damaged.
    TypeError
        It is another message.
    """
    if isinstance(message, pb.TimeSeries):
        return _time_series(message)
    if isinstance(message, pb.Seismogram):
        return _seismogram(message)
    if isinstance(message, pb.TimeSeriesEnsemble):
        return _ensemble(message, TimeSeriesEnsemble())
    if isinstance(message, pb.SeismogramEnsemble):
        return _ensemble(message, SeismogramEnsemble())
    raise TypeError(f"A {type(message).__name__} is not a data object; {_CLASSES} are.")


def _atomic_to_message(datum: Any, message: Any, samples: pb.Samples | None) -> Any:
    """Fill in what TimeSeries and Seismogram have in common."""
    message.live = datum.live
    message.clock.CopyFrom(clock_to_message(datum))
    message.samples.CopyFrom(pack_samples(np.asarray(datum.data)) if samples is None else samples)
    message.metadata.CopyFrom(metadata_to_message(datum))
    _leave_out_clock(datum, message.metadata)
    if len(datum.elog):
        message.elog.CopyFrom(elog_to_message(datum.elog))
    if (history := history_to_message(datum)) is not None:
        message.history.CopyFrom(history)
    return message


def _leave_out_clock(datum: Any, message: pb.Metadata) -> None:
    """Drop the Metadata that a reader can make from clock and samples, if all are there with the same values."""
    said = {"delta": datum.dt, "npts": datum.npts, "starttime": datum.t0}
    if all(key in datum and type(datum[key]) is type(said[key]) and datum[key] == said[key] for key in _OF_CLOCK):
        for key in _OF_CLOCK:
            del message.entries[key]
        message.clock_left_out = True


def _ensemble_to_message(datum: Any, message: Any) -> Any:
    message.live = datum.live
    message.metadata.CopyFrom(metadata_to_message(datum))
    if len(datum.elog):
        message.elog.CopyFrom(elog_to_message(datum.elog))
    for member in datum.member:
        message.members.append(to_message(member))
    return message


def _time_series(message: pb.TimeSeries) -> TimeSeries:
    datum = TimeSeries()
    clock_from_message(message.clock, datum)
    datum.adopt_data(unpack_samples(message.samples).astype(np.float64))
    for gap in message.gaps:
        datum.add_gap(TimeWindow(gap.start, gap.end))
    _carry(message, datum)
    return datum


def _seismogram(message: pb.Seismogram) -> Seismogram:
    datum = Seismogram()
    if message.transformation_matrix:
        datum.tmatrix = list(message.transformation_matrix)
    if (datum.cardinal(), datum.orthogonal()) != (message.cardinal, message.orthogonal):
        datum = _with_flags(datum, message.cardinal, message.orthogonal)
    clock_from_message(message.clock, datum)
    samples = unpack_samples(message.samples)
    if samples.size:
        datum.adopt_data(samples.astype(np.float64, order="F"))
    _carry(message, datum)
    return datum


def _with_flags(datum: Seismogram, cardinal: bool, orthogonal: bool) -> Seismogram:
    """An empty `datum` with the flags that rotations set; only unpickling can set them, by MsPASS's design."""
    rebuild, (kind, (sampled, matrix, _, _), extras) = datum.__reduce_ex__(2)
    rebuilt: Seismogram = rebuild(kind, (sampled, matrix, cardinal, orthogonal), extras)
    return rebuilt


def _ensemble(message: Any, ensemble: Any) -> Any:
    for member in message.members:
        ensemble.adopt(from_message(member))
    _set_metadata(ensemble, message.metadata, {})
    ensemble.live = message.live
    if message.HasField("elog"):
        ensemble.elog = elog_from_message(message.elog)
    return ensemble


def _carry(message: Any, datum: Any) -> None:
    """Set life, Metadata, log and history of a datum; call it last, because clock and samples write Metadata."""
    datum.live = message.live
    of_clock = {key: datum[key] for key in _OF_CLOCK} if message.metadata.clock_left_out else {}
    _set_metadata(datum, message.metadata, of_clock)
    if message.HasField("history"):
        datum.load_history(history_from_message(message.history))
    if message.HasField("elog"):
        datum.elog = elog_from_message(message.elog)


def _set_metadata(target: Any, message: pb.Metadata, more: dict[str, Any]) -> None:
    """Set exactly the names of the message and of `more` in `target`."""
    target.clear()
    for key, value in {**more, **metadata_from_message(message).todict()}.items():
        target[key] = value
    mark_modified(target, message.modified)
