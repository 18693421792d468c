"""Types of the values in job files, and the base class of its models."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from libseis.isotime import iso

from .times import duration_ns, moment_ns

Moment = Annotated[int, BeforeValidator(moment_ns), PlainSerializer(iso, return_type=str)]


def _seconds_text(ns: int) -> str:
    return f"{ns / 1e9:.9f}".rstrip("0").rstrip(".") + "s"


Duration = Annotated[int, BeforeValidator(duration_ns), PlainSerializer(_seconds_text, return_type=str)]


def _code(value: object) -> object:
    """Job files keep codes as text (see jobyaml), because a number or a truth value does not tell how it was
    written."""
    if isinstance(value, list | tuple):
        raise ValueError('several codes are one text with commas, such as "BHZ,HHZ"')
    if not isinstance(value, str):
        raise ValueError(f"a code is text, and this is {value!r}; put it in quotes")
    return value


def _step(value: object) -> object:
    """A step without parameters may be written as its name alone."""
    return {value: {}} if isinstance(value, str) else value


def listed(value: object) -> object:
    """Makes a list of a single text."""
    return (value,) if isinstance(value, str) else value


JobId = Annotated[str, Field(pattern=r"^[0-9a-z]{1,40}$")]
Code = Annotated[str, BeforeValidator(_code), Field(pattern=r"^[A-Za-z0-9*?,\- _]*$", max_length=2000)]
Location = Annotated[Code, BeforeValidator(lambda value: "" if value is None else value)]
StepEntry = Annotated[dict[str, Any], BeforeValidator(_step)]


class Model(BaseModel):
    """Base of the job file's models: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
