"""Exports: one task per dataset, sent to the writers that build it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from ...model.kinds.export import ExportJob
from ...model.task import Window
from ...planning.datasets import dataset_keys
from ..items import ItemsPlanner, keys_of_stored
from ..kind import Planning


class ExportPlanner(ItemsPlanner[ExportJob]):
    """Datasets of stored waveforms."""

    async def items(self, planning: Planning[ExportJob]) -> Sequence[Window]:
        """The datasets."""
        keys = await keys_of_stored(planning, partial(dataset_keys, planning.spec.export))
        return [key.item(planning.id) for key in keys]


KIND: Final = ExportPlanner()
