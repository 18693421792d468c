"""A toy at submission."""

from __future__ import annotations

from typing import Final

from seisbus.control.context import CallContext
from seisbus.control.kind import ControlKind
from seisbus.errors import JobFileError

from .model import ToyJob


class ToyControl(ControlKind[ToyJob]):
    """Some words are refused."""

    async def checked(self, context: CallContext, spec: ToyJob) -> tuple[ToyJob, list[str]]:
        """Refuse forbidden words, and note the number of words."""
        if "rude" in spec.toy.words:
            raise JobFileError("Job file: toy.words: rude is not a word for a toy.")
        return spec, [f"The toy has {len(spec.toy.words)} words."]


KIND: Final = ToyControl()
