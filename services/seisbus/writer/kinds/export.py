"""Exports: datasets are built."""

from __future__ import annotations

from typing import Final

from ...app import Service, WriterContext
from ...bus.topology import consumer_of
from ...model.kinds.export import BUILD, ExportJob
from ...planning.datasets import dataset_path
from ...store.datasets import planned_windows
from ..building import Builder
from ..kind import WriterKind

# So many datasets are built at once. A build is mostly compression, and holds a waveform and its draft in memory.
DATASETS_AT_ONCE: Final = 2


class ExportWriter(WriterKind[ExportJob]):
    """Datasets."""

    async def service(self, context: WriterContext) -> Service:
        """The builder."""
        return Service([context.worker(consumer_of(BUILD), Builder(context).handle, slots=DATASETS_AT_ONCE)])

    async def unfinished(self, context: WriterContext, job: str, spec: ExportJob) -> set[str]:
        """The datasets that were planned. If the export was cancelled, nobody built them again."""
        return {str(dataset_path(spec.export, window)) for window in await planned_windows(context.store, job)}


KIND: Final = ExportWriter()
