"""The plan of a toy: one task for each word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from seisbus.indexer.items import ItemsPlanner
from seisbus.indexer.kind import Planning
from seisbus.model.subject import ObjectKey
from seisbus.model.task import Window
from seisbus.planning.datasets import item

from .model import ToyJob


class ToyPlanner(ItemsPlanner[ToyJob]):
    """Words."""

    async def items(self, planning: Planning[ToyJob]) -> Sequence[Window]:
        """In the order of the job file."""
        return [item(planning.id, ObjectKey(word)) for word in planning.spec.toy.words]


KIND: Final = ToyPlanner()
