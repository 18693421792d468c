"""ParameterGTree: the parameters of a processing function as a tree of leaves and branches."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from libseis.enums import ErrorSeverity
from libseis.errors import MsPASSError
from libseis.mspass.antelope_pf import pfread
from libseis.mspass.tables import AntelopePf2dict

__all__ = [
    "ParameterGTree",
    "parameter_to_GTree",
    "params_to_parameters_dict",
    "parse_filepath_in_parameters",
    "str_to_parameters_dict",
]

Key = str | Sequence[str]


def _error(text: str) -> MsPASSError:
    return MsPASSError(f"ParameterGTree: {text}", ErrorSeverity.Invalid)


class ParameterGTree(OrderedDict[str, Any]):
    """A tree of parameters: values that are an OrderedDict are branches, all others leaves.

    Parameters
    ----------
    doc
        The contents, in their order.

    Raises
    ------
    MsPASSError
        `doc` is not an OrderedDict.
    """

    def __init__(self, doc: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        if doc is not None and not isinstance(doc, OrderedDict):
            raise _error(f"the contents must be an OrderedDict, found {type(doc).__name__}")
        for key, value in (doc or {}).items():
            self[key] = value

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (OrderedDict(self),)

    def __setitem__(self, key: str, value: Any) -> None:
        is_branch = isinstance(value, OrderedDict)
        if key in self and isinstance(self[key], ParameterGTree) != is_branch:
            raise _error(f"there is a {'leaf' if is_branch else 'branch'} with the key '{key}' already")
        if is_branch and not isinstance(value, ParameterGTree):
            value = ParameterGTree(value)
        super().__setitem__(key, value)

    def __getitem__(self, key: str) -> Any:
        if key not in self:
            raise _error(f"there is no '{key}'; there are {', '.join(self) or 'no keys'}")
        return super().__getitem__(key)

    def asdict(self) -> OrderedDict[str, Any]:
        """Return the tree as OrderedDicts.

        Returns
        -------
        OrderedDict
            The contents, in their order.
        """
        return OrderedDict((key, v.asdict() if isinstance(v, ParameterGTree) else v) for key, v in self.items())

    def get_leaf_keys(self) -> list[str]:
        """Return the names of the leaves of this level.

        Returns
        -------
        list of str
            The names.
        """
        return [key for key, value in self.items() if not isinstance(value, ParameterGTree)]

    def get_branch_keys(self) -> list[str]:
        """Return the names of the branches of this level.

        Returns
        -------
        list of str
            The names.
        """
        return [key for key, value in self.items() if isinstance(value, ParameterGTree)]

    def get_branch(self, key: str) -> ParameterGTree:
        """Return a branch of this level.

        Parameters
        ----------
        key
            Its name.

        Returns
        -------
        ParameterGTree
            The branch.

        Raises
        ------
        MsPASSError
            There is no such branch.
        """
        if key not in self.get_branch_keys():
            raise _error(f"there is no branch '{key}'; there are {', '.join(self.get_branch_keys()) or 'none'}")
        branch: ParameterGTree = self[key]
        return branch

    def get_leaf(self, key: str) -> Any:
        """Return the value of a leaf of this level.

        Parameters
        ----------
        key
            Its name.

        Returns
        -------
        Any
            The value.

        Raises
        ------
        MsPASSError
            There is no such leaf.
        """
        if key not in self.get_leaf_keys():
            raise _error(f"there is no leaf '{key}'; there are {', '.join(self.get_leaf_keys()) or 'none'}")
        return self[key]

    def prune(self, key: str) -> Any:
        """Take a leaf or a branch of this level away.

        Parameters
        ----------
        key
            Its name.

        Returns
        -------
        Any
            The value of the leaf, or the branch.

        Raises
        ------
        MsPASSError
            There is neither.
        """
        value = self[key]
        del self[key]
        return value

    def get(self, key: Key, seperator: str = ".") -> Any:  # type: ignore[override]
        """Return the value of a leaf at any level.

        Parameters
        ----------
        key
            The names of the branches and of the leaf, as a list or joined by the separator.
        seperator
            What is between the names (the spelling is MsPASS's).

        Returns
        -------
        Any
            The value.

        Raises
        ------
        MsPASSError
            There is no such leaf.
        """
        *branches, leaf = _path(key, seperator)
        level = self
        for name in branches:
            level = level.get_branch(name)
        return level.get_leaf(leaf)

    def put(self, key: Key, value: Any, separator: str = ".") -> None:
        """Set a leaf or a branch at any level; branches on the way are made.

        Parameters
        ----------
        key
            The names of the branches and of the leaf, as a list or joined by the separator.
        value
            The value.
        separator
            What is between the names.

        Raises
        ------
        MsPASSError
            A leaf is in the way, or there is a branch of that name.
        """
        *branches, leaf = _path(key, separator)
        level = self
        for name in branches:
            if name not in level:
                level[name] = ParameterGTree()
            level = level.get_branch(name)
        level[leaf] = value


def _path(key: Key, separator: str) -> list[str]:
    path = key.split(separator) if isinstance(key, str) else list(key)
    if not path or not all(path):
        raise _error(f"the key {key!r} is empty, or a part of it is")
    return path


def str_to_parameters_dict(parameter_str: str) -> OrderedDict[str, str]:
    """Read parameters from a text of the form "a, b, c=d"; those without a name are arg_0, arg_1 and so on.

    Parameters
    ----------
    parameter_str
        The text.

    Returns
    -------
    OrderedDict
        Name -> text of the value.

    Raises
    ------
    MsPASSError
        A part has more than one "=" (severity Fatal).
    """
    found: OrderedDict[str, str] = OrderedDict()
    unnamed = 0
    for part in parameter_str.replace(" ", "").split(","):
        name, *value = part.split("=")
        if len(value) > 1:
            raise MsPASSError(
                f"str_to_parameters_dict: a part must be a value or name=value, found {part!r}", ErrorSeverity.Fatal
            )
        if value:
            found[name] = value[0]
        else:
            found[f"arg_{unnamed}"] = name
            unnamed += 1
    return found


def params_to_parameters_dict(*args: Any, **kwargs: Any) -> OrderedDict[str, str]:
    """Return the arguments of a call as texts; those without a name are arg_0, arg_1 and so on.

    Parameters
    ----------
    *args
        Arguments without a name.
    **kwargs
        Arguments with a name.

    Returns
    -------
    OrderedDict
        Name -> text of the value.
    """
    return OrderedDict(
        (key, str(value)) for key, value in ({f"arg_{i}": v for i, v in enumerate(args)} | kwargs).items()
    )


def parse_filepath_in_parameters(parameters_dict: OrderedDict[str, Any]) -> OrderedDict[str, Any]:
    """Replace values that name a parameter file (.pf) or a YAML file (.yaml) by the contents of the file, in place.

    Parameters
    ----------
    parameters_dict
        The parameters.

    Returns
    -------
    OrderedDict
        `parameters_dict` itself.

    Raises
    ------
    MsPASSError
        A value names a file of another kind (severity Fatal).
    """
    for key, value in parameters_dict.items():
        if isinstance(value, str | os.PathLike) and os.path.isfile(value):
            parameters_dict[key] = _contents(Path(value))
    return parameters_dict


def _contents(path: Path) -> Any:
    if path.suffix == ".pf":
        return AntelopePf2dict(pfread(str(path)))
    if path.suffix == ".yaml":
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    raise MsPASSError(
        f"parse_filepath_in_parameters: a file must end in .pf or .yaml, found {path}", ErrorSeverity.Fatal
    )


def parameter_to_GTree(*args: Any, parameters_str: str | None = None, **kwargs: Any) -> ParameterGTree:
    """Return the arguments of a call as a tree, with the contents of the files that they name.

    Parameters
    ----------
    *args
        Arguments without a name.
    parameters_str
        In place of the others: a text of the form "a, b, c=d".
    **kwargs
        Arguments with a name.

    Returns
    -------
    ParameterGTree
        The tree.
    """
    found = str_to_parameters_dict(parameters_str) if parameters_str else params_to_parameters_dict(*args, **kwargs)
    return ParameterGTree(parse_filepath_in_parameters(found))
