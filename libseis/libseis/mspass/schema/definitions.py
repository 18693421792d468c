"""Definitions of one collection or one kind of data object: names, types, concepts, aliases, constraints.

The attributes are frozen and shared between instances (see `files`); a change replaces an attribute in this instance
only. `files` reads schema files; `schemas` has the sets of definitions.
"""

from __future__ import annotations

from collections.abc import KeysView, Mapping
from dataclasses import replace
from os import PathLike
from typing import Any, NoReturn, Protocol

import libseis
from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.mspass.schema.attributes import Attribute, Constraint, python_type
from libseis.mspass.schema.locating import read_aliases
from libseis.objects.metadata import Metadata


class Collections(Protocol):
    """The definitions of all collections, by name: a DatabaseSchema."""

    def __getitem__(self, name: str, /) -> DBSchemaDefinition: ...


class SchemaDefinitionBase:
    """The common part of the definitions of collections and of data objects.

    Parameters
    ----------
    name
        Name of the collection or data object.
    attributes
        The attributes by name.
    """

    def __init__(self, name: str, attributes: Mapping[str, Attribute]) -> None:
        self._name = name
        self._attributes = dict(attributes)
        self._alias_of = {alias: key for key, attr in self._attributes.items() for alias in attr.aliases}

    def _fail(self, text: str, severity: ErrorSeverity = ErrorSeverity.Invalid) -> NoReturn:
        raise MsPASSError(f"{type(self).__name__} of {self._name}: {text}", severity)

    def _defined(self, key: str) -> Attribute:
        """The attribute of a unique name; MsPASSError (Invalid) if it is not defined."""
        if key not in self._attributes:
            self._fail(f"the attribute {key!r} is not defined; keys() lists those that are.")
        return self._attributes[key]

    def add(self, name: str, attr: Mapping[str, Any]) -> None:
        """Define an attribute; an earlier definition is replaced.

        Parameters
        ----------
        name
            Its unique name.
        attr
            A mapping with `type` and optional other fields.

        Raises
        ------
        MsPASSError
            A field is wrong; the error says which (severity Invalid).
        """
        try:
            attribute = Attribute.from_mapping(attr)
        except ValueError as error:
            self._fail(f"cannot add {name!r}: {error}.")
        for alias in self._attributes[name].aliases if name in self._attributes else ():
            del self._alias_of[alias]
        self._attributes[name] = replace(attribute, aliases=())
        for alias in attribute.aliases:
            self.add_alias(name, alias)

    def add_alias(self, key: str, alias: str) -> None:
        """Add an alias.

        Parameters
        ----------
        key
            The unique name.
        alias
            The alias.

        Raises
        ------
        MsPASSError
            The name is not defined, or the alias stands for another name (severity Invalid).
        """
        attribute = self._defined(key)
        if alias == key or self._alias_of.get(alias) == key:
            return
        if alias in self._alias_of or alias in self._attributes:
            owner = self._alias_of.get(alias, alias)
            self._fail(f"{alias!r} cannot be an alias of {key!r}: it already means {owner!r}.")
        self._attributes[key] = replace(attribute, aliases=(*attribute.aliases, alias))
        self._alias_of[alias] = key

    def remove_alias(self, alias: str) -> None:
        """Remove an alias; an unknown one is ignored.

        Parameters
        ----------
        alias
            The alias.
        """
        key = self._alias_of.pop(alias, None)
        if key is not None:
            attribute = self._attributes[key]
            self._attributes[key] = replace(attribute, aliases=tuple(a for a in attribute.aliases if a != alias))

    def aliases(self, key: str) -> list[str] | None:
        """Return the aliases of a unique name.

        Parameters
        ----------
        key
            The unique name.

        Returns
        -------
        list[str] | None
            The aliases; None if there are none.

        Raises
        ------
        KeyError
            The key is not a unique name.
        """
        return list(self._attributes[key].aliases) or None

    def apply_aliases(self, md: Metadata, alias: Mapping[str, str] | str | PathLike[str]) -> None:
        """Rename unique names in Metadata to other names, and register these as aliases.

        Parameters
        ----------
        md
            The Metadata.
        alias
            A mapping of name to alias, or a YAML file with such a mapping ("sac.yaml" and "css3.0.yaml" are included).

        Raises
        ------
        MsPASSError
            The argument has another type or the file cannot be read (severity Fatal), or a name is not defined
            (severity Invalid).
        """
        if isinstance(alias, str | PathLike):
            alias = read_aliases(alias)
        elif not isinstance(alias, Mapping):
            self._fail(
                f"the alias argument of type {type(alias).__name__} is not recognized; it must be a dict or a file.",
                ErrorSeverity.Fatal,
            )
        for name, new in alias.items():
            key = self.unique_name(name)
            self.add_alias(key, new)
            for present in (key, *self._attributes[key].aliases):
                if present != new and md.is_defined(present):
                    md.change_key(present, new)

    def clear_aliases(self, md: Metadata) -> None:
        """Rename aliases in Metadata back to unique names; an alias beside its unique name is removed.

        Parameters
        ----------
        md
            The Metadata.
        """
        for name in list(md.keys()):
            key = self._alias_of.get(name)
            if key is None:
                continue
            if md.is_defined(key):
                md.erase(name)
            else:
                md.change_key(name, key)

    def concept(self, key: str) -> str:
        """Return the description of a unique name.

        Parameters
        ----------
        key
            The unique name.

        Returns
        -------
        str
            The description.

        Raises
        ------
        MsPASSError
            There is no description (severity Complaint).
        """
        text = self._attributes[key].concept if key in self._attributes else None
        if text is None:
            self._fail(f"no concept is defined for {key!r}.", ErrorSeverity.Complaint)
        return text

    def has_alias(self, key: str) -> bool:
        """Return whether a unique name has an alias.

        Parameters
        ----------
        key
            The unique name.

        Returns
        -------
        bool
            True if it has one.
        """
        return key in self._attributes and bool(self._attributes[key].aliases)

    def is_alias(self, key: str) -> bool:
        """Return whether a name is an alias.

        Parameters
        ----------
        key
            The name.

        Returns
        -------
        bool
            True if it is an alias of a unique name.
        """
        return key in self._alias_of

    def is_defined(self, key: str) -> bool:
        """Return whether a name is a unique name or an alias.

        Parameters
        ----------
        key
            The name.

        Returns
        -------
        bool
            True if it is.
        """
        return key in self._attributes or key in self._alias_of

    def keys(self) -> KeysView[str]:
        """The unique names."""
        return self._attributes.keys()

    def type(self, key: str) -> type | None:
        """Return the Python type of a name.

        Parameters
        ----------
        key
            The name.

        Returns
        -------
        type | None
            int, float, str, bool, dict, list, bytes or bson's ObjectId; None for `object`. If bson is not installed,
            the type of an ObjectId is str.

        Raises
        ------
        KeyError
            The name is not defined.
        """
        return python_type(self._attributes[key].type)

    def unique_name(self, name: str) -> str:
        """Return the unique name that a name is or stands for.

        Parameters
        ----------
        name
            A unique name or an alias.

        Returns
        -------
        str
            The unique name.

        Raises
        ------
        MsPASSError
            The name is not defined (severity Invalid).
        """
        if name in self._attributes:
            return name
        if name not in self._alias_of:
            self._fail(f"the name {name!r} is not defined, neither as a unique name nor as an alias.")
        return self._alias_of[name]

    def constraint(self, key: str) -> str:
        """Return the constraint of a name.

        Parameters
        ----------
        key
            The name.

        Returns
        -------
        str
            "required", "xref_key", "normal" or "optional".

        Raises
        ------
        MsPASSError
            The name is not defined (severity Invalid).
        """
        return str(self._defined(key).constraint)

    def is_required(self, key: str) -> bool:
        """Return whether the constraint is "required".

        Parameters
        ----------
        key
            The name.

        Returns
        -------
        bool
            True if it is.

        Raises
        ------
        MsPASSError
            The name is not defined (severity Invalid).
        """
        return self._defined(key).constraint is Constraint.REQUIRED

    def is_xref_key(self, key: str) -> bool:
        """Return whether the constraint is "xref_key".

        Parameters
        ----------
        key
            The name.

        Returns
        -------
        bool
            True if it is.

        Raises
        ------
        MsPASSError
            The name is not defined (severity Invalid).
        """
        return self._defined(key).constraint is Constraint.XREF_KEY

    def is_normal(self, key: str) -> bool:
        """Return whether the constraint is "normal".

        Parameters
        ----------
        key
            The name.

        Returns
        -------
        bool
            True if it is.

        Raises
        ------
        MsPASSError
            The name is not defined (severity Invalid).
        """
        return self._defined(key).constraint is Constraint.NORMAL

    def is_optional(self, key: str) -> bool:
        """Return whether the constraint is "optional".

        Parameters
        ----------
        key
            The name.

        Returns
        -------
        bool
            True if it is.

        Raises
        ------
        MsPASSError
            The name is not defined (severity Invalid).
        """
        return self._defined(key).constraint is Constraint.OPTIONAL

    def required_keys(self) -> list[str]:
        """The unique names that every document must have."""
        return [key for key in self._attributes if self.is_required(key)]

    def xref_keys(self) -> list[str]:
        """The unique names that hold ids of other documents."""
        return [key for key in self._attributes if self.is_xref_key(key)]


