"""One attribute of a schema as a frozen value, and how the texts of a schema file become Python types."""

from __future__ import annotations

import functools
import importlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

TYPES: dict[str, type | None] = {
    "int": int,
    "integer": int,
    "float": float,
    "double": float,
    "bool": bool,
    "boolean": bool,
    "str": str,
    "string": str,
    "list": list,
    "dict": dict,
    "bytes": bytes,
    "byte": bytes,
    "object": None,
    "objectid": str,
}
"""Type texts of a schema file; `objectid` becomes bson's ObjectId where that package is installed (`python_type`)."""


class Constraint(StrEnum):
    """How much a document needs the attribute."""

    REQUIRED = "required"
    XREF_KEY = "xref_key"
    NORMAL = "normal"
    OPTIONAL = "optional"


@functools.cache
def _object_id() -> type:
    """ObjectId of bson, which comes with pymongo. libseis does not need pymongo; without it an id is a text."""
    if importlib.util.find_spec("bson") is None:
        return str
    object_id: type = importlib.import_module("bson.objectid").ObjectId
    return object_id


def python_type(text: str) -> type | None:
    """The Python type of a type text, None for `object`; KeyError for an unknown text."""
    name = text.lower()
    return _object_id() if name == "objectid" else TYPES[name]


@dataclass(frozen=True, slots=True)
class Attribute:
    """Definition of one attribute. `reference` and `collection` name collections; `readonly` is None if it is not
    given."""

    type: str
    concept: str | None = None
    aliases: tuple[str, ...] = ()
    constraint: Constraint = Constraint.NORMAL
    reference: str | None = None
    collection: str | None = None
    readonly: bool | None = None

    @classmethod
    def from_mapping(cls, attr: Mapping[str, Any]) -> Attribute:
        """Check a mapping as found in a schema file or given to `add`; ValueError says what is wrong with it."""
        unknown = set(attr) - {"type", "concept", "aliases", "constraint", "reference", "collection", "readonly"}
        if unknown:
            raise ValueError(f"unknown field(s) {', '.join(sorted(map(str, unknown)))}")
        text = attr.get("type")
        if not isinstance(text, str) or text.lower() not in TYPES:
            raise ValueError(f"type must be one of {', '.join(sorted(TYPES))}, found {text!r}")
        aliases = attr.get("aliases") or ()
        if isinstance(aliases, str):
            aliases = (aliases,)
        if not all(isinstance(alias, str) for alias in aliases):
            raise ValueError(f"aliases must be texts, found {aliases!r}")
        constraint = attr.get("constraint", "normal")
        if constraint not in Constraint.__members__.values():
            raise ValueError(f"constraint must be one of {', '.join(Constraint)}, found {constraint!r}")
        for field in ("concept", "reference", "collection"):
            if not isinstance(attr.get(field), str | None):
                raise ValueError(f"{field} must be a text, found {attr[field]!r}")
        if not isinstance(attr.get("readonly"), bool | None):
            raise ValueError(f"readonly must be true or false, found {attr['readonly']!r}")
        return cls(
            type=text.lower(),
            concept=attr.get("concept"),
            aliases=tuple(aliases),
            constraint=Constraint(constraint),
            reference=attr.get("reference"),
            collection=attr.get("collection"),
            readonly=attr.get("readonly"),
        )
