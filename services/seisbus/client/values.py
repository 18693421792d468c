"""The values that the client's calls take and give: frozen values in place of messages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from libseis.codes import Channel, location_text
from libseis.isotime import iso
from seis.control.v1 import control_pb2 as pb
from seis.v1 import task_pb2

from ..model.misfit_documents import TotalMisfit
from ..model.outcome import Fate, JobState, Ledger
from ..model.shown import Shown
from ..model.subject import KINDS as SUBJECT_KINDS
from ..model.subject import Subject, of_event, subject_of
from ..model.times import moment_ns

if TYPE_CHECKING:
    from libseis import ProcessingHistory


@dataclass(frozen=True, slots=True)
class Progress(Shown):
    """The progress of a job. `time_ns` is the time of this information, nanoseconds since 1970."""

    job: str
    state: JobState
    attempt: int
    ledger: Ledger
    planning_done: bool
    stored_bytes: int
    time_ns: int

    def rows(self) -> Mapping[str, Any]:
        """The important parts."""
        return {"job": self.job, "state": self.state.value, **self.ledger.rows(), "time": self.time_ns}

    @classmethod
    def of(cls, message: task_pb2.JobSnapshot) -> Progress:
        """Make a progress from a message.

        Parameters
        ----------
        message
            The message.

        Returns
        -------
        Progress
            The progress.
        """
        return cls(
            job=message.job,
            state=JobState(message.state),
            attempt=message.attempt,
            ledger=Ledger(
                message.planned, message.saved, message.dead, message.missing, message.failed, message.cancelled
            ),
            planning_done=message.planning_done,
            stored_bytes=message.stored_bytes,
            time_ns=message.time_ns,
        )


def total_misfit(message: pb.ListMisfitsResponse.Row) -> TotalMisfit:
    """Make a total misfit from a message."""
    return TotalMisfit(message.event, message.path, message.stations, message.sources, message.windows, message.misfit)


@dataclass(frozen=True, slots=True)
class Already(Shown):
    """Windows of a job that earlier jobs have saved with the same recipe and data_tag.

    `windows` of `planned` were saved; in large jobs the numbers are `scaled` from a part of them. `skipped` says
    whether these windows are left as they are; `jobs` are ids, newest first; `text` says all this in a sentence.
    """

    windows: int
    planned: int
    skipped: bool
    scaled: bool
    jobs: tuple[str, ...]
    text: str

    @classmethod
    def of_response(cls, response: pb.SubmitJobResponse) -> Already | None:
        """Make it from the answer to a submission.

        Parameters
        ----------
        response
            The answer.

        Returns
        -------
        Already | None
            None if no earlier job has any of the windows.
        """
        if not response.HasField("already"):
            return None
        told = response.already
        jobs = tuple(name.removeprefix("jobs/") for name in told.jobs)
        return cls(told.windows, told.planned, told.skipped, told.scaled, jobs, told.text)


@dataclass(frozen=True, slots=True, repr=False)
class Job(Shown):
    """A job. Times are nanoseconds since 1970; `close_time_ns` is 0 while the job is open. `spec` is empty in lists."""

    id: str
    title: str
    kind: str
    progress: Progress
    spec: Mapping[str, Any]
    submit_time_ns: int
    close_time_ns: int
    error: str
    notes: tuple[str, ...]
    already: Already | None = None

    def __repr__(self) -> str:
        fates = ", ".join(f"{name} {count:,}" for name, count in self.ledger.rows().items())
        title = f", {self.title!r}" if self.title else ""
        return (
            f"Job({self.id!r}{title}, {self.kind}, {self.state.value}, {fates}{', ' if self.error else ''}{self.error})"
        )

    def rows(self) -> Mapping[str, Any]:
        """The important parts: its name, its state, its ledger and its notes."""
        rows: dict[str, Any] = {"id": self.id, "title": self.title, "kind": self.kind, "state": self.state.value}
        rows |= self.ledger.rows()
        rows |= {"submit_time_ns": self.submit_time_ns, "close_time_ns": self.close_time_ns}
        rows |= {"error": self.error, "notes": " ".join(self.notes)}
        rows |= {"already": self.already.text if self.already else ""}
        return {
            _HEADINGS.get(name, name): value for name, value in rows.items() if value not in ("", 0) or name == "saved"
        }

    @property
    def state(self) -> JobState:
        """Its state."""
        return self.progress.state

    @property
    def ledger(self) -> Ledger:
        """Its ledger."""
        return self.progress.ledger

    @classmethod
    def of(cls, message: pb.Job) -> Job:
        """Make a job from a message.

        Parameters
        ----------
        message
            The message.

        Returns
        -------
        Job
            The job.
        """
        return cls(
            id=message.name.removeprefix("jobs/"),
            title=message.title,
            kind=message.kind,
            progress=Progress.of(message.progress),
            spec=json.loads(message.spec_json) if message.spec_json else {},
            submit_time_ns=message.submit_time_ns,
            close_time_ns=message.close_time_ns,
            error=message.error,
            notes=tuple(message.notes),
        )


# Headings in notebooks; they end with "time" if the value is a time in nanoseconds.
_HEADINGS = {
    "submit_time_ns": "submit time",
    "close_time_ns": "close time",
    "fetch_bytes": "bytes to fetch",
    "disk_bytes": "bytes to store",
    "days_estimated": "days not looked at",
}


@dataclass(frozen=True, slots=True)
class Estimate(Shown):
    """What a job would need.

    `basis` is a sentence on how the numbers were made, and `bases` has a phrase for each number, by its name. `days` is
    the number of UTC days of the job; nothing was read of `days_estimated` of them.
    """

    windows: int
    objects: int
    requests: int
    fetch_bytes: int
    disk_bytes: int
    hours: float
    missing: int
    days_estimated: int
    basis: str
    bases: Mapping[str, str] = field(default_factory=dict)
    days: int = 0
    already: Already | None = None

    def rows(self) -> Mapping[str, Any]:
        """Its numbers and their basis."""
        rows = {
            _HEADINGS.get(name, name): getattr(self, name)
            for name in self.__slots__
            if name not in ("already", "bases")
        }
        return {**rows, "already": self.already.text} if self.already else rows

    @classmethod
    def of(cls, message: pb.Estimate) -> Estimate:
        """Make an estimate from a message.

        Parameters
        ----------
        message
            The message.

        Returns
        -------
        Estimate
            The estimate.
        """
        given = {name: getattr(message, name) for name in cls.__slots__ if name not in ("already", "bases")}
        return cls(**given, bases=dict(message.bases))


_SUBJECTS = {
    task_pb2.SubjectKind.Value(f"SUBJECT_KIND_{kind.upper()}"): kind for kind in SUBJECT_KINDS if kind != "event"
}


@dataclass(frozen=True, slots=True)
class Outcome(Shown):
    """How one window, or another `subject`, ended. Times are nanoseconds since 1970."""

    window: str
    channel: Channel
    start_ns: int
    end_ns: int
    subject: Subject
    fate: Fate
    reason: str
    detail: str
    refs: tuple[str, ...]
    attempt: int

    @property
    def event(self) -> str:
        """The event that it belongs to; "" if there is none."""
        return of_event(self.subject)

    @classmethod
    def of(cls, message: pb.ListOutcomesResponse.Row) -> Outcome:
        """Make an outcome from a message.

        Parameters
        ----------
        message
            The message.

        Returns
        -------
        Outcome
            The outcome.
        """
        # imported late, as below, because numpy takes longer to load than a call takes
        from libseis.wire.channels import channel_of

        return cls(
            window=message.window.id,
            channel=channel_of(message.window.channel),
            start_ns=message.window.start_ns,
            end_ns=message.window.end_ns,
            subject=subject_of(_SUBJECTS.get(message.window.subject, "event"), message.window.event),
            fate=Fate[task_pb2.Fate.Name(message.fate).removeprefix("FATE_")],
            reason=message.reason,
            detail=message.detail,
            refs=tuple(message.refs),
            attempt=message.attempt,
        )


@dataclass(frozen=True, slots=True)
class Availability(Shown):
    """A job's windows of one channel that start on one UTC day (`day_ns`, its first nanosecond)."""

    channel: Channel
    day_ns: int
    ledger: Ledger
    reasons: tuple[str, ...]

    def rows(self) -> Mapping[str, Any]:
        """Channel, day and the counts."""
        return {
            "channel": str(self.channel),
            "day": iso(self.day_ns)[:10],
            **self.ledger.counts(),
            "reasons": ", ".join(self.reasons),
        }

    @classmethod
    def of(cls, message: pb.GetAvailabilityResponse.Row) -> Availability:
        """Make a row from a message.

        Parameters
        ----------
        message
            The message.

        Returns
        -------
        Availability
            The row.
        """
        from libseis.wire.channels import channel_of

        return cls(
            channel=channel_of(message.channel),
            day_ns=message.day_ns,
            ledger=Ledger(
                message.planned, message.saved, message.dead, message.missing, message.failed, message.cancelled
            ),
            reasons=tuple(message.reasons),
        )


