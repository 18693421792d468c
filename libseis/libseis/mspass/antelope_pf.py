"""AntelopePf: Metadata read from an Antelope parameter file (pf(5)): values, tables and nested branches.

`name value` is a parameter, `name &Tbl{ ... }` a table of lines, `name &Arr{ ... }` a branch; `#` comments.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from libseis.errors import DefinitionError, MetadataKeyError
from libseis.objects.metadata import Metadata

_PACKAGED = Path(__file__).parent / "data" / "pf"
_TRUE = frozenset(("true", "t", "yes", "ok", "y"))
_FALSE = frozenset(("false", "f", "no", "n"))


class AntelopePf(Metadata):
    """A parameter file of Antelope.

    Numbers become int or float, true/false words become bool, everything else is text.

    Parameters
    ----------
    source
        A list of lines, or the name of a file. The file is searched for as it is and, if the name has no ending, with
        ".pf" added, in the folders of PFPATH, $MSPASS_HOME/data/pf and the packaged ones.

    Raises
    ------
    MsPASSError
        The file cannot be found or parsed.
    """

    __slots__ = ("_branches", "_tables")
    _tables: dict[str, list[str]]
    _branches: dict[str, AntelopePf]

    def __init__(self, source: str | Sequence[str] = (), /) -> None:
        super().__init__()
        self._tables = {}
        self._branches = {}
        if isinstance(source, (str, os.PathLike)):
            path = find_pf(os.fspath(source))
            lines: Sequence[str] = path.read_text(encoding="utf-8", errors="replace").splitlines()
            name = str(path)
        else:
            lines, name = list(source), "the lines given"
        numbered = _meaningful(lines)
        _parse_branch(self, numbered, name, nested=False)
        self.clear_modified()

    def get_tbl(self, key: str) -> list[str]:
        """Return the lines of a table.

        Parameters
        ----------
        key
            Name of the table.

        Returns
        -------
        list[str]
            The lines.

        Raises
        ------
        MsPASSError
            There is no such table.
        """
        if key not in self._tables:
            raise MetadataKeyError(f"the parameter file has no table '{key}'", key=key)
        return list(self._tables[key])

    def get_branch(self, key: str) -> AntelopePf:
        """Return a nested branch.

        Parameters
        ----------
        key
            Name of the branch.

        Returns
        -------
        AntelopePf
            The branch.

        Raises
        ------
        MsPASSError
            There is no such branch.
        """
        if key not in self._branches:
            raise MetadataKeyError(f"the parameter file has no branch '{key}'", key=key)
        return self._branches[key]

    def arr_keys(self) -> list[str]:
        """The names of the branches, sorted."""
        return sorted(self._branches)

    def tbl_keys(self) -> list[str]:
        """The names of the tables, sorted."""
        return sorted(self._tables)

    def ConvertToMetadata(self) -> Metadata:
        """The plain parameters, without tables and branches."""
        return Metadata(self)

    def todict(self) -> dict[str, Any]:
        """Parameters, tables (lists) and branches (dicts) in one dict."""
        return {
            **super().todict(),
            **{key: list(rows) for key, rows in self._tables.items()},
            **{key: branch.todict() for key, branch in self._branches.items()},
        }

    def __deepcopy__(self, memo: dict[int, Any]) -> AntelopePf:
        return _rebuild(*self.__reduce_ex__(2)[1])

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return _rebuild, (Metadata.todict(self), dict(self._tables), dict(self._branches))


def pfread(name: str) -> AntelopePf:
    """Read a parameter file.

    Parameters
    ----------
    name
        Name of the file; see AntelopePf.

    Returns
    -------
    AntelopePf
        Its contents.

    Raises
    ------
    MsPASSError
        The file cannot be found or parsed.
    """
    return AntelopePf(name)


def find_pf(name: str) -> Path:
    """The path of the parameter file `name`; DefinitionError if there is no such file."""
    names = [name] if name.endswith(".pf") else [name, f"{name}.pf"]
    folders = [Path(folder) for folder in os.environ.get("PFPATH", "").split(":") if folder]
    if home := os.environ.get("MSPASS_HOME"):
        folders.append(Path(home) / "data" / "pf")
    for folder in [Path(), *folders, _PACKAGED]:
        for candidate in names:
            if (folder / candidate).is_file():
                return folder / candidate
    raise DefinitionError(
        f"there is no parameter file '{name}' here or in {', '.join(map(str, [*folders, _PACKAGED]))}; set PFPATH",
        source=name,
    )


def _rebuild(values: dict[str, Any], tables: dict[str, list[str]], branches: dict[str, AntelopePf]) -> AntelopePf:
    pf = AntelopePf()
    for key, value in values.items():
        pf.put(key, value)
    pf.clear_modified()
    pf._tables, pf._branches = tables, branches
    return pf


def _meaningful(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, start=1):
        if not isinstance(line, str):
            raise TypeError(f"a parameter file is lines of text, not {type(line).__name__}")
        text = line.split("#", 1)[0].strip()
        if text:
            yield number, text


def _parse_branch(pf: AntelopePf, lines: Iterator[tuple[int, str]], source: str, *, nested: bool) -> None:
    for number, text in lines:
        if text == "}":
            if nested:
                return
            raise DefinitionError(f"{source}, line {number}: '}}' closes nothing", source=source)
        key, _, value = (part.strip() for part in text.replace("\t", " ").partition(" "))
        if value.startswith("&Tbl"):
            pf._tables[key] = _parse_table(value, lines, source, number)
        elif value.startswith("&Arr"):
            branch = AntelopePf()
            if not value.endswith("}"):
                _parse_branch(branch, lines, source, nested=True)
                branch.clear_modified()
            pf._branches[key] = branch
        elif value:
            pf.put(key, _value(value))
        else:
            raise DefinitionError(f"{source}, line {number}: '{key}' has no value", source=source)
    if nested:
        raise DefinitionError(f"{source}: a branch is not closed by '}}'", source=source)


def _parse_table(opening: str, lines: Iterator[tuple[int, str]], source: str, start: int) -> list[str]:
    rows: list[str] = []
    if opening.endswith("}"):
        return rows
    for _, text in lines:
        if text == "}":
            return rows
        rows.append(text)
    raise DefinitionError(f"{source}, line {start}: a table is not closed by '}}'", source=source)


def _value(text: str) -> int | float | bool | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    word = text.lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    return text
