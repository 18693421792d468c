"""Read schema files (YAML) into frozen definitions, which are parsed once per file and shared by all instances.

Schemas are made much more often than their files change (each Database handle has one). So the content of a file is
kept by the file's identity (path, size, modification time). Instances copy the dicts, but not the frozen attributes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from libseis.errors import MsPASSError
from libseis.mspass.schema.attributes import Attribute
from libseis.mspass.schema.definitions import DBSchemaDefinition
from libseis.mspass.schema.locating import fatal, load, locate

MUST_EXIST = ("wf", "elog", "history_object")


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection as its file defines it."""

    attributes: Mapping[str, Attribute]
    data_type: str | None


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """The contents of one schema file; never changed after construction."""

    path: Path
    collections: Mapping[str, Collection]
    defaults: Mapping[str, str]
    metadata: Mapping[str, Mapping[str, Attribute]]


def _invalid(path: Path, text: str) -> NoReturn:
    raise fatal(path, f"The schema definition is not valid: {path}: {text}.")


def _raw_collections(path: Path, database: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The attributes of each collection with its bases merged in."""
    merged: dict[str, dict[str, Any]] = {}

    def merge(name: str, chain: tuple[str, ...]) -> dict[str, Any]:
        if name in chain:
            _invalid(path, f"collection {name!r} is its own base")
        if name in merged:
            return merged[name]
        body = database.get(name)
        if not isinstance(body, dict) or not isinstance(body.get("schema"), dict):
            _invalid(path, f"collection {name!r} must be a mapping with a mapping `schema`")
        unknown = set(body) - {"default", "data_type", "base", "schema"}
        if unknown:
            _invalid(path, f"collection {name!r} has unknown field(s) {', '.join(sorted(map(str, unknown)))}")
        base = merge(body["base"], (*chain, name)) if "base" in body else {}
        merged[name] = {**base, **body["schema"]}
        return merged[name]

    for name in database:
        merge(name, ())
    return merged


def _resolve_references(path: Path, raw: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Attribute]]:
    """Attributes of all collections. A reference without a type gets the definition that it refers to."""

    def attribute(name: str, key: str, attr: Mapping[str, Any]) -> Attribute:
        try:
            return Attribute.from_mapping(attr)
        except (ValueError, TypeError) as error:
            _invalid(path, f"attribute {key!r} of {name!r}: {error}")

    plain = {
        name: {key: attribute(name, key, attr) for key, attr in body.items() if "type" in (attr or {})}
        for name, body in raw.items()
    }
    targets = {name: DBSchemaDefinition(name, attributes) for name, attributes in plain.items()}
    resolved: dict[str, dict[str, Attribute]] = {}
    for name, body in raw.items():
        resolved[name] = {}
        for key, attr in body.items():
            if key in plain[name]:
                resolved[name][key] = plain[name][key]
                continue
            if not isinstance(attr, dict) or attr.get("reference") not in targets:
                _invalid(path, f"attribute {key!r} of {name!r} needs a `type` or a `reference` to a collection")
            try:
                found = targets[attr["reference"]].lookup(key)
            except MsPASSError:
                _invalid(path, f"attribute {key!r} of {name!r} is not defined in {attr['reference']!r}")
            inherited = {"type": found.type, "concept": found.concept, "aliases": list(found.aliases)}
            resolved[name][key] = attribute(name, key, inherited | attr)
    return resolved


def _metadata(path: Path, content: Mapping[str, Any], raw: Mapping[str, dict[str, Attribute]]) -> dict[str, Any]:
    """Attributes of each kind of data object. Those of a collection are defined there."""
    targets = {name: DBSchemaDefinition(name, attributes) for name, attributes in raw.items()}
    kinds: dict[str, dict[str, Attribute]] = {}
    bodies: dict[str, dict[str, Any]] = {}
    for kind, body in content.items():
        if not isinstance(body, dict) or not isinstance(body.get("schema"), dict):
            _invalid(path, f"Metadata {kind!r} must be a mapping with a mapping `schema`")
        inherited = dict(bodies.get(body["base"], {})) if "base" in body else {}
        if "base" in body and not inherited:
            _invalid(path, f"Metadata {kind!r} has the unknown base {body['base']!r}")
        swap = body.get("collections", {})
        for key, attr in inherited.items():
            if attr.get("collection") in swap:
                inherited[key] = attr | {"collection": swap[attr["collection"]]}
        bodies[kind] = inherited | body["schema"]
        kinds[kind] = {}
        for key, attr in bodies[kind].items():
            collection = attr.get("collection")
            definition: dict[str, Any] = {}
            aliases: list[str] = []
            if collection in targets:
                try:
                    found = targets[collection].lookup(key)
                except MsPASSError:
                    _invalid(path, f"Metadata {kind!r}: {key!r} is not defined in {collection!r}")
                definition = {"type": found.type, "concept": found.concept, "constraint": str(found.constraint)}
                definition["reference"] = found.reference
                aliases = list(found.aliases)
            try:
                attribute = Attribute.from_mapping(definition | attr)
            except ValueError as error:
                _invalid(path, f"Metadata {kind!r}: attribute {key!r}: {error}")
            kinds[kind][key] = replace(attribute, aliases=tuple(dict.fromkeys([*aliases, *attribute.aliases])))
    return kinds


def _compile(path: Path) -> SchemaFile:
    content = load(path)
    if not isinstance(content, dict) or set(content) != {"Database", "Metadata"}:
        _invalid(path, "its top keys must be Database and Metadata")
    database, metadata = content["Database"], content["Metadata"]
    if not isinstance(database, dict) or not isinstance(metadata, dict):
        _invalid(path, "Database and Metadata must be mappings")
    attributes = _resolve_references(path, _raw_collections(path, database))
    defaults = {body["default"]: name for name, body in database.items() if "default" in body}
    for name in MUST_EXIST:
        if name not in database and name not in defaults:
            _invalid(path, f"{name!r} must be a collection or the default name of one")
    for name, body in database.items():
        if body.get("data_type") not in (None, "TimeSeries", "Seismogram"):
            _invalid(path, f"data_type of {name!r} must be TimeSeries or Seismogram")
    return SchemaFile(
        path=path,
        collections={name: Collection(attributes[name], body.get("data_type")) for name, body in database.items()},
        defaults=defaults,
        metadata=_metadata(path, metadata, attributes),
    )


_compiled: dict[Path, tuple[tuple[int, int, int], SchemaFile]] = {}


def read_schema(name: str | os.PathLike[str] | None) -> SchemaFile:
    """The contents of a schema file; MsPASSError (Fatal) when it cannot be opened, parsed or is not valid."""
    path = locate(name)
    try:
        stat = path.stat()
    except OSError as error:
        raise fatal(path, f"Cannot open schema definition file {path}: {error}.") from error
    identity = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
    known = _compiled.get(path)
    if known is None or known[0] != identity:
        known = _compiled[path] = (identity, _compile(path))
    return known[1]