@dataclass(frozen=True, slots=True)
class Reason(Shown):
    """How many windows of a job ended with a fate for a reason; `example` is one channel and its sentence."""

    fate: Fate
    reason: str
    windows: int
    example: str

    @classmethod
    def of(cls, message: pb.GetAvailabilityResponse.Reason) -> Reason:
        """Make a reason from a message.

        Parameters
        ----------
        message
            The message.

        Returns
        -------
        Reason
            The reason.
        """
        fate = Fate[task_pb2.Fate.Name(message.fate).removeprefix("FATE_")]
        return cls(fate, message.reason, message.windows, message.example)


@dataclass(frozen=True, slots=True)
class DeadLetter(Shown):
    """A message that was given up; `body` is empty in lists."""

    id: str
    job: str
    task: str
    part: int
    stream: str
    subject: str
    reason: str
    deliveries: int
    time_ns: int
    body: bytes = field(repr=False)

    def rows(self) -> Mapping[str, Any]:
        """Everything except the body."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "body"}

    @classmethod
    def of(cls, message: pb.DeadLetter) -> DeadLetter:
        """Make a dead letter from a message.

        Parameters
        ----------
        message
            The message.

        Returns
        -------
        DeadLetter
            The dead letter.
        """
        fields = {name: getattr(message, name) for name in cls.__slots__ if name != "id"}
        return cls(id=message.name.removeprefix("deadLetters/"), **fields)


@dataclass(frozen=True, slots=True)
class SourceObject(Shown):
    """An object of an archive from which stored samples come.

    `etag` is the version that was read, and `now` the version that the archive has now. `problem` is a sentence on the
    object, "" if there is none.
    """

    archive: str
    key: str
    etag: str
    now: str
    problem: str


@dataclass(frozen=True, slots=True)
class History(Shown):
    """How a stored waveform was made.

    `job` is the content of a job file that makes it again; `submit` takes it. `notes` say why the samples may differ.
    `of_job` is the document of `history_global` of the job that stored it, empty if there is none. `history` is the
    history of the datum itself, None if its job kept none (`history: object`).
    """

    waveform: str
    job: Mapping[str, Any]
    notes: tuple[str, ...]
    objects: tuple[SourceObject, ...]
    of_job: Mapping[str, Any]
    history: ProcessingHistory | None

    @property
    def versions(self) -> Mapping[str, str]:
        """Versions of the distributions that were used for the job."""
        found: Mapping[str, str] = self.of_job.get("control", {}).get("versions", {})
        return found

    @classmethod
    def of(cls, message: pb.GetHistoryResponse) -> History:
        """Make a history from a message.

        Parameters
        ----------
        message
            The message.

        Returns
        -------
        History
            The history.
        """
        from libseis.wire.headers import history_from_message

        return cls(
            waveform=message.waveform,
            job=json.loads(message.job_json),
            notes=tuple(message.notes),
            objects=tuple(SourceObject(o.archive, o.key, o.etag, o.now, o.problem) for o in message.objects),
            of_job=json.loads(message.global_json) if message.global_json else {},
            history=history_from_message(message.history) if message.HasField("history") else None,
        )


@dataclass(frozen=True, slots=True)
class Archive(Shown):
    """An archive that the deployment knows; `index` is files or listing."""

    name: str
    bucket: str
    region: str
    index: str


@dataclass(frozen=True, slots=True)
class Query:
    """Which stored waveforms: codes with * and ? and comma-separated alternatives; those that overlap [start, end).

    Waveforms are chosen and not cut; `client.read(..., cut=True)` cuts them to [start, end).

    A location of "" is the blank one (so are "--" and None), "*" is any.
    Times are ISO 8601 texts, epoch seconds, datetimes or obspy's UTCDateTime. `limit` 0 means all.
    Seismograms match where any of their channels does. Times are ISO 8601 texts, epoch seconds, datetimes or obspy's
    UTCDateTime. `limit` 0 means no limit. `components`: 1 for TimeSeries alone, 3 for Seismograms alone, 0 for both.
    """

    job: str = ""
    net: str = "*"
    sta: str = "*"
    loc: str | None = "*"
    chan: str = "*"
    start: Any = None
    end: Any = None
    data_tag: str = ""
    event: str = ""
    limit: int = 0
    components: int = 0

    @property
    def bounds_ns(self) -> tuple[int | None, int | None]:
        """Start and end in nanoseconds since 1970, None without a bound. ValueError if a value is not a time."""
        start, end = self.start, self.end
        return None if start is None else time_ns(start), None if end is None else time_ns(end)

    def message(self) -> pb.WaveformQuery:
        """The query as a message. ValueError if a value is not a time."""
        return pb.WaveformQuery(
            job=self.job,
            filter=channel_filter(self.net, self.sta, self.loc, self.chan),
            span=time_span(self.start, self.end),
            data_tag=self.data_tag,
            event=self.event,
            limit=self.limit,
            components=self.components,
        )


def channel_filter(net: str, sta: str, loc: str | None, chan: str) -> pb.ChannelFilter:
    """A selection of channels as a message. A missing location means any location, and a blank one is --."""
    return pb.ChannelFilter(net=net, sta=sta, loc=location_text(loc), chan=chan)


def time_ns(value: Any) -> int:
    """Nanoseconds since 1970 of any time that `Query` takes; ValueError for other values."""
    return moment_ns(value)


def time_span(start: Any, end: Any) -> pb.TimeSpan:
    """A span as a message, which includes its start and not its end; None means without a bound."""
    return pb.TimeSpan(
        start_ns=0 if start is None else time_ns(start),
        end_ns=0 if end is None else time_ns(end),
    )


@dataclass(frozen=True, slots=True)
class Stored(Shown):
    """One stored waveform as control sends it: its wf document and its bytes, or the reason why they cannot be read.

    `log` is its error log, entries of MsPASS's logdata (algorithm, badness, error_message ...).
    """

    document: Mapping[str, Any]
    data: bytes = field(default=b"", repr=False)
    miniseed: bool = False
    error: str = field(default="")
    log: tuple[Mapping[str, Any], ...] = ()

    def rows(self) -> Mapping[str, Any]:
        """Its document and the number of its bytes."""
        return {**self.document, "bytes": len(self.data), "error": self.error}


@dataclass(frozen=True, slots=True)
class Datum(Shown):
    """All that is known of one datum.

    Attributes
    ----------
    pieces : tuple of Stored
        The wf documents of a saved datum with their error logs, without bytes; several for a window that was split.
    grave : mapping
        The cemetery document of a dead datum, empty for a saved one. A run of windows has one.
    """

    pieces: tuple[Stored, ...]
    grave: Mapping[str, Any]

    @property
    def job(self) -> str:
        """Id of the job that made it."""
        return str((self.pieces[0].document if self.pieces else self.grave)["job"])

    @classmethod
    def of(cls, message: pb.GetDatumResponse) -> Datum:
        """Make a datum from a message.

        Parameters
        ----------
        message
            The message.

        Returns
        -------
        Datum
            The datum.
        """
        logs = [tuple(json.loads(text)) if text else () for text in message.logs_json]
        documents = map(json.loads, message.documents_json)
        pieces = tuple(Stored(document, log=log) for document, log in zip(documents, logs, strict=True))
        return cls(pieces, json.loads(message.grave_json) if message.grave_json else {})
