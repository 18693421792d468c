"""Typed lists of Metadata names, and copying the names of such a list from one Metadata to another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from libseis.enums import MDtype
from libseis.objects.metadata import Metadata

if TYPE_CHECKING:
    from .antelope_pf import AntelopePf

_TYPES = {
    "real": MDtype.Double, "real32": MDtype.Real32, "double": MDtype.Double, "real64": MDtype.Real64,
    "float": MDtype.Double, "int": MDtype.Long, "integer": MDtype.Integer, "int32": MDtype.Int32,
    "long": MDtype.Long, "int64": MDtype.Int64, "string": MDtype.String, "str": MDtype.String,
    "bool": MDtype.Boolean, "boolean": MDtype.Boolean, "list": MDtype.Double_Array,
    "double_array": MDtype.Double_Array,
}  # fmt: skip
_REAL = {MDtype.Real, MDtype.Real32, MDtype.Double, MDtype.Real64}
_WHOLE = {MDtype.Integer, MDtype.Int32, MDtype.Long, MDtype.Int64}


@dataclass(slots=True)
class Metadata_typedef:
    """A name and its wanted type."""

    tag: str = ""
    mdt: MDtype = MDtype.Invalid


def metadata_type(text: str) -> MDtype:
    """The type that a word such as "real", "int" or "string" means; Invalid for an unknown word."""
    return _TYPES.get(text.strip().lower(), MDtype.Invalid)


def get_mdlist(pf: AntelopePf, tag: str) -> list[Metadata_typedef]:
    """Return a table of a parameter file as a typed list.

    Parameters
    ----------
    pf
        The parameter file.
    tag
        Name of the table, which has one "name type" per line.

    Returns
    -------
    list[Metadata_typedef]
        The names and types.

    Raises
    ------
    MsPASSError
        There is no such table, or a type is unknown.
    """
    rows = [line.split() for line in pf.get_tbl(tag)]
    return [Metadata_typedef(row[0], metadata_type(row[1]) if len(row) > 1 else MDtype.Invalid) for row in rows if row]


def copy_selected_metadata(mdin: Metadata, mdout: Metadata, mdlist: Iterable[Metadata_typedef]) -> int:
    """Copy listed names as the listed types; entries of type Invalid are skipped.

    Parameters
    ----------
    mdin
        Metadata to copy from.
    mdout
        Metadata to copy to.
    mdlist
        The names and types.

    Returns
    -------
    int
        How many were copied.

    Raises
    ------
    MsPASSError
        A name is not defined, or its value cannot be converted to its type.
    """
    copied = 0
    for entry in mdlist:
        if entry.mdt in _REAL:
            mdout.put_double(entry.tag, mdin.get_double(entry.tag))
        elif entry.mdt in _WHOLE:
            mdout.put_long(entry.tag, mdin.get_long(entry.tag))
        elif entry.mdt is MDtype.String:
            mdout.put_string(entry.tag, mdin.get_string(entry.tag))
        elif entry.mdt is MDtype.Boolean:
            mdout.put_bool(entry.tag, mdin.get_bool(entry.tag))
        elif entry.mdt is MDtype.Double_Array:
            mdout.put(entry.tag, mdin.get(entry.tag))
        else:
            continue
        copied += 1
    return copied