class DBSchemaDefinition(SchemaDefinitionBase):
    """The attributes of one collection.

    Parameters
    ----------
    name
        Name of the collection.
    attributes
        The attributes by name.
    data_type
        The kind of datum that the collection holds.
    """

    def __init__(self, name: str, attributes: Mapping[str, Attribute], data_type: str | None = None) -> None:
        super().__init__(name, attributes)
        self._data_type = data_type

    def lookup(self, key: str) -> Attribute:
        """Return the attribute that a key names; its aliases leave the key out.

        Parameters
        ----------
        key
            A unique name, an alias, or `<collection>_x` for x (`site_id` for `_id`).

        Returns
        -------
        Attribute
            The attribute.

        Raises
        ------
        MsPASSError
            There is no such attribute (severity Invalid).
        """
        tail = key.removeprefix(f"{self._name}_")
        name = next((name for name in (key, tail, f"_{tail}") if self.is_defined(name)), None)
        if name is None:
            self._fail(f"the attribute {key!r} is not defined; keys() lists those that are.")
        attribute = self._attributes[self.unique_name(name)]
        return replace(attribute, aliases=tuple(alias for alias in attribute.aliases if alias != key))

    def reference(self, key: str) -> str:
        """Return the collection to which an attribute refers.

        Parameters
        ----------
        key
            Unique name of the attribute.

        Returns
        -------
        str
            Name of the collection; this one if it does not refer to another.

        Raises
        ------
        MsPASSError
            The name is not defined (severity Invalid).
        """
        return self._defined(key).reference or self._name

    def data_type(self) -> Any:
        """The class that documents of this collection become (TimeSeries or Seismogram), None for others."""
        return None if self._data_type is None else getattr(libseis, self._data_type)


