"""Jobs of kind scan: files of an archive are read whole, so that it is known what they hold."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final, Literal, Self

from pydantic import model_validator

from ..archivejob import ArchiveJob
from ..kind import Needs, OfArchive
from ..task import Recipe

_NEEDS_TILE: Final = "a job of kind scan needs windows: tile, with the days whose files are to be scanned"


class ScanJob(ArchiveJob):
    """Files to read whole: those of all days of a tile. The tasks use the queues of window jobs."""

    needs: ClassVar[Needs] = {**OfArchive.needs, "windows": _NEEDS_TILE}

    kind: Literal["scan"] = "scan"

    @model_validator(mode="after")
    def _tiled(self) -> Self:
        if self.windows.tile is None:
            raise ValueError(_NEEDS_TILE)
        return self

    def recipe(self) -> Recipe:
        """The recipe of its windows, which asks that files are read whole and nothing is stored."""
        return replace(super().recipe(), scan=True)


KIND: Final = ScanJob
