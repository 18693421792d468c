"""What extras of the distribution bring, and a sentence where one is missing; libseis.extras has the rest."""

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
    """Context of the imports of a program that an extra brings; it ends the process with the sentence and status 2."""

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
