"""Removes closed jobs: waveform files and datasets, then their documents. There is one message per job, and a repeat
does no harm.

Bytes are removed first, because without their documents nobody could find them again.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from ..app import WriterContext
from ..bus import Delivery
from ..bus.codec import decode_build
from ..errors import JobFileError, NotFoundError, UnavailableError
from ..failpoints import failpoint
from ..model.dataset_places import log_path
from ..model.handovers import BuildOrder
from ..model.outcome import Fate
from ..model.subject import JobId, as_type
from ..store import purge
from ..store.datasets import LEASES, lease_name
from ..store.jobs import get_job, spec_of
from ..store.lease import acquire, release, remove_expired
from ..store.settled import SettledWindow
from .kind import NOTHING, WRITER
from .ledger_item import dead_item, settle_alone
from .publishing import remove_unfinished, unfinished_in

_log = logging.getLogger(__name__)


class Purger:
    """Handles the messages of the purge consumer."""

    def __init__(self, context: WriterContext) -> None:
        self._context = context
        self._store = context.store
        self._root = context.settings.output_root.absolute()

    async def handle(self, delivery: Delivery) -> None:
        """Returns when nothing of the job is left, or its removal is refused, and the outcome is in the database."""
        order = decode_build(delivery.body)
        await settle_alone(self._context, order, await self._removed(order))

    async def _removed(self, order: BuildOrder) -> SettledWindow:
        job = as_type(order.window.subject, JobId).id
        try:
            refusal = await purge.mark(self._store, job, order.job)
        except NotFoundError:  # an earlier delivery of this message has done it
            return SettledWindow(order.window, Fate.SAVED)
        if refusal:
            return dead_item(order, "in_use", [refusal], {"job": job})
        await asyncio.to_thread(_delete, self._root, [f"waveforms/{job}"])
        paths = [path async for path in purge.datasets(self._store, job)]
        await asyncio.to_thread(_delete, self._root, [*paths, *(log_path(path) for path in paths if path.count(".D/"))])
        if (sink := self._context.sink) is not None:
            for prefix in (f"waveforms/{job}/", f"exports/{job}/"):
                # the cleaner looks only at jobs that the database knows
                await sink.abort_uploads(prefix, datetime.now(UTC))
                await sink.delete([kept.key async for kept in sink.list(prefix)])
        await self._remove_unfinished(job)
        await remove_expired(self._store, LEASES)
        await purge.remove_blobs(self._store, job)
        failpoint("purge-before-documents")
        await purge.remove_documents(self._store, job)
        _log.info("job %s is purged", job)
        return SettledWindow(order.window, Fate.SAVED)

    async def _remove_unfinished(self, job: str) -> None:
        """Remove files of a builder that died, of datasets that were not built again because the export was
        cancelled."""
        try:
            spec = spec_of(await get_job(self._store, job))
        except JobFileError:  # this deployment no longer knows its kind
            return
        planned = await WRITER.get(spec.kind, NOTHING).unfinished(self._context, job, spec)
        for path in await asyncio.to_thread(_left, self._root, planned):
            name, holder = lease_name(path), f"{self._context.boot}/purge"
            if await acquire(self._store, name, holder, self._context.settings.lease_seconds) is None:
                continue  # a builder of another job has started it again
            try:
                await asyncio.to_thread(remove_unfinished, self._root / path)
            finally:
                await release(self._store, name, holder)


def _left(root: Path, planned: set[str]) -> list[str]:
    """Those of the paths that have unfinished builds beside them."""
    folders = {(root / path).parent for path in planned}
    found = {str(target.relative_to(root)) for folder in folders for target in unfinished_in(folder)}
    return sorted(found & planned)


def _delete(root: Path, paths: Iterable[str]) -> None:
    """Delete files and folders below `root`; those that are already gone are ignored."""
    for path in paths:
        target = root / path
        try:
            if target.is_dir():
                shutil.rmtree(target)
            else:
                target.unlink(missing_ok=True)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise UnavailableError("disk", f"{target} cannot be deleted ({error.strerror or error}).") from error
