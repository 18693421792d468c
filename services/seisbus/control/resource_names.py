"""Resource names (AIP-122): `jobs/{job}` and `deadLetters/{id}`."""

from __future__ import annotations

from typing import Final

from ..errors import UserError
from ..store.client import Store
from ..store.named import job_id

JOBS: Final = "jobs"
DEAD_LETTERS: Final = "deadLetters"


class ResourceNameError(UserError):
    """A resource name has the wrong form; `name` is what was sent."""

    def __init__(self, name: str, expected: str) -> None:
        what = "job" if expected == JOBS else "dead letter"
        super().__init__(f"{name.partition('/')[2]!r} is not the id of a {what} ({name!r}; expected {expected}/ID).")
        self.name = name


def resource_id(name: str, collection: str) -> str:
    """The id in a resource name of `collection`; ResourceNameError when the name is not of that form."""
    found, _, identity = name.partition("/")
    if found != collection or not identity or "/" in identity:
        raise ResourceNameError(name, collection)
    return identity


async def named_job(store: Store, name: str) -> str:
    """The id of the job of a resource name, whose last part may be the beginning of an id, or `@last`."""
    return await job_id(store, resource_id(name, JOBS))
