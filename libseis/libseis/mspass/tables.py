"""Text tables as pandas DataFrames, and tables of attribute names in parameter files (of mspasspy.util.converter)."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.extras import extra
from libseis.mspass.antelope_pf import AntelopePf, pfread

ATTRIBUTE_MAPS = "attribute_maps.pf"

_KINDS: dict[str, type] = {
    **dict.fromkeys(("string", "str"), str),
    **dict.fromkeys(("integer", "int", "long"), int),
    **dict.fromkeys(("float", "double", "real", "epochtime"), float),
    **dict.fromkeys(("bool", "boolean"), bool),
}
_TRUE = ("true", "t", "yes", "y", "1")


def AntelopePf2dict(pf: AntelopePf) -> OrderedDict[str, Any]:
    """Return the contents of a parameter file: values, tables as lists of lines, and branches as dicts of this kind.

    Parameters
    ----------
    pf
        The parameter file.

    Returns
    -------
    OrderedDict
        The contents.
    """
    return _ordered(pf.todict())


def _ordered(values: Mapping[str, Any]) -> OrderedDict[str, Any]:
    return OrderedDict((key, _ordered(v) if isinstance(v, dict) else v) for key, v in values.items())


def Pf2AttributeNameTbl(pf: AntelopePf, tag: str = "attributes") -> tuple[list[str], list[type], dict[str, Any]]:
    """Read a table of attributes: rows of a name, a type, and the value that means that there is none.

    Parameters
    ----------
    pf
        The parameter file, or a branch of it.
    tag
        Name of the table.

    Returns
    -------
    tuple
        The names, in the order of the table; their Python types (str, int, float or bool); name -> null value.

    Raises
    ------
    MsPASSError
        There is no such table, or a row is something else (severity Fatal).
    """
    names: list[str] = []
    kinds: list[type] = []
    nulls: dict[str, Any] = {}
    for line in pf.get_tbl(tag):
        words = line.split()
        kind = _KINDS.get(words[1].lower()) if len(words) > 2 else None
        if kind is None:
            raise MsPASSError(
                f"Pf2AttributeNameTbl: a row of the table {tag} must be a name, a type ({', '.join(_KINDS)}) and a "
                f"null value, found {line!r}",
                ErrorSeverity.Fatal,
            )
        try:
            null = words[2].lower() in _TRUE if kind is bool else kind(words[2])
        except ValueError as error:
            raise MsPASSError(
                f"Pf2AttributeNameTbl: the null value of {words[0]} in the table {tag} is not of type {words[1]}, "
                f"found {words[2]!r}",
                ErrorSeverity.Fatal,
            ) from error
        names.append(words[0])
        kinds.append(kind)
        nulls[words[0]] = null
    return names, kinds, nulls


def attribute_map(standard: str, table: str) -> dict[str, str]:
    """Return the MsPASS names of the attributes of a table of the packaged attribute_maps.pf.

    Parameters
    ----------
    standard
        css3.0, sac or mspass.
    table
        Table of the standard: wfdisc, site, sitechan, origin, arrival, assoc and snetsta of CSS3.0, header of SAC.

    Returns
    -------
    dict
        Name in the standard -> MsPASS's name, for those that have one with the same units.

    Raises
    ------
    MsPASSError
        There is no such standard or table.
    """
    rows = (line.split() for line in pfread(ATTRIBUTE_MAPS).get_branch(standard).get_tbl(table))
    return {name: mspass for name, _, _, mspass in rows if mspass != "-"}


def Textfile2Dataframe(
    filename: str | os.PathLike[str],
    separator: str = r"\s+",
    type_dict: Mapping[str, Any] | None = None,
    header_line: int | None = 0,
    attribute_names: Sequence[str] | None = None,
    rename_attributes: Mapping[str, str] | None = None,
    attributes_to_use: Sequence[str] | None = None,
    one_to_one: bool = True,
    parallel: bool = False,
    insert_column: Mapping[str, Any] | None = None,
    null_values: Mapping[str, Any] | None = None,
) -> Any:
    """Read a text file in which each line is a row.

    Parameters
    ----------
    filename
        Path of the file.
    separator
        What is between two fields: blanks of any number, a text such as ",", or a regular expression.
    type_dict
        Name in the file -> type of the column, as pandas takes them.
    header_line
        Number of the line with the names, from 0; negative or None if there is none.
    attribute_names
        Names of all columns, if the file has none; `header_line` is not looked at then.
    rename_attributes
        Name in the file -> name in the result.
    attributes_to_use
        Columns to keep, in this order, by their names in the file.
    one_to_one
        False to keep equal rows once.
    parallel
        MsPASS's option to read by dask; pandas reads the file in either case.
    insert_column
        Name -> value of the whole column, or a list of its values.
    null_values
        Name in the file -> value that means that there is none; it becomes a missing value.

    Returns
    -------
    pandas.DataFrame
        The table.

    Raises
    ------
    MsPASSError
        There are no names, or not as many as columns (severity Fatal).
    KeyError
        A column is named that the file does not have.
    """
    with extra("gather"):
        import pandas as pd

    names = list(attribute_names) if attribute_names else None
    if names is None and (header_line is None or header_line < 0):
        raise MsPASSError(
            "Textfile2Dataframe: the file has no line of names (header_line), so attribute_names must be given",
            ErrorSeverity.Fatal,
        )
    engine: Any = "c" if len(separator) == 1 or separator == r"\s+" else "python"
    table = pd.read_csv(filename, sep=separator, header=header_line if names is None else None, engine=engine)
    if names is not None:
        if len(names) != table.shape[1]:
            raise MsPASSError(
                f"Textfile2Dataframe: {filename} has {table.shape[1]} columns, and attribute_names {len(names)} names",
                ErrorSeverity.Fatal,
            )
        table.columns = pd.Index(names)
    for field in (*(type_dict or {}), *(null_values or {})):
        if field not in table:
            raise KeyError(f"Textfile2Dataframe: {filename} has no column {field}; it has {', '.join(table.columns)}")
    for field, kind in (type_dict or {}).items():
        table[field] = table[field].astype(kind)
    for field, null in (null_values or {}).items():
        table[field] = table[field].mask(table[field] == null)
    if attributes_to_use is not None:
        table = table[list(attributes_to_use)]
    if not one_to_one:
        table = table.drop_duplicates(ignore_index=True)
    if rename_attributes is not None:
        table = table.rename(columns=dict(rename_attributes))
    return table.assign(**insert_column) if insert_column else table
