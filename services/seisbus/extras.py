"""Import packages of seisbus's extras in programs, with a sentence if one is missing; built on libseis.extras."""

from __future__ import annotations

import sys
from functools import partial
from types import TracebackType

from libseis import extras
from libseis.extras import MissingExtraError

__all__ = ["MissingExtraError", "extra", "program", "require"]

extra = partial(extras.extra, distribution="seisbus")
require = partial(extras.require, distribution="seisbus")


class program(extras.extra):
    """Context for a program's imports from an extra; without them the process ends with a sentence and status 2."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "seisbus")
        self._name = name

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            super().__exit__(kind, error, trace)
        except MissingExtraError as missing:
            print(f"seisbus {self._name}: {missing.message}", file=sys.stderr)
            sys.exit(2)