class MDSchemaDefinition(SchemaDefinitionBase):
    """The attributes that one kind of data object may carry."""

    def collection(self, key: str) -> str | None:
        """Return the collection that holds a name.

        Parameters
        ----------
        key
            The unique name.

        Returns
        -------
        str | None
            Name of the collection, or None.

        Raises
        ------
        KeyError
            The name is not defined.
        """
        return self._attributes[key].collection

    def set_collection(self, key: str, collection: str, dbschema: Collections | None = None) -> None:
        """Set the collection that holds a name.

        Parameters
        ----------
        key
            The unique name.
        collection
            Name of the collection.
        dbschema
            Schema of the database, from which type, concept and aliases are taken.

        Raises
        ------
        MsPASSError
            The name is not defined, here or in `dbschema` (severity Invalid).
        """
        old = self._defined(key)
        if dbschema is None:
            self._attributes[key] = replace(old, collection=collection)
            return
        found = dbschema[collection].lookup(key)
        aliases = found.aliases if found.aliases else old.aliases
        for alias in old.aliases:
            self.remove_alias(alias)
        self._attributes[key] = replace(
            old,
            type=found.type,
            concept=found.concept,
            constraint=found.constraint,
            reference=found.reference,
            collection=collection,
            aliases=(),
        )
        for alias in aliases:
            self.add_alias(key, alias)

    def swap_collection(self, original: str, new: str, dbschema: Collections | None = None) -> None:
        """Change the collection of every name that one collection holds.

        Parameters
        ----------
        original
            The present collection.
        new
            The new collection.
        dbschema
            Schema of the database, from which type, concept and aliases are taken.
        """
        for key in [k for k, attr in self._attributes.items() if attr.collection == original]:
            self.set_collection(key, new, dbschema)

    def readonly(self, key: str) -> bool:
        """Return whether writers must not store changes of a name.

        Parameters
        ----------
        key
            The name.

        Returns
        -------
        bool
            True unless the definition says otherwise.

        Raises
        ------
        MsPASSError
            The name is not defined (severity Invalid).
        """
        return self._defined(key).readonly is not False

    def writeable(self, key: str) -> bool:
        """Return whether writers may store changes of a name.

        Parameters
        ----------
        key
            The name.

        Returns
        -------
        bool
            True if they may.

        Raises
        ------
        MsPASSError
            The name is not defined (severity Invalid).
        """
        return not self.readonly(key)

    def set_readonly(self, key: str) -> None:
        """Forbid writers to store changes of a name.

        Parameters
        ----------
        key
            The name.

        Raises
        ------
        MsPASSError
            The name is not defined (severity Invalid).
        """
        self._attributes[key] = replace(self._defined(key), readonly=True)

    def set_writeable(self, key: str) -> None:
        """Allow writers to store changes of a name.

        Parameters
        ----------
        key
            The name.

        Raises
        ------
        MsPASSError
            The name is not defined (severity Invalid).
        """
        self._attributes[key] = replace(self._defined(key), readonly=False)
