"""MsPASS's own module paths below libseis.mspass: ccore, util and db may stay in an import.

`libseis.mspass.ccore.seismic` is the module `libseis.mspass.seismic` itself, and `libseis.mspass.util.Undertaker` is
`libseis.mspass.undertaker`. So a program moves over when `mspasspy` becomes `libseis.mspass` in its imports.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Final

_ROOT: Final = "libseis.mspass"
_LEFT_AWAY: Final = ("ccore", "util", "db")
_REAL: Final = ("util", "util.seismic")
_OTHER_NAMES: Final = {"util.Janitor": "janitor", "util.Undertaker": "undertaker"}


class _Paths(MetaPathFinder, Loader):
    """Finds modules whose home is one level up, before the others find a second copy of them by a package's folder."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module that `fullname` stands for, or None for a module of others."""
        home = _home(fullname)
        if home is None or (home and find_spec(home) is None):
            return None
        return ModuleSpec(fullname, self, is_package=not home)

    def exec_module(self, module: ModuleType) -> None:
        """Put the module at home in the place of the new one, so that both names mean one object."""
        if home := _home(module.__name__):
            sys.modules[module.__name__] = import_module(home)


def _home(fullname: str) -> str | None:
    """The name of the module that `fullname` stands for: "" for an empty package, None for a stranger."""
    name = fullname.removeprefix(f"{_ROOT}.")
    first, _, rest = name.partition(".")
    if name == fullname or first not in _LEFT_AWAY or name in _REAL:
        return None
    return f"{_ROOT}.{_OTHER_NAMES.get(name, rest)}" if rest else ""


def install() -> None:
    """Let imports find MsPASS's paths."""
    if not any(isinstance(finder, _Paths) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Paths())
