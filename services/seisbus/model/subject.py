"""What an item of a ledger is about: an event (of which it is a window), an object, a dataset, a station, a job.

On the bus and in documents a subject is a text, with the name of its type if that is not `event`. Documents and
messages of older versions have only the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Final, TypeVar


@dataclass(frozen=True, slots=True)
class Event:
    """The event of a window; `id` is empty if it has no event."""

    kind: ClassVar[str] = "event"

    id: str = ""

    @property
    def text(self) -> str:
        """As it is stored."""
        return self.id


@dataclass(frozen=True, slots=True)
class ObjectKey:
    """An object by its key; its content is not known."""

    kind: ClassVar[str] = "object"

    key: str

    @property
    def text(self) -> str:
        """As it is stored."""
        return self.key


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset to build: the waveforms of an event, or, if that is empty, of the item's channel and span."""

    kind: ClassVar[str] = "dataset"

    event: str = ""

    @property
    def text(self) -> str:
        """As it is stored."""
        return self.event


@dataclass(frozen=True, slots=True)
class Station:
    """The item's station, for an event."""

    kind: ClassVar[str] = "station"

    event: str

    @property
    def text(self) -> str:
        """As it is stored."""
        return self.event


@dataclass(frozen=True, slots=True)
class JobId:
    """Another job."""

    kind: ClassVar[str] = "job"

    id: str

    @property
    def text(self) -> str:
        """As it is stored."""
        return self.id


Subject = Event | ObjectKey | Dataset | Station | JobId
S = TypeVar("S", Event, ObjectKey, Dataset, Station, JobId)

NO_EVENT: Final = Event()
_TYPES: Final = {found.kind: found for found in (Event, ObjectKey, Dataset, Station, JobId)}
KINDS: Final = tuple(_TYPES)


@lru_cache(maxsize=4096)  # many windows of few events
def subject_of(kind: str, text: str) -> Subject:
    """The subject of a kind that has this text."""
    return _TYPES[kind](text)


def of_event(subject: Subject) -> str:
    """The event of a subject; "" if it has no event."""
    match subject:
        case Event(event) | Dataset(event) | Station(event):
            return event
        case _:
            return ""


def as_type(subject: Subject, wanted: type[S]) -> S:
    """The subject as a value of this type. Older versions wrote no type, so their subjects all look like events."""
    if isinstance(subject, wanted):
        return subject
    if subject.kind != Event.kind:
        raise TypeError(f"an item about {subject}, where one about {wanted.kind} was expected")
    return wanted(subject.text)
