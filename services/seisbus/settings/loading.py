"""Read settings from the environment; one sentence if a setting is wrong."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError

from ..errors import UserError
from .concerns import FromEnvironment

S = TypeVar("S", bound=FromEnvironment)


def variable(field: str) -> str:
    """The environment variable of a setting."""
    return f"SEISBUS_{field.upper()}"


def load_settings(wanted: type[S]) -> S:
    """Settings of this process; if one is wrong, UserError names its variable."""
    try:
        return wanted()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = variable("_".join(str(part) for part in first["loc"]))
        raise UserError(f"Environment variable {name}: {first['msg']} (found {first['input']!r}).") from None
