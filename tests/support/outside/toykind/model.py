"""The keys in the job file of a toy."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from seisbus.model.fields import Model
from seisbus.model.kind import Job, Needs, Queue, Work


class Toy(Model):
    """The words."""

    words: Annotated[tuple[str, ...], Field(min_length=1)]


class ToyJob(Job):
    """Words to say."""

    queues = (Queue(Work.WRITE, "toy", 4),)
    needs: ClassVar[Needs] = {"toy": "a job of kind toy needs the key toy"}

    kind: Literal["toy"] = "toy"
    toy: Toy


KIND: Final = ToyJob
