"""Purges: one task per job to remove, sent to the writers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...model.kinds.purge import PurgeJob
from ...model.subject import JobId
from ...model.task import Window
from ...planning.datasets import item
from ..items import ItemsPlanner
from ..kind import Planning


class PurgePlanner(ItemsPlanner[PurgeJob]):
    """Jobs to remove."""

    async def items(self, planning: Planning[PurgeJob]) -> Sequence[Window]:
        """The jobs."""
        return [item(planning.id, JobId(job)) for job in planning.spec.purge.jobs]


KIND: Final = PurgePlanner()
