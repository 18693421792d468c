"""Converts documents and model values to messages of the control plane, and back. No input or output."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from libseis.codes import Channel, ChannelFilter
from libseis.wire.channels import channel_message
from seis.control.v1 import control_pb2 as pb
from seis.v1 import task_pb2

from ..bus.snapshot import snapshot
from ..model.outcome import Fate, Ledger
from ..model.subject import KINDS as SUBJECT_KINDS
from ..store.documents import DeadLetterDocument, JobDocument, OutcomeRow, SourceDocument
from ..store.normalized import event_name
from ..store.outcomes import Availability
from ..store.pages import PageRequest
from ..store.queries import TimeSpan, WaveformFilter
from ..store.summaries import Summary
from .resource_names import DEAD_LETTERS, JOBS


def job_message(document: JobDocument) -> pb.Job:
    """A job document, with its specification where the document holds it."""
    return pb.Job(
        name=f"{JOBS}/{document['_id']}",
        title=document.get("name") or "",
        kind=document["kind"],
        progress=snapshot(document),
        spec_json=json.dumps(document["spec"]) if "spec" in document else "",
        submit_time_ns=document["submitted_ns"],
        close_time_ns=document.get("closed_ns") or 0,
        error=document.get("error") or "",
        notes=document.get("notes") or [],
    )


def ledger_of(document: JobDocument) -> Ledger:
    """The counts of a job document: a cache while it is open, recounted when it was closed."""
    return Ledger(planned=document["planned"], **{fate.value: document["counts"][fate.value] for fate in Fate})


def page_request(request: Any, usual: int = 0) -> PageRequest:
    """What a list request says about its page; `usual` stands for a size of 0."""
    skip, count = getattr(request, "skip", 0), getattr(request, "count", False)
    return PageRequest(request.page_size or usual, request.page_token, skip, count)


def fate_values(messages: Iterable[int]) -> frozenset[Fate]:
    """The fates in a message, without the unspecified one."""
    names = (task_pb2.Fate.Name(message) for message in messages if message)
    return frozenset(Fate[name.removeprefix("FATE_")] for name in names)


_SUBJECTS = {kind: f"SUBJECT_KIND_{'UNSPECIFIED' if kind == 'event' else kind.upper()}" for kind in SUBJECT_KINDS}


def outcome_message(document: OutcomeRow) -> pb.ListOutcomesResponse.Row:
    """An outcome document as a row."""
    return pb.ListOutcomesResponse.Row(
        window=task_pb2.Window(
            id=document["_id"],
            channel=channel_message(Channel.parse(document["channel"])),
            start_ns=document["start_ns"],
            end_ns=document["end_ns"],
            event=document.get("event") or "",
            subject=_SUBJECTS[document.get("subject") or "event"],
        ),
        fate=f"FATE_{Fate(document['fate']).name}",
        reason=document.get("reason") or "",
        detail=document.get("detail") or "",
        refs=[str(ref) for ref in document.get("refs") or ()],
        attempt=document.get("attempt") or 0,
    )


def availability_message(channel: Channel, day_ns: int, row: Availability) -> pb.GetAvailabilityResponse.Row:
    """One channel on one day."""
    return pb.GetAvailabilityResponse.Row(
        channel=channel_message(channel),
        day_ns=day_ns,
        planned=row.planned,
        reasons=sorted(row.reasons),
        **{fate.value: count for fate, count in row.fates.items()},
    )


def reason_messages(counted: Summary) -> list[pb.GetAvailabilityResponse.Reason]:
    """Why windows are not saved, in order of fate and reason, with an example for each."""
    made = []
    for (fate, reason), count in sorted(counted.reasons.items()):
        if fate != Fate.SAVED:
            example = next(iter(counted.examples[fate, reason]), None)
            text = "" if example is None else ": ".join(filter(None, (example.channel, example.detail)))
            made.append(
                pb.GetAvailabilityResponse.Reason(
                    fate=f"FATE_{Fate(fate).name}", reason=reason, windows=count, example=text
                )
            )
    return made


def event_message(document: SourceDocument) -> pb.Event:
    """A source document as an event."""
    return pb.Event(
        id=event_name(document),
        time_ns=document["time_ns"],
        lat=document["lat"],
        lon=document["lon"],
        depth_km=document.get("depth") or 0.0,
        mag=document.get("mag"),
        mag_type=document.get("mag_type") or "",
        waveform_key=document.get("waveform_key") or "",
        phase_key=document.get("phase_key") or "",
        event_type=document.get("event_type") or "",
    )


def dead_letter_message(document: DeadLetterDocument) -> pb.DeadLetter:
    """A dead letter, with its body where the document holds it."""
    return pb.DeadLetter(
        name=f"{DEAD_LETTERS}/{document['_id']}",
        job=document.get("job") or "",
        task=document.get("task") or "",
        part=document.get("part") or 0,
        stream=document.get("stream") or "",
        subject=document.get("subject") or "",
        reason=document.get("reason") or "",
        deliveries=document.get("deliveries") or 0,
        time_ns=document.get("time_ns") or 0,
        body=document.get("body") or b"",
    )


def filter_value(message: pb.ChannelFilter) -> ChannelFilter:
    """The channel filter of a message."""
    return ChannelFilter(message.net or "*", message.sta or "*", message.loc or "*", message.chan or "*")


def span_value(message: pb.TimeSpan) -> TimeSpan:
    """The span of a message; 0 is unbounded."""
    return TimeSpan(message.start_ns or None, message.end_ns or None)


def waveform_filter(message: pb.WaveformQuery) -> WaveformFilter:
    """A waveform query without its limit; `job` may be a resource name or a bare id."""
    return WaveformFilter(
        job=message.job.removeprefix(f"{JOBS}/"),
        channels=filter_value(message.filter),
        span=span_value(message.span),
        data_tag=message.data_tag,
        event=message.event,
        components=message.components,
    )
