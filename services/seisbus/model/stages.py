"""How the kinds of jobs there are become known to a stage: its own modules, and those of other packages.

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

# Entry points of this group are kinds of other packages that a deployment may allow.
GROUP: Final = "seisbus.kinds"

_allowed: dict[str, str] = {}  # kind -> package, of those from outside


def allow_kinds(names: str) -> None:
    """Make the job kinds of other packages known to this process: names of entry points, separated by commas.

    UserError when one is not installed, or is the name of a kind that is there already.
    """
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    if not wanted:
        _allowed.clear()
        return
    from importlib.metadata import entry_points  # late: it takes 20 ms, which the start of every command would pay

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
    """What one stage does for each kind of job: `KIND` of its own modules, and of module `name` of allowed packages."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._known: dict[str, T] = {}
        self._of: dict[str, str] | None = None

    def all(self) -> Mapping[str, T]:
        """By name of the kind."""
        if self._of != _allowed:
            modules = {info.name.rpartition(".")[2]: info.name for info in _own(self._name)}
            for kind, package in _allowed.items():
                if importlib.util.find_spec(f"{package}.{self._name}") is not None:
                    modules[kind] = f"{package}.{self._name}"
            self._known = {kind: importlib.import_module(module).KIND for kind, module in modules.items()}
            self._of = dict(_allowed)
        return self._known

    def get(self, kind: str, default: T) -> T:
        """Of one kind; `default` where this stage has nothing of its own to do for it, or does not know it."""
        return self.all().get(kind, default)
