"""Messages that were given up. They are kept with body and reason, and their windows are settled as failed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from pymongo.errors import DuplicateKeyError

from ..model.outcome import Fate, Reason
from .client import Store, translated
from .collections import DEAD_LETTER
from .jobs import add_counts
from .settle import settle_rest
from .tasks import get_open_task


async def bury_message(
    store: Store,
    *,
    identity: str,
    job: str,
    task: str,
    part: int,
    attempt: int,
    stage: str,
    subject: str,
    headers: Mapping[str, str],
    body: bytes,
    deliveries: int,
    reason: str,
) -> None:
    """Keep a message that was given up, under `identity`, and settle its windows as failed. Idempotent.

    A message of the fetch stage stands for all parts of its task, later ones for their own part.
    """
    with translated(), contextlib.suppress(DuplicateKeyError):
        await store[DEAD_LETTER].insert_one(
            {
                "_id": identity,
                "job": job,
                "task": task,
                "part": part,
                "stream": stage,
                "subject": subject,
                "headers": dict(headers),
                "body": body,
                "reason": reason,
                "deliveries": deliveries,
                "time_ns": time.time_ns(),
                "buried": datetime.now(UTC),
            }
        )
    open_task = await get_open_task(store, task) if task else None
    if open_task is not None:
        parts = None if stage == "SEIS_FETCH" or len(open_task.task.parts) == 1 else [part]
        result = await settle_rest(
            store, [open_task], attempt, Fate.FAILED, Reason.DEAD_LETTER.value, reason, refs=[identity], parts=parts
        )
        for name, fates in result.fates.items():
            await add_counts(store, name, fates, 0)
