"""What all kinds of jobs have in common.

A kind of job is a type: it has the keys of the job file, and says what services must know before they look inside. Each
stage (model, control, indexer, fetcher, windower, writer, cli) that does something for a kind has a module with the
kind's name in its folder `kinds`, with an object `KIND`. docs/contributing/adding_a_job_kind.md shows how.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar, Final

from pydantic import Field

from libseis.codes import ChannelFilter

from .fields import Code, Location, Model
from .stages import Stage

# For each key, the sentence that is said when it is missing.
Needs = Mapping[str, str]


class Work(StrEnum):
    """Who takes the messages of a queue: fetchers, windowers or writers."""

    FETCH = "fetch"
    WINDOW = "window"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue of a kind of job; at most `in_progress` of its messages are worked on at once by all replicas.

    Names of fetchers' queues begin with a capital, because archives have queues there too, and their names have no
    capitals.
    """

    work: Work
    name: str
    in_progress: int


class Select(Model):
    """Which channels: wildcards * and ?, comma-separated alternatives, -- or "" for a blank location."""

    net: Code = "*"
    sta: Code = "*"
    loc: Location = "*"
    chan: Code = "*"

    @property
    def filter(self) -> ChannelFilter:
        """The selection as a value of the model."""
        return ChannelFilter(self.net, self.sta, self.loc, self.chan)


class Job(Model):
    """A job as the user wrote it: what all kinds have.

    A kind gives `kind` a literal type and a default. Its `needs` has the sentences for keys that are missing.
    """

    queues: ClassVar[tuple[Queue, ...]] = ()
    needs: ClassVar[Needs] = {}

    kind: str
    name: Annotated[str, Field(max_length=200)] = ""

    @classmethod
    def form(cls, content: Mapping[str, object]) -> type[Job]:
        """The type that a job file with this content has: one of `forms`."""
        return cls

    @classmethod
    def forms(cls) -> tuple[type[Job], ...]:
        """The types of this kind: one, unless the content of the file decides."""
        return (cls,)

    @classmethod
    def refusal(cls, key: str) -> str:
        """The sentence about a key that only other kinds take."""
        return f"a job of kind {cls.kind_name()} takes no {key}"

    @classmethod
    def kind_name(cls) -> str:
        """The name of the kind, as it stands in job files."""
        return str(cls.model_fields["kind"].default)

    @property
    def reads(self) -> frozenset[str]:
        """Jobs whose data this one reads, so that they must not be removed meanwhile."""
        return frozenset()

    @property
    def recipe_key(self) -> str:
        """A text that is equal for all jobs that make the same of a window; "" for jobs that do not make windows."""
        return ""

    @property
    def awaits(self) -> str:
        """The job that must be closed before this one is planned; "" if there is no such job."""
        return ""


class OfArchive(Job):
    """A job on an archive. Of two jobs on one archive, the one with the higher priority is planned first."""

    needs: ClassVar[Needs] = {"archive": "archive is missing; add it (see docs/reference/job.md)"}

    archive: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,40}$")]  # control checks that it exists
    priority: Annotated[int, Field(ge=-9, le=9)] = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """Stored waveforms that a job works on: of one job, with one data_tag, of one event ("" is any)."""

    job: str = ""
    tag: str = ""
    event: str = ""


class StoredJob(Job):
    """A job on stored waveforms; it does not need an archive."""

    select: Select = Select()

    @classmethod
    def refusal(cls, key: str) -> str:
        """The sentence about a key that only other kinds take."""
        return f"a job of kind {cls.kind_name()} takes what is stored as it is, and no {key}"

    @property
    def stored(self) -> Stored:
        """The waveforms that the job works on, of the channels in `select`."""
        raise NotImplementedError


KINDS: Final[Stage[type[Job]]] = Stage("model")


def all_queues() -> list[Queue]:
    """The queues of all kinds, each once."""
    return list(dict.fromkeys(queue for job in KINDS.all().values() for queue in job.queues))
