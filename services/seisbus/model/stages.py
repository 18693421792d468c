"""How a stage finds the kinds of jobs: in its own modules, and in other packages.

`kind` says what a kind is.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Mapping
from typing import Final, Generic, TypeVar

from ..errors import UserError

T = TypeVar("T")

# Other packages offer kinds as entry points of this group; a deployment allows them by name.
GROUP: Final = "seisbus.kinds"

_allowed: dict[str, str] = {}  # kind -> package, for kinds of other packages


def allow_kinds(names: str) -> None:
    """Make the job kinds of other packages known to this process: names of entry points, separated by commas.

    UserError if a kind is not installed, or if its name is taken.
    """
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    if not wanted:
        _allowed.clear()
        return
    # imported only here, because it takes 20 ms, by which every command would start later
    from importlib.metadata import entry_points

    there = {entry.name: entry for entry in entry_points(group=GROUP)}
    own = {info.name.rpartition(".")[2] for info in _own("model")}
    for name in wanted:
        if name not in there:
            known = f"installed are {', '.join(sorted(there))}" if there else "none is installed"
            raise UserError(f"SEISBUS_JOB_KINDS: no installed package has a job kind {name!r} ({known}).")
        if name in own:
            raise UserError(f"SEISBUS_JOB_KINDS: {name!r} is a kind of Seisbus itself; give yours another name.")
    _allowed.clear()
    _allowed.update({name: there[name].value for name in wanted})


def _own(stage: str) -> list[pkgutil.ModuleInfo]:
    folder = importlib.import_module(f"{__package__.rpartition('.')[0]}.{stage}.kinds")
    return list(pkgutil.iter_modules(folder.__path__, f"{folder.__name__}."))


class Stage(Generic[T]):
    """What one stage does for each kind of job: the `KIND` of its own modules, and of the module `name` of allowed
    packages."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._known: dict[str, T] = {}
        self._of: dict[str, str] | None = None

    def all(self) -> Mapping[str, T]:
        """The `KIND` of each kind, by name."""
        if self._of != _allowed:
            modules = {info.name.rpartition(".")[2]: info.name for info in _own(self._name)}
            for kind, package in _allowed.items():
                if importlib.util.find_spec(f"{package}.{self._name}") is not None:
                    modules[kind] = f"{package}.{self._name}"
            self._known = {kind: importlib.import_module(module).KIND for kind, module in modules.items()}
            self._of = dict(_allowed)
        return self._known

    def get(self, kind: str, default: T) -> T:
        """The `KIND` of one kind; `default` if this stage does nothing special for it, or does not know it."""
        return self.all().get(kind, default)
