"""Convert the Metadata, error log, processing history and clock of a datum to messages and back."""

from __future__ import annotations

from typing import Any

from libseis.enums import AtomicType, ErrorSeverity, ProcessingStatus, TimeReferenceType
from libseis.objects.errorlogger import ErrorLogger, rebuild_error_logger
from libseis.objects.history import ProcessingHistory, rebuild_history
from libseis.objects.logdata import LogData
from libseis.objects.metadata import Metadata
from libseis.objects.nodedata import NodeData
from libseis.wire.values import value_fields, value_of
from seis.v1 import waveform_pb2 as pb

_INT64_SECONDS = 9.2e9  # int64 nanoseconds end at 9.223e9 s

# messages count from 1, so that 0 can mean "not sent", which is read as UNDEFINED
_STATUS = {s: 0 if s is ProcessingStatus.UNDEFINED else int(s) + 1 for s in ProcessingStatus}
_ATOMIC = {a: 0 if a is AtomicType.UNDEFINED else int(a) + 1 for a in AtomicType}
_STATUS_BACK = {number: status for status, number in _STATUS.items()}
_ATOMIC_BACK = {number: kind for kind, number in _ATOMIC.items()}


# --- Metadata --------------------------------------------------------------------------------------------------------


def metadata_to_message(metadata: Metadata) -> pb.Metadata:
    """Return Metadata as a message, with all names and values, and which of them were modified.

    Values may be None, bool, int of 64 bits, float, str, bytes, datetime, and lists, tuples and mappings (with text
    keys) of these; a mapping comes back as a dict. Values are never pickled.

    Parameters
    ----------
    metadata
        The Metadata.

    Returns
    -------
    pb.Metadata
        The message.

    Raises
    ------
    MetadataTypeError
        A value is of another type; the error names its key.
    """
    return pb.Metadata(
        modified=sorted(metadata.modified()),
        # iterating the object would sort the names, which takes time and is not needed
        entries={key: value_fields(metadata[key], key) for key in metadata.keys()},  # type: ignore[misc]  # noqa: SIM118
    )


def metadata_from_message(message: pb.Metadata) -> Metadata:
    """Return the Metadata of a message.

    Parameters
    ----------
    message
        The message.

    Returns
    -------
    Metadata
        The Metadata.
    """
    out = Metadata({key: value_of(value) for key, value in message.entries.items()})
    mark_modified(out, message.modified)
    return out


def mark_modified(target: Metadata, keys: Any) -> None:
    """Make exactly `keys` count as modified in `target`."""
    target.clear_modified()
    for key in keys:
        if key in target:
            target[key] = target[key]


# --- error log and history -------------------------------------------------------------------------------------------


def elog_to_message(elog: ErrorLogger) -> pb.ErrorLog:
    """The entries of a log in order."""
    return pb.ErrorLog(
        job_id=elog.get_job_id(),
        entries=[
            pb.LogEntry(
                job_id=entry.job_id,
                process_id=entry.p_id,
                algorithm=entry.algorithm,
                message=entry.message,
                severity=int(entry.badness) + 1,  # type: ignore[arg-type]
            )
            for entry in elog.get_error_log()
        ],
    )


def elog_from_message(message: pb.ErrorLog) -> ErrorLogger:
    """The log of a message, with its process ids."""
    entries = [
        LogData(
            {
                "job_id": entry.job_id,
                "p_id": entry.process_id,
                "algorithm": entry.algorithm,
                "message": entry.message,
                "badness": ErrorSeverity(max(entry.severity - 1, 0)),
            }
        )
        for entry in message.entries
    ]
    elog: ErrorLogger = rebuild_error_logger(message.job_id, entries)
    return elog


def history_to_message(history: ProcessingHistory) -> pb.ProcessingHistory | None:
    """The whole history as a message, or None if nothing is recorded."""
    if history.is_empty() and not (history.jobname() or history.jobid()):
        return None
    return pb.ProcessingHistory(
        jobname=history.jobname(),
        jobid=history.jobid(),
        current=_node_to_message(history.current_nodedata()),
        edges=[
            pb.HistoryEdge(child=child, parent=_node_to_message(parent))
            for child, parents in history.get_nodes().items()
            for parent in parents
        ],
    )


def history_from_message(message: pb.ProcessingHistory) -> ProcessingHistory:
    """The history of a message, with an empty log."""
    nodes: dict[str, list[NodeData]] = {}
    for edge in message.edges:
        nodes.setdefault(edge.child, []).append(_node_from_message(edge.parent))
    state = (message.jobname, message.jobid, _node_from_message(message.current), nodes)
    history: ProcessingHistory = rebuild_history(ProcessingHistory, (None, state))
    return history


def _node_to_message(node: NodeData) -> pb.HistoryNode:
    return pb.HistoryNode(
        status=_STATUS[node.status],  # type: ignore[arg-type]
        uuid=node.uuid,
        algorithm=node.algorithm,
        algid=node.algid,
        stage=node.stage,
        type=_ATOMIC[node.type],  # type: ignore[arg-type]
    )


def _node_from_message(message: pb.HistoryNode) -> NodeData:
    node = NodeData()
    node.status, node.type = _STATUS_BACK[message.status], _ATOMIC_BACK[message.type]
    node.uuid, node.algorithm, node.algid, node.stage = message.uuid, message.algorithm, message.algid, message.stage
    return node


# --- clock -----------------------------------------------------------------------------------------------------------


def clock_to_message(datum: Any) -> pb.Clock:
    """The clock of a TimeSeries or Seismogram, its time standard and shift."""
    relative = datum.time_is_relative()
    clock = pb.Clock(
        dt=datum.dt,
        reference=pb.TIME_REFERENCE_RELATIVE if relative else pb.TIME_REFERENCE_UTC,
    )
    if (t0_ns := _exact_t0_ns(datum)) is None:
        clock.t0 = datum.t0
    else:
        clock.t0_ns = t0_ns
    numerator, denominator = datum.rate_numerator, datum.rate_denominator
    # an interval that differs from the fraction is sent alone, because the reader makes the same fraction from it
    if numerator > 0 and denominator / numerator == datum.dt:
        clock.rate.numerator, clock.rate.denominator = numerator, denominator
    if datum.shifted():
        clock.t0_shift = datum.get_t0shift()
    return clock


def _exact_t0_ns(datum: Any) -> int | None:
    """The start of `datum` in ns if it is exact; None for fractions of ns, NaN, and times beyond int64."""
    if not abs(datum.t0) < _INT64_SECONDS:
        return None
    t0_ns = int(datum.t0_ns)
    return t0_ns if t0_ns / 10**9 == datum.t0 else None


def clock_from_message(message: pb.Clock, datum: Any) -> None:
    """Set the clock, time standard and shift of a new datum."""
    if message.HasField("rate"):
        datum.set_rate(message.rate.numerator, message.rate.denominator)
    else:
        datum.set_dt(message.dt)
    if message.HasField("t0"):
        datum.set_t0(message.t0)
    else:
        datum.set_t0_ns(message.t0_ns)
    relative = message.reference == pb.TIME_REFERENCE_RELATIVE
    datum.set_tref(TimeReferenceType.Relative if relative else TimeReferenceType.UTC)
    if message.HasField("t0_shift"):
        datum.force_t0_shift(message.t0_shift)
