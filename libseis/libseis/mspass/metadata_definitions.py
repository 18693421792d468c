"""MetadataDefinitions: a catalogue of Metadata names with type, meaning, aliases and where they are stored.

This is MsPASS's older class; the schema classes of libseis.mspass.schema can do more.
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
    """The Metadata names with their types and meanings.

    A YAML file has groups of lists of {name, type, concept, aliases, readonly, collection, unique_id_key}; only name
    and type are needed. A PF file has a table `attributes` with one "name type concept ..." per line, and tables
    `aliases` ("name alias ...") and `readonly` (names).

    Parameters
    ----------
    source
        Name of a file; without it, the packaged schema.
    format
        Format of the file.

    Raises
    ------
    MsPASSError
        The file cannot be used ("bad file").
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
            raise DefinitionError("bad file", source=str(source)) from error  # MsPASS's words; the cause has details

    def _read_schema(self) -> None:
        from .schema import MetadataSchema  # imported late, because only the packaged names need it

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
        """Return whether a name is defined.

        Parameters
        ----------
        name
            A name or an alias.

        Returns
        -------
        bool
            True if it is.
        """
        return name in self._definitions or name in self._unique

    def keys(self) -> list[str]:
        """The defined names, sorted."""
        return sorted(self._definitions)

    def concept(self, name: str) -> str:
        """Return what a name means.

        Parameters
        ----------
        name
            The name.

        Returns
        -------
        str
            The meaning.

        Raises
        ------
        MsPASSError
            The name is not defined.
        """
        return self._get(name).concept

    def type(self, name: str) -> MDtype:
        """Return the type of a name.

        Parameters
        ----------
        name
            The name.

        Returns
        -------
        MDtype
            The type.

        Raises
        ------
        MsPASSError
            The name is not defined.
        """
        return self._get(name).type

    def add(self, name: str, concept: str, kind: MDtype) -> None:
        """Define a name; an earlier definition is replaced.

        Parameters
        ----------
        name
            The name.
        concept
            What it means.
        kind
            Its type.
        """
        if not isinstance(kind, MDtype):
            raise TypeError("the type of a name is an MDtype")
        self._definitions[name] = _Definition(str(concept), kind)

    def has_alias(self, name: str) -> bool:
        """Return whether a name has aliases.

        Parameters
        ----------
        name
            The name.

        Returns
        -------
        bool
            True if it has.
        """
        return name in self._definitions and bool(self._definitions[name].aliases)

    def is_alias(self, name: str) -> bool:
        """Return whether a name is an alias.

        Parameters
        ----------
        name
            The name.

        Returns
        -------
        bool
            True if it is.
        """
        return name in self._unique

    def aliases(self, name: str) -> list[str]:
        """Return the aliases of a name.

        Parameters
        ----------
        name
            The name.

        Returns
        -------
        list[str]
            The aliases.
        """
        return list(self._get(name).aliases)

    def unique_name(self, alias: str) -> tuple[str, MDtype]:
        """Return the name that an alias stands for.

        Parameters
        ----------
        alias
            The alias.

        Returns
        -------
        tuple[str, MDtype]
            The name and its type.

        Raises
        ------
        MsPASSError
            The alias is not defined.
        """
        return self._unique.get(alias, alias), self._get(alias).type

    def add_alias(self, name: str, alias: str) -> None:
        """Add an alias.

        Parameters
        ----------
        name
            The name.
        alias
            The alias.
        """
        definition = self._get(name)
        if alias not in definition.aliases:
            definition.aliases.append(alias)
        self._unique[alias] = self._unique.get(name, name)

    def readonly(self, name: str) -> bool:
        """Return whether writers must not change the value of a name.

        Parameters
        ----------
        name
            The name.

        Returns
        -------
        bool
            True if they must not.
        """
        return self._get(name).readonly

    def writeable(self, name: str) -> bool:
        """Return whether writers may change the value of a name.

        Parameters
        ----------
        name
            The name.

        Returns
        -------
        bool
            True if they may.
        """
        return not self._get(name).readonly

    def set_readonly(self, name: str) -> None:
        """Forbid writers to change the value of a name.

        Parameters
        ----------
        name
            The name.
        """
        self._get(name).readonly = True

    def set_writeable(self, name: str) -> None:
        """Allow writers to change the value of a name.

        Parameters
        ----------
        name
            The name.
        """
        self._get(name).readonly = False

    def is_normalized(self, name: str) -> bool:
        """Return whether the value is in another collection, where an id leads to it.

        Parameters
        ----------
        name
            The name.

        Returns
        -------
        bool
            True if it is.
        """
        return bool(self._get(name).unique_id_key)

    def unique_id_key(self, name: str) -> str:
        """Return the name of the id that leads to the document with the value.

        Parameters
        ----------
        name
            The name.

        Returns
        -------
        str
            The name of the id; empty if there is none.
        """
        return self._get(name).unique_id_key

    def collection(self, name: str) -> str:
        """Return the collection that holds the value.

        Parameters
        ----------
        name
            The name.

        Returns
        -------
        str
            The collection; empty if the datum itself holds the value.
        """
        return self._get(name).collection

    def normalize_data(self, name: str) -> tuple[str, str, str]:
        """Return where the value of a normalized name is.

        Parameters
        ----------
        name
            The name.

        Returns
        -------
        tuple[str, str, str]
            (collection, unique_id_key, name).

        Raises
        ------
        MsPASSError
            The name is not normalized.
        """
        definition = self._get(name)
        return definition.collection, definition.unique_id_key, self._unique.get(name, name)

    def apply_aliases(self, md: Metadata, aliases: Iterable[str]) -> None:
        """Rename defined names in Metadata to their aliases.

        Parameters
        ----------
        md
            The Metadata.
        aliases
            The aliases.
        """
        for alias in aliases:
            if alias not in self._unique:
                raise MetadataKeyError(f"'{alias}' is not an alias of a defined name", key=alias)
            md.change_key(self._unique[alias], alias)

    def clear_aliases(self, md: Metadata) -> None:
        """Rename aliases in Metadata to their names; an alias beside its name is removed.

        Parameters
        ----------
        md
            The Metadata.
        """
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
