"""The job file: what a user asks for. It is validated once, and is the same in YAML, in gRPC and in the database.

`parse_job` turns text or a mapping into a job of the type that its `kind` names; a mistake becomes a `JobFileError` of
one sentence. `read_job` reads what the database has, which was validated before.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, TypedDict, TypeVar, overload

import yaml
from pydantic import BaseModel, ValidationError

from ..errors import JobFileError
from .jobyaml import load
from .kind import KINDS, Job
from .wording import problem_text, where_text, yaml_text

J = TypeVar("J", bound=Job)


class HasSpec(TypedDict):
    """The part of a job document that is needed here."""

    spec: dict[str, Any]  # the job file, as it was checked


def _field_names(job: type[Job], location: tuple[int | str, ...]) -> list[str]:
    """The keys that are allowed at the place of an unknown key."""
    model: Any = job
    for step in location:
        if isinstance(step, int):
            continue
        found = model.model_fields.get(step) if hasattr(model, "model_fields") else None
        if found is None:
            break
        choices = [found.annotation, *getattr(found.annotation, "__args__", ())]
        nested = [c for c in choices if isinstance(c, type) and issubclass(c, BaseModel)]
        if not nested:
            break
        model = nested[0]
    return sorted(model.model_fields)


def _types() -> list[type[Job]]:
    return [form for job in KINDS.all().values() for form in job.forms()]


def _foreign(job: type[Job], key: object) -> bool:
    """Whether a key belongs to other kinds only."""
    return key not in job.model_fields and any(key in other.model_fields for other in _types())


def _default(key: str) -> list[object]:
    """Whether a key without effect may have this value: empty, or its default in any kind, as in documents of the
    database."""
    found: list[object] = [None, ""]
    for job in _types():
        if key in job.model_fields:
            default = job.model_fields[key].get_default()
            plain = default.model_dump(mode="json") if isinstance(default, BaseModel) else default
            found += [default, list(plain) if isinstance(plain, tuple) else plain]
    return found


def _sentence(job: type[Job], error: ValidationError) -> str:
    """The first problem of a validation, in one sentence; unknown keys first, since others follow from them."""

    def rank(problem: Any) -> int:
        at_top = len(problem["loc"]) == 1
        if problem["type"] == "extra_forbidden":
            return 2 if at_top and _foreign(job, problem["loc"][0]) else 0
        return 3 if problem["type"] == "missing" and at_top else 1

    first = min(error.errors(include_url=False), key=rank)
    where = where_text(first["loc"])
    if rank(first) == 2:
        kind = KINDS.all().get(where)
        needed = kind.needs.get(where) if kind is not None else None
        return f"Job file: {needed or job.refusal(where)}."
    if first["type"] == "extra_forbidden":
        *parents, key = first["loc"]
        allowed = _field_names(job, tuple(parents))
        near = difflib.get_close_matches(str(key), allowed, n=1)
        hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(allowed)}."
        return f"Job file: unknown key {where}; {hint}"
    if first["type"] == "missing":
        return f"Job file: {job.needs.get(where) or f'{where} is missing; add it (see docs/reference/job.md)'}."
    text = "expected kill, split, or {fill: zero | linear | nan}" if where == "gaps" else problem_text(first)
    return f"Job file: {where}: {text}."


def yaml_content(text: str) -> object:
    """What a YAML or JSON text holds, times as text; JobFileError in one sentence where it cannot be read."""
    try:
        return load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise JobFileError(f"Job file: not valid YAML{line}: {yaml_text(problem)}.") from None
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError, OverflowError) as error:
        # a tag such as !!timestamp on another value, endlessly nested lists, a key that is a list
        raise JobFileError(f"Job file: a value cannot be read ({error}).") from None


def _type_of(content: Mapping[str, object]) -> type[Job]:
    """The type of a job by its kind."""
    kind = content.get("kind", "window")
    known = KINDS.all()
    if not isinstance(kind, str) or kind not in known:
        raise UnknownKindError(kind, known)
    return known[kind].form(content)


class UnknownKindError(JobFileError):
    """A kind that this process does not know; `kind` is what was found."""

    def __init__(self, kind: object, known: Mapping[str, object]) -> None:
        super().__init__(f"Job file: kind: expected one of {', '.join(known)} (found {kind!r}).")
        self.kind = kind


def _made(job: type[Job], content: Mapping[str, object]) -> Job:
    # a needed key with an empty value counts as missing
    given = {key: value for key, value in content.items() if key not in job.needs or value not in (None, "")}
    try:
        return job.model_validate(given)
    except ValidationError as error:
        raise JobFileError(_sentence(job, error)) from None


def of_type(job: Job, wanted: type[J]) -> J:
    """The job as a value of this type; JobFileError if it has another type."""
    if not isinstance(job, wanted):
        raise JobFileError(f"The job is of kind {job.kind}, expected one of kind {wanted.kind_name()}.")
    return job


@overload
def parse_job(source: object) -> Job: ...
@overload
def parse_job(source: object, wanted: type[J]) -> J: ...
def parse_job(source: object, wanted: type[Job] = Job) -> Job:
    """Validate a YAML or JSON text, or a mapping, and return its job; JobFileError, of one sentence, if something is
    wrong.

    `wanted`: the type that it must have.
    """
    content = yaml_content(source) if isinstance(source, str) else source
    if not isinstance(content, Mapping):
        raise JobFileError("Job file: expected a mapping with at least archive and windows.")
    job = _type_of(content)
    # a key of another kind does no harm if it has its default
    given = {k: v for k, v in content.items() if not (_foreign(job, k) and v in _default(str(k)))}
    return of_type(_made(job, given), wanted)


@overload
def read_job(document: HasSpec) -> Job: ...
@overload
def read_job(document: HasSpec, wanted: type[J]) -> J: ...
def read_job(document: HasSpec, wanted: type[Job] = Job) -> Job:
    """Return the job of a job document, which has it as `spec`. There, documents of older versions have the keys of all
    kinds.

    UnknownKindError (a JobFileError) if this process does not know the kind, JobFileError if the job does not have the
    type `wanted`.
    """
    content = document["spec"]
    job = _type_of(content)
    return of_type(_made(job, {k: v for k, v in content.items() if k in job.model_fields}), wanted)
