"""MetadataDefinitions: a catalogue of Metadata names with type, meaning, aliases and where they are stored.

The schema classes of libseis.mspass.schema are the richer way; this is MsPASS's older one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from libseis.enums import MDDefFormat, MDtype
from libseis.errors import DefinitionError, MetadataKeyError, MsPASSError
from libseis.objects.metadata import Metadata

from .antelope_pf import AntelopePf
from .metadata_list import metadata_type


@dataclass(slots=True)
class _Definition:
    concept: str
    type: MDtype
    aliases: list[str] = field(default_factory=list)
    readonly: bool = False
    collection: str = ""
    unique_id_key: str = ""


class MetadataDefinitions:
    """`MetadataDefinitions()` holds the names of the packaged schema; `(file)` or `(file, MDDefFormat)` reads a file.

    YAML: groups of lists of {name, type, concept, aliases, readonly, collection, unique_id_key}, where only name and
    type are needed. PF: a table `attributes` with "name type concept ..." a line, and tables `aliases`
    ("name alias ...") and `readonly` (names). A file that cannot be used raises MsPASSError ("bad file").
    """

    __slots__ = ("_definitions", "_unique")

    def __init__(self, source: str | None = None, format: MDDefFormat | None = None, /) -> None:
        self._definitions: dict[str, _Definition] = {}
        self._unique: dict[str, str] = {}
        if source is None:
            self._read_schema()
            return
        if format is None:
            format = MDDefFormat.PF if str(source).endswith(".pf") else MDDefFormat.YAML
        if not isinstance(format, MDDefFormat):
            raise TypeError(f"the format is an MDDefFormat, not {type(format).__name__}")
        try:
            self._read_pf(source) if format is MDDefFormat.PF else self._read_yaml(source)
        except (OSError, UnicodeError, yaml.YAMLError, DefinitionError, KeyError, AttributeError, TypeError) as error:
            raise DefinitionError("bad file", source=str(source)) from error  # MsPASS's words; the cause says more

    def _read_schema(self) -> None:
        from .schema import MetadataSchema  # the packaged names; not needed where a file is given

        schema = MetadataSchema()
        kinds = {
            float: MDtype.Double,
            int: MDtype.Long,
            str: MDtype.String,
            bool: MDtype.Boolean,
            list: MDtype.Double_Array,
        }
        for group in (schema.TimeSeries, schema.Seismogram):
            names = group.keys()
            for name in names:
                kind = kinds.get(group.type(name), MDtype.Invalid)
                self._define(name, _concept(group, name), kind, group.aliases(name) or ())
                self._definitions[name].readonly = bool(group.readonly(name))
                self._definitions[name].collection = group.collection(name) or ""

    def _read_yaml(self, source: str) -> None:
        document = yaml.safe_load(Path(source).read_text(encoding="utf-8"))
        for entries in document.values():
            for entry in entries:
                self._define(
                    entry["name"], entry.get("concept", ""), metadata_type(entry["type"]), entry.get("aliases", ())
                )
                definition = self._definitions[entry["name"]]
                definition.readonly = bool(entry.get("readonly", False))
                definition.collection = entry.get("collection", "")
                definition.unique_id_key = entry.get("unique_id_key", "")

    def _read_pf(self, source: str) -> None:
        pf = AntelopePf(source)
        for line in pf.get_tbl("attributes"):
            name, kind, *concept = line.split(None, 2)
            self._define(name, concept[0] if concept else "", metadata_type(kind), ())
        for line in pf.get_tbl("aliases") if "aliases" in pf.tbl_keys() else []:
            name, *aliases = line.split()
            for alias in aliases:
                self.add_alias(name, alias)
        for name in pf.get_tbl("readonly") if "readonly" in pf.tbl_keys() else []:
            self.set_readonly(name)

    def _define(self, name: str, concept: str, kind: MDtype, aliases: Iterable[str] | str) -> None:
        self._definitions[name] = _Definition(concept, kind)
        for alias in [aliases] if isinstance(aliases, str) else aliases:
            self.add_alias(name, alias)

    def _get(self, name: str) -> _Definition:
        key = self._unique.get(name, name)
        if key not in self._definitions:
            raise MetadataKeyError(f"'{name}' is not a defined Metadata name", key=name)
        return self._definitions[key]

    def is_defined(self, name: str) -> bool:
        """True for a defined name or alias."""
        return name in self._definitions or name in self._unique

    def keys(self) -> list[str]:
        """The defined names, sorted."""
        return sorted(self._definitions)

    def concept(self, name: str) -> str:
        """What the name means."""
        return self._get(name).concept

    def type(self, name: str) -> MDtype:
        """The type of the name."""
        return self._get(name).type

    def add(self, name: str, concept: str, kind: MDtype) -> None:
        """Define a name, replacing a definition there is."""
        if not isinstance(kind, MDtype):
            raise TypeError("the type of a name is an MDtype")
        self._definitions[name] = _Definition(str(concept), kind)

    def has_alias(self, name: str) -> bool:
        """True where the name has aliases."""
        return name in self._definitions and bool(self._definitions[name].aliases)

    def is_alias(self, name: str) -> bool:
        """True where this is an alias."""
        return name in self._unique

    def aliases(self, name: str) -> list[str]:
        """The aliases of a name."""
        return list(self._get(name).aliases)

    def unique_name(self, alias: str) -> tuple[str, MDtype]:
        """The name an alias stands for, and its type."""
        return self._unique.get(alias, alias), self._get(alias).type

    def add_alias(self, name: str, alias: str) -> None:
        """Give a name one more alias."""
        definition = self._get(name)
        if alias not in definition.aliases:
            definition.aliases.append(alias)
        self._unique[alias] = self._unique.get(name, name)

    def readonly(self, name: str) -> bool:
        """True where writers must not change the name's value."""
        return self._get(name).readonly

    def writeable(self, name: str) -> bool:
        """not readonly"""
        return not self._get(name).readonly

    def set_readonly(self, name: str) -> None:
        """Mark a name as not to be written."""
        self._get(name).readonly = True

    def set_writeable(self, name: str) -> None:
        """Mark a name as writable."""
        self._get(name).readonly = False

    def is_normalized(self, name: str) -> bool:
        """True where the value lives in another collection, reached by an id."""
        return bool(self._get(name).unique_id_key)

    def unique_id_key(self, name: str) -> str:
        """The id that leads to the document with the value; empty where there is none."""
        return self._get(name).unique_id_key

    def collection(self, name: str) -> str:
        """The collection that holds the value; empty where it is the datum's own."""
        return self._get(name).collection

    def normalize_data(self, name: str) -> tuple[str, str, str]:
        """(collection, unique_id_key, name) of a normalized name."""
        definition = self._get(name)
        return definition.collection, definition.unique_id_key, self._unique.get(name, name)

    def apply_aliases(self, md: Metadata, aliases: Iterable[str]) -> None:
        """Rename defined names of `md` to the given aliases of them."""
        for alias in aliases:
            if alias not in self._unique:
                raise MetadataKeyError(f"'{alias}' is not an alias of a defined name", key=alias)
            md.change_key(self._unique[alias], alias)

    def clear_aliases(self, md: Metadata) -> None:
        """Rename the aliases in `md` to the names they stand for; an alias beside its name is dropped."""
        for alias, name in self._unique.items():
            if alias in md:
                if name in md:
                    md.erase(alias)
                else:
                    md.change_key(alias, name)

    def __iadd__(self, other: MetadataDefinitions) -> MetadataDefinitions:
        if not isinstance(other, MetadataDefinitions):
            return NotImplemented
        for name, theirs in other._definitions.items():
            self._define(name, theirs.concept, theirs.type, theirs.aliases)
            mine = self._definitions[name]
            mine.readonly, mine.collection, mine.unique_id_key = (
                theirs.readonly,
                theirs.collection,
                theirs.unique_id_key,
            )
        return self


def _concept(group: Any, name: str) -> str:
    try:
        return str(group.concept(name))
    except MsPASSError:  # a name without a concept
        return ""
