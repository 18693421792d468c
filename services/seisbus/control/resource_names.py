"""Resource names (AIP-122): `jobs/{job}` and `deadLetters/{id}`."""

from __future__ import annotations

from typing import Final

from ..errors import UserError

JOBS: Final = "jobs"
DEAD_LETTERS: Final = "deadLetters"


class ResourceNameError(UserError):
    """A resource name of another form; `name` is what was sent."""

    def __init__(self, name: str, expected: str) -> None:
        super().__init__(f"{name!r} is not a resource name; expected {expected}/ and an id.")
        self.name = name


def resource_id(name: str, collection: str) -> str:
    """The id in a resource name of `collection`; ResourceNameError when the name is not of that form."""
    found, _, identity = name.partition("/")
    if found != collection or not identity or "/" in identity:
        raise ResourceNameError(name, collection)
    return identity
