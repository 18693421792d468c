"""Typed lists of Metadata names, and copying the names of such a list from one Metadata to another."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from libseis.enums import MDtype
from libseis.errors import MetadataTypeError
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
_SHORT = {MDtype.Real, MDtype.Real32, MDtype.Integer, MDtype.Int32}


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


def _range_error(tag: str, value: float, wanted: str) -> MetadataTypeError:
    return MetadataTypeError(
        f"Metadata {tag!r} = {value!r} is outside the range of a 32 bit {wanted}.",
        key=tag,
        wanted=wanted,
        found=type(value).__name__,
    )


def _short_real(tag: str, value: float) -> float:
    """A number rounded to 32 bits; infinity and NaN stay."""
    with np.errstate(over="ignore"):
        short = float(np.float32(value))
    if math.isinf(short) and not math.isinf(value):
        raise _range_error(tag, value, "float")
    return short


def copy_selected_metadata(mdin: Metadata, mdout: Metadata, mdlist: Iterable[Metadata_typedef]) -> int:
    """Copy listed names as the listed types; entries of type Invalid are skipped.

    As in MsPASS, Real and Real32 are rounded to 32 bits, and what 32 bits cannot hold is refused, also as Integer and
    Int32.

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
        A name is not defined, or its value cannot be converted to its type or is outside the range of it.
    """
    copied = 0
    for entry in mdlist:
        if entry.mdt in _REAL:
            real = mdin.get_double(entry.tag)
            mdout.put_double(entry.tag, _short_real(entry.tag, real) if entry.mdt in _SHORT else real)
        elif entry.mdt in _WHOLE:
            whole = mdin.get_long(entry.tag)
            if entry.mdt in _SHORT and not -(2**31) <= whole < 2**31:
                raise _range_error(entry.tag, whole, "int")
            mdout.put_long(entry.tag, whole)
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
