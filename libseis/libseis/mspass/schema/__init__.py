"""Schemas of the database's collections and of the Metadata that data objects carry (names of mspasspy.db.schema)."""

from libseis.mspass.schema.definitions import DBSchemaDefinition, MDSchemaDefinition, SchemaDefinitionBase
from libseis.mspass.schema.schemas import DatabaseSchema, MetadataSchema, SchemaBase

__all__ = [
    "DBSchemaDefinition",
    "DatabaseSchema",
    "MDSchemaDefinition",
    "MetadataSchema",
    "SchemaBase",
    "SchemaDefinitionBase",
]
