"""The two schemas: `DatabaseSchema` (one definition per collection) and `MetadataSchema` (one per kind of data
object)."""

from __future__ import annotations

from os import PathLike
from typing import Any, Generic, TypeVar

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.mspass.schema.definitions import DBSchemaDefinition, MDSchemaDefinition
from libseis.mspass.schema.files import read_schema

Definition = TypeVar("Definition", DBSchemaDefinition, MDSchemaDefinition)


class SchemaBase(Generic[Definition]):
    """Definitions by name, as items and as attributes.

    Parameters
    ----------
    schema_file
        A YAML file; without it, MsPASS's schema.
    """

    _definition_class: type[Definition]

    def __init__(self, schema_file: str | PathLike[str] | None = None) -> None:
        """Read `schema_file`, or the default schema (see `files.locate`); MsPASSError (Fatal) when that fails."""
        self._file = read_schema(schema_file)
        self._definitions: dict[str, Definition] = {}

    def _undefined(self, name: str) -> MsPASSError:
        return MsPASSError(f"{type(self).__name__}: {name!r} is not defined in the schema.", ErrorSeverity.Invalid)

    def __getitem__(self, name: str) -> Definition:
        if name not in self._definitions:
            raise self._undefined(name)
        return self._definitions[name]

    def __setitem__(self, name: str, definition: Definition) -> None:
        if not isinstance(definition, self._definition_class):
            raise MsPASSError(
                f"{type(self).__name__}: the value for {name!r} is not a {self._definition_class.__name__}, "
                f"found {type(definition).__name__}.",
                ErrorSeverity.Invalid,
            )
        self._definitions[name] = definition

    def __delitem__(self, name: str) -> None:
        if name not in self._definitions:
            raise self._undefined(name)
        del self._definitions[name]

    def __contains__(self, name: object) -> bool:
        return name in self._definitions

    def __getattr__(self, name: str) -> Any:
        # names with underscores are never definitions; unpickling asks for them before the object has its state
        if not name.startswith("_") and name in self._definitions:
            return self._definitions[name]
        raise AttributeError(f"{type(self).__name__} has no attribute and no definition {name!r}")


class DatabaseSchema(SchemaBase[DBSchemaDefinition]):
    """The collections of the database: `schema.site`, `schema["site"]`.

    Parameters
    ----------
    schema_file
        A YAML file; without it, MsPASS's schema.
    """

    _definition_class = DBSchemaDefinition

    def __init__(self, schema_file: str | PathLike[str] | None = None) -> None:
        super().__init__(schema_file)
        self._default = dict(self._file.defaults)
        for name, collection in self._file.collections.items():
            self._definitions[name] = DBSchemaDefinition(name, collection.attributes, collection.data_type)

    def default_name(self, name: str) -> str:
        """Return the collection that a default name stands for ("wf": "wf_TimeSeries").

        Parameters
        ----------
        name
            A default name, or a collection, which is its own default.

        Returns
        -------
        str
            Name of the collection.

        Raises
        ------
        MsPASSError
            There is no such collection (severity Invalid).
        """
        if name in self._default:
            return self._default[name]
        if name in self._definitions:
            return name
        raise MsPASSError(f"DatabaseSchema: {name!r} has no default defined.", ErrorSeverity.Invalid)

    def default(self, name: str) -> DBSchemaDefinition:
        """Return the definition of the collection that a default name stands for.

        Parameters
        ----------
        name
            A default name or a collection.

        Returns
        -------
        DBSchemaDefinition
            The definition.

        Raises
        ------
        MsPASSError
            There is no such collection (severity Invalid).
        """
        return self[self.default_name(name)]

    def set_default(self, collection: str, default: str | None = None) -> None:
        """Set the default name of a collection.

        Parameters
        ----------
        collection
            Name of the collection.
        default
            The default name; without it, the text before the first underscore of the collection's name.

        Raises
        ------
        MsPASSError
            The collection is not defined (severity Invalid).
        """
        if collection not in self._definitions:
            raise MsPASSError(f"DatabaseSchema: {collection!r} is not a defined collection.", ErrorSeverity.Invalid)
        self._default[collection.split("_", 1)[0] if default is None else default] = collection

    def unset_default(self, default: str) -> None:
        """Remove a default name; an unknown one is ignored.

        Parameters
        ----------
        default
            The default name.
        """
        self._default.pop(default, None)


class MetadataSchema(SchemaBase[MDSchemaDefinition]):
    """The attributes of data objects: `schema.TimeSeries`, `schema.Seismogram`, `schema.Other`.

    Parameters
    ----------
    schema_file
        A YAML file; without it, MsPASS's schema.
    """

    _definition_class = MDSchemaDefinition

    def __init__(self, schema_file: str | PathLike[str] | None = None) -> None:
        super().__init__(schema_file)
        for kind, attributes in self._file.metadata.items():
            self._definitions[kind] = MDSchemaDefinition(kind, attributes)
